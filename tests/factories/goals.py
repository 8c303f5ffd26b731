"""Goals for tests, written through the goal book."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from gangmu.goals import book
from gangmu.goals.book import EMPTY_GOAL, GOAL, SHARE, Writing
from gangmu.goals.models import Goal, Share
from gangmu.org.models import Post, Unit
from gangmu.records import verifying
from tests.factories.figures import CLERK


def goal(
    owner: Unit, code: str, kind: str, period: str = "2025", parent: Goal | None = None, **fields: object
) -> Goal:
    """A goal in the book; target, floor and stretch as text."""
    content = {
        **EMPTY_GOAL,
        "code": code,
        "period": period,
        "parent": parent.key if parent else None,
        "order": len(book.standing(GOAL)) + 1,
        "name": fields.pop("name", f"目标{code}"),
        "kind": kind,
        "owner": owner.code,
        **fields,
    }
    with transaction.atomic():
        writing = Writing(CLERK)
        writing.put(GOAL, content)
        writing.finish()
    return Goal.objects.known_at(None).get(code=code, period=period)


def share(of: Goal, unit: Unit, target: str | None = None, post: Post | None = None) -> Share:
    content = {
        "goal": of.key,
        "unit": unit.code,
        "post": f"{unit.code}:{post.name}" if post else None,
        "person": None,
        "target": target,
        "share": None,
        "note": "",
        "order": len(book.standing(SHARE)) + 1,
    }
    with transaction.atomic():
        writing = Writing(CLERK)
        writing.put(SHARE, content)
        writing.finish()
    return Share.objects.known_at(None).get(
        goal_key=of.key, unit=unit, post=post, target=None if target is None else Decimal(target)
    )


def accused() -> list[str]:
    """What `log verify` says of goals and shares; the units of tests are not logged."""
    return [one.code for one in verifying.verify().differs if one.place.startswith("goal")]
