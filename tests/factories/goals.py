"""Goals for tests, written through the goal book."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from gangmu.goals.book import EMPTY_GOAL, GOAL, SHARE, Writing
from gangmu.goals.models import Goal, Share
from gangmu.org.models import Post, Unit
from tests.factories.figures import CLERK


def goal(
    owner: Unit, code: str, kind: str, period: str = "2025", parent: Goal | None = None, **fields: object
) -> Goal:
    """A goal in the book; target, floor and stretch as text."""
    content = {
        **EMPTY_GOAL,
        "code": code,
        "period": period,
        "parent": f"{parent.period}/{parent.code}" if parent else None,
        "order": Goal.objects.count() + 1,
        "name": fields.pop("name", f"目标{code}"),
        "kind": kind,
        "owner": owner.code,
        **fields,
    }
    with transaction.atomic():
        writing = Writing(CLERK)
        writing.put(GOAL, content)
        writing.finish()
    return Goal.objects.get(code=code, period=period)


def share(of: Goal, unit: Unit, target: str | None = None, post: Post | None = None) -> Share:
    content = {
        "goal": f"{of.period}/{of.code}",
        "unit": unit.code,
        "post": f"{unit.code}:{post.name}" if post else None,
        "person": None,
        "target": target,
        "share": None,
        "note": "",
        "order": Share.objects.count() + 1,
    }
    with transaction.atomic():
        writing = Writing(CLERK)
        writing.put(SHARE, content)
        writing.finish()
    return Share.objects.get(
        goal=of, unit=unit, post=post, target=None if target is None else Decimal(target)
    )
