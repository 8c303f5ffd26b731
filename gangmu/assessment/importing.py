"""Importing facts.xlsx: assessment data that no figure gives, checked against the rule book of its period."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gangmu.assessment import cycles
from gangmu.assessment.facts import assessed, groups_of_units, of_units
from gangmu.assessment.given import GivenFact, Key, changing, give
from gangmu.assessment.models import Cycle
from gangmu.engine import fact_check, planning
from gangmu.engine.facts import ACTUAL, Facts
from gangmu.engine.facts import Row as FactRow
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import Indicator, RuleBook, Veto
from gangmu.org.models import Unit
from gangmu.problems import InputRefused, Problems
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.records.periods import Period
from gangmu.scoring import books
from gangmu.sheets import parsing
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Row, Workbook
from gangmu.sheets.writing import Column, SheetOut

SHEET = ("考核数据", "facts")
COLUMNS: Mapping[str, Sequence[str]] = {
    "unit": ("单位", "unit"),
    "period": ("期间", "period"),
    "indicator": ("指标", "indicator"),
    "event": ("事项", "event"),
    "scorer": ("评分人", "scorer"),
    "field": ("字段", "field"),
    "value": ("数值", "value"),
    "basis": ("依据", "basis"),
}
_REQUIRED = ("unit", "period", "indicator", "value")
_LIMITS = {"indicator": 60, "event": 120, "scorer": 80, "field": 60, "value": 200, "basis": 300}


def takes(workbook: Workbook) -> bool:
    """facts.xlsx, or any workbook with a sheet 考核数据."""
    return workbook.stem == "facts" or workbook.sheet("考核数据") is not None


def run(workbook: Workbook, problems: Problems, actor: Actor, batch: ImportBatch) -> Counts:
    """Check every row by the rule book of its period, then record them; of a file with findings nothing is."""
    sheet = workbook.need(SHEET, problems)
    columns = sheet.columns(COLUMNS, _REQUIRED, problems) if sheet else None
    if sheet is None or columns is None:
        return Counts()
    before = len(problems)
    reader = _Reader(problems)
    read = [said for row in sheet.rows(columns) if (said := reader.read(row)) is not None]
    reader.check_values(read)
    if len(problems) == before:
        _refuse_frozen(read, problems)
    if len(problems) > before:
        return Counts()
    return give([said.fact for said in read], actor, batch)


def templates() -> Mapping[str, Sequence[SheetOut]]:
    """facts.xlsx as `init` lays it out."""
    notes = {
        "indicator": "考核办法中的指标编码或名称",
        "event": "加分、扣分、否决按事项逐条填写；同一事项的各行写同一个事项名",
        "field": "留空为实际完成；其他如 count、level、points、matter、target",
        "value": "不适用写 /；留空为没有数据，已报过的即撤回",
    }
    columns = [
        Column(names[0], note=notes.get(key, ""), required=key in _REQUIRED and key != "value")
        for key, names in COLUMNS.items()
    ]
    return {"facts.xlsx": [SheetOut("考核数据", columns, [])]}


@dataclass(frozen=True, slots=True)
class _Said:
    """A fact that could be read, with the row that said it."""

    fact: GivenFact
    unit: Unit
    row: Row


@dataclass(frozen=True, slots=True)
class _Book:
    """What the facts of a period are checked against. by_word: codes by code and name; groups: by unit's code;
    from_figures: indicator and field that the figures give."""

    plan: Plan
    parts: Mapping[str, Indicator | Veto]
    by_word: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, str]
    from_figures: frozenset[tuple[str, str]]

    @property
    def book(self) -> RuleBook:
        return self.plan.book

    @classmethod
    def of(cls, book: RuleBook, period: Period) -> _Book:
        parts: dict[str, Indicator | Veto] = {part.code: part for part in book.indicators()}
        parts |= {veto.code: veto for veto in book.vetoes}
        by_word: dict[str, tuple[str, ...]] = {}
        for part in parts.values():
            for word in dict.fromkeys((part.name.zh, part.name.en)):
                by_word[word] = (*by_word.get(word, ()), part.code)
        by_word |= {code: (code,) for code in parts}
        given = frozenset((each.code, use.field) for each in book.indicators() for use in each.figures)
        return cls(
            planning.plan(book), parts, by_word, groups_of_units(book, assessed(period), period), given
        )


class _Reader:
    """Reads rows; knows units, the rule book of each period met, and the keys already seen."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        self.by_word = _by_word(self.units.values())
        self.seen: dict[Key, str] = {}
        self.books: dict[str, _Book | None] = {}

    def read(self, row: Row) -> _Said | None:
        before = len(self.problems)
        unit = self._unit(row)
        period = self._period(row)
        book = self._book(row, period) if period is not None else None
        said = {
            key: parsing.text(row[key], self.problems, required=key == "indicator", limit=limit) or ""
            for key, limit in _LIMITS.items()
        }
        if book and unit:
            self._still_there(row, book, unit)
        indicator = self._indicator(row, book, unit, said["indicator"]) if book else None
        if len(self.problems) > before or unit is None or period is None or indicator is None:
            return None
        fact = GivenFact(
            unit_id=unit.pk,
            period=period.code,
            indicator=indicator,
            event=said["event"],
            scorer=said["scorer"],
            field=said["field"],
            value=said["value"],
            basis=said["basis"],
            source=f"{row.file} {row['value'].place}",
        )
        sound = self._not_from_a_figure(row, book, fact) and self._once(row, fact)
        return _Said(fact, unit, row) if sound else None

    def check_values(self, read: Sequence[_Said]) -> None:
        """Numbers, levels, fields, events, scorers and groups by the engine's own rules, each at its cell."""
        for code, book in self.books.items():
            if book is not None:
                self._check_values(
                    book, Period.parse(code), [said for said in read if said.fact.period == code]
                )

    def _check_values(self, book: _Book, period: Period, read: Sequence[_Said]) -> None:
        facts = Facts.of(map(_fact_row, read), self.problems)
        units = {said.unit.pk: said.unit for said in read}
        for row in of_units(units.values(), period):
            facts.add(row, self.problems)
        groups = {case: book.groups.get(case.unit, "") for case in facts.cases()}
        self.problems.extend(fact_check.check(book.plan, facts, groups))

    def _unit(self, row: Row) -> Unit | None:
        said = parsing.text(row["unit"], self.problems, required=True)
        if said is None:
            return None
        key = self.by_word.get(said)
        if key is None:
            near = difflib.get_close_matches(said, self.by_word, n=1)
            self._wrong(
                row,
                "unit",
                "unit.unknown",
                f"“{said}”不在单位名册中",
                f"“{said}” is no unit of the register",
                f"是否应为“{near[0]}”？" if near else "请用单位名册中的编码、全称或简称",
                f"is it “{near[0]}”?" if near else "use a code, name or short name of the register of units",
            )
            return None
        if self.units[key].group:
            return self.units[key]
        self._wrong(
            row,
            "unit",
            "fact.not_assessed",
            f"“{said}”没有考核分组，不参加考核",
            f"“{said}” has no assessment group: it is not assessed",
            "请在 units.xlsx 填写考核分组，或删去此行",
            "give it a group in units.xlsx, or drop the row",
        )
        return None

    def _still_there(self, row: Row, book: _Book, unit: Unit) -> None:
        if unit.code not in book.groups:
            self._wrong(
                row,
                "unit",
                "fact.not_assessed",
                f"“{unit.name}”到期末已不存在，不参加考核",
                f"“{unit.name_en or unit.code}” is gone by the end of the period: it is not assessed",
                "请改填承继单位，或删去此行",
                "name its successor, or drop the row",
            )

    def _period(self, row: Row) -> Period | None:
        text = parsing.text(row["period"], self.problems, required=True)
        if not text:
            return None
        try:
            return Period.parse(text.removesuffix("年"))
        except InputRefused as refused:
            self._told_at(row, refused)
            return None

    def _book(self, row: Row, period: Period) -> _Book | None:
        """The rule book of a period; that it has none, or several, is told once, at the first row that needs it."""
        if period.code not in self.books:
            self.books[period.code] = None
            try:
                self.books[period.code] = _Book.of(_rule_book(period), period)
            except InputRefused as refused:
                self._told_at(row, refused)
        return self.books[period.code]

    def _told_at(self, row: Row, refused: InputRefused) -> None:
        for found in refused.problems:
            self.problems.add(row["period"].problem(found.code, found.message, found.remedy))

    def _indicator(self, row: Row, book: _Book, unit: Unit | None, said: str) -> str | None:
        if not said:
            return None
        codes = book.by_word.get(said, ())
        if len(codes) > 1:
            listed = "、".join(codes)
            self._wrong(
                row,
                "indicator",
                "fact.ambiguous",
                f"考核办法有{len(codes)}项叫“{said}”",
                f"{len(codes)} parts of the rule book are called “{said}”",
                f"请改填编码：{listed}",
                f"use a code: {listed}",
            )
            return None
        if not codes:
            near = difflib.get_close_matches(said, book.by_word, n=1, cutoff=0.5)
            self._wrong(
                row,
                "indicator",
                "fact.unknown_indicator",
                f"“{said}”不在考核办法“{book.book.title.zh}”中",
                f"“{said}” is not in the rule book “{book.book.title.en}”",
                f"是否应为“{near[0]}”？" if near else "请用考核办法中的指标编码或名称",
                f"is it “{near[0]}”?" if near else "use a code or name of the rule book",
            )
            return None
        part = book.parts[codes[0]]
        group = book.groups.get(unit.code, "") if unit else ""
        if unit is None or not group or part.reach.takes_in(unit.code, unit.name, group):
            return part.code
        self._wrong(
            row,
            "indicator",
            "fact.not_for_unit",
            f"“{part.name.zh}”不考核{unit.name}",
            f"“{part.name.en}” is not for {unit.name_en or unit.code}",
            "请核对单位和指标",
            "check unit and indicator",
        )
        return None

    def _not_from_a_figure(self, row: Row, book: _Book | None, fact: GivenFact) -> bool:
        """What a figure gives is not given by hand beside it: the score would rest on two answers."""
        if book is None or fact.event or fact.scorer:
            return True
        if (fact.indicator, fact.field or ACTUAL) not in book.from_figures:
            return True
        name = book.parts[fact.indicator].name
        self._wrong(
            row,
            "indicator",
            "fact.from_figure",
            f"“{name.zh}”由指标数据计算，不能另填",
            f"“{name.en}” comes from a figure and is not given by hand",
            "请更正原始数据（series.xlsx、goals.xlsx 或台账），删去此行",
            "correct the records behind the figure and drop this row",
        )
        return False

    def _once(self, row: Row, fact: GivenFact) -> bool:
        first = self.seen.setdefault(fact.key, row["value"].place)
        if first == row["value"].place:
            return True
        self._wrong(
            row,
            "value",
            "fact.twice",
            f"与 {first} 是同一条考核数据",
            f"is the same fact as {first}",
            "请删去一条；不同的事项请写不同的事项名",
            "remove one of them; different events need different names",
        )
        return False

    def _wrong(
        self, row: Row, column: str, code: str, zh: str, en: str, remedy_zh: str, remedy_en: str
    ) -> None:
        parsing.refuse(row[column], self.problems, code, zh, en, remedy_zh, remedy_en)


def _by_word(units: Iterable[Unit]) -> dict[str, int]:
    """Key of each unit by short name, name and code; the code wins."""
    found = list(units)
    words = {unit.short_name: unit.pk for unit in found}
    return words | {word: unit.pk for unit in found for word in (unit.name, unit.code)}


def _rule_book(period: Period) -> RuleBook:
    """What a cycle rests on, else what it would rest on."""
    cycle = Cycle.objects.select_related("rulebook").filter(period=period.code).first()
    return books.opened(cycle.rulebook if cycle is not None else books.of_year(period.year))


def _fact_row(said: _Said) -> FactRow:
    fact, cell = said.fact, said.row["value"]
    return FactRow(
        said.unit.code,
        fact.period,
        fact.indicator,
        fact.event,
        fact.scorer,
        fact.field,
        fact.value,
        cell.file,
        cell.sheet,
        cell.place,
    )


def _refuse_frozen(read: Sequence[_Said], problems: Problems) -> None:
    """A closed cycle takes no change; what it knows already may stand in the file again."""
    changed = {fact.key for fact in changing([said.fact for said in read])}
    first = {said.fact.period: said for said in reversed(read) if said.fact.key in changed}
    for period, said in first.items():
        try:
            cycles.refuse_when_frozen(period)
        except InputRefused as refused:
            for found in refused.problems:
                problems.add(said.row["value"].problem(found.code, found.message, found.remedy))
