"""Every number and every blank of a report's text, and what kind it is (the kinds of the annotation convention).

figure: a quantity · date · ordinal (第18届) · duration (连续45年) · threshold (10亿元以上项目) ·
name (G331, 5A级) · place (在XX召开) · other (八个方面, which counts the speech's own outline).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass

from gangmu.documents import blank as blanks
from gangmu.documents.lexicon import OUTLINE, SCALES, UNIT
from gangmu.documents.numbers import COUNTERS

_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_FRACTION = re.compile(r"(?<![\d/.])\d{1,2}/\d{1,3}(?![\d/.])|\d+分之\d+")
_CHINESE = re.compile(
    r"翻(?:了)?[一两二三四]番|[一二三四五六七八九]分之[一二三四五六七八九]|[一二三四五六七八九两]成(?=[，。；、以]|左右)|[一两二三四五六七八九十]+倍"
)
_OR_UNIT = re.compile(r"（[个家户套间座处条项次栋宗人]）")
_FEW = re.compile(rf"(?:余|多)({'|'.join(sorted(COUNTERS, key=len, reverse=True))}|亩|元|吨)")
_RANKED_BY = re.compile(r"(?:居|列|位|排名|排|至|到|进|升|从|由|稳居|全国|全省|全球|世界|保持|国|省|市|区)$")
_RANK_END = re.compile(r"[位名]|[，。；、：）和与及\n]|$|(?=跃升|上升|提升|升至|前移)")
_YEAR = re.compile(r"(?:19|20)\d{2}$")
_BRACKETS = {"“": "”", "《": "》", "「": "」"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: [start, end) are its digits; unit as printed, with its scale, empty where there is none."""

    start: int
    end: int
    printed: str
    unit: str
    kind: str
    reason: str = ""
    over: bool = False
    """余 or 多 stands between the digits and the unit."""
    blank: bool = False
    """Still to be written; `printed` is then what holds its place."""

    @property
    def unit_end(self) -> int:
        return self.end + len(self.unit) + self.over


def numbers(text: str, marked: Iterable[blanks.Span] = ()) -> list[Number]:
    """All numbers and blanks in the order of the text: every run of Arabic digits, 翻两番, 三分之一, 两倍 in words, and
    what stands for a number still to be written (`gangmu.documents.blank`). marked: as there.
    """
    open_spans = blanks.spans(text, marked)
    level = blanks.levelled(text, open_spans)
    matches = list(_FRACTION.finditer(level))
    taken = [match.span() for match in matches]
    matches += [m for m in _DIGITS.finditer(level) if not any(a <= m.start() < b for a, b in taken)]
    found = [
        _number(text, level, match.start(), match.end(), _overlaps(match.span(), open_spans))
        for match in matches
    ]
    found += [
        Number(m.start(), m.end(), m.group(), "", "figure", "written in words")
        for m in _CHINESE.finditer(text)
    ]
    return sorted(found, key=lambda number: number.start)


def _overlaps(span: blanks.Span, others: list[blanks.Span]) -> bool:
    at = bisect.bisect_left(others, (span[0] + 1, 0))
    before = at > 0 and others[at - 1][1] > span[0]
    return before or (at < len(others) and others[at][0] < span[1])


def _number(printed_text: str, text: str, start: int, end: int, blank: bool) -> Number:
    """The number at a place of the levelled text; its printed words are those of the text itself."""
    printed = printed_text[start:end]
    over = text[end : end + 1] in ("余", "多")
    unit_match = UNIT.match(text, end + over)
    unit = unit_match.group() if unit_match else ""
    if unit and (other := _OR_UNIT.match(text, end + over + len(unit))):
        unit += other.group()  # 万户（套）
    if not over and unit in SCALES and (few := _FEW.match(text, end + len(unit))):
        unit, over = unit + few[1], True  # 1.8万余个
    if blank and (kind := _kind_of_blank(text, start, end, unit)):
        measured = unit if kind in ("threshold", "duration") else ""
        return Number(start, end, printed, measured, kind, "blank", over, blank)
    for kind, reason, applies in _RULES:
        if applies(text, start, end + over, unit):
            measured = unit if kind in ("threshold", "duration") else ""
            return Number(start, end, printed, measured, kind, reason, over, blank)
    if "/" in text[start:end] or "分之" in text[start:end]:
        return Number(start, end, printed, "", "figure", "fraction", over, blank)
    if text[start - 1 : start] == "第":
        unit = "位" if text[end : end + 1] == "位" else ""
        return Number(start, end, printed, unit, "figure", "rank", False, blank)
    if not unit and (years := re.match("年", text[end:])):
        unit = years.group()
    return Number(start, end, printed, unit, "figure", "quantity", over, blank)


_LENGTH_BEFORE = re.compile(
    r"(?:连续|近|为期|用|过去|未来|今后|每|历时|至少|满|前|后|这|约|超过|超|提前|缩短|再)$"
)
_LENGTH_AFTER = re.compile(
    r"年(?:来|内|间|累计|期|以上|左右|多|连续|以后|后|前|保持|实现|行动|规划|计划|稳|位居|居|蝉联|蝉|荣)"
)
_NAMED_AFTER = re.compile(
    r"(?:省|市|县|区|州|盟|旗|镇|乡|村|街道?|社区|路|大道|大桥|同志|先生|女士|书记|局长|主任|市长|县长|区长|镇长|公司|集团|学校|大学|中学|小学"
    r"|站(?![，。；、）])|医院|银行|厂|园区|基地|新区|开发区|河|湖|山|项目|工程|高速|铁路|水库|公园|广场|酒店|景区|模式|思想|精神|战略|等)"
)
_COUNTED_BEFORE = re.compile(
    r"(?:覆盖|涉及|惠及|全部|其余|全省|全市|全县|带动|辐射|完成|共|有|建成|新增|达|超|约|近)$"
)
_LEVEL_BEFORE = re.compile(
    r"(?:增长|下降|提高|提升|降低|增加|减少|完成|实现|达到?|突破|超过?|约|近|为|到|至|占|收入|支出|总额|投资|产值|率|比重|占比|增速|总值|[：:])$"
)


def _kind_of_blank(text: str, start: int, end: int, unit: str) -> str:
    """The kind of a blank that its surroundings tell though it has no digits; empty: as of a number there."""
    before, after = text[max(0, start - 12) : start], text[end : end + 8]
    if re.search(r"(?:年限|寿命)[^，。；]{0,8}$", before) or (
        before.endswith(("∶", "︰", ":", "：")) and "比" in before
    ):
        return ""
    if re.search(r"(?:从|由|缩小至|提升至|提高至|下降至|降至|增至|升至|提高到|提升到)$", before) and re.match(
        r"(?:[∶︰:]|缩小|提升|提高|增加|下降|降|减|上升|扩大|增至|升|[，。；、])", after
    ):
        return ""
    if after.startswith("年") and not after.startswith(("年均", "年限")):
        if _LENGTH_BEFORE.search(before) or _LENGTH_AFTER.match(after):
            return "duration" if end - start < 4 else "date"
        dated = (
            end - start > 1 or re.match(r"年\d", after) or re.search(r"(?:到|至|自|从|于|截至|在)$", before)
        )
        return "date" if dated else "duration"
    if re.search(r"(?:位于|坐落于|地点[：:])$", before) or (
        before.endswith("在") and re.match(r"(?:召开|举行|举办|开幕|闭幕)", after)
    ):
        return "place"
    if before.endswith("第") or re.match(r"(?:月|日)", after):
        return ""
    if _NAMED_AFTER.match(after) and (len(unit) <= 1) and not _COUNTED_BEFORE.search(before):
        return "name"
    if not unit and re.match(r"[\u4e00-\u9fff“《]", after) and not _followed_by_number_words(after):
        return "figure" if _LEVEL_BEFORE.search(before) and re.match(r"[和与及、]", after) else "name"
    if not unit and not re.match(r"[\d.]", after):
        if _LEVEL_BEFORE.search(before) or _alone_in_line(text, start, end):
            return ""
        return (
            "name"
            if re.match(r"[，。；、：）)\s]|$", after) and re.search(r"[\u4e00-\u9fff]$", before)
            else ""
        )
    return ""


def _followed_by_number_words(after: str) -> bool:
    return bool(re.match(r"以[上下内]|左右|强|余|多|分之|倍|成(?![立为])|番", after))


def _alone_in_line(text: str, start: int, end: int) -> bool:
    """A cell of a table that holds nothing but the blank."""
    return text[start - 1 : start] in ("", "\n") and text[end : end + 1] in ("", "\n")


def _is_date(text: str, start: int, end: int, unit: str) -> bool:
    after, printed = text[end:], text[start:end]
    if re.search(r"(?:19|20)\d{2}-(?:\d{2}-)?$", text[max(0, start - 8) : start]) or re.match(
        r"-\d{2}-\d{2}", after
    ):
        return True
    if re.match(r"[—\-－~～至]+\d{1,2}月", after) and not unit:
        return True
    if re.match(r":\d{2}", after) or re.search(r"\d{2}:$", text[max(0, start - 3) : start]):
        return True
    if re.match(r"年(?!均|期|以上|来|内|间)", after) and _YEAR.match(printed):
        return True
    if re.match(r"[—\-－~～至](?:19|20)\d{2}年?", after) and _YEAR.match(printed):
        return True
    if (
        re.match(r"月(?!均)|日|年代|月份|时\d*分?", after)
        and "." not in printed
        and int(printed.replace(",", "")) <= 2100
    ):
        return not after.startswith("日均")
    return (
        bool(_YEAR.match(printed))
        and not unit
        and bool(re.match(r"[\u4e00-\u9fff]", after))
        and not after.startswith("余")
    )


def _is_name(text: str, start: int, end: int, unit: str) -> bool:
    before, after = text[start - 1 : start], text[end:]
    if re.match(r"[A-Za-z_]", before) or (re.match(r"[A-Za-z]", after) and not unit):
        return True
    if before in "个种款" and before and unit == "类":
        return True  # 2个1类创新药
    if before in ("-", "+", "—") and re.match(r"[A-Za-z0-9+]", text[start - 2 : start - 1]) and not unit:
        return True
    if re.match(r"号(?!召)|\+|＋|[A-Z]|版|时代|国道|省道|县道|热线|线(?=公路)", after) and not unit:
        return True
    if re.match(r"\d\.0$", text[start:end]) and not unit:
        return True  # 数字政府2.0
    return _quoted(text, start, end) and not _measured_in_quotes(text, end, unit)


def _quoted(text: str, start: int, end: int) -> bool:
    """Inside “…” or 《…》 on its line: the name of a programme (“415X”), not a quantity."""
    line = text.rfind("\n", 0, start) + 1
    for opening, closing in _BRACKETS.items():
        opened = text.rfind(opening, line, start)
        if opened >= 0 and text.find(closing, opened, start) < 0:
            shut = text.find(closing, end)
            return 0 <= shut - opened <= 24
    return False


def _measured_in_quotes(text: str, end: int, unit: str) -> bool:
    return unit in ("%", "％", "个百分点")


def _is_ordinal(text: str, start: int, end: int, unit: str) -> bool:
    if text[start - 1 : start] != "第":
        return False
    ranked = _RANKED_BY.search(text[max(0, start - 5) : start - 1])
    return not (ranked and _RANK_END.match(text, end))


def _is_duration(text: str, start: int, end: int, unit: str) -> bool:
    after = text[end:]
    if "." in text[start:end] or "年限" in text[max(0, start - 20) : start]:
        return False  # 平均受教育年限达11年 is a level, not a length of time
    if re.match(r"个?多?年(?!度|均)|个月|周年|个季度|个工作日|个小时|学年", after):
        return True
    return unit in ("天", "小时", "分钟") and not re.search(
        r"(?:至|到|压缩|缩短|提速|减少)[^，。；]{0,6}$", text[max(0, start - 10) : start]
    )


def _is_threshold(text: str, start: int, end: int, unit: str) -> bool:
    """A bound inside the name of a quantity: 50万元以上的行政村, 3岁以下婴幼儿, 30万吨级航道."""
    if text[start - 1 : start] == "前" and not unit:
        return True
    after = text[end + len(unit) :]
    if unit in ("%", "％", "个百分点"):
        return False
    if re.match(r"(?:[—\-~～至]\d+)?周?岁(?![，。；、])", text[end:]) and not re.search(
        r"寿命|年龄", text[max(0, start - 14) : start]
    ):
        return True
    if not unit:
        return bool(re.match(r"强(?![制化])|英寸|人制|G[Ww]", after))
    return bool(
        re.match(r"水深|口径|级(?!别)|及?以[上下](?:的)?(?=[“\u4e00-\u9fff])(?!，|的?目标|，)", after)
        and not re.match(r"及?以[上下](?:，|。|、|；|和|增长)", after)
        and not (
            unit[-1:] in "个家户项件人%"
            and re.match(r"以[上下][“\u4e00-\u9fff]", after)
            and _verb_before(text, start)
        )
    )


def _is_capacity(text: str, start: int, end: int, unit: str) -> bool:
    """吉化120万吨乙烯项目: a size that is part of a project's name."""
    if not re.search(r"吨|千瓦|立方米|平方米|千伏", unit):
        return False
    return bool(
        re.match(
            r"[\u4e00-\u9fff“]{2,12}?(?:项目|工程|储备库|生产线|机组|水库|码头|泊位)(?!投资)",
            text[end + len(unit) :],
        )
    ) and not re.match(r"以[上下]|左右", text[end + len(unit) :])


def _verb_before(text: str, start: int) -> bool:
    """打造20个以上“好房子”项目: a count of things, its noun after it."""
    return bool(
        re.search(
            r"(?:打造|建设|新建|新增|培育|引进|争取|实施|完成|建成|创建|改造|推动|支持|达到|达|帮助|培训|举办|开展)[^，。；]{0,8}$",
            text[max(0, start - 12) : start],
        )
    )


def _is_outline(text: str, start: int, end: int, unit: str) -> bool:
    if re.search(r"(?:的|解决|整改|化解|排查|办理|反映|处理|发现|协调)了?$", text[max(0, start - 4) : start]):
        return False  # 企业反映的134个问题
    counted = unit in ("个", "项", "大") or (not unit and text[end : end + 1] == "大")
    return counted and bool(OUTLINE.match(text[end + max(len(unit), 1) :]))


def _is_list_number(text: str, start: int, end: int, unit: str) -> bool:
    line = text.rfind("\n", 0, start) + 1
    if text[start - 1 : start] in ("（", "(") and text[end : end + 1] in ("）", ")") and end - start < 3:
        return True
    return not text[line:start].strip(" 　") and bool(re.match(r"[.．、](?!\d)", text[end:]))


_RULES = (
    ("other", "number of a heading", _is_list_number),
    ("date", "date", _is_date),
    ("name", "part of a name", _is_name),
    ("ordinal", "ordinal", _is_ordinal),
    ("duration", "length of time", _is_duration),
    ("threshold", "bound within a name", _is_threshold),
    ("name", "size within the name of a project", _is_capacity),
    ("other", "counts the outline of the speech", _is_outline),
)
"""Kind, reason, test: the first that applies; otherwise a figure."""
