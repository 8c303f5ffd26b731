"""The sheet of the week: red items with owner and next step, and the figures of the week."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gangmu.drive import following, lamps
from gangmu.drive.following import LEDGER, Item
from gangmu.drive.urging import Urging, due_today
from gangmu.ledgers import queries
from gangmu.ledgers.queries import Condition, Dated, Selection
from gangmu.records.lamps import Colour, Lamp
from gangmu.records.periods import Period

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import User


@dataclass(frozen=True, slots=True)
class Lit:
    """An item under its lamp."""

    item: Item
    lamp: Lamp


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the week, over all items whoever reads. closed_on_time is of those closed; replies are not counted:
    nobody is judged by how often he reports."""

    under_way: int
    red: int
    amber: int
    green: int
    assigned: int
    due: int
    closed: int
    closed_on_time: int
    sent_back: int


@dataclass(frozen=True, slots=True)
class Week:
    """red, amber, due: what the reader may see, in official order. hidden: red and amber items he may not see."""

    period: Period
    red: list[Lit]
    amber: list[Lit]
    due: list[Lit]
    urgings: list[Urging]
    figures: Figures
    hidden: int


def week(user: User | AnonymousUser, today: datetime.date) -> Week:
    """The week that holds a day, as it stands on that day, for one reader."""
    period = Period.containing(today, "W")
    rule = lamps.rule()
    everything = [Lit(item, lamps.lamp_of(item, today, rule)) for item in following.under_way()]
    seen = following.seen_under_way(user)
    visible = [lit for lit in everything if lit.item.entry in seen]
    alarming = [lit for lit in everything if lit.lamp.colour != Colour.GREEN]
    return Week(
        period,
        red=_lit(visible, Colour.RED),
        amber=_lit(visible, Colour.AMBER),
        due=[lit for lit in visible if lit.item.due_on and lit.item.due_on in period],
        urgings=due_today([lit.item for lit in visible], today),
        figures=_figures(everything, period),
        hidden=sum(lit.item.entry not in seen for lit in alarming),
    )


def _lit(items: list[Lit], colour: Colour) -> list[Lit]:
    return [lit for lit in items if lit.lamp.colour == colour]


def _figures(items: list[Lit], period: Period) -> Figures:
    colours = Counter(lit.lamp.colour for lit in items)
    closed = Selection(LEDGER, dated=Dated(field="done_on"), period=period)
    on_time = Selection(LEDGER, (Condition("on_time", "eq", True),), closed.dated, period)
    return Figures(
        under_way=len(items),
        red=colours[Colour.RED],
        amber=colours[Colour.AMBER],
        green=colours[Colour.GREEN],
        assigned=queries.count(Selection(LEDGER, dated=Dated(stage=following.ASSIGNED), period=period)),
        due=sum(bool(lit.item.due_on and lit.item.due_on in period) for lit in items),
        closed=queries.count(closed),
        closed_on_time=queries.count(on_time),
        sent_back=queries.count(Selection(LEDGER, dated=Dated(stage=following.RETURNED), period=period)),
    )
