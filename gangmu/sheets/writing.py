"""Workbooks and CSV for people: typed cells, a legible header, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from gangmu.sheets.whole import whole

RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that starts so is run by spreadsheets (ASVS 1.2.10); negative numbers are typed as numbers and stay so."""

EXACT_DIGITS = 15
"""Spreadsheets keep 15 digits of a number. A decimal with more is written as text, so that none is lost."""

_SAMPLED = 200
_WIDEST = 60.0
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")

_HEADER_FONT = Font(name="等线", bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", start_color="1F4E79")
_REQUIRED_FILL = PatternFill("solid", start_color="9C2A1F")
_HEADER_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_HEADER_BORDER = Border(bottom=Side(style="thin", color="999999"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column's header. decimals: places printed of its numbers, None as they are. note: shown at the header.

    choices: offered as a list in each cell. width: in characters, None to fit.
    """

    header: str
    decimals: int | None = None
    note: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    width: float | None = None


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet to write. Cells of `rows` are `Value`s, ints or Texts.

    `rows` may be a generator: it is walked once and never held. wrap: long texts break within their cell, as where
    people read sentences. offers: single cells (`B4`) with the words offered there as a list.
    """

    name: str
    columns: Sequence[Column | str]
    rows: Iterable[Sequence[object]] = ()
    wrap: bool = False
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_workbook(target: Path | str | IO[bytes], sheets: Iterable[SheetOut]) -> None:
    """Write an XLSX row by row. Floats are refused (TypeError): a value is a Decimal, an int, a day or a text."""
    if isinstance(target, Path | str):
        with whole(target) as draft, draft.open("wb") as stream:
            write_workbook(stream, sheets)
        return
    book = Workbook(write_only=True)
    lists: dict[tuple[str, ...], int] = {}
    for sheet in sheets:
        _write_sheet(book, sheet, lists)
    if lists:
        _write_lists(book, lists)
    book.save(target)


def workbook_bytes(sheets: Iterable[SheetOut]) -> bytes:
    """`write_workbook` into memory, for a download."""
    buffer = io.BytesIO()
    write_workbook(buffer, sheets)
    return buffer.getvalue()


def write_csv(target: Path | str, sheet: SheetOut) -> None:
    """Write a CSV that Chinese Excel opens properly: UTF-8 with mark, CRLF, formulas defused by an apostrophe."""
    with whole(target) as draft, draft.open("w", encoding="utf-8-sig", newline="") as stream:
        for line in csv_lines(sheet):
            stream.write(line)


def csv_lines(sheet: SheetOut) -> Iterator[str]:
    """The lines of a CSV, for streaming; the caller puts the UTF-8 mark before them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    headers = [_column(column).header for column in sheet.columns]
    for row in itertools.chain([headers], sheet.rows):
        writer.writerow([_csv_text(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


CHOICES_SHEET = "选项"
"""A hidden sheet for lists that are too long for a cell's own; whoever reads the workbook passes it over."""


def _write_lists(book: Workbook, lists: Mapping[tuple[str, ...], int]) -> None:
    out: Any = book.create_sheet(CHOICES_SHEET)
    out.sheet_state = "hidden"
    for row in itertools.zip_longest(*lists, fillvalue=None):
        out.append(list(row))


def _write_sheet(book: Workbook, sheet: SheetOut, lists: dict[tuple[str, ...], int]) -> None:
    columns = [_column(column) for column in sheet.columns]
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


def _column(column: Column | str) -> Column:
    return Column(column) if isinstance(column, str) else column


def _sheet_name(name: str, book: Workbook) -> str:
    """A name that spreadsheets accept: 31 characters, none of []:*?/\\, not twice."""
    wanted = _IN_SHEET_NAMES.sub(" ", name)[:31] or "Sheet"
    taken = {title.casefold() for title in book.sheetnames}
    tries = itertools.chain([wanted], (f"{wanted[:28]}-{n}" for n in itertools.count(2)))
    return next(title for title in tries if title.casefold() not in taken)


def _header_cell(out: Any, column: Column) -> Any:
    cell = WriteOnlyCell(out, _clean(column.header))
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
        return _text_cell(out, _clean(str(value)))
    raise TypeError(f"not a value of a sheet: {value!r}")


def _text_cell(out: Any, text: str) -> Any:
    if not text.startswith(RUNS_AS_FORMULA):
        return text
    cell = WriteOnlyCell(out, text)
    cell.data_type = "s"
    cell.quotePrefix = True  # what Excel itself sets for a text typed as '=1+1: it stays a text when edited
    return cell


def _csv_text(value: Any) -> str:
    if isinstance(value, float):
        raise TypeError(f"not a value of a sheet: {value!r}")
    if isinstance(value, str | Text):
        text = _clean(str(value))
        return f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else shown(value)


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return _CONTROL.sub("", text)


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
