"""Workbooks as sheets, rows and cells that know their place."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from gangmu.problems import Problem, Problems, Text, refuse
from gangmu.sheets import headers, text_table, xlsx
from gangmu.sheets.cells import Cell, Content, Fault, shown
from gangmu.sheets.headers import Columns, Names
from gangmu.sheets.xlsx import RawSheet

MARKED_SUFFIX = ".标错"
"""What the copy that `marking` gives back is called beside the original: projects.标错.xlsx."""

HEADER_WITHIN = 10
"""A header is looked for in the first rows only: above it may stand a title and a line about units."""

_TOTALS = {"合计", "总计", "小计", "共计", "total", "sum", "subtotal", "grandtotal"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet. `row["code"]` by key of the columns asked for, `row.cell("编码")` by header.

    A column that the file does not have gives an empty cell, so that optional columns need no asking.
    """

    number: int
    contents: tuple[Content, ...]
    columns: Columns
    file: str
    sheet: str

    def __getitem__(self, key: str) -> Cell:
        return self._at(self.columns.at.get(key), key)

    def cell(self, header: str) -> Cell:
        found = headers.match(self.columns.found, {"": header}, self.columns.row)
        return self._at(found.at.get(""), header)

    def first(self) -> Cell:
        """The first cell of the columns asked for: where a finding about the whole row is shown."""
        return self._at(min(self.columns.at.values(), default=0), "")

    def _at(self, index: int | None, name: str) -> Cell:
        if index is None:
            return Cell(None, self.file, self.sheet, f"A{self.number}", name)
        content = self.contents[index] if index < len(self.contents) else None
        return Cell(
            content,
            self.file,
            self.sheet,
            xlsx.place(self.number, index),
            self.columns.found.get(index, ""),
            self.columns.units.get(index, ""),
        )


@dataclass(slots=True)
class Sheet:
    """A sheet of a workbook; `notes` collects what was passed over (total rows, unknown columns)."""

    raw: RawSheet
    file: str
    notes: dict[str, Problem]

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def empty(self) -> bool:
        return not self.raw.rows

    def headers(self) -> list[str]:
        """The first row's words, as written."""
        return list(_header_texts(self.raw.rows[0][1]).values()) if self.raw.rows else []

    def columns(
        self, wanted: Mapping[str, Names], required: Iterable[str] = (), problems: Problems | None = None
    ) -> Columns | None:
        """Find the wanted columns by their names (any of several, Chinese first).

        None when a required header is missing: one finding for each, naming sheet and headers found. A column that
        nobody asked for becomes a note, never silence.
        """
        best = self._best_header(wanted)
        findings = headers.missing(best, wanted, required, self.file, self.name)
        self._note_unknown(best)
        return headers.report(best, problems if problems is not None else Problems(), findings)

    def rows(self, columns: Columns | None = None) -> Iterator[Row]:
        """The rows below the header that say anything. Total rows are passed over and noted."""
        if columns is None:
            columns = self._best_header({})
        for number, contents in self.raw.rows:
            if number <= columns.row or _is_blank(contents):
                continue
            total = _total_of(contents)
            if total:
                self._note_total(number, total)
                continue
            yield Row(number, contents, columns, self.file, self.name)

    def problem(self, code: str, message: Text, remedy: Text, cell: str = "") -> Problem:
        """A finding about the sheet as a whole."""
        return Problem(code, message, remedy, self.file, self.name, cell)

    def _best_header(self, wanted: Mapping[str, Names]) -> Columns:
        """The row among the first ten that has most of the wanted headers; the first row when none has any."""
        candidates = [
            headers.match(_header_texts(contents), wanted, number)
            for number, contents in self.raw.rows[:HEADER_WITHIN]
        ]
        return max(candidates, key=lambda found: len(found.at), default=Columns({}, {}, {}, 0))

    def _note_unknown(self, columns: Columns) -> None:
        known = set(columns.at.values())
        unknown = [
            header
            for index, header in columns.found.items()
            if index not in known and not headers.plain(header).startswith(headers.ERROR_HEADER)
        ]
        if unknown and known:
            self.notes[f"{self.name}!"] = self.problem(
                "sheet.unknown_columns",
                Text(
                    f"这些列不认识，没有读取：{'、'.join(unknown)}", f"columns not read: {', '.join(unknown)}"
                ),
                Text("如有需要，请改用规定的表头", "use the prescribed headers if they matter"),
                f"A{columns.row}",
            )

    def _note_total(self, number: int, total: str) -> None:
        self.notes[f"{self.name}!{number}"] = self.problem(
            "sheet.total_row",
            Text(f"“{total}”行没有作为数据读取", f'row "{total}" was not read as data'),
            Text("合计由系统计算", "totals are computed"),
            f"A{number}",
        )


@dataclass(slots=True)
class Workbook:
    """A file read whole. `name` as the user names it (`ledgers/projects.xlsx`)."""

    name: str
    sheets: list[Sheet]
    single: bool = False
    _notes: dict[str, Problem] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The file's name without its ending, and without the mark of a corrected copy."""
        return PurePath(self.name).stem.removesuffix(MARKED_SUFFIX)

    @property
    def folder(self) -> str:
        """The name of the folder the file lies in, or ""."""
        return PurePath(self.name).parent.name

    @property
    def notes(self) -> list[Problem]:
        """What was passed over so far; complete once the rows have been walked."""
        return list(self._notes.values())

    def names(self) -> list[str]:
        return [sheet.name for sheet in self.sheets]

    def sheet(self, names: Names, *, main: bool = False) -> Sheet | None:
        """The sheet of that name (any of several), or None.

        main: it is the file's main sheet, so the only sheet of a CSV, or of a workbook with a single sheet, answers
        whatever it is called.
        """
        wanted = [headers.plain(name) for name in ([names] if isinstance(names, str) else names)]
        for sheet in self.sheets:
            if headers.plain(sheet.name) in wanted:
                return sheet
        filled = [sheet for sheet in self.sheets if not sheet.empty]
        return filled[0] if main and len(filled) == 1 else None

    def need(self, names: Names, problems: Problems, *, main: bool = True) -> Sheet | None:
        """`sheet`, or a finding that names the sheets there are."""
        sheet = self.sheet(names, main=main)
        if sheet is None:
            first = names if isinstance(names, str) else names[0]
            there = "、".join(self.names())
            problems.add(
                Problem(
                    "sheet.missing",
                    Text(
                        f"缺少工作表“{first}”；现有：{there}",
                        f'sheet "{first}" is missing; there are: {there}',
                    ),
                    Text(f"请把工作表命名为“{first}”", f'name the sheet "{first}"'),
                    self.name,
                )
            )
        return sheet


def read_workbook(source: Path | str | bytes, name: str = "") -> Workbook:
    """Read an XLSX or CSV file whole. `InputRefused` with one finding when it is neither, damaged or too large."""
    file = name or (str(source) if not isinstance(source, bytes) else "")
    data = source if isinstance(source, bytes) else _bytes(Path(source), file)
    if len(data) > xlsx.MAX_FILE:
        raise xlsx.too_large(file, len(data))
    if not data.strip():
        raise refuse(
            "file.empty", "是空文件", "is empty", "请检查是否导出成功", "check the export", file=file
        )
    as_text = PurePath(file).suffix.lower() in (".csv", ".txt", ".tsv")
    if as_text and not data.startswith((xlsx.OLE_MAGIC, xlsx.ZIP_MAGIC + b"\x03")):
        return _workbook(file, [text_table.read(data, file, PurePath(file).stem)], single=True)
    return _workbook(file, xlsx.read(data, file))


def _workbook(file: str, raws: Sequence[RawSheet], single: bool = False) -> Workbook:
    notes: dict[str, Problem] = {}
    return Workbook(file, [Sheet(raw, file, notes) for raw in raws], single, notes)


def _bytes(path: Path, file: str) -> bytes:
    try:
        if path.stat().st_size > xlsx.MAX_FILE:
            raise xlsx.too_large(file, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise refuse(
            "file.unreadable",
            f"无法读取（{error.strerror}）",
            f"cannot be read ({error.strerror})",
            "请检查文件名和权限",
            "check its name and permissions",
            file=file,
        ) from error


def _header_texts(contents: Iterable[Content]) -> dict[int, str]:
    texts = ((index, _text(content)) for index, content in enumerate(contents))
    return {index: text for index, text in texts if text}


def _is_blank(contents: Iterable[Content]) -> bool:
    return all(not isinstance(content, Fault) and not shown(content) for content in contents)


def _total_of(contents: Iterable[Content]) -> str:
    """The word of a total row (合计), when the row's first text is one; else ""."""
    first = next((text for text in map(_text, contents) if text), "")
    return first if _is_total(first) else ""


@functools.lru_cache(maxsize=4096)
def _is_total(first: str) -> bool:
    return headers.plain(first) in _TOTALS


def _text(content: Content) -> str:
    return "" if isinstance(content, Fault) else shown(content)
