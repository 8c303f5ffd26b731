"""What a register is: the values of its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from gangmu.problems import Text
from gangmu.records.deadlines import Clock as DayKind
from gangmu.records.deadlines import Extension

TEXT, NUMBER, DAY = "text", "number", "day"
"""The three kinds of storage. References (units, people, entries) and choices are kept by code, as text."""

KINDS: Mapping[str, str] = {
    "text": TEXT,
    "long_text": TEXT,
    "place": TEXT,
    "choice": TEXT,
    "yes_no": TEXT,
    "unit": TEXT,
    "units": TEXT,
    "person": TEXT,
    "entry": TEXT,
    "decimal": NUMBER,
    "day": DAY,
    "month": DAY,
    "year": DAY,
}
"""Kind of a field → how it is stored. A month and a year are kept as their first day."""

UNSAID = Text("", "")
MASKS = ("name", "phone", "address", "all")

NUMBER_FIELD, TITLE, UNIT, STAGE = "number", "title", "unit", "stage"
DUE_ON, DONE_ON, HAPPENED_ON, ON_TIME = "due_on", "done_on", "happened_on", "on_time"
COMMON = (NUMBER_FIELD, TITLE, UNIT, STAGE, DUE_ON, DONE_ON, HAPPENED_ON)
"""Columns of every register. `done_on` is the day a done stage was reached, empty while none stands;
`on_time` is computed from it and `due_on`: yes, no, or missing while either is missing."""


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)


@dataclass(frozen=True)
class Field:
    """A field of an entry or of a line.

    required_from: the stage from which on it must be filled in. sees: the unit named here may see the entry.
    column: the common column that keeps it; empty where it has a slot of its own.
    """

    code: str
    name_zh: str
    name_en: str
    kind: str
    unit_of_measure: str = ""
    decimals: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    limit: int | None = None
    required: bool = False
    required_from: str = ""
    sensitive: bool = False
    mask: str = ""
    public: bool = False
    sees: bool = False
    refers_to: str = ""
    choices: tuple[Choice, ...] = ()
    column: str = ""
    help: Text = UNSAID

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)

    @property
    def storage(self) -> str:
        return KINDS[self.kind]

    @cached_property
    def choice_names(self) -> Mapping[str, Text]:
        return {choice.code: choice.name for choice in self.choices}


@dataclass(frozen=True)
class LineKind:
    """A kind of typed, dated sub-rows. dated: the field that dates a line. key: the fields that tell lines apart.

    amount: the field that is meant where a sum names the kind alone.
    """

    code: str
    name_zh: str
    name_en: str
    fields: tuple[Field, ...]
    dated: str
    key: tuple[str, ...]
    amount: str = ""
    help: Text = UNSAID

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)

    @cached_property
    def by_code(self) -> Mapping[str, Field]:
        return {one.code: one for one in self.fields}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage an entry may stand at. who: the roles that may move an entry to it. when: field → choices it is for.

    done: reaching it is doing what was to be done. ends: an entry at it is no longer under way.
    """

    code: str
    name_zh: str
    name_en: str
    next: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    done: bool = False
    ends: bool = False
    needs_note: bool = False
    public: bool = False
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    help: Text = UNSAID

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline of a register. starts, ends: stages. sets: the day field it fills in where that is empty.

    days, or days_by: a choice field and days for each of its choices. when: field → choices it is for.
    """

    code: str
    name_zh: str
    name_en: str
    starts: str
    kind: DayKind
    days: int | None = None
    days_by: tuple[str, Mapping[str, int]] | None = None
    ends: str = ""
    sets: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pauses: tuple[str, ...] = ()
    extension: Extension | None = None
    regulation: Text = UNSAID

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class Citation:
    """A regulation a register rests on. checked False: not read at its source yet (待核)."""

    name: Text
    article: str
    says: Text
    read_at: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Numbering:
    """How entries are numbered: XM-2026-0001."""

    prefix: str
    digits: int = 4


@dataclass(frozen=True)
class Register:
    """A declared register. `fields` are its own; `columns_of` adds the common ones.

    happened: the field that dates an entry (kept in the common column `happened_on`).
    amber_days, amber_clock: when the lamp of an open entry turns amber before `due_on`.
    by_step: its stages and lines are the work of steps that check more than a register can declare (who signed, who
    reviewed); whoever is not such a step may not touch them. written_with: the permission that creating and
    changing an entry takes instead of the usual ones.
    """

    code: str
    name_zh: str
    name_en: str
    noun_zh: str
    noun_en: str
    numbering: Numbering
    title: Field
    unit: Field
    happened: str
    fields: tuple[Field, ...]
    lines: tuple[LineKind, ...]
    stages: tuple[Stage, ...]
    clocks: tuple[Clock, ...] = ()
    list_columns: tuple[str, ...] = (NUMBER_FIELD, TITLE, UNIT, STAGE)
    amber_days: int = 3
    amber_clock: DayKind = DayKind.PLAIN
    by_step: bool = False
    written_with: str = ""
    system_of_record: Text = UNSAID
    regulation: tuple[Citation, ...] = ()
    file: str = ""

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)

    @property
    def noun(self) -> Text:
        return Text(self.noun_zh, self.noun_en)

    @property
    def to_create(self) -> str:
        """The permission that creating an entry takes."""
        return self.written_with or "ledger.create"

    @property
    def to_edit(self) -> str:
        """The permission that changing the fields of an entry takes."""
        return self.written_with or "ledger.edit"

    @cached_property
    def by_code(self) -> Mapping[str, Field]:
        """Title, unit and the register's own fields, by code."""
        return {one.code: one for one in (self.title, self.unit, *self.fields)}

    @cached_property
    def line_kinds(self) -> Mapping[str, LineKind]:
        return {kind.code: kind for kind in self.lines}

    @cached_property
    def stage_by_code(self) -> Mapping[str, Stage]:
        return {stage.code: stage for stage in self.stages}

    @cached_property
    def stage_order(self) -> Mapping[str, int]:
        return {stage.code: place for place, stage in enumerate(self.stages)}

    @property
    def first_stage(self) -> Stage:
        return self.stages[0]

    @cached_property
    def done_stages(self) -> frozenset[str]:
        return frozenset(stage.code for stage in self.stages if stage.done)

    @cached_property
    def ending_stages(self) -> frozenset[str]:
        return frozenset(stage.code for stage in self.stages if stage.ends)

    @cached_property
    def sensitive(self) -> frozenset[str]:
        return frozenset(one.code for one in self.fields if one.sensitive)

    @cached_property
    def slotted(self) -> tuple[Field, ...]:
        """The fields that are kept in slots, not in a common column."""
        return tuple(one for one in self.fields if not one.column)
