"""Importing facts.xlsx: assessment data that no figure gives, one fact a row, everything checked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gangmu.assessment.given import GivenFact, Key, give
from gangmu.org.models import Unit
from gangmu.problems import InputRefused, Problems
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.records.periods import Period
from gangmu.scoring import books
from gangmu.scoring.models import StoredRuleBook
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
    """Append the facts; a row with a finding is not applied."""
    sheet = workbook.need(SHEET, problems)
    columns = sheet.columns(COLUMNS, _REQUIRED, problems) if sheet else None
    if sheet is None or columns is None:
        return Counts()
    reader = _Reader(problems)
    found = [fact for fact in map(reader.read, sheet.rows(columns)) if fact is not None]
    return give(found, actor, batch)


def templates() -> Mapping[str, Sequence[SheetOut]]:
    """facts.xlsx as `init` lays it out."""
    notes = {
        "indicator": "考核办法中的指标编码",
        "event": "加分、扣分、否决按事项逐条填写",
        "field": "留空为实际完成；其他如 count、level、points、matter、target",
        "value": "没有数据留空；不适用写 /",
    }
    columns = [
        Column(names[0], note=notes.get(key, ""), required=key in _REQUIRED) for key, names in COLUMNS.items()
    ]
    return {"facts.xlsx": [SheetOut("考核数据", columns, [])]}


class _Reader:
    """Reads rows; knows units, the indicators of each year's rule book, and the keys already seen."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.units = _units_by_word()
        self.seen: dict[Key, str] = {}
        self.codes: dict[int, set[str]] = {}

    def read(self, row: Row) -> GivenFact | None:
        before = len(self.problems)
        unit = parsing.choice(row["unit"], self.problems, self.units, required=True)
        period = self._period(row)
        said = {
            key: parsing.text(
                row[key], self.problems, required=key in _REQUIRED and key != "value", limit=limit
            )
            or ""
            for key, limit in _LIMITS.items()
        }
        if period is not None:
            self._known(row, period, said["indicator"])
        if len(self.problems) > before or unit is None or period is None or not said["value"]:
            return None
        fact = GivenFact(
            unit_id=int(unit),
            period=period.code,
            indicator=said["indicator"],
            event=said["event"],
            scorer=said["scorer"],
            field=said["field"],
            value=said["value"],
            basis=said["basis"],
            source=f"{row.file} {row['value'].place}",
        )
        return fact if self._once(row, fact) else None

    def _period(self, row: Row) -> Period | None:
        text = parsing.text(row["period"], self.problems, required=True)
        if not text:
            return None
        try:
            return Period.parse(text.removesuffix("年"))
        except InputRefused as refused:
            [found] = refused.problems
            cell = row["period"]
            self.problems.add(cell.problem(found.code, found.message, found.remedy))
            return None

    def _known(self, row: Row, period: Period, indicator: str) -> None:
        """The indicator must be one of the year's rule books; where there is none yet, scoring will tell."""
        if period.year not in self.codes:
            self.codes[period.year] = _codes_of(period.year)
        codes = self.codes[period.year]
        if codes and indicator:
            parsing.choice(row["indicator"], self.problems, sorted(codes))

    def _once(self, row: Row, fact: GivenFact) -> bool:
        first = self.seen.setdefault(fact.key, row["value"].place)
        if first == row["value"].place:
            return True
        parsing.refuse(
            row["value"],
            self.problems,
            "fact.twice",
            f"与 {first} 是同一条考核数据",
            f"is the same fact as {first}",
            "请删去一条",
            "remove one of them",
        )
        return False


def _units_by_word() -> dict[str, str]:
    words: dict[str, str] = {}
    for unit in Unit.objects.all():
        for word in (unit.short_name, unit.name, unit.code):
            words[word] = str(unit.pk)
    return words


def _codes_of(year: int) -> set[str]:
    """Codes of indicators and vetoes of the year's rule books, the newest version of each."""
    newest = {
        stored.code: stored
        for stored in StoredRuleBook.objects.filter(year=str(year), withdrawn_at__isnull=True).order_by(
            "version"
        )
    }
    found: set[str] = set()
    for stored in newest.values():
        book = books.opened(stored)
        found |= {node.code for node in book.indicators()} | {veto.code for veto in book.vetoes}
    return found
