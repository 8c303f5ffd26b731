"""Writing XLSX with openpyxl: legible headers, exact numbers, texts that stay texts."""

from __future__ import annotations

import datetime
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gangmu.problems import Text
from gangmu.sheets.cells import shown
from gangmu.sheets.writing import (
    EXACT_DIGITS,
    RUNS_AS_FORMULA,
    Column,
    SheetOut,
    column_of,
    without_control_characters,
)

_SAMPLED = 200
_WIDEST = 60.0
_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")

_HEADER_FONT = Font(name="等线", bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", start_color="1F4E79")
_REQUIRED_FILL = PatternFill("solid", start_color="9C2A1F")
_HEADER_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_HEADER_BORDER = Border(bottom=Side(style="thin", color="999999"))


def write(target: Path | str | IO[bytes], sheets: Iterable[SheetOut]) -> None:
    """See `writing.write_workbook`."""
    book = Workbook(write_only=True)
    lists: dict[tuple[str, ...], int] = {}
    for sheet in sheets:
        _write_sheet(book, sheet, lists)
    if lists:
        _write_lists(book, lists)
    book.save(target)


CHOICES_SHEET = "选项"
"""A hidden sheet for lists that are too long for a cell's own; whoever reads the workbook passes it over."""


def _write_lists(book: Workbook, lists: Mapping[tuple[str, ...], int]) -> None:
    out: Any = book.create_sheet(CHOICES_SHEET)
    out.sheet_state = "hidden"
    for row in itertools.zip_longest(*lists, fillvalue=None):
        out.append(list(row))


def _write_sheet(book: Workbook, sheet: SheetOut, lists: dict[tuple[str, ...], int]) -> None:
    columns = [column_of(column) for column in sheet.columns]
    out: Any = book.create_sheet(_sheet_name(sheet.name, book))
    rows = iter(sheet.rows)
    sample = list(itertools.islice(rows, _SAMPLED))
    for index, column in enumerate(columns):
        letter = get_column_letter(index + 1)
        out.column_dimensions[letter].width = column.width or _fitting(column.header, index, sample)
    out.freeze_panes = "A2"
    out.print_title_rows = "1:1"
    out.page_setup.orientation = "landscape"
    out.page_setup.paperSize = 9  # A4
    out.page_setup.fitToHeight = 0
    out.sheet_properties.pageSetUpPr.fitToPage = True
    out.append([_header_cell(out, column) for column in columns])
    formats = [_number_format(column) for column in columns]
    try:
        for row in itertools.chain(sample, rows):
            cells = [_cell(out, value, form) for value, form in itertools.zip_longest(row, formats)]
            out.append([_wrapped(out, cell) for cell in cells] if sheet.wrap else cells)
    except BaseException:
        out.close()  # openpyxl's half-written temporary file would otherwise stay behind
        out._writer.cleanup()
        raise
    _offer_choices(out, columns, lists)
    for place, words in sheet.offers.items():
        _offer(out, place, words, lists)


def _sheet_name(name: str, book: Workbook) -> str:
    """A name that spreadsheets accept: 31 characters, none of []:*?/\\, not twice."""
    wanted = _IN_SHEET_NAMES.sub(" ", name)[:31] or "Sheet"
    taken = {title.casefold() for title in book.sheetnames}
    tries = itertools.chain([wanted], (f"{wanted[:28]}-{n}" for n in itertools.count(2)))
    return next(title for title in tries if title.casefold() not in taken)


def _header_cell(out: Any, column: Column) -> Any:
    cell = WriteOnlyCell(out, without_control_characters(column.header))
    cell.data_type = "s"
    cell.font = _HEADER_FONT
    cell.fill = _REQUIRED_FILL if column.required else _HEADER_FILL
    cell.alignment = _HEADER_ALIGNMENT
    cell.border = _HEADER_BORDER
    if column.note:
        cell.comment = Comment(column.note, "Gangmu", width=320, height=140)
    return cell


def _number_format(column: Column) -> str | None:
    if column.decimals is None:
        return None
    return "#,##0" + ("." + "0" * column.decimals if column.decimals else "")


def _cell(out: Any, value: Any, number_format: str | None) -> Any:
    """What openpyxl is given: plain values where it does right, a prepared cell where it would not."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite() or len(value.normalize().as_tuple().digits) > EXACT_DIGITS:
            return shown(value) if value.is_finite() else str(value)
        if number_format is None:
            return value
        cell: Any = WriteOnlyCell(out)
        cell.value = value
        cell.number_format = number_format
        return cell
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, datetime.date | datetime.time):
        return value
    if isinstance(value, str | Text):
        return _text_cell(out, without_control_characters(str(value)))
    raise TypeError(f"not a value of a sheet: {value!r}")


def _text_cell(out: Any, text: str) -> Any:
    if not text.startswith(RUNS_AS_FORMULA):
        return text
    cell = WriteOnlyCell(out, text)
    cell.data_type = "s"
    cell.quotePrefix = True  # what Excel itself sets for a text typed as '=1+1: it stays a text when edited
    return cell


def _fitting(header: str, index: int, sample: Sequence[Sequence[Any]]) -> float:
    widest = max((_columns_of(_sample_text(row, index)) for row in sample), default=0)
    return min(_WIDEST, max(widest, _columns_of(header) + 2, 8) + 1.5)


def _sample_text(row: Sequence[Any], index: int) -> str:
    value = row[index] if index < len(row) else None
    text = shown(value) if isinstance(value, bool | Decimal | datetime.datetime) else str(value or "")
    return text.partition("\n")[0]


def _columns_of(text: str) -> int:
    """Width in Latin characters: a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _wrapped(out: Any, value: Any) -> Any:
    cell: Any = value if hasattr(value, "alignment") else WriteOnlyCell(out, value)
    cell.alignment = _WRAPPED
    cell.border = _HEADER_BORDER
    return cell


def _offer_choices(out: Any, columns: Sequence[Column], lists: dict[tuple[str, ...], int]) -> None:
    for index, column in enumerate(columns, start=1):
        if column.choices:
            letter = get_column_letter(index)
            _offer(out, f"{letter}2:{letter}5000", column.choices, lists)


def _offer(out: Any, place: str, words: Sequence[str], lists: dict[tuple[str, ...], int]) -> None:
    """Excel takes at most 255 characters of a list, and no commas in its words: others stand on a sheet of their own."""
    listed = ",".join(words)
    source = f'"{listed}"'
    if len(listed) > 250 or any("," in word or '"' in word for word in words):
        column = get_column_letter(lists.setdefault(tuple(words), len(lists) + 1))
        source = f"'{CHOICES_SHEET}'!${column}$1:${column}${len(words)}"
    offer = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    offer.add(place)
    out.data_validations.append(offer)
