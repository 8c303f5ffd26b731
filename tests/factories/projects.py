"""Project entries for tests of figures, entered through the doors of the ledgers."""

from __future__ import annotations

import datetime

from gangmu.ledgers import declarations, entries
from gangmu.ledgers.models import Entry
from gangmu.org.models import Person, Unit
from tests.factories.figures import CLERK

_PATH = ("proposed", "early", "started", "continued", "completed")


def project(
    unit: Unit, title: str, stages: dict[str, str], invested: dict[str, str] | None = None, **values: object
) -> Entry:
    """A project with the days it reached its stages and its monthly investment (万元)."""
    leader, _ = Person.objects.get_or_create(
        code="L01", defaults={"name": "王某", "unit": unit, "kind": Person.Kind.LEADER}
    )
    given = {
        "title": title,
        "unit": unit.code,
        "leader": leader.code,
        "class": "industry",
        "total_investment": "20000",
        "registered_on": "2023-01-05",
        "project_code": "2301-1",
        "builder": "某公司",
        "subdistrict": unit.code,
        "guiding_unit": unit.code,
        "start_basis": "permit",
        "due_on": "2026-12-31",
        **values,
    }
    first, *later = stages.items()
    entry = entries.create(
        declarations.get("projects"), given, CLERK, stage=first[0], on=datetime.date.fromisoformat(first[1])
    )
    for stage, day in later:
        entries.move(entry, stage, datetime.date.fromisoformat(day), CLERK)
    for month, amount in (invested or {}).items():
        entries.add_line(entry, "investment", {"month": month, "amount": amount}, CLERK)
    return entry


def grievance(unit: Unit, received: str, closed: str = "", **values: object) -> Entry:
    """A hotline order received on a day and closed on another."""
    given = {
        "title": "路灯不亮",
        "unit": unit.code,
        "lane": "hotline",
        "channel": "phone",
        "received_on": received,
        "topic": "city",
        "community": "和平社区",
        "level": "community",
        "result": "已修复",
        **values,
    }
    on = datetime.date.fromisoformat(received)
    entry = entries.create(declarations.get("grievances"), given, CLERK, on=on)
    if closed:
        day = datetime.date.fromisoformat(closed)
        entries.move(entry, "dispatched", on, CLERK)
        entries.move(entry, "accepted", on, CLERK)
        entries.move(entry, "handling", on, CLERK)
        entries.move(entry, "closed", day, CLERK)
    return entry
