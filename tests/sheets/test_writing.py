"""What we write opens well, imports back unchanged and runs nothing."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from gangmu.sheets.reading import read_workbook
from gangmu.sheets.writing import Column, SheetOut, workbook_bytes, write_csv, write_workbook

DANGEROUS = ["=1+1", "+86 571", "-5℃冷库", "@SUM(A1)", "\t=1"]
COLUMNS = [
    Column("编号"),
    Column("名称"),
    Column("投资额（亿元）", decimals=2),
    Column("日期"),
    Column("公开"),
]
ROWS = [
    ["P001", "滨江路", Decimal("-12.50"), datetime.date(2025, 3, 1), True],
    ["P002", "=HYPERLINK(1)", Decimal("0.1"), None, False],
]


def test_types_survive_the_round(tmp_path: Path) -> None:
    write_workbook(tmp_path / "p.xlsx", [SheetOut("项目库", COLUMNS, iter(ROWS))])

    page = openpyxl.load_workbook(tmp_path / "p.xlsx")["项目库"]

    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [
        ["P001", "滨江路", -12.5, datetime.datetime(2025, 3, 1), True],
        ["P002", "=HYPERLINK(1)", 0.1, None, False],
    ]
    assert (page["C2"].number_format, page.freeze_panes, page["A1"].font.bold) == ("#,##0.00", "A2", True)
    assert page.print_title_rows == "$1:$1"


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    data = workbook_bytes([SheetOut("s", ["名称"], [[text]])])
    sheet = read_workbook(data, "s.xlsx").sheets[0]

    assert sheet.raw.rows[1] == (2, (text,))


def test_a_text_cell_is_marked_so_that_excel_keeps_it_a_text(tmp_path: Path) -> None:
    write_workbook(tmp_path / "p.xlsx", [SheetOut("s", ["名称"], [["=1+1"]])])

    cell = openpyxl.load_workbook(tmp_path / "p.xlsx")["s"]["A2"]

    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_written_as_text() -> None:
    exact = Decimal("12345678901234567.89")
    data = workbook_bytes([SheetOut("s", ["数"], [[exact], [Decimal("123456789012.345")]])])

    assert [row for _, row in read_workbook(data, "s.xlsx").sheets[0].raw.rows[1:]] == [
        ("12345678901234567.89",),
        (Decimal("123456789012.345"),),
    ]


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        workbook_bytes([SheetOut("s", ["数"], [[0.1]])])


def test_headers_carry_notes_and_choices(tmp_path: Path) -> None:
    columns = [Column("类别", note="必填", required=True, choices=("甲", "乙"))]
    write_workbook(tmp_path / "p.xlsx", [SheetOut("单位[2025]", columns)])

    page = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0]

    assert page.title == "单位 2025 "
    assert page["A1"].comment.text == "必填"
    assert [(str(offer.sqref), offer.formula1) for offer in page.data_validations.dataValidation] == [
        ("A2:A5000", '"甲,乙"')
    ]


def test_columns_are_wide_enough_for_chinese(tmp_path: Path) -> None:
    write_workbook(tmp_path / "p.xlsx", [SheetOut("s", ["名称", "数"], [["云溪区发展和改革局", 1]])])

    widths = openpyxl.load_workbook(tmp_path / "p.xlsx")["s"].column_dimensions

    assert (widths["A"].width, widths["B"].width) == (19.5, 9.5)


def test_csv_opens_in_chinese_excel_and_runs_nothing(tmp_path: Path) -> None:
    write_csv(tmp_path / "p.csv", SheetOut("s", COLUMNS, ROWS))

    data = (tmp_path / "p.csv").read_bytes()

    assert (
        data
        == (
            "\ufeff编号,名称,投资额（亿元）,日期,公开\r\n"
            "P001,滨江路,-12.50,2025-03-01,是\r\n"
            "P002,'=HYPERLINK(1),0.1,,否\r\n"
        ).encode()
    )


def test_csv_imports_back_unchanged(tmp_path: Path) -> None:
    write_csv(tmp_path / "p.csv", SheetOut("s", ["名称"], [[text] for text in DANGEROUS]))

    rows = read_workbook(tmp_path / "p.csv").sheets[0].raw.rows[1:]

    assert [row[0] for _, row in rows] == DANGEROUS


def test_control_characters_are_left_out() -> None:
    data = workbook_bytes([SheetOut("s", ["名称"], [["甲\x00\x0b乙"]])])

    assert read_workbook(data, "s.xlsx").sheets[0].raw.rows[1] == (2, ("甲乙",))
