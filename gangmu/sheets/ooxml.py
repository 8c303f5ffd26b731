"""The parts of an XLSX that carry values, read in one pass: 50,000 rows in seconds, formulas and merges seen on the way.

openpyxl builds an object for every cell and cannot tell, in one reading, a formula never computed from an empty cell;
writing and marking use it, reading asks it for formats and dates alone, and then only: loading it takes a third of a
second, which no command that reads no workbook should wait for. What is read follows ECMA-376 part 1, §18 (transitional and strict).
"""

from __future__ import annotations

import datetime
import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn
from xml.parsers import expat

from gangmu.problems import Text
from gangmu.sheets.cells import Content, Fault

NEVER_COMPUTED = Fault(
    "cell.formula_without_value",
    Text("是公式，但文件里没有计算结果", "is a formula whose result is not in the file"),
    Text(
        "请用 Excel 或 WPS 打开、重新计算并保存，或改成数值",
        "open, recalculate and save it in Excel or WPS, or paste values",
    ),
)
SPREADSHEET_DIGITS = 15
"""Spreadsheets show 15 digits; the 16th and 17th that files carry are the noise of binary floats."""

WINDOWS_EPOCH, MAC_EPOCH = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)
"""Day 0 of a workbook's dates, as it was made on either system."""

_CELL = re.compile(r"([A-Z]+)([0-9]+)")
_DATE, _PERCENT, _PLAIN = "date", "percent", ""


class EntitiesError(Exception):
    """A part declares a document type: never needed in a workbook, and the way of entity attacks."""


class TooLargeError(Exception):
    """More rows or columns than asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet's rows, (row number from 1, contents from column A), and its merged ranges (`A2:A4`)."""

    rows: list[tuple[int, tuple[Content, ...]]]
    merged: list[str]


@dataclass(slots=True)
class Book:
    """What all sheets share. `pages` name → part; `shared` strings; `styles` what each cell style shows."""

    archive: zipfile.ZipFile
    pages: dict[str, str] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    epoch: datetime.datetime = WINDOWS_EPOCH


def open_book(archive: zipfile.ZipFile) -> Book:
    """Read everything but the sheets. Raises KeyError, ValueError, ExpatError where the file is damaged."""
    book = Book(archive)
    main = next(
        (target for kind, target in _relations(archive, "").values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    relations = _relations(archive, main)
    for kind, target in relations.values():
        if kind == "sharedStrings" and target in archive.namelist():
            book.shared = _shared_strings(archive, target)
        elif kind == "styles" and target in archive.namelist():
            book.styles = _styles(archive, target)

    def start(name: str, said: dict[str, str]) -> None:
        if name == "workbookPr" and said.get("date1904") in ("1", "true"):
            book.epoch = MAC_EPOCH
        elif name == "sheet":
            identity = next(
                value for key, value in said.items() if key.rpartition(":")[2] == "id" and ":" in key
            )
            kind, target = relations[identity]
            if kind == "worksheet":
                book.pages[said["name"]] = target

    _parse(archive, main, start)
    return book


def read_page(book: Book, part: str, max_rows: int, max_columns: int) -> Page:
    """The rows of one sheet that hold anything. TooLargeError beyond the limits; coloured emptiness does not count."""
    reader = _PageReader(book, max_rows, max_columns)
    _parse(book.archive, part, reader.start, reader.end, reader.text)
    return Page(reader.rows, reader.merged)


class _PageReader:
    """Handlers of a sheet's XML. State of the cell being read is kept in plain attributes: this runs per cell."""

    def __init__(self, book: Book, max_rows: int, max_columns: int) -> None:
        self.rows: list[tuple[int, tuple[Content, ...]]] = []
        self.merged: list[str] = []
        self._book = book
        self._max_rows = max_rows
        self._max_columns = max_columns
        self._columns: dict[str, int] = {}
        self._row = 0
        self._contents: list[Content] = []
        self._column = -1
        self._type = "n"
        self._style = 0
        self._formula = False
        self._said: list[str] = []
        self._listening = False
        self._phonetic = False

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(said)
        elif name in ("v", "t"):
            self._listening = not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = int(said["r"]) if "r" in said else self._row + 1
            self._contents = []
            self._column = -1
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self.merged.append(said["ref"])

    def text(self, said: str) -> None:
        if self._listening:
            self._said.append(said)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._listening = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._phonetic = False

    def _start_cell(self, said: dict[str, str]) -> None:
        place = said.get("r")
        self._column = self._index(place) if place else self._column + 1
        self._type = said.get("t", "n")
        self._style = int(said.get("s", 0))
        self._formula = False
        self._said = []

    def _index(self, place: str) -> int:
        match = _CELL.fullmatch(place)
        if match is None:
            raise ValueError(place)
        letters = match[1]
        if letters not in self._columns:
            index = 0
            for letter in letters:
                index = index * 26 + ord(letter) - 64
            self._columns[letters] = index - 1
        return self._columns[letters]

    def _end_cell(self) -> None:
        content = self._content("".join(self._said))
        if content is None:
            return
        if self._column >= self._max_columns:
            raise TooLargeError
        self._contents.extend([None] * (self._column + 1 - len(self._contents)))
        self._contents[self._column] = content

    def _content(self, said: str) -> Content:
        kind = self._type
        if kind == "s":
            return self._book.shared[int(said)] if said else None
        if kind in ("str", "inlineStr"):
            return _unescaped(said) or None
        if not said:
            return NEVER_COMPUTED if self._formula else None
        if kind == "n":
            return self._number(said)
        if kind == "b":
            return said.strip() in ("1", "true")
        if kind == "e":
            return _error_value(said)
        return _iso_day(said)

    def _number(self, said: str) -> Content:
        number = _exact(said)
        shows = self._book.styles[self._style] if self._style < len(self._book.styles) else _PLAIN
        if shows == _DATE:
            return _day(float(said), self._book.epoch, number)
        if shows == _PERCENT:
            return f"{(number * 100).normalize():f}%"
        return number

    def _end_row(self) -> None:
        if self._contents:
            if len(self.rows) >= self._max_rows:
                raise TooLargeError
            self.rows.append((self._row, tuple(self._contents)))


def _exact(said: str) -> Decimal:
    number = Decimal(said)
    if not number.is_finite():
        raise ValueError(said)
    if len(number.as_tuple().digits) > SPREADSHEET_DIGITS:
        return Decimal(format(float(number), f".{SPREADSHEET_DIGITS}g"))
    return number


def _day(serial: float, epoch: datetime.datetime, number: Decimal) -> Content:
    from openpyxl.utils.datetime import from_excel

    try:
        moment = from_excel(serial, epoch)
    except (OverflowError, ValueError):
        return number  # formatted as a date, but none: whoever parses it says so
    if isinstance(moment, datetime.datetime):
        return moment.date() if moment.time() == datetime.time.min else moment
    return moment if isinstance(moment, datetime.time) else number


def _iso_day(said: str) -> Content:
    moment = datetime.datetime.fromisoformat(said.rstrip("Z"))
    return moment.date() if moment.time() == datetime.time.min else moment


def _error_value(shown: str) -> Fault:
    return Fault(
        "cell.error_value",
        Text(f"是错误值 {shown}", f"is the error value {shown}"),
        Text("请改正公式，或改成数值", "mend the formula, or paste the value"),
    )


def _unescaped(said: str) -> str:
    if "_x" not in said:
        return said
    from openpyxl.utils.escape import unescape

    return unescape(said)


def _shared_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    strings: list[str] = []
    said: list[str] = []
    state = {"listening": False, "phonetic": False}

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            said.clear()
        elif name == "rPh":
            state["phonetic"] = True
        elif name == "t":
            state["listening"] = not state["phonetic"]

    def end(name: str) -> None:
        if name == "t":
            state["listening"] = False
        elif name == "rPh":
            state["phonetic"] = False
        elif name == "si":
            strings.append(_unescaped("".join(said)))

    def text(words: str) -> None:
        if state["listening"]:
            said.append(words)

    _parse(archive, part, start, end, text)
    return strings


def _styles(archive: zipfile.ZipFile, part: str) -> list[str]:
    """What each cell style shows a number as: a date, a percentage, or plainly."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    formats: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[str] = []
    inside = {"cellXfs": False}

    def start(name: str, said: dict[str, str]) -> None:
        if name == "numFmt":
            formats[int(said["numFmtId"])] = said.get("formatCode", "")
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            styles.append(_shows(formats.get(int(said.get("numFmtId", 0)), "")))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside["cellXfs"] = False

    _parse(archive, part, start, end)
    return styles


def _shows(number_format: str) -> str:
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    if is_date_format(number_format) and not is_timedelta_format(number_format):
        return _DATE
    return _PERCENT if "%" in number_format else _PLAIN


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Identity → (kind, part) of what a part points at."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, said: dict[str, str]) -> None:
        if element == "Relationship" and said.get("TargetMode") != "External":
            target = said["Target"]
            whole = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            found[said["Id"]] = (said["Type"].rpartition("/")[2], whole)

    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in archive.namelist():
        _parse(archive, relations, start)
    return found


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk a part with names stripped of their prefix. EntitiesError for a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    local: dict[str, str] = {}

    def stripped(name: str) -> str:
        if name not in local:
            local[name] = name.rpartition(":")[2]
        return local[name]

    def refuse(*_: object) -> NoReturn:
        raise EntitiesError

    parser.StartElementHandler = lambda name, said: start(stripped(name), said)
    parser.EndElementHandler = lambda name: end(stripped(name))
    parser.StartDoctypeDeclHandler = refuse
    if text is not None:
        parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        parser.ParseFile(stream)
