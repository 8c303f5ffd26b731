"""A trace as its reader may see it: rows he may not see are counted, never shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gangmu.figures.node import Seen
from gangmu.figures.trace import Trace
from gangmu.figures.units_of_measure import after_number, decimals_of, unit_of
from gangmu.goals.figures import GOALS
from gangmu.goals.models import Goal
from gangmu.ledgers import declarations
from gangmu.ledgers.models import Entry
from gangmu.ledgers.queries import RowRef
from gangmu.org.models import User
from gangmu.portal import addresses
from gangmu.web.cells import Link, Number, said

SHOWN = 20
"""Rows shown under a number in the panel; the page shows all."""

Sight = dict[str, dict[str, str]]
"""Ledger → the numbers of those entries a reader may see, with a title in his language where a row has one of its own."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A ledger row behind a number: where it is, which version counted, where the log proves it."""

    link: Link
    title: str
    version: int
    log: int | None


@dataclass(frozen=True, slots=True)
class Level:
    """A node of a trace, ready to be read. hidden: rows the reader may not see; more: rows left out for length."""

    label: str
    number: Number
    sentence: str
    reason: str
    coverage: str
    observation: Seen | None
    log: int | None
    parts: tuple[tuple[str, Number], ...]
    inputs: tuple[Level, ...]
    ledger: str
    rows: tuple[ShownRow, ...]
    counted: int
    hidden: int
    more: int


def tree(trace: Trace, user: User, *, whole: bool) -> Level:
    """The tree as one reader sees it: one query a ledger, however many rows."""
    return _level(trace, seen_by(user, (ref for node in trace.walk() for ref in node.rows)), whole)


def seen_by(user: User, refs: Iterable[RowRef]) -> Sight:
    """Which of the rows a reader may see."""
    wanted: dict[str, set[str]] = {}
    for ref in refs:
        wanted.setdefault(ref.ledger, set()).add(ref.number)
    return {
        ledger: {number: title for number, title in _rows_of(ledger, user) if number in numbers}
        for ledger, numbers in wanted.items()
    }


def _rows_of(ledger: str, user: User) -> Iterable[tuple[str, str]]:
    """(number, title) of the rows a reader may see of a ledger; goals are counted as a ledger is, and have English names."""
    if ledger == GOALS:
        return ((goal.key, said(goal.title)) for goal in Goal.objects.visible_to(user))
    return (
        (number, "") for number in Entry.objects.visible_to(user).of(ledger).values_list("number", flat=True)
    )


def _level(trace: Trace, sight: Sight, whole: bool) -> Level:
    node, question = trace.node, trace.node.question
    seen = [ref for ref in trace.rows if ref.number in sight.get(ref.ledger, ())]
    shown = seen if whole else seen[:SHOWN]
    unit = after_number(unit_of(question.figure, question.measure))
    decimals = decimals_of(question.figure, question.measure)
    return Level(
        label=said(question.label()),
        number=Number(node.value, decimals, said(unit), said(node.reason)),
        sentence=said(node.sentence),
        reason=said(node.reason),
        coverage=said(question.figure.coverage),
        observation=node.observation,
        log=trace.log,
        parts=tuple((said(part.name), Number(part.value, decimals)) for part in node.parts),
        inputs=tuple(_level(one, sight, whole) for one in trace.inputs),
        ledger=_ledger_name(trace.rows[0].ledger) if trace.rows else "",
        rows=tuple(
            ShownRow(
                Link(ref.number, _address(ref)),
                sight[ref.ledger][ref.number] or ref.title,
                ref.version,
                ref.log,
            )
            for ref in shown
        ),
        counted=len(trace.rows),
        hidden=len(trace.rows) - len(seen),
        more=len(seen) - len(shown),
    )


def _address(ref: RowRef) -> str:
    if ref.ledger == GOALS:
        return addresses.goals(ref.number.rpartition("/")[0])
    return addresses.entry(ref.ledger, ref.number)


def _ledger_name(code: str) -> str:
    if code == GOALS:
        return _("目标")
    register = declarations.registers().get(code)
    return said(register.name) if register else code
