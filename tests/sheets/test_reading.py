"""Files as they come from officials' machines: read tolerantly, refused with one clear finding, never guessed."""

from __future__ import annotations

import datetime
import io
import random
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from gangmu.problems import InputRefused, Problems
from gangmu.sheets import parsing, xlsx
from gangmu.sheets.reading import Sheet, read_workbook
from tests.factories.sheets import repacked, saved
from tests.factories.sheets import xlsx as made

WANTED = {"code": ("编码", "code"), "name": ("名称", "name"), "amount": ("投资额", "amount"), "on": ("日期",)}


def sheet_of(data: bytes, name: str = "units.xlsx") -> Sheet:
    return read_workbook(data, name).sheets[0]


def read(sheet: Sheet, *keys: str) -> list[tuple[Any, ...]]:
    columns = sheet.columns(WANTED)
    assert columns is not None
    return [(row.number, *(row[key].value for key in keys)) for row in sheet.rows(columns)]


def refused(data: bytes, name: str = "units.xlsx") -> list[str]:
    with pytest.raises(InputRefused) as refusal:
        read_workbook(data, name)
    assert [problem.file for problem in refusal.value.problems] == [name]
    return [problem.code for problem in refusal.value.problems]


def test_cells_arrive_typed_with_their_place() -> None:
    data = made([["编码", "名称", "投资额", "日期"], ["A01", "发改局", 0.1 + 0.2, datetime.date(2025, 3, 1)]])
    sheet = sheet_of(data)
    columns = sheet.columns(WANTED)
    assert columns is not None

    (row,) = sheet.rows(columns)

    assert [row[key].value for key in WANTED] == ["A01", "发改局", Decimal("0.3"), datetime.date(2025, 3, 1)]
    assert [row[key].place for key in WANTED] == ["A2", "B2", "C2", "D2"]
    assert row.cell("名称").value == "发改局"
    assert row["on"].sheet == "数据"


def test_headers_are_found_whatever_their_width_case_and_blanks() -> None:
    sheet = sheet_of(made([[" ＣＯＤＥ ", "名 称＊", "投资额（万元）"], ["A01", "发改局", 12]]))
    columns = sheet.columns(WANTED, required=("code", "name"), problems=Problems())
    assert columns is not None

    (row,) = sheet.rows(columns)

    assert (row["code"].value, row["name"].value, row["amount"].unit) == ("A01", "发改局", "万元")
    assert row["on"].empty


def test_a_title_above_the_header_is_passed_over() -> None:
    sheet = sheet_of(made([["云溪区单位一览表"], ["单位：个"], ["编码", "名称"], ["A01", "发改局"]]))

    assert read(sheet, "code", "name") == [(4, "A01", "发改局")]


def test_a_missing_header_is_told_with_the_headers_found() -> None:
    problems = Problems()

    columns = sheet_of(made([["编号", "名称"], ["A01", "发改局"]])).columns(WANTED, ("code",), problems)

    assert columns is None
    assert [(p.sheet, p.cell, p.message.zh, p.remedy.zh) for p in problems] == [
        ("数据", "A1", "缺少“编码”一列；表头有：编号、名称", "请补上表头“编码”，是否就是“编号”？")
    ]


def test_a_missing_sheet_is_told_with_the_sheets_found() -> None:
    problems = Problems()
    book = Workbook()
    book.worksheets[0]["A1"] = "x"
    book.create_sheet("别的")["A1"] = "y"

    assert read_workbook(saved(book), "units.xlsx").need("单位", problems) is None
    assert [p.message.zh for p in problems] == ["缺少工作表“单位”；现有：Sheet、别的"]


def test_total_rows_and_unknown_columns_are_passed_over_and_said() -> None:
    data = made([["编码", "名称", "备忘"], ["A01", "发改局", "x"], ["", "合 计", 1], ["总计", None, 2]])
    workbook = read_workbook(data, "units.xlsx")

    assert read(workbook.sheets[0], "code", "name") == [(2, "A01", "发改局")]
    assert [(note.code, note.cell) for note in workbook.notes] == [
        ("sheet.unknown_columns", "A1"),
        ("sheet.total_row", "A3"),
        ("sheet.total_row", "A4"),
    ]


def test_blank_rows_do_not_end_a_sheet_and_row_numbers_stay_true() -> None:
    sheet = sheet_of(made([["编码", "名称"], ["A01", "甲"], [], [None, "  "], ["A02", "乙"]]))

    assert read(sheet, "code") == [(2, "A01"), (5, "A02")]


def test_a_text_merged_over_rows_belongs_to_each_of_them() -> None:
    data = made(
        [["编码", "名称"], ["A01", "甲"], [None, "乙"], [None, "丙"], ["A02", "丁"]],
        touch=lambda page: page.merge_cells("A2:A4"),
    )

    assert read(sheet_of(data), "code", "name") == [
        (2, "A01", "甲"),
        (3, "A01", "乙"),
        (4, "A01", "丙"),
        (5, "A02", "丁"),
    ]


def test_a_number_merged_over_rows_is_never_counted_twice() -> None:
    data = made([["名称", "投资额"], ["甲", 100], ["乙", None]], touch=lambda page: page.merge_cells("B2:B3"))
    sheet, problems = sheet_of(data), Problems()
    columns = sheet.columns(WANTED)
    assert columns is not None

    values = [parsing.decimal(row["amount"], problems) for row in sheet.rows(columns)]

    assert values == [None, None]
    assert [(p.code, p.cell) for p in problems] == [
        ("cell.merged_number", "B2"),
        ("cell.merged_number", "B3"),
    ]


def test_a_formula_counts_by_its_stored_result_and_one_never_computed_is_a_finding() -> None:
    data = made([["名称", "投资额"], ["甲", "=1+1"], ["乙", "=1+2"], ["丙", '=""']])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    computed = page.replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>").replace(
        "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>"
    )
    computed = computed.replace('<c r="B4"', '<c r="B4" t="str"')
    assert computed != page
    sheet, problems = sheet_of(repacked(data, xl__worksheets__sheet1_dot_xml=computed.encode())), Problems()
    columns = sheet.columns(WANTED)
    assert columns is not None

    values = [parsing.decimal(row["amount"], problems) for row in sheet.rows(columns)]

    assert values == [Decimal(2), None, None]
    assert [(p.code, p.cell) for p in problems] == [("cell.formula_without_value", "B3")]


def test_an_error_value_is_a_finding() -> None:
    def spoil(page: Any) -> None:
        page["B2"].value = "#REF!"
        page["B2"].data_type = "e"

    sheet, problems = sheet_of(made([["名称", "投资额"], ["甲", 1]], touch=spoil)), Problems()
    columns = sheet.columns(WANTED)
    assert columns is not None

    assert [parsing.decimal(row["amount"], problems) for row in sheet.rows(columns)] == [None]
    assert [p.message.zh for p in problems] == ["“投资额”是错误值 #REF!"]


def test_a_number_shown_as_percentage_is_read_as_people_see_it() -> None:
    def format_it(page: Any) -> None:
        page["B2"].number_format = "0.0%"

    sheet = sheet_of(made([["名称", "投资额"], ["甲", 0.053]], touch=format_it))
    columns = sheet.columns(WANTED)
    assert columns is not None
    (row,) = sheet.rows(columns)

    assert row["amount"].text == "5.3%"
    assert parsing.decimal(row["amount"], Problems(), unit="%") == Decimal("5.3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_every_encoding_and_delimiter(encoding: str, mark: str) -> None:
    text = f'编码{mark}名称\r\n001{mark}"发改{mark}局"\r\n\r\n002{mark}\'=1+1\r\n'
    workbook = read_workbook(text.encode(encoding), "units.csv")
    sheet = workbook.sheet("单位", main=True)
    assert sheet is not None

    assert read(sheet, "code", "name") == [(2, "001", f"发改{mark}局"), (4, "002", "=1+1")]


def test_a_file_knows_its_name_its_folder_and_the_name_before_it_was_marked(tmp_path: Path) -> None:
    path = tmp_path / "projects.标错.xlsx"
    path.write_bytes(made([["编号"]]))

    workbook = read_workbook(path, "ledgers/projects.标错.xlsx")

    assert (workbook.stem, workbook.folder, workbook.names()) == ("projects", "ledgers", ["数据"])


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "units.xlsx", "file.empty"),
        (b"hello", "units.xlsx", "file.not_a_workbook"),
        (xlsx.OLE_MAGIC + b"\0" * 600, "units.xls", "file.old_or_locked"),
        (xlsx.OLE_MAGIC + b"\0" * 600, "units.csv", "file.old_or_locked"),
        (b"PK\x03\x04 broken", "units.xlsx", "file.damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "units.csv", "file.not_text"),
        (b"\xff\xff\xff\xff\x80\x81", "units.csv", "file.not_text"),
        (made([["x"]])[:-200], "units.xlsx", "file.damaged"),
        (repacked(made([["x"]]), xl__vbaProject_dot_bin=b"x"), "units.xlsm", "file.macros"),
        (
            repacked(made([["x"]]), xl__workbook_dot_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'),
            "units.xlsx",
            "file.entities",
        ),
        (repacked(made([["x"]]), xl__workbook_dot_xml=b"<workbook"), "units.xlsx", "file.damaged"),
        (
            repacked(made([["x"]]), xl__worksheets__sheet1_dot_xml=b"<worksheet><a>"),
            "units.xlsx",
            "file.damaged",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_must_not_be_opened_is_refused_with_one_finding(data: bytes, name: str, code: str) -> None:
    assert refused(data, name) == [code]


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert refused(buffer.getvalue()) == ["file.not_a_workbook"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(made([["x"]]), xl__media__bomb_dot_bin=b"\0" * (xlsx.MAX_UNPACKED + 1))

    assert len(bomb) < 2**20
    assert refused(bomb) == ["file.too_large"]


def test_a_dimension_that_lies_costs_nothing() -> None:
    data = made([["编码", "名称"], ["A01", "甲"]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')

    assert read(sheet_of(repacked(data, xl__worksheets__sheet1_dot_xml=page)), "code") == [(2, "A01")]


def test_too_many_columns_are_refused() -> None:
    assert refused(made([["编码"] * (xlsx.MAX_COLUMNS + 1)])) == ["file.too_large"]


def test_too_many_rows_are_refused() -> None:
    assert refused(("编码\n" + "1\n" * xlsx.MAX_ROWS).encode(), "units.csv") == ["file.not_a_table"]


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(seed: int) -> None:
    data = made(
        [["编码", "名称"], ["A01", 1.5], [None, "=1+1"], ["A02", datetime.date(2025, 3, 1)]],
        touch=lambda page: page.merge_cells("A2:A3"),
    )
    chance = random.Random(seed)
    outcomes = []

    for _ in range(50):
        spoiled = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        try:
            outcomes.append(read_workbook(bytes(spoiled), "units.xlsx").names() != [])
        except InputRefused as refusal:
            outcomes.append(len(refusal.problems) == 1)

    assert outcomes == [True] * 50
