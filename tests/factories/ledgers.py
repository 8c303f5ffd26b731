"""Entries for tests, made through the verbs that people use."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from gangmu.ledgers import declarations, entries
from gangmu.ledgers.models import Entry
from gangmu.org.models import Unit
from gangmu.records.log import Actor

CLERK = Actor(None, "测试员")


def day(said: str) -> datetime.date:
    return datetime.date.fromisoformat(said)


def project(unit: Unit, number: str = "", actor: Actor = CLERK, **values: Any) -> Entry:
    """A project at its first stage; registered in January 2025 unless told otherwise."""
    given = {
        "title": "云溪智造产业园",
        "unit": unit,
        "class": "industry",
        "total_investment": Decimal(20000),
        "registered_on": day("2025-01-10"),
    }
    return entries.create(declarations.get("projects"), {**given, **values}, actor, number=number)


def started_project(unit: Unit, on: str, number: str = "", **values: Any) -> Entry:
    """A project with all that a start asks for, started on a day."""
    early = {"project_code": "2501-410102-04-01-000001", "builder": "云溪建设公司", "subdistrict": unit}
    needed = {**early, "guiding_unit": unit, "leader": None, **values}
    leader = needed.pop("leader")
    entry = project(unit, number, **needed)
    entries.move(entry, "early", day("2025-01-20"), CLERK)
    start = {"start_basis": "permit", "due_on": day("2026-12-31"), "leader": leader}
    entries.move(entry, "started", day(on), CLERK, values=start)
    return entry


def invest(entry: Entry, month: str, amount: str | int, **values: Any) -> int:
    """A month's investment (`2025-03`)."""
    said = {"month": month, "amount": Decimal(amount), **values}
    return entries.add_line(entry, "investment", said, CLERK)


def item(unit: Unit, number: str = "", actor: Actor = CLERK, **values: Any) -> Entry:
    """A supervision item, drafted on 2 March 2026."""
    given = {"title": "推进河道整治", "unit": unit, "source": "minutes", "raised_on": day("2026-03-02")}
    return entries.create(declarations.get("supervision"), {**given, **values}, actor, number=number)


def grievance(unit: Unit, number: str = "", actor: Actor = CLERK, **values: Any) -> Entry:
    """A hotline work order about heating, received on 5 January 2026."""
    given = {
        "title": "暖气不热",
        "unit": unit,
        "lane": "hotline",
        "channel": "phone",
        "received_on": day("2026-01-05"),
        "topic": "utilities",
        "community": "桂花社区",
        "level": "community",
    }
    return entries.create(declarations.get("grievances"), {**given, **values}, actor, number=number)
