"""What people type becomes typed values; what cannot be read is told at its cell."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from gangmu.problems import Problems
from gangmu.sheets import parsing
from gangmu.sheets.cells import Cell, Content
from gangmu.sheets.ooxml import NEVER_COMPUTED


def cell(content: Content, unit: str = "") -> Cell:
    return Cell(content, "series.xlsx", "数据", "C12", "数值", unit)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (Decimal("12.5"), "12.5"),
        ("１，２３４．５", "1234.5"),
        ("1,234,567.89", "1234567.89"),
        (" －3 ", "-3"),
        ("−0.4", "-0.4"),
        ("+5", "5"),
        (".5", "0.5"),
        ("3.", "3"),
        ("\u30003.2\xa0", "3.2"),
    ],
)
def test_numbers_as_people_type_them(content: Content, value: str) -> None:
    problems = Problems()

    assert parsing.decimal(cell(content), problems) == Decimal(value)
    assert list(problems) == []


@pytest.mark.parametrize(
    ("content", "unit", "value"),
    [
        ("3.2亿元", "亿元", "3.2"),
        ("3.2亿", "亿元", "3.2"),
        ("32,000万元", "亿元", "3.2"),
        ("3.2亿元", "万元", "32000"),
        ("500元", "万元", "0.05"),
        ("1.5万人", "人", "15000"),
        ("1.5万", "人", "15000"),
        ("12个", "个", "12"),
        ("5.3%", "%", "5.3"),
        ("５．３％", "%", "5.3"),
        ("3万", None, "30000"),
        ("2千克", "千克", "2"),
    ],
)
def test_a_unit_in_the_cell_is_converted(content: str, unit: str | None, value: str) -> None:
    problems = Problems()

    assert parsing.decimal(cell(content), problems, unit=unit) == Decimal(value)
    assert list(problems) == []


@pytest.mark.parametrize(
    ("header", "unit", "value"),
    [("万元", "亿元", "1.5"), ("亿元", "亿元", "15000"), ("保留两位", "亿元", "15000")],
)
def test_a_unit_in_the_header_is_converted(header: str, unit: str, value: str) -> None:
    assert parsing.decimal(cell(Decimal(15000), header), Problems(), unit=unit) == Decimal(value)


@pytest.mark.parametrize(
    ("content", "unit"), [("5.3%", "亿元"), ("12吨", "亿元"), ("3亩", None), ("5%", None)]
)
def test_a_unit_that_does_not_fit_is_refused(content: str, unit: str | None) -> None:
    problems = Problems()

    assert parsing.decimal(cell(content), problems, unit=unit) is None
    assert [(p.code, p.cell) for p in problems] == [("number.wrong_unit", "C12")]


@pytest.mark.parametrize(
    "content", ["1,23", "12,34,567", "1.2.3", "约3", "三", "-", "1e5", datetime.date(2025, 1, 1), True]
)
def test_what_is_no_number_is_refused(content: Content) -> None:
    problems = Problems()

    assert parsing.decimal(cell(content), problems) is None
    assert [p.code for p in problems] == ["number.not_a_number"]


def test_a_finding_names_file_sheet_cell_column_and_remedy_in_both_languages() -> None:
    problems = Problems()

    parsing.decimal(cell("暂无"), problems)

    assert [p.line("zh-hans") for p in problems] == [
        "series.xlsx 数据 C12：“数值”“暂无”不是数字。没有数据请留空"
    ]
    assert [p.as_json("en") for p in problems] == [
        {
            "file": "series.xlsx",
            "sheet": "数据",
            "cell": "C12",
            "code": "number.not_a_number",
            "message": '"数值" "暂无" is not a number',
            "remedy": "leave the cell empty when there is no value",
        }
    ]


@pytest.mark.parametrize(
    "content",
    [
        datetime.date(2025, 3, 1),
        datetime.datetime(2025, 3, 1, 9, 30),
        "2025-03-01",
        "2025-3-1 00:00:00",
        "2025/3/1",
        "2025.3.1",
        "2025年3月1日",
        "２０２５年３月１日",
        "2025 年 3 月 1 日",
        "20250301",
        Decimal(20250301),
        Decimal(45717),
        "45717",
    ],
)
def test_days_in_every_habit(content: Content) -> None:
    problems = Problems()

    assert parsing.day(cell(content), problems) == datetime.date(2025, 3, 1)
    assert list(problems) == []


@pytest.mark.parametrize(
    "content",
    ["2025年3月", "25.3.1", "2025-02-30", "三月一日", Decimal("45717.5"), Decimal(3), "2025-03", True],
)
def test_what_is_no_day_is_refused(content: Content) -> None:
    problems = Problems()

    assert parsing.day(cell(content), problems) is None
    assert [p.code for p in problems] == ["day.not_a_day"]


def test_an_empty_cell_is_no_finding_unless_required() -> None:
    problems = Problems()

    assert parsing.decimal(cell(None), problems) is None
    assert parsing.day(cell("  "), problems) is None
    assert parsing.text(cell("\u3000"), problems, required=True) is None
    assert [p.code for p in problems] == ["cell.empty"]


def test_whole_numbers_have_no_decimals() -> None:
    problems = Problems()

    assert parsing.whole(cell("12"), problems) == 12
    assert parsing.whole(cell(Decimal("12.0")), problems) == 12
    assert parsing.whole(cell(Decimal("12.5")), problems) is None
    assert parsing.whole(cell("-1"), problems, minimum=0) is None
    assert [p.code for p in problems] == ["number.too_many_decimals", "number.too_small"]


def test_limits_are_checked_and_never_rounded_to() -> None:
    problems = Problems()

    assert parsing.decimal(cell("12.34"), problems, decimals=2) == Decimal("12.34")
    assert parsing.decimal(cell("12.345"), problems, decimals=2) is None
    assert parsing.decimal(cell("101"), problems, maximum=100) is None
    assert [p.code for p in problems] == ["number.too_many_decimals", "number.too_large"]


def test_a_choice_is_found_whatever_its_width_and_blanks_and_a_wrong_one_gets_the_nearest() -> None:
    problems = Problems()
    allowed = {"区领导": "leader", "单位负责人": "head", "A角": "a"}

    assert parsing.choice(cell("区 领导"), problems, allowed) == "leader"
    assert parsing.choice(cell("ａ角"), problems, allowed) == "a"
    assert parsing.choice(cell("单位责任人"), problems, allowed) is None
    assert [p.remedy.zh for p in problems] == ["是否应为“单位负责人”？可选：区领导、单位负责人、A角"]


def test_yes_and_no() -> None:
    problems = Problems()
    said: list[Content] = ["是", "√", "Y", "1", True, "否", "×", "no", "0", False]

    assert [parsing.yes(cell(word), problems) for word in said] == [True] * 5 + [False] * 5
    assert parsing.yes(cell("也许"), problems) is None
    assert [p.code for p in problems] == ["yes.neither"]


def test_lists_and_texts() -> None:
    problems = Problems()

    assert parsing.words(cell("全国、全省，全市;东湖区"), problems) == ["全国", "全省", "全市", "东湖区"]
    assert parsing.text(cell(Decimal("2025")), problems) == "2025"
    assert parsing.text(cell("  某 项目 "), problems, limit=3) is None
    assert [p.code for p in problems] == ["text.too_long"]


def test_a_cell_with_a_fault_is_told_by_whoever_reads_it() -> None:
    problems = Problems()

    assert parsing.text(cell(NEVER_COMPUTED), problems) is None
    assert [(p.code, p.message.zh) for p in problems] == [
        ("cell.formula_without_value", "“数值”是公式，但文件里没有计算结果")
    ]
