"""Importing series.xlsx: everything wrong said at once, nothing wrong taken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gangmu.config.district import Area
from gangmu.figures import importing
from gangmu.figures.models import Observation
from gangmu.figures.values import value
from gangmu.problems import Problems
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Workbook, read_workbook
from gangmu.sheets.writing import SheetOut, write_workbook
from tests.factories import org
from tests.factories.figures import CLERK, batch

pytestmark = pytest.mark.django_db

HEADER = ["指标", "取值方式", "期间", "地区", "单位", "数值", "计量单位", "版本", "状态", "来源", "口径"]


def _book(*rows: dict[str, object]) -> Workbook:
    out = BytesIO()
    write_workbook(out, [SheetOut("数据", HEADER, [[row.get(name) for name in HEADER] for row in rows])])
    return read_workbook(out.getvalue(), "series.xlsx")


def _run(*rows: dict[str, object]) -> tuple[Counts, Problems]:
    problems, made = Problems(), batch()
    with transaction.atomic():
        return importing.run(_book(*rows), problems, CLERK, made), problems


def test_a_sheet_is_taken_row_by_row():
    org.unit("TJJ", name="统计局", short_name="统计局")

    counts, problems = _run(
        {
            "指标": "地区生产总值",
            "期间": "2025-Q4",
            "数值": Decimal("286.4"),
            "版本": "初步核算",
            "来源": "市统计局",
        },
        {"指标": "生产总值", "取值方式": "增速", "期间": "2025-Q4", "地区": "全国", "数值": "5.0%"},
        {"指标": "一般财政预算收入", "期间": "2025-M01/2025-M02", "数值": "43,210万元"},
        {"指标": "retail_sales", "期间": "2025-M12", "单位": "统计局", "数值": "３．５", "计量单位": "亿元"},
        {"指标": "固定资产投资", "期间": "2025-M12", "状态": "不发布"},
        {"指标": "gdp", "取值方式": "计划增速", "期间": "2026", "数值": 6},
    )

    assert (list(problems), counts) == ([], Counts(created=6))
    assert value("gdp", "2025").value == Decimal("286.4")
    assert value("gdp", "2025", "yoy", area="全国").value == Decimal("5.0")
    assert value("budget_revenue", "2025-M01/2025-M02").value == Decimal("4.321")
    assert value("retail_sales", "2025", unit="TJJ").value == Decimal("3.5")
    assert value("fixed_asset_investment", "2025").status == "not_published"
    assert value("gdp", "2026", "planned yoy").value == Decimal(6)


def test_the_same_file_twice_is_unchanged():
    row = {"指标": "gdp", "期间": "2025", "数值": Decimal("286.4")}
    _run(row)

    assert _run(row)[0] == Counts(unchanged=1)


def test_every_finding_is_given_at_once_with_its_cell_and_remedy():
    _, problems = _run(
        {"指标": "地区生产总植", "期间": "2025", "数值": 1},
        {"指标": "gdp", "取值方式": "增肥", "期间": "2025", "数值": 1},
        {"指标": "gdp", "期间": "2025年底", "数值": 1},
        {"指标": "gdp", "期间": "2025", "数值": "约三百"},
        {"指标": "gdp", "期间": "2024", "数值": 1, "计量单位": "亿美元"},
        {"指标": "gdp", "期间": "2023", "数值": 1, "状态": "不发布"},
        {"指标": "新开工项目", "期间": "2025", "数值": 12},
        {"指标": "gdp", "期间": "2022", "单位": "不存在局", "数值": 1},
        {"指标": "gdp", "期间": "2021", "数值": 1},
        {"指标": "GDP", "期间": "2021", "数值": 2},
        {"指标": "budget_revenue", "期间": "2025-M02/2025-M03", "数值": 2},
        {"指标": "gdp", "期间": "2020"},
    )

    assert [(p.cell, p.code) for p in problems] == [
        ("A2", "figure.unknown"),
        ("B3", "measure.unknown"),
        ("C4", "period.unknown"),
        ("F5", "number.not_a_number"),
        ("G6", "number.wrong_unit"),
        ("F7", "observation.value_not_published"),
        ("A8", "figure.not_a_series"),
        ("E9", "unit.unknown"),
        ("A11", "observation.repeated"),
        ("C12", "period.not_cumulated"),
        ("F13", "cell.empty"),
    ]
    assert "是否应为“地区生产总值”？" in next(iter(problems)).remedy.zh


def test_an_area_is_one_of_those_declared_and_a_typo_makes_no_new_district(settings):
    settings.DISTRICT = replace(
        settings.DISTRICT, name="云溪区", areas=(Area("澄湖区", "Chenghu District"), Area("望岳区"))
    )
    areas = ("云溪区", "全区", "澄湖区", "望岳区", "nation", "全省", "市", "澄胡区", "火星")

    counts, problems = _run(
        *({"指标": "gdp", "期间": str(2015 + n), "地区": area, "数值": 1} for n, area in enumerate(areas))
    )

    assert counts == Counts(created=7)
    assert [(p.file, p.sheet, p.cell, p.code) for p in problems] == [
        ("series.xlsx", "数据", "D9", "area.unknown"),
        ("series.xlsx", "数据", "D10", "area.unknown"),
    ]
    near, far = problems
    assert near.message.zh == "“地区”填的“澄胡区”不是已知的地区"
    assert near.remedy.zh == "是否应为“澄湖区”？新的同级区县请先写入 gangmu.toml 的 [areas]"
    assert far.remedy.zh.startswith("可填：云溪区、澄湖区、望岳区、全市、全省、全国。")
    assert set(Observation.objects.values_list("area", flat=True)) == {
        "own", "澄湖区", "望岳区", "全国", "全省", "全市",
    }  # fmt: skip


def test_an_issued_rank_of_a_ledger_figure_is_taken():
    counts, problems = _run({"指标": "省市重点项目", "取值方式": "位次", "期间": "2025", "数值": 2})

    assert (list(problems), counts.created) == ([], 1)


def test_writes_are_in_bulk():
    _run({"指标": "gdp", "期间": "2010", "数值": 1})  # the catalogue is read and types are known
    rows = [
        {"指标": "gdp", "期间": f"{year}-Q{q}", "数值": 100 + q}
        for year in range(2000, 2020)
        for q in (1, 2, 3, 4)
    ]

    with CaptureQueriesContext(connection) as few:
        _run(*rows[:4])
    with CaptureQueriesContext(connection) as many:
        _run(*rows[4:])

    assert Observation.objects.count() == 81
    # SQLite takes 999 values in a statement, so the inserts of rows and log may each come in two.
    assert len(many) - len(few) <= 2
