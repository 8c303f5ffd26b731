"""Every component once, with sample data: what tests render and pictures are looked at. Not a page of the portal."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from gangmu.records.lamps import Colour
from gangmu.web.cells import Bar, LampCell, Link, Number, Tag
from gangmu.web.charts import Bars, Line, LineChart, RankedBar, Sparkline
from gangmu.web.forms import Field
from gangmu.web.frame import Action, Choice, Crumb, Frame, NavItem, State
from gangmu.web.tables import Column, Row, Table

DUE = datetime.date(2026, 3, 20)


def projects() -> Table:
    columns = [
        Column("number", "编号"),
        Column("name", "名称"),
        Column("unit", "责任单位", order=("unit",)),
        Column("stage", "阶段"),
        Column("total", "总投资", "number", "亿元", order=("total",)),
        Column("done", "完成投资", "number", "亿元"),
        Column("share", "完成进度", "bar", minor=True),
        Column("due", "到期日", order=("due",)),
        Column("lamp", "红黄绿灯", "lamp"),
    ]
    samples = [
        ("P-2025-0001", "云溪新能源汽车零部件产业园一期", "区工信局", "续建", "42.50", "18.36", Colour.RED),
        ("P-2025-0014", "滨河路城市更新片区", "区住建局", "开工", "12.80", "4.05", Colour.AMBER),
        ("P-2025-0032", "中心医院门诊综合楼", "区卫健局", "竣工", "3.20", "3.20", Colour.GREEN),
        ("P-2026-0003", "智慧物流枢纽", "云溪街道", "前期", "9.60", None, Colour.GREEN),
    ]
    rows = [
        Row(
            {
                "number": Link(number, f"/ledgers/projects/{number}/"),
                "name": name,
                "unit": unit,
                "stage": Tag(stage),
                "total": Number(Decimal(total), 2),
                "done": Number(
                    Decimal(done) if done else None, 2, reason="" if done else "尚未报送投资", trace="/trace/"
                ),
                "share": Bar(Decimal(done) if done else None, Decimal(total)),
                "due": DUE,
                "lamp": LampCell(colour, "落后序时进度21.3个百分点"),
            },
            href=f"/ledgers/projects/{number}/",
        )
        for number, name, unit, stage, total, done, colour in samples
    ]
    return Table("项目库", columns, rows * 4, lambda batch: batch, per_page=8)


MONTHS = [f"{m}月" for m in range(1, 13)]


def chart() -> LineChart:
    now = [None, "3.9", "4.6", "5.0", "4.8", "5.2", "5.4", "5.3", "5.6", "5.5", None, None]
    past = ["4.2", "4.4", "4.7", "4.9", "5.1", "5.0", "4.8", "4.9", "5.0", "5.1", "5.2", "5.2"]
    return LineChart(
        "规模以上工业增加值增速（累计）",
        "%",
        MONTHS,
        [
            Line("2025年", [Decimal(v) if v else None for v in now], "now"),
            Line("2024年", [Decimal(v) for v in past], "past"),
            Line("年度目标", [Decimal("6.0")] * 12, "target"),
        ],
        source="区统计局月报（快报），2025年11月18日",
        note="1月不单独发布",
        key="industry",
    )


def ranking() -> Bars:
    values = [("东山区", "7.1"), ("云溪区", "6.4"), ("南浦区", "6.0"), ("西岭区", "5.2"), ("北川县", "-0.8")]
    bars = [RankedBar(name, Decimal(v), name == "云溪区", i) for i, (name, v) in enumerate(values, 1)]
    return Bars("地区生产总值增速", "%", bars, source="市统计局，2025年初步核算")


def spark() -> Sparkline:
    now, past = (12, 14, 13, 17, 19, 18, 23, 25), (11, 12, 12, 13, 15, 16, 18, 19)
    return Sparkline([Decimal(v) for v in now], [Decimal(v) for v in past])


def multiples() -> list[dict[str, Any]]:
    names = [
        ("地区生产总值", "1286.4", "亿元", "5.6", Colour.GREEN),
        ("规上工业增加值增速", "5.5", "%", None, Colour.AMBER),
        ("固定资产投资增速", "−2.3", "%", None, Colour.RED),
        ("社会消费品零售总额", "512.7", "亿元", "4.9", Colour.GREEN),
        ("一般公共预算收入", "68.9", "亿元", "3.2", Colour.GREEN),
        ("新开工亿元项目", "36", "个", "9.1", Colour.GREEN),
        ("实际使用外资", "1.8", "亿美元", "-12.4", Colour.RED),
        ("城镇新增就业", "12450", "人", "1.1", Colour.GREEN),
        ("督查事项按期办结率", "93.4", "%", None, Colour.AMBER),
        ("群众诉求满意率", "96.1", "%", None, Colour.GREEN),
    ]
    return [
        {"name": n, "value": v, "unit": u, "yoy": y, "lamp": c, "spark": spark()} for n, v, u, y, c in names
    ]


def frame() -> Frame:
    return Frame(
        "项目库",
        [Crumb("首页", "/"), Crumb("台账", "/ledgers/")],
        period="2025年",
        periods=[Choice("2025年", "?period=2025", True), Choice("2024年", "?period=2024")],
        unit="全区",
        as_of=datetime.datetime(2026, 3, 16, 1, 30, tzinfo=datetime.UTC),
        actions=[Action("新建项目", "/ledgers/projects/new/"), Action("导入", "/import/", primary=False)],
    )


def fields() -> list[Field]:
    return [
        Field("name", "项目名称", value="滨河路城市更新片区", required=True, hint="与项目审批文件一致。"),
        Field("unit", "责任单位", "choice", "u2", True, choices=[("u1", "区工信局"), ("u2", "区住建局")]),
        Field(
            "total", "总投资", "number", "十二点八", True, unit="亿元",
            problems=("“十二点八”不是数。请写成 12.8。",),
        ),
        Field("start", "开工日期", "day", "2025-03-01"),
        Field("note", "需协调事项", "long", hint="涉密和工作秘密不录入。"),
        Field("public", "公开本项目节点", "yes", "1"),
    ]  # fmt: skip


def nav() -> list[NavItem]:
    words = ["首页", "指标", "目标", "督查", "台账", "得分", "考核办法", "报告", "操作日志"]
    return [NavItem(word, "/", word == "台账") for word in words]


def context() -> dict[str, Any]:
    return {
        "frame": frame(),
        "nav": nav(),
        "role_names": ["目标办工作人员"],
        "projects": projects(),
        "chart": chart(),
        "ranking": ranking(),
        "spark": spark(),
        "multiples": multiples(),
        "fields": fields(),
        "colours": list(Colour),
        "number": Number(Decimal("1286.42"), 1, trace="/trace/gdp/2025/"),
        "gone": Number(None, 1, reason="市统计局尚未反馈"),
        "nothing": State(
            "还没有督查事项",
            "目标办立项并交办后，督查事项会出现在这里。",
            "也可以从会议纪要导入。",
            Action("登记督查事项", "/ledgers/supervision/new/"),
        ),
    }
