"""Facts that no figure gives: appended, superseded, taken back; never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction

from gangmu.assessment import cycles
from gangmu.assessment.models import AssessmentFact
from gangmu.engine import numbers
from gangmu.problems import Text
from gangmu.records.appended import Keeping
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.sheets.importing import Counts

SUBJECT = "assessment_fact"
NONE = "-"
"""What stands for an empty event, scorer or field."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class GivenFact:
    """A fact as a department gives it. unit_id: primary key of the unit. value empty: none, withdrawn if it stands."""

    unit_id: int
    period: str
    indicator: str
    event: str
    scorer: str
    field: str
    value: str
    basis: str = ""
    source: str = ""

    @property
    def key(self) -> Key:
        said = [part or NONE for part in (self.event, self.scorer, self.field)]
        return (self.unit_id, self.period, self.indicator, said[0], said[1], said[2])


def _name(row: AssessmentFact) -> str:
    return f"{row.period}/{row.indicator}"


def _detail(row: AssessmentFact) -> dict[str, Any]:
    return {"value": row.value, "field": row.field, "event": row.event}


KEPT = Keeping(
    AssessmentFact,
    SUBJECT,
    "fact",
    Text("考核数据", "facts"),
    ("unit_id", "period", "indicator", "event", "scorer", "field"),
    ("value", "basis", "source"),
    _name,
    _detail,
)


@transaction.atomic
def give(facts: Iterable[GivenFact], actor: Actor, batch: ImportBatch | None = None) -> Counts:
    """Append what is new; what differs supersedes; what is known already is left alone; an empty value withdraws.

    InputRefused where that would change a period whose facts are frozen.
    """
    compared = _compared(facts)
    new, changed, gone = (
        [pair for pair in compared if kind(*pair)] for kind in (_is_new, _is_changed, _is_gone)
    )
    for period in sorted({fact.period for fact, _ in (*new, *changed, *gone)}):
        cycles.refuse_when_frozen(period)
    written = [(_row(fact), old) for fact, old in (*new, *changed)]
    KEPT.change(written, [old for _, old in gone if old], actor, batch)
    moved = len(changed) + len(gone)
    return Counts(len(new), moved, len(compared) - len(new) - moved)


def changing(facts: Iterable[GivenFact]) -> list[GivenFact]:
    """Those that would change what stands."""
    return [
        fact
        for fact, old in _compared(facts)
        if _is_new(fact, old) or _is_changed(fact, old) or _is_gone(fact, old)
    ]


def _compared(facts: Iterable[GivenFact]) -> list[tuple[GivenFact, AssessmentFact | None]]:
    """Each fact with the row that stands for its key."""
    given = {fact.key: fact for fact in facts}
    periods = {key[1] for key in given}
    standing = {
        KEPT.key(row): row for row in AssessmentFact.objects.known_at(None).filter(period__in=periods)
    }
    return [(fact, standing.get(key)) for key, fact in given.items()]


def _is_new(fact: GivenFact, old: AssessmentFact | None) -> bool:
    return old is None and fact.value != ""


def _is_changed(fact: GivenFact, old: AssessmentFact | None) -> bool:
    """95 and 95.0 are the same number; a fact that moved to another cell is the same fact."""
    if old is None or fact.value == "":
        return False
    return (_number(old.value), old.basis) != (_number(fact.value), fact.basis)


def _is_gone(fact: GivenFact, old: AssessmentFact | None) -> bool:
    return old is not None and fact.value == ""


def _number(value: str) -> Fraction | str:
    number = numbers.read(value)
    return value if number is None else number


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Undo an import: its facts end, and what they superseded or withdrew is given again; how many.

    InputRefused where one changed later, or where the cycle's facts are frozen.
    """
    made = AssessmentFact.objects.filter(batch=batch)
    for period in sorted({row.period for row in (*made, *KEPT.withdrawn_by(batch))}):
        cycles.refuse_when_frozen(period)
    return len(KEPT.take_back(batch, actor))


def _row(fact: GivenFact) -> AssessmentFact:
    return AssessmentFact(
        **dict(zip(KEPT.identity, fact.key, strict=True)),
        value=fact.value,
        basis=fact.basis,
        source=fact.source,
    )
