"""Words of report Chinese that the binder reads by. Tables, so that a missing word is a line, not code."""

from __future__ import annotations

import re

from gangmu.documents.numbers import COUNTERS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SCALES = ("万亿", "亿", "万")

AMOUNTS = _words(
    """
    元 美元 欧元 港元 人民币 元/人 元/月 元/平方米 元/吨 平方公里 公里 千米 米 海里 平方米 立方米 亩 公顷
    吨标准煤 吨 千克 公斤 斤 克 厘米 毫米 千瓦时 千瓦 兆瓦 吉瓦 标箱 标准箱 卡 兆 天 小时 分钟 岁 度 分
    倍 成 微克/立方米 克/千克 分/千瓦时 元/千瓦时 公里/小时 千伏 千伏安 升 吨公里 车公里 株 % ‰ 个百分点
    百分点 PFlops EFlops P E TB GB 册/人 件/人 张/千人 床位 车次
    """
)
"""Units that measure; counting words come from COUNTERS."""

UNITS = tuple(sorted({*AMOUNTS, *COUNTERS}, key=len, reverse=True))
UNIT = re.compile(rf"(?:{'|'.join(SCALES)})?(?:{'|'.join(map(re.escape, UNITS))})|(?:{'|'.join(SCALES)})")

RISES = _words(
    """
    增收 增支 增长 提高 提升 增加 上升 增幅 增速 涨幅 回升 扩大 上浮 上涨 增
    """
)
"""Words of change upwards."""

FALLS = _words(
    """
    减收 减支 负增长 下降 降低 减少 压减 压缩 缩小 缩短 下滑 回落 精简 降 减 压降
    """
)
"""Words of change downwards."""

QUALIFIERS = _words(
    """
    约 近 超过 超 突破 逾 不低于 不少于 不超过 达到 达 为 到 至 保持在 控制在 稳定在 稳定 保持 力争 累计
    共 总计 合计 仅 了 将 预计 就 各 实现 完成 高达 多达 年均 平均 同比 分别 均 已 再 也 有 是 在 我省
    我市 全省 全国 全市 跨越 迈上 站上 接近 净 提升至 提高到 提高至 提升到 增至 增加到 增加至 升至 上升到
    进入 跻身 前 全国前 全省前 稳步 翻番 翻两番 每月 每年 每人每年 每人每月 每天 首次 相继 设定 设定为 拟按 降到 从不 一举 双双 大幅 将近 约为 预计达 同比 环比 上升至 跃升至 跃升到 跃居 扩大到 降至 下降到 下降至 降低到 降低至 减少到 减少至 居 位居 位列 稳居 列
    连续 各省区 各省 全球 世界 缩小至 缩小到 压缩至 压缩到 缩短至 缩短到 整合至 整合为 扩容至 发展到
    壮大到 壮大至 增长到 增长至 拓展到 推进到 翻 恢复到
    """
)
"""What may stand between the words of a quantity and its number; none belongs to the concept."""

_TAIL = "|".join(sorted(map(re.escape, QUALIFIERS), key=len, reverse=True))
TAIL = re.compile(rf"(?:{_TAIL})$")

LEADING = _words(
    """
    评定 提出 汇聚 保供 铺排 落实 储备 审议 盘活 严守 提请全国人大常委会 其中 全年 全省 全市 全区 全县 我省 我市 我区 全州 自治区 预计 累计 今年 去年 一年来 五年来 过去五年
    五年 年内 每年 新一年 同时 目前 当年 年末 以来 期间 力争 确保 推动 支持 带动 促进 引导 鼓励 继续 加快
    大力 积极 着力 持续 深入 全面 扎实 有序 完成 实现 达到 组织 实施 认定 培育 引进 引育 建设 打造 推广
    办理 开展 推进 部署 拥有 共有 争取 下达 安排 投入 发放 为 将 使 让 以 对 向 与 和 及 并 又 还 再 已
    共 约 超 近 从 由 到 的 是 有 把 用 按 就 也 等 了 布局 启动 创建 组建 举办 选派 供应 筹集 招引
    落地 制定 提请 交付 发布 出台 关闭 选送 提供 整合 建成 高质量 高标准 成功 有效 率先 率 首批 第一批
    圆满 顺利 基本 抓好 办好 做好 提前 统筹 深化 优化 加强 强化 扩大 提高 提升
    """
)
"""Openings that name a place, a time or a doing, not a quantity."""
_LEAD = "|".join(sorted(map(re.escape, LEADING), key=len, reverse=True))
LEAD = re.compile(
    rf"^(?:{_LEAD}|[、，]|\d{{4}}年(?:的)?|到\d{{4}}年|(?:近|连续)?[一二三四五六七八九十\d]+年来?)"
)

KEPT_TAILS = ("班列", "专列", "序列", "系列", "队列", "行为", "国有", "私有", "民居", "安居", "湘超", "赛事")
"""Nouns that end like a qualifier."""

KEPT_LEADS = _words(
    """
    自治区级 自治区本级 约束 联合 完成投资 超长期 超低 超高 超大 超算 超级 近零 近视 新增 使用 新建 新晋 新认定 高标准农田 对接 对口 重点“ 用于 共济 共有产权 建成区 建成面积 提供就业
    整合资金 落地项目 首店 率先 新开工 新能源 新型 新兴 新材料 新就业 新生 新质 新药 新医药 在建 在校
    在岗 对外 有机 有效发明 有效专利 从业 从事 重点产业 重点企业 重点项目 重点工程 等级 近海 近岸 和美
    以旧换新 主要农 主要污染 主要经济 用地 用电 用水 用能 用海 用林 为农 首批次 再生 再就业 也 建设用地
    投入产出 基本养老 基本医 基本公共 让利 与会 到位 到账 高质量专利 提高居民 在册 由省 将军
    """
)
"""Nouns that begin like a leading word."""

HEADS = _words(
    """
    居民人均可支配收入 常住居民人均可支配收入 人均可支配收入 产业增加值 工业增加值 增加值 总产值 产值
    全产业链产值 行业增加值 业务量 产量 产能 营业收入 营收 主营业务收入 收入 投资 消费 销售额 零售额 交易额 成交额 贸易额 进出口总额
    进出口 出口总额 出口额 出口 进口额 进口 总额 余额 贷款余额 存款余额 数量 吞吐量 货运量 客运量 运量
    占比 比重 比例 率 覆盖率 起数 人数 死亡人数 户数 件数 面积 里程 保费 利润 税收 支出 经费 总量 规模
    企业 项目 平台 基地 园区 中心 机构 学校 医院 人次 花费 总收入 增速 客货运量 旅客吞吐量 案件 实验室
    品牌 产品 人才 机型
    """
)
"""Heads that a list shares: 集成电路、工业机器人产量."""

FLOW = re.compile(
    r"年均|累计|新增|新建|建成(?!区)|完成(?!率)|实施|争取|打造|创建|引进|培育|发放|改造|惠及|开展|承办|举办|投入(?!强度|产出)|筹集|建设|开工|就业|减税|减负|降费|"
    r"让利|授信|修复|造林|治理|落户|签约|招引|入选|查处|化解|压减|脱贫|搬迁|培训|办理|出台|开通|修订|挽回|关闭|淘汰|使用外资|落地|布局|获|送电|审议|服务客户|转移支付|净增"
)
"""Words of doing: over a span of years such a number is of the whole span, any other stands at its end."""

OWNED = _words(
    """
    总产量 产量 总产能 产能 总产值 产值 利润 利润总额 营收 营业收入 规模 占比 比重 投资 总投资 投资额 完成投资 投资完成率 年度投资 货币价值
    首期规模 覆盖率 完成率 总装机 面积 播种面积 总面积 总长 里程 总里程 总花费 增加值 出口额 进口额 税收 余额 保费 总量 总额 金额 销售额
    单产 亩产 成交额 交易额 投资规模 贷款余额 装机规模 精深加工率 产销量 机械化率 发电量 收入倍差
    """
)
"""Heads that name a quantity only with their owner: 粮食播种面积…、总产量."""

PREFIXES = _words("单位国内生产总值 单位地区生产总值 单位生产总值 单位GDP 每千人口 每千名")
"""What the first item of a list lends to all."""

PREDICATE = re.compile(
    r"(?:第[一二三四五六七八九十]|首位|前列|最低|最高|投产|投运|建成|通车|开工|竣工|优化|提升|完善|增强|落户|落地|翻番|揭牌|挂牌|运营|封顶|获批)$"
)
"""How what stands before a 、 ends when it is a sentence of its own."""

VERB_FIRST = re.compile(
    r"(?:精准|累计|全年|已)?(?:服务|清收|带动|支持|惠及|培训|发放|促成|兑现|受理|办理|化解|整治|拆除|引进|吸引|争取|打造|拉动|投入|覆盖|赋能|完成(?!率))"
)
"""How the last item of a list begins when it is a doing of its own."""

GENERIC = frozenset(
    _words(
        """
    公司 基金 人才 企业 项目 利润 规模 产值 收入 投资 产能 总产能 总产量 产量 体系 机构 平台 床位 学位 面积 条款 措施 举措 政策 任务 工程
    货币价值 年度投资 总投资 营业收入 支出 经费 资金 贷款 应用 城市 单位 部门 产业 专业 品牌 企业数量 数量 总额 总量 占比 比重 产业投资
    产业规模 参保率 覆盖率 群众 居民 人口 高校 社区 案件 事项 开行 惠及 首期规模 投资完成率 公里 里程
    """
    )
)
"""Words that name a quantity only together with what was said before: alone they bind to nothing."""

AFTER_NOUN = re.compile(
    r"[，。；：！？、）—]|全面|全部|达到|完成|实现|获批|获评|获|提供|形成|进入|入选|投产|建成|(?<!稳)增长|开工|开展|纳入|取得|加快|推进|建设|顺利|"
    r"竣工|落地|落户|投入|通过|正式|上市|列入|稳定|运营|高效|基本|提前|上榜|占|平均|同比|已|有|由|在|均|以上|左右|和\d|达|签约|启动|配备|"
    r"惠及|改造|升级|集中|整治|清零|成为|居(?!民)|开通|实施|实行|“|支撑|带动|营收|增加值|产值|入围|突破|培育|共|\d|提请|累计|及以上|结对|持续|调整|焕新|相继|扎实|规模化|如期|陆续|挂牌|揭牌|运行|贯通|通车|封顶|参照|喝上|受益|办公|疏解|整合|之一|纳入|化解|提质(?!增效)|制定|出台|接通|覆盖|用于|转化|吸引|复工|遍布"
)
"""Where the noun after a counting word ends: 10个聚力攻坚专项，…"""

NO_NOUN = re.compile(
    r"^(?:每|[一两三四五六七八九十]个|(?:提高|增加|跃升|提升|缩小|缩短|整合|下降|减少|扩大|发展|壮大|降低|增|降|升|扩展|拓展)[到至为]|[千百万]亿元?台阶|大?台阶|等级|档次|位次|名次|百分点|左右|以上|以内|以下|多|余|、|，|。|；|和|及|与|的?目标|为|至|到|—|-|~|～|/|占|，|：|）|\)|$)"
)
OUTLINE = re.compile(
    r"^(?:方面|领域|坚持|必须|大行动|重点任务|着力|聚焦|更加|突破|大工程|大战略|关键|大体系|统筹|维度|问题|要求|转变|重大突破)"
)
"""Counted by the speech itself: 八个方面."""
