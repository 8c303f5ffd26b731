"""Questions to a ledger: counts, sums, references and lists, exact and equal on every database.

Each is one statement, however many entries there are (the columns of a register are known after its first use).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Sum, When
from django.db.models import Value as Constant

from gangmu.ledgers import values
from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry, EntryVersion, Line, StageEvent
from gangmu.ledgers.register import (
    DONE_ON,
    DUE_ON,
    HAPPENED_ON,
    NUMBER,
    NUMBER_FIELD,
    ON_TIME,
    STAGE,
    TITLE,
    UNIT,
    Field,
)
from gangmu.ledgers.slots import layout
from gangmu.ledgers.values import BETWEEN, Value
from gangmu.problems import InputRefused, refuse
from gangmu.records.appended import standing
from gangmu.records.periods import Period

LOG = "log__position"
_COMMON_COLUMNS = {
    NUMBER_FIELD: "number",
    TITLE: "title",
    UNIT: "unit__code",
    "unit_name": "unit__name",
    "unit_order": "unit__protocol_order",
    STAGE: "stage",
    DUE_ON: "due_on",
    DONE_ON: "done_on",
    HAPPENED_ON: "happened_on",
    "version": "version",
}


@dataclass(frozen=True)
class Condition:
    """One condition on a field, `unit`, `stage`, `due_on`, `done_on`, `on_time`, `number` or `title`.

    op: eq ne in gte gt lte lt missing present. A missing value fulfils none but `missing`. value: as the field's
    values are (codes, Decimals in its unit of measure, days, yes and no); a tuple for `in`.
    """

    field: str
    op: str
    value: Any = None

    def __post_init__(self) -> None:
        if isinstance(self.value, list | set | frozenset):
            object.__setattr__(self, "value", tuple(self.value))


@dataclass(frozen=True, slots=True)
class Dated:
    """What dates an entry: the day it first reached a stage, a day field, or (any of) its lines of a kind."""

    stage: str = ""
    field: str = ""
    line: str = ""


@dataclass(frozen=True)
class Selection:
    """Entries of a ledger, as the documentation of each part says.

    dated: what must lie in the period; None: the stock, all that had begun by the period's end.
    unit: code of the responsible unit. as_of: what was known then.
    at_stage: the stage standing at the end of the period's last day (now, without a period); () is any.
    """

    ledger: str
    where: tuple[Condition, ...] = ()
    dated: Dated | None = None
    period: Period | None = None
    unit: str | None = None
    as_of: datetime.datetime | None = None
    at_stage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row that a number counts. log: its position in the sealed log, None until it is sealed."""

    ledger: str
    number: str
    version: int
    log: int | None
    title: str


def count(s: Selection) -> int:
    """How many entries."""
    return _Question(s).rows().count()


def distinct(s: Selection, field: str) -> int:
    """How many different values of a field the entries have; missing ones are none."""
    asked = _Question(s)
    return int(asked.rows().aggregate(found=Count(asked.column(field), distinct=True))["found"])


def total(s: Selection, field: str) -> Decimal | None:
    """The exact sum of a decimal field; None when no entry has it.

    `investment.amount`: of the lines of a kind, those dated in the period, of the selected entries.
    """
    asked = _Question(s)
    kind, dot, code = field.rpartition(".")
    if not dot:
        return _decimal(asked.rows().aggregate(found=Sum(asked.number_column(field)))["found"])
    lines, column = asked.lines(kind, code)
    return _decimal(lines.aggregate(found=Sum(column))["found"])


def count_by_unit(s: Selection) -> dict[str, int]:
    """`count` of each responsible unit that has an entry, by its code."""
    rows = _Question(s).rows().order_by()
    return dict(rows.values_list("unit__code").annotate(found=Count("pk")))


def total_by_unit(s: Selection, field: str) -> dict[str, Decimal]:
    """`total` of each responsible unit that has the field, by its code."""
    asked = _Question(s)
    kind, dot, code = field.rpartition(".")
    named: QuerySet[Any, Any]
    if dot:
        lines, column = asked.lines(kind, code)
        # The lines are of selected entries already; the one version that stands says whose each is.
        whose = lines.order_by().filter(standing(s.as_of, "entry__versions__"))
        named = whose.values_list("entry__versions__unit__code")
    else:
        column = asked.number_column(field)
        named = asked.rows().order_by().values_list("unit__code")
    return {unit: Decimal(found) for unit, found in named.annotate(found=Sum(column)) if found is not None}


def refs(s: Selection) -> list[RowRef]:
    """The entries that a number counts, by number."""
    rows = _Question(s).rows().order_by("number").values_list("number", "version", LOG, "title")
    return [RowRef(s.ledger, *row) for row in rows]


def listing(
    s: Selection,
    columns: Sequence[str],
    order: Sequence[str] = (),
    *,
    among: QuerySet[Entry] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[dict[str, Value]]:
    """Rows of the asked columns, by code. Values as they are kept in memory (`values`); sensitive ones are refused.

    columns: declared fields and number, title, unit (its code), unit_name, stage, due_on, done_on, happened_on,
    on_time, version. order: the same codes, `-` before one for descending; number last, so that it is total.
    among: the entries a reader may see (`Entry.objects.visible_to`).
    """
    asked = _Question(s)
    needed = [asked.column(code) for code in columns if code != ON_TIME]
    if ON_TIME in columns:
        needed += ["due_on", "done_on"]
    rows = asked.ordered(_among(asked.rows(), among), order)
    page = rows[offset : None if limit is None else offset + limit].values(*dict.fromkeys(needed))
    return [{code: asked.value(code, row) for code in columns} for row in page]


def count_among(s: Selection, among: QuerySet[Entry] | None) -> int:
    """How many of the entries a reader may see."""
    return _among(_Question(s).rows(), among).count()


class _Question:
    """A selection with its register and the columns that keep its fields, looked up once."""

    def __init__(self, s: Selection) -> None:
        self.s = s
        self.register = get(s.ledger)
        self.layout = layout(self.register)

    def rows(self) -> QuerySet[EntryVersion]:
        """The versions that the selection means: one of each entry."""
        s = self.s
        rows = EntryVersion.objects.filter(standing(s.as_of), ledger=s.ledger)
        if s.unit is not None:
            rows = rows.filter(unit__code=s.unit)
        for condition in s.where:
            rows = rows.filter(self._condition(condition))
        if s.dated is not None:
            rows = rows.filter(self._dated(s.dated))
        if s.at_stage or (s.dated is None and s.period is not None):
            rows = rows.filter(self._stood())
        return rows

    def lines(self, kind: str, code: str) -> tuple[QuerySet[Line], str]:
        """The lines of a kind that the selection means, and the column of one of their decimal fields."""
        declared = self.register.line_kinds.get(kind)
        if declared is None or code not in declared.by_code or declared.by_code[code].storage != NUMBER:
            raise self._unknown(f"{kind}.{code}")
        lines = self._lines_in_period(kind).filter(entry_id__in=self.rows().values("entry_id"))
        return lines, self.layout.lines[kind].by_code[code]

    def column(self, code: str) -> str:
        """The column of a field. Sensitive fields have none: nobody lists, filters or sorts by them."""
        if code in _COMMON_COLUMNS:
            return _COMMON_COLUMNS[code]
        column = self.layout.entry.by_code.get(code)
        if column is None:
            raise self._unknown(code)
        if code in self.register.sensitive:
            raise _sensitive(self.register.by_code[code])
        return column

    def number_column(self, code: str) -> str:
        field = self.register.by_code.get(code)
        if field is None or field.storage != NUMBER:
            raise self._unknown(code)
        return self.column(code)

    def ordered(self, rows: QuerySet[EntryVersion], order: Sequence[str]) -> QuerySet[EntryVersion]:
        """Missing values last either way, on every database; units in official order; choices as declared."""
        by = []
        for said in order:
            code = said.removeprefix("-")
            column = self._sorted_by(code)
            by.append(column.desc(nulls_last=True) if said.startswith("-") else column.asc(nulls_last=True))
        return rows.order_by(*by, "number")

    def value(self, code: str, row: Mapping[str, Any]) -> Value:
        if code == ON_TIME:
            due, done = row["due_on"], row["done_on"]
            return None if due is None or done is None else bool(done <= due)
        kept = row[self.column(code)]
        field = self.register.by_code.get(code)
        return kept if field is None else values.from_row(field, kept)

    def _sorted_by(self, code: str) -> F | Case:
        if code == UNIT:
            return F("unit__protocol_order")
        column = self.column(code)
        field = self.register.by_code.get(code)
        declared = list(self.register.stage_order) if code == STAGE else []
        if field is not None and field.kind == "choice":
            declared = list(field.choice_names)
        if not declared:
            return F(column)
        places = [When(**{column: one}, then=Constant(place)) for place, one in enumerate(declared)]
        return Case(*places, default=None, output_field=IntegerField())

    def _dated(self, dated: Dated) -> Q:
        s = self.s
        if dated.line:
            if dated.line not in self.register.line_kinds:
                raise self._unknown(dated.line)
            return Q(entry_id__in=self._lines_in_period(dated.line).values("entry_id"))
        if dated.stage:
            self._refuse_unknown_stage(dated.stage)
            reached = StageEvent.objects.filter(standing(s.as_of), ledger=s.ledger, stage=dated.stage)
            first = reached.order_by().values("entry_id").annotate(first=Min("happened_on"))
            if s.period is not None:
                first = first.filter(first__range=(s.period.start, s.period.end))
            return Q(entry_id__in=first.values("entry_id"))
        column = self.column(dated.field)
        if s.period is None:
            return Q(**{f"{column}__isnull": False})
        return Q(**{f"{column}__range": (s.period.start, s.period.end)})

    def _lines_in_period(self, kind: str) -> QuerySet[Line]:
        s = self.s
        lines = Line.objects.filter(standing(s.as_of), ledger=s.ledger, kind=kind).order_by()
        return lines if s.period is None else lines.filter(happened_on__range=(s.period.start, s.period.end))

    def _stood(self) -> Q:
        """Had begun by the period's end, and stood at one of the stages then."""
        s = self.s
        for stage in s.at_stage:
            self._refuse_unknown_stage(stage)
        if s.period is None:
            return Q(stage__in=s.at_stage)
        events = StageEvent.objects.filter(standing(s.as_of), ledger=s.ledger).order_by()
        events = events.filter(happened_on__lte=s.period.end, left_on__gt=s.period.end)
        if s.at_stage:
            events = events.filter(stage__in=s.at_stage)
        return Q(entry_id__in=events.values("entry_id"))

    def _condition(self, condition: Condition) -> Q:
        if condition.field == ON_TIME:
            return _on_time(condition)
        column = self.column(condition.field)
        field = self.register.by_code.get(condition.field)
        make = _OPERATORS.get(condition.op)
        if make is None:
            known = "、".join(_OPERATORS)
            raise refuse(
                "condition.operator",
                f"没有比较方式“{condition.op}”",
                f"there is no operator “{condition.op}”",
                f"可用：{known}",
                f"known: {known}",
            )
        if field is not None and field.kind == "units" and condition.op in ("eq", "in"):
            return _any_unit(column, condition)
        return make(column, _kept(field, condition.value))

    def _unknown(self, code: str) -> InputRefused:
        kinds = (f"{kind}.…" for kind in self.register.line_kinds)
        known = "、".join((*_COMMON_COLUMNS, *self.register.by_code, *kinds))
        return refuse(
            "field.unknown",
            f"{self.register.name_zh}没有字段“{code}”",
            f"{self.register.name_en} has no field “{code}”",
            f"可用：{known}",
            f"known: {known}",
        )

    def _refuse_unknown_stage(self, code: str) -> None:
        if code not in self.register.stage_by_code:
            known = "、".join(self.register.stage_by_code)
            raise refuse(
                "stage.unknown",
                f"{self.register.name_zh}没有阶段“{code}”",
                f"{self.register.name_en} has no stage “{code}”",
                f"可用：{known}",
                f"known: {known}",
            )


def _among(rows: QuerySet[EntryVersion], among: QuerySet[Entry] | None) -> QuerySet[EntryVersion]:
    return rows if among is None else rows.filter(entry__in=among.order_by())


def _on_time(condition: Condition) -> Q:
    """Done by its deadline, done after it, or not decided while either day is missing."""
    decided = Q(done_on__isnull=False, due_on__isnull=False)
    if condition.op in ("missing", "present"):
        return ~decided if condition.op == "missing" else decided
    wanted = bool(condition.value) == (condition.op == "eq")
    return decided & (Q(done_on__lte=F("due_on")) if wanted else Q(done_on__gt=F("due_on")))


def _any_unit(column: str, condition: Condition) -> Q:
    codes = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    found = Q()
    for code in codes:
        found |= Q(**{f"{column}__contains": f"{BETWEEN}{code}{BETWEEN}"})
    return found


def _kept(field: Field | None, value: Any) -> Any:
    """A condition's value as the column keeps it."""
    if isinstance(value, tuple):
        return [_kept(field, one) for one in value]
    if field is None:
        return value
    if field.storage == NUMBER and value is not None:
        return value if isinstance(value, Decimal) else Decimal(str(value))
    return values.to_row(field, value)


def _decimal(found: Any) -> Decimal | None:
    return None if found is None else Decimal(found)


def _sensitive(field: Field) -> InputRefused:
    return refuse(
        "field.sensitive",
        f"“{field.name_zh}”是敏感字段，不能列出、筛选或排序",
        f"“{field.name_en}” is sensitive: it is not listed, filtered or sorted by",
        "请在记录页逐条查看",
        "look at it entry by entry",
    )


_OPERATORS: Mapping[str, Callable[[str, Any], Q]] = {
    "eq": lambda column, value: Q(**{column: value}),
    "ne": lambda column, value: Q(**{f"{column}__isnull": False}) & ~Q(**{column: value}),
    "in": lambda column, value: Q(**{f"{column}__in": value if isinstance(value, list) else [value]}),
    "gte": lambda column, value: Q(**{f"{column}__gte": value}),
    "gt": lambda column, value: Q(**{f"{column}__gt": value}),
    "lte": lambda column, value: Q(**{f"{column}__lte": value}),
    "lt": lambda column, value: Q(**{f"{column}__lt": value}),
    "missing": lambda column, value: Q(**{f"{column}__isnull": True}),
    "present": lambda column, value: Q(**{f"{column}__isnull": False}),
}


def sizes() -> dict[str, int]:
    """How many entries stand in each ledger that has any."""
    standing_now = EntryVersion.objects.filter(standing()).order_by().values("ledger")
    return {row["ledger"]: row["size"] for row in standing_now.annotate(size=Count("pk"))}
