"""The leader's page (一页纸): ten figures with their lamps, the reddest matters with owner and next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from gangmu.figures import catalogue
from gangmu.figures.measures import Measure
from gangmu.goals.models import Goal
from gangmu.goals.tree import GoalNode, tree
from gangmu.ledgers import declarations
from gangmu.ledgers.models import EntryVersion, Line, standing
from gangmu.ledgers.register import Register
from gangmu.ledgers.slots import layout
from gangmu.org.models import User
from gangmu.portal import addresses, figure_charts, ledger_lists, printing
from gangmu.records import clock
from gangmu.records.lamps import Colour
from gangmu.records.periods import Period
from gangmu.web.cells import LampCell, Number, said
from gangmu.web.charts import Sparkline

FIGURES, MATTERS = 10, 5
SUPERVISION = "supervision"


@dataclass(frozen=True, slots=True)
class Multiple:
    """One of the small pictures: a goal's figure with its lamp, value, target and course."""

    name: str
    href: str
    lamp: LampCell
    value: Number
    target: str
    reason: str
    owner: str
    spark: Sparkline


@dataclass(frozen=True, slots=True)
class Matter:
    """An open item of supervision: whose it is, how late, and what comes next."""

    number: str
    title: str
    href: str
    unit: str
    lamp: LampCell
    reason: str
    next_step: str


def goal_period() -> Period:
    """The latest year up to this one that has goals; the last closed year where none has."""
    this_year = Period.of_year(clock.today().year)
    periods = Goal.objects.filter(period__lte=this_year.code, period__regex=r"^\d{4}$")
    latest = periods.order_by("-period").values_list("period", flat=True).first()
    return Period.parse(latest) if latest else printing.last_closed_year()


def measured(roots: Sequence[GoalNode]) -> list[GoalNode]:
    """The goals that a figure lights, in the order of the goal book, each figure and measure once."""
    found: dict[tuple[str, str], GoalNode] = {}
    for root in roots:
        for node in root.walk():
            if node.goal.figure:
                found.setdefault((node.goal.figure, node.goal.measure), node)
    return list(found.values())


def multiples(period: Period, user: User, limit: int = FIGURES) -> list[Multiple]:
    return [_multiple(node, period) for node in measured(tree(period.code, user))[:limit]]


def lamp_counts(roots: Sequence[GoalNode]) -> Counter[Colour | None]:
    counts: Counter[Colour | None] = Counter()
    for root in roots:
        counts.update(root.counts)
    return counts


def reddest(user: User, limit: int = MATTERS) -> list[Matter]:
    """The supervision items that are longest overdue, then those that fall due first."""
    register = declarations.get(SUPERVISION)
    late = open_items(register, user).filter(due_on__isnull=False).order_by("due_on", "number")
    items = list(late[:limit])
    steps = _next_steps(register, items)
    return [_matter(register, item, steps.get(item.entry_id, "")) for item in items]


def open_items(register: Register, user: User):  # type: ignore[no-untyped-def]
    """The standing versions of items that are not done and not ended, as the reader may see them."""
    return ledger_lists.versions(register, user).filter(
        Q(done_on=None) & ~Q(stage__in=register.ending_stages)
    )


def _multiple(node: GoalNode, period: Period) -> Multiple:
    goal, value = node.goal, node.lamp.value
    figure = catalogue.get(goal.figure)
    measure = Measure.parse(goal.measure) if goal.measure else figure.default_measure
    return Multiple(
        name=goal.name,
        href=addresses.figure(figure.code, period.code),
        lamp=LampCell(node.lamp.colour, said(node.lamp.reason)),
        value=printing.number(value, with_unit=True)
        if value
        else Number(None, reason=said(node.lamp.reason)),
        target=printing.target_words(node),
        reason=said(node.lamp.reason),
        owner=goal.owner.short_name,
        spark=figure_charts.sparkline(figure, period, str(measure)),
    )


def _matter(register: Register, item: EntryVersion, next_step: str) -> Matter:
    lamp = ledger_lists.lamp_of(register, item)
    return Matter(
        item.number,
        item.title,
        addresses.entry(register.code, item.number),
        item.unit.short_name,
        LampCell.of(lamp),
        said(lamp.reason) if lamp else "",
        next_step,
    )


def _next_steps(register: Register, items: Sequence[EntryVersion]) -> dict[int, str]:
    """Entry → the next step its latest reply names."""
    column = layout(register).lines["replies"].by_code["next_step"]
    lines = Line.objects.filter(standing(), entry__in=[item.entry_id for item in items], kind="replies")
    told = lines.exclude(**{f"{column}__isnull": True}).order_by("happened_on")
    return dict(told.values_list("entry_id", column))
