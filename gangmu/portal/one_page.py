"""The leader's page (一页纸): ten figures with their lamps, the reddest matters with owner and next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from gangmu.drive.week import Lit, Week
from gangmu.figures import catalogue
from gangmu.figures.measures import Measure
from gangmu.goals.models import Goal
from gangmu.goals.tree import GoalNode, tree
from gangmu.org.models import User
from gangmu.portal import addresses, figure_charts, printing
from gangmu.portal.glossing import glossed
from gangmu.records import clock
from gangmu.records.lamps import Colour
from gangmu.records.periods import Period
from gangmu.web.cells import LampCell, Number, said
from gangmu.web.charts import Sparkline

FIGURES, MATTERS = 10, 5


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
    reason: SafeString
    next_step: str


def goal_period() -> Period:
    """The latest year up to this one that has goals; the last closed year where none has."""
    this_year = Period.of_year(clock.today().year)
    periods = Goal.objects.known_at(None).filter(period__lte=this_year.code, period__regex=r"^\d{4}$")
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


def reddest(week: Week, limit: int = MATTERS) -> list[Matter]:
    """The items under a red lamp, the longest overdue first, then the amber ones."""
    return [_matter(lit) for colour in (week.red, week.amber) for lit in sorted(colour, key=_urgency)][:limit]


def _urgency(lit: Lit) -> tuple[int, int]:
    left = lit.lamp.days_left
    return (0, left) if left is not None else (1, 0)


def _multiple(node: GoalNode, period: Period) -> Multiple:
    goal, value = node.goal, node.lamp.value
    figure = catalogue.get(goal.figure)
    measure = (Measure.parse(goal.measure) if goal.measure else None) or figure.default_measure
    return Multiple(
        name=said(goal.title),
        href=addresses.figure(figure.code, period.code),
        lamp=LampCell(node.lamp.colour, said(node.lamp.reason)),
        value=printing.number(value, with_unit=True)
        if value
        else Number(None, reason=said(node.lamp.reason)),
        target=printing.target_words(node),
        reason=said(node.lamp.reason),
        owner=said(goal.owner.short),
        spark=figure_charts.sparkline(figure, period, measure),
    )


def _matter(lit: Lit) -> Matter:
    item = lit.item
    return Matter(
        item.number,
        item.title,
        item.link,
        said(item.unit.short),
        LampCell(lit.lamp.colour),  # its reason stands beside it
        glossed(said(lit.lamp.reason)),
        item.next_step,
    )
