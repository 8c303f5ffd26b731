"""The user's own file comes back with its findings, and can be mended and imported as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from gangmu.problems import Problem, Text
from gangmu.sheets.marking import mark
from gangmu.sheets.reading import read_workbook
from tests.factories.sheets import xlsx


def finding(cell: str, zh: str = "“金额”“x”不是数字", sheet: str = "数据") -> Problem:
    return Problem(
        "number.not_a_number", Text(zh, "not a number"), Text("请改", "mend it"), "p.xlsx", sheet, cell
    )


def marked(tmp_path: Path, data: bytes, problems: list[Problem], name: str = "p.xlsx") -> Any:
    (tmp_path / name).write_bytes(data)
    assert mark(tmp_path / name, problems, tmp_path / "p.标错.xlsx") == len(problems)
    return openpyxl.load_workbook(tmp_path / "p.标错.xlsx").worksheets[0]


def test_cells_are_coloured_commented_and_listed_in_a_column(tmp_path: Path) -> None:
    page = marked(
        tmp_path, xlsx([["编号", "金额"], ["P1", "x"], ["P2", "y"]]), [finding("B2"), finding("A2", "重复")]
    )

    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["编号", "金额", "错误"],
        ["P1", "x", "重复 请改；“金额”“x”不是数字 请改"],
        ["P2", "y", None],
    ]
    assert page["B2"].comment.text == "【错误】“金额”“x”不是数字 请改"
    assert (page["B2"].fill.start_color.rgb, page["B3"].fill.fill_type) == ("00FFC7CE", None)


def test_formats_and_formulas_of_the_original_stay(tmp_path: Path) -> None:
    def style(page: Any) -> None:
        page["B3"].value = "=SUM(B2:B2)"
        page.column_dimensions["A"].width = 33
        page.merge_cells("A2:A3")

    page = marked(tmp_path, xlsx([["编号", "金额"], ["P1", 5]], touch=style), [finding("A3")])

    assert (page["B3"].value, page.column_dimensions["A"].width) == ("=SUM(B2:B2)", 33)
    assert page["A2"].comment is not None


def test_a_finding_without_a_cell_stands_beside_the_header(tmp_path: Path) -> None:
    page = marked(
        tmp_path,
        xlsx([["编号"], ["P1"]]),
        [finding("", "缺少“名称”一列"), finding("", "缺少“甲”一列", "没有")],
    )

    assert page["B1"].value == "错误：缺少“名称”一列 请改；缺少“甲”一列 请改"


def test_marks_of_an_earlier_round_are_renewed_and_read_as_no_data(tmp_path: Path) -> None:
    first = xlsx([["编号", "金额"], ["P1", "x"], ["P2", "y"]])
    marked(tmp_path, first, [finding("B2"), finding("B3")])
    again = (tmp_path / "p.标错.xlsx").read_bytes()

    page = marked(tmp_path, again, [finding("B3")])
    workbook = read_workbook(tmp_path / "p.标错.xlsx", "p.xlsx")
    columns = workbook.sheets[0].columns({"no": "编号", "sum": "金额"})

    assert [cell.value for cell in page["C"]] == ["错误", None, "“金额”“x”不是数字 请改"]
    assert (page["B2"].comment, page["B2"].fill.fill_type) == (None, None)
    assert columns is not None
    assert [row["no"].value for row in workbook.sheets[0].rows(columns)] == ["P1", "P2"]
    assert workbook.notes == []


def test_a_csv_comes_back_as_a_workbook_of_texts(tmp_path: Path) -> None:
    page = marked(tmp_path, "编号,金额\n001,=x\n".encode("gb18030"), [finding("B2", sheet="p")], "p.csv")

    assert [[cell.value for cell in row] for row in page.iter_rows(max_col=2)] == [
        ["编号", "金额"],
        ["001", "=x"],
    ]
    assert page["B2"].data_type == "s"
