"""Facts (考核数据): what a rule book is applied to, with the place each came from.

A fact has unit, period, indicator, event, scorer and field. Long files have a row a fact, wide files a row a unit
and period. Nothing is converted here but numbers: what a fact means is the rule book's affair.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from gangmu.engine import dates, numbers
from gangmu.engine.values import NO_TEXT
from gangmu.problems import Problem, Problems, Text
from gangmu.sheets import headers, xlsx
from gangmu.sheets.cells import Fault, shown
from gangmu.sheets.reading import Sheet, read_workbook
from gangmu.sheets.xlsx import RawSheet

PARQUET = ".parquet"
ACTUAL = "actual"
"""The field of a fact that names none."""

LONG = {
    "unit": ("unit", "单位"),
    "period": ("period", "期间"),
    "indicator": ("indicator", "指标"),
    "event": ("event", "事项", "事件"),
    "scorer": ("scorer", "评分人", "评分单位"),
    "field": ("field", "字段"),
    "value": ("value", "数值", "值"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact as it stands in a file. loose: a cell of a wide table, whose column may be anything."""

    unit: str
    period: str
    indicator: str
    event: str
    scorer: str
    field: str
    value: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    loose: bool = False

    @property
    def key(self) -> tuple[str, str, str, str, str, str]:
        return (self.unit, self.period, self.indicator, self.event, self.scorer, self.field)

    def problem(self, code: str, message: Text, remedy: Text = NO_TEXT) -> Problem:
        return Problem(f"facts.{code}", message, remedy, self.file, self.sheet, self.cell)


@dataclass(frozen=True, slots=True)
class Fact:
    """A value: its text, its number where it is one, and the row it came from."""

    text: str
    number: Fraction | None
    row: Row


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """What is scored: a unit in a period."""

    unit: str
    period: str = ""


Realm = tuple[str, str]

Entries = Mapping[tuple[str, str], Mapping[str, Fact]]
"""(event, scorer) → field → fact; ("", "") is what is neither an event's nor a scorer's."""

_NONE: Entries = {}


@dataclass(slots=True)
class Facts:
    """Facts by unit, period and indicator. A fact without a period holds for all of them."""

    table: dict[tuple[str, str, str], dict[tuple[str, str], dict[str, Fact]]] = field(default_factory=dict)
    order: dict[Case, None] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def of(cls, rows: Iterable[Row], problems: Problems, file: str = "") -> Facts:
        """The facts of rows; empty values are no facts, a key that stands twice is a finding."""
        facts = cls(file=file)
        for row in rows:
            facts.add(row, problems)
        return facts

    def add(self, row: Row, problems: Problems) -> None:
        self.order.setdefault(Case(row.unit, row.period))
        if row.value == "":
            return
        entries = self.table.setdefault((row.unit, row.period, row.indicator), {})
        fields = entries.setdefault((row.event, row.scorer), {})
        name = row.field or (ACTUAL if row.indicator else "")
        if name in fields:
            first = fields[name].row
            problems.add(
                row.problem(
                    "twice",
                    Text(
                        f"{row.unit} {row.period} {row.indicator} {name} 重复，{first.cell} 已有",
                        f"{row.unit} {row.period} {row.indicator} {name} stands twice, first in {first.cell}",
                    ),
                    Text("请删去一条", "remove one of them"),
                )
            )
            return
        fields[name] = Fact(row.value, _number(row.value), row)

    def without(self, marks: Collection[str]) -> Facts:
        """The same facts, values that only mark a gap (`NA`, `..`) left out; their units stay."""
        if not marks:
            return self
        kept: dict[tuple[str, str, str], dict[tuple[str, str], dict[str, Fact]]] = {}
        for key, entries in self.table.items():
            said = {
                who: {name: fact for name, fact in fields.items() if fact.text not in marks}
                for who, fields in entries.items()
            }
            kept[key] = {who: fields for who, fields in said.items() if fields}
        return Facts(kept, self.order, self.file)

    def replaced(
        self, keys: Collection[tuple[str, str, str]], rows: Iterable[Row], problems: Problems
    ) -> Facts:
        """The same facts, those of some units, periods and indicators given anew; the order of units stays."""
        others = {key: entries for key, entries in self.table.items() if key not in keys}
        found = Facts(others, dict(self.order), self.file)
        for row in rows:
            found.add(row, problems)
        return found

    def of_keys(self, keys: Iterable[tuple[str, str, str]]) -> list[Row]:
        """The rows of some units, periods and indicators."""
        entries = [fields for key in keys for fields in self.table.get(key, {}).values()]
        return [fact.row for fields in entries for fact in fields.values()]

    def cases(self) -> tuple[Case, ...]:
        """Units and periods in the order of the file; a unit that has a period is not a case without one."""
        dated = {case.unit for case in self.order if case.period}
        return tuple(case for case in self.order if case.period or case.unit not in dated)

    def entries(self, case: Case, indicator: str) -> Entries:
        found = self.table.get((case.unit, case.period, indicator))
        general = self.table.get((case.unit, "", indicator)) if case.period else None
        if found is None or general is None:
            return found or general or _NONE
        return {key: {**general.get(key, {}), **found.get(key, {})} for key in {**general, **found}}

    def attribute(self, case: Case, name: str) -> str:
        """A text that describes the unit (group, kind, name); "" where there is none."""
        for indicator, of_field in (("", name), (name, ACTUAL)):
            fact = self.entries(case, indicator).get(("", ""), {}).get(of_field)
            if fact is not None:
                return fact.text
        return ""

    def realm(self, case: Case, separate: str = "") -> Realm:
        """Whom a unit may be compared with at most: its period's, and those alike in the attribute `separate`."""
        return (case.period, self.attribute(case, separate) if separate else "")

    def rows(self) -> Iterator[Row]:
        for entries in self.table.values():
            for fields in entries.values():
                yield from (fact.row for fact in fields.values())

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted keys and values; `1.0` and `1` are the same, as are two ways to write a day."""
        lines = sorted([*row.key[:5], row.field or ACTUAL, canonical(row.value)] for row in self.rows())
        units = [[case.unit, case.period] for case in self.cases()]
        text = json.dumps([lines, units], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _number(value: str) -> Fraction | None:
    """The number a value says; a date says the number of its day."""
    found = numbers.read(value)
    return dates.read(value) if found is None else found


def canonical(value: str) -> str:
    """The same number or day written in the same way: `5%` as `0.05`, `2018年7月1日` as `2018-07-01`."""
    number, day = numbers.read(value), dates.read(value)
    if number is not None:
        return numbers.exact(number)
    return value if day is None else dates.shown(day)


def read(source: Path | str | bytes, name: str = "") -> Facts:
    """Facts of a CSV or XLSX file, or of every such file in a folder. InputRefused lists every finding."""
    problems = Problems()
    facts = collected(source, problems, name)
    problems.raise_if_any()
    return facts


def collected(source: Path | str | bytes, problems: Problems, name: str = "") -> Facts:
    """`read` for whoever goes on looking: findings are added to `problems`, what is left can be checked further."""
    facts = Facts.of(rows_of(source, problems, name), problems, name or _name(source))
    if not len(problems) and not facts.table:
        problems.add(
            Problem(
                "facts.empty",
                Text("没有任何考核数据", "holds no facts"),
                Text("请检查文件", "check the file"),
                facts.file,
            )
        )
    return facts


def _name(source: Path | str | bytes) -> str:
    return "" if isinstance(source, bytes) else str(source)


def rows_of(source: Path | str | bytes, problems: Problems, name: str = "") -> Iterator[Row]:
    """The rows of the facts files, findings about cells beside."""
    if not isinstance(source, bytes) and Path(source).is_dir():
        for path in sorted(Path(source).iterdir()):
            if path.suffix.lower() in (".csv", ".xlsx", PARQUET):
                yield from rows_of(path, problems)
        return
    if not isinstance(source, bytes) and Path(source).suffix.lower() == PARQUET:
        yield from _parquet_rows(Path(source), problems)
        return
    workbook = read_workbook(source, name or _name(source))
    for sheet in workbook.sheets:
        if not sheet.empty:
            yield from sheet_rows(sheet, problems)


def _parquet_rows(path: Path, problems: Problems) -> Iterator[Row]:
    """The rows of a Parquet file, as if it were a sheet."""
    from gangmu.engine.duckdb_files import parquet_table

    headers, rows = parquet_table(path)
    raw = RawSheet("", [(1, tuple(headers)), *((number, tuple(row)) for number, row in enumerate(rows, 2))])
    yield from sheet_rows(Sheet(raw, str(path), {}), problems)


def sheet_rows(sheet: Sheet, problems: Problems) -> Iterator[Row]:
    """The facts of one sheet, long or wide."""
    number, contents = sheet.raw.rows[0]
    columns = {
        index: shown(content) for index, content in enumerate(contents) if not isinstance(content, Fault)
    }
    at = _known(columns)
    if "unit" not in at:
        problems.add(
            sheet.problem(
                "facts.no_unit",
                Text("没有“unit”（单位）一列", 'there is no column "unit"'),
                Text(
                    "长表：unit,period,indicator,event,scorer,field,value；宽表：unit,period 后每列一个指标；"
                    "单位一列的表头请写 unit",
                    "long: unit,period,indicator,event,scorer,field,value; wide: unit, period, a column an indicator;"
                    " call the column of the units `unit`",
                ),
                f"A{number}",
            )
        )
        return
    reader = _long if "indicator" in at and "value" in at else _wide
    for row_number, row in sheet.raw.rows[1:]:
        yield from reader(_Line(sheet, row_number, row, problems), at, columns)


def _known(columns: Mapping[int, str]) -> dict[str, int]:
    by_name = {headers.plain(header): index for index, header in reversed(list(columns.items()))}
    return {
        key: by_name[headers.plain(name)]
        for key, names in LONG.items()
        for name in reversed(names)
        if headers.plain(name) in by_name
    }


@dataclass(frozen=True, slots=True)
class _Line:
    sheet: Sheet
    number: int
    contents: Sequence[object]
    problems: Problems

    def text(self, index: int | None) -> str:
        if index is None or index >= len(self.contents):
            return ""
        content = self.contents[index]
        if isinstance(content, Fault):
            self.problems.add(
                self.sheet.problem(content.code, content.message, content.remedy, self.place(index))
            )
            return ""
        return shown(content)  # type: ignore[arg-type]

    def place(self, index: int) -> str:
        return xlsx.place(self.number, index)

    def refuse(self, index: int, code: str, zh: str, en: str) -> None:
        sheet = _shown_sheet(self.sheet)
        self.problems.add(
            Problem(f"facts.{code}", Text(zh, en), NO_TEXT, self.sheet.file, sheet, self.place(index))
        )


def _long(line: _Line, at: Mapping[str, int], columns: Mapping[int, str]) -> Iterator[Row]:
    said = {key: line.text(at.get(key)) for key in LONG}
    if not any(said.values()):
        return
    if not said["unit"]:
        line.refuse(at["unit"], "no_unit", "没有写单位", "names no unit")
        return
    yield Row(
        said["unit"],
        said["period"],
        said["indicator"],
        said["event"],
        said["scorer"],
        said["field"],
        said["value"],
        line.sheet.file,
        _shown_sheet(line.sheet),
        line.place(at["value"]),
    )


def _wide(line: _Line, at: Mapping[str, int], columns: Mapping[int, str]) -> Iterator[Row]:
    unit, period = line.text(at["unit"]), line.text(at.get("period"))
    cells = {index: line.text(index) for index in columns if index not in (at["unit"], at.get("period"))}
    if not unit:
        if any(cells.values()):
            line.refuse(at["unit"], "no_unit", "没有写单位", "names no unit")
        return
    for index, value in cells.items():
        indicator, _, of_field = columns[index].partition(".")
        if indicator:
            yield Row(
                unit,
                period,
                indicator,
                "",
                "",
                of_field,
                value,
                line.sheet.file,
                _shown_sheet(line.sheet),
                line.place(index),
                loose=True,
            )


def _shown_sheet(sheet: Sheet) -> str:
    """A CSV has one sheet whose name says nothing."""
    return "" if sheet.file.lower().endswith(".csv") else sheet.name
