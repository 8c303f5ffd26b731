"""Supervision items and the people who drive them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from gangmu.drive import items
from gangmu.ledgers.models import Entry
from gangmu.org.models import Unit
from gangmu.org.permissions import OFFICE_HEAD, OFFICER, REPORTER, UNIT_HEAD
from gangmu.records.log import Actor
from tests.factories.org import unit, user

OPERATOR = Actor(None, "操作员")


@dataclass(frozen=True)
class Office:
    """The goal office and one unit, each with the two hands that a reply passes through."""

    lead: Unit
    other: Unit
    officer: Actor
    head: Actor
    reporter: Actor
    unit_head: Actor


def office() -> Office:
    goal_office = unit("MBB", is_office=True)
    lead, other = unit("QF", short_name="发改局"), unit("CZ", short_name="财政局")
    return Office(
        lead,
        other,
        officer=Actor.of(user(OFFICER, goal_office)),
        head=Actor.of(user(OFFICE_HEAD, goal_office)),
        reporter=Actor.of(user(REPORTER, lead, name="王芳")),
        unit_head=Actor.of(user(UNIT_HEAD, lead, name="李明")),
    )


def drafted(lead: Unit, **values: Any) -> Entry:
    said = {
        "title": "推进东湖片区改造",
        "unit": lead.code,
        "source": "minutes",
        "content": "按期完成征收",
        "rhythm": "weekly",
        "raised_on": datetime.date(2026, 3, 2),
    }
    return items.draft({**said, **values}, OPERATOR)


def assigned(lead: Unit, on: datetime.date = datetime.date(2026, 3, 4), **values: Any) -> Entry:
    """An item assigned on a day; twenty days to do it, as minutes of a meeting have."""
    entry = drafted(lead, **{"raised_on": on, **values})
    items.approve(entry, on, OPERATOR)
    return items.assign(entry, on, OPERATOR)


def with_the_unit(lead: Unit, on: datetime.date = datetime.date(2026, 3, 4), **values: Any) -> Entry:
    return items.accept(assigned(lead, on, **values), on, OPERATOR)
