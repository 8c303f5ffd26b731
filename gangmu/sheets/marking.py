"""The user's own file given back with its findings: coloured cells, comments and a column 错误."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.exceptions import CellCoordinatesException

from gangmu.problems import InputRefused, Problem
from gangmu.sheets import headers, text_table, xlsx
from gangmu.sheets.cells import shown
from gangmu.sheets.headers import ERROR_HEADER
from gangmu.sheets.reading import MARKED_SUFFIX

_FILL = PatternFill("solid", start_color="FFC7CE")
_FONT = Font(name="等线", color="9C0006")
_MARK = "【错误】"


def mark(
    original: Path | str, problems: Iterable[Problem], out: Path | str, language: str = "zh-hans"
) -> int:
    """Write a copy of `original` with every finding at its cell; returns how many findings were marked.

    A CSV comes back as XLSX. The problems are those of this file; their sheet and cell decide the place, and one
    without a cell is put beside the header of its sheet (the first sheet where it names none). Marks of an earlier
    round are renewed. `InputRefused` when the file cannot be opened at all.
    """
    data = Path(original).read_bytes()
    book = _open(data, str(original))
    by_place: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    count = 0
    for problem in problems:
        sheet = problem.sheet if problem.sheet in book.sheetnames else book.sheetnames[0]
        row, column = _position(problem.cell)
        finding = f"{problem.message.say(language)} {problem.remedy.say(language)}".strip()
        by_place[sheet, row, column].append(finding)
        count += 1
    for name in book.sheetnames:
        _mark_sheet(book[name], {key[1:]: said for key, said in by_place.items() if key[0] == name})
    buffer = io.BytesIO()
    book.save(buffer)
    Path(out).write_bytes(buffer.getvalue())
    return count


def mark_beside(path: Path, problems: Iterable[Problem], language: str) -> Path | None:
    """Beside the user's file a copy with its findings; its path. None where it is damaged or the folder takes no file:
    the findings are told anyway.
    """
    copy = path.with_name(f"{path.stem.removesuffix(MARKED_SUFFIX)}{MARKED_SUFFIX}.xlsx")
    try:
        mark(path, problems, copy, language)
    except (InputRefused, OSError):
        return None
    return copy


def _open(data: bytes, file: str) -> Any:
    if not file.lower().endswith((".csv", ".tsv", ".txt")):
        xlsx.read(data, file)  # refuses what must not be opened
        return xlsx.open_for_marking(data)
    raw = text_table.read(data, file, PurePath(file).stem)
    book = Workbook()
    sheet: Any = book.active
    sheet.title = raw.name[:31]
    for number, contents in raw.rows:
        for index, content in enumerate(contents, start=1):
            cell = sheet.cell(number, index)
            cell.value = content
            cell.data_type = "s"
    return book


def _position(cell: str) -> tuple[int, int]:
    """(row, column) of `C12`; (1, 0) for a place that is no cell."""
    try:
        letters, row = coordinate_from_string(cell)
    except CellCoordinatesException:
        return 1, 0
    return row, column_index_from_string(letters)


def _mark_sheet(sheet: Any, findings: dict[tuple[int, int], list[str]]) -> None:
    column = _error_column(sheet)
    if column is not None:
        _take_back(sheet, column)
    if not findings:
        return
    column = column or sheet.max_column + 1
    header_row = 1
    sheet.cell(header_row, column).value = ERROR_HEADER
    by_row: dict[int, list[str]] = defaultdict(list)
    for (row, at), said in sorted(findings.items()):
        by_row[row].extend(said)
        if at:
            _colour(sheet, row, at, "\n".join(said))
    for row, said in by_row.items():
        cell = sheet.cell(row, column)
        cell.value = "；".join(said) if row != header_row else f"{ERROR_HEADER}：{'；'.join(said)}"
        cell.data_type = "s"
        cell.font = _FONT
        cell.fill = _FILL
    sheet.column_dimensions[sheet.cell(1, column).column_letter].width = 60


def _error_column(sheet: Any) -> int | None:
    for cell in next(sheet.iter_rows(min_row=1, max_row=1), ()):
        header = headers.plain(shown(cell.value)) if isinstance(cell.value, str) else ""
        if header.startswith(ERROR_HEADER):
            return int(cell.column)
    return None


def _take_back(sheet: Any, column: int) -> None:
    """Remove the marks of an earlier round: our comments with their colour, and the words of the column."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.text.startswith(_MARK):
                cell.comment = None
                cell.fill = PatternFill()
    for row in range(1, sheet.max_row + 1):
        cell = sheet.cell(row, column)
        cell.value = None
        cell.fill = PatternFill()


def _colour(sheet: Any, row: int, column: int, said: str) -> None:
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        holder = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        cell = sheet.cell(holder.min_row, holder.min_col)
    cell.fill = _FILL
    cell.comment = Comment(f"{_MARK}{said}", "Gangmu", width=320, height=120)
