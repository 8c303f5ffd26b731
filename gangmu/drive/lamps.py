"""The lamp of a supervision item by a declared rule: worst finding first, with its reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from gangmu.drive import following
from gangmu.drive.following import LEDGER, Item
from gangmu.ledgers.declarations import get
from gangmu.problems import Text
from gangmu.records import workdays
from gangmu.records.deadlines import Clock
from gangmu.records.lamps import Colour, Lamp, in_days, lamp


@dataclass(frozen=True, slots=True)
class LampRule:
    """When an item's lamp changes. amber_days, clock: from the register's declaration.

    amber_points, red_points: percentage points behind an even pace. reply_red: working days that a reply is
    late before it is red; late at all is amber. All but the register's are defaults of this system.
    """

    amber_days: int
    clock: Clock
    amber_points: Decimal = Decimal(10)
    red_points: Decimal = Decimal(30)
    reply_red: int = 5


def rule() -> LampRule:
    register = get(LEDGER)
    return LampRule(register.amber_days, register.amber_clock)


def lamp_of(item: Item, today: datetime.date, by: LampRule | None = None) -> Lamp:
    """The lamp of an item on a day. What is not assigned, or is kept up for good, has nothing to be late with."""
    by = by or rule()
    if item.stage in following.BEFORE_ASSIGNING:
        return Lamp(Colour.GREEN, Text("尚未交办", "not assigned yet"))
    if item.stage == following.LONG_TERM:
        return Lamp(Colour.GREEN, Text("长期坚持", "kept up for good"))
    main = lamp(
        item.done_on,
        item.due_on,
        today,
        by.amber_days,
        clock=by.clock,
        progress=item.progress,
        expected=expected(item, today),
        amber_points=by.amber_points,
        red_points=by.red_points,
    )
    if item.done_on is not None:
        return main
    found = [main, *(Lamp(colour, reason, main.days_left) for colour, reason in _on_the_way(item, today, by))]
    return min(found, key=lambda one: list(Colour).index(one.colour))


def expected(item: Item, today: datetime.date) -> Decimal | None:
    """Per cent of the item's time that has gone by (序时进度); None without both ends."""
    if item.assigned_on is None or item.due_on is None or item.due_on <= item.assigned_on:
        return None
    gone = min(max((today - item.assigned_on).days, 0), (item.due_on - item.assigned_on).days)
    return Decimal(100 * gone) / Decimal((item.due_on - item.assigned_on).days)


def _on_the_way(item: Item, today: datetime.date, by: LampRule) -> Iterator[tuple[Colour, Text]]:
    if item.stage == following.ASSIGNED and item.accept_by and today > item.accept_by:
        late = in_days(_workdays_late(item.accept_by, today), Clock.WORKING)
        yield (
            Colour.AMBER,
            Text(f"逾期{late.zh}未签收", f"not accepted, {late.en} late"),
        )
    if item.reply_by and today > item.reply_by:
        days = _workdays_late(item.reply_by, today)
        late = in_days(days, Clock.WORKING)
        colour = Colour.RED if days > by.reply_red else Colour.AMBER
        yield colour, Text(f"反馈逾期{late.zh}", f"reply {late.en} late")
    if item.stage == following.RETURNED:
        yield Colour.AMBER, Text(f"已退办：{item.stage_note}", f"sent back: {item.stage_note}")


def _workdays_late(due: datetime.date, today: datetime.date) -> int:
    """At least one: the Saturday after a Friday is late."""
    return max(workdays.workdays_between(due, today), 1)
