"""Workbooks and CSV for people: typed cells, a legible header, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from gangmu.problems import Text
from gangmu.sheets.cells import shown
from gangmu.sheets.whole import whole

RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that starts so is run by spreadsheets (ASVS 1.2.10); negative numbers are typed as numbers and stay so."""

EXACT_DIGITS = 15
"""Spreadsheets keep 15 digits of a number. A decimal with more is written as text, so that none is lost."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


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
    from gangmu.sheets import (
        spreadsheet,  # loading openpyxl costs a third of a second: only who writes one waits
    )

    spreadsheet.write(target, sheets)


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
    headers = [column_of(column).header for column in sheet.columns]
    for row in itertools.chain([headers], sheet.rows):
        writer.writerow([_csv_text(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def column_of(column: Column | str) -> Column:
    return Column(column) if isinstance(column, str) else column


def _csv_text(value: Any) -> str:
    if isinstance(value, float):
        raise TypeError(f"not a value of a sheet: {value!r}")
    if isinstance(value, str | Text):
        text = without_control_characters(str(value))
        return f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else shown(value)


def without_control_characters(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return _CONTROL.sub("", text)
