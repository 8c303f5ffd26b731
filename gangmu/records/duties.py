"""Opening and closing duties (我的事项): the only source of my day, digests and calendars."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from gangmu.org.models import Unit, User
from gangmu.org.permissions import roles_of
from gangmu.records import clock
from gangmu.records.models import Duty


def open_duty(
    key: str,
    what: str,
    link: str,
    *,
    unit: Unit | None = None,
    role: str = "",
    user: User | None = None,
    due_on: datetime.date | None = None,
    why: str = "",
    words: Mapping[str, str] | None = None,
) -> Duty:
    """Open a duty, or bring the open one of the same key up to date.

    what, why: sentences that are in the catalogue of languages, at most 200 characters; `words` fill their `%(name)s`.
    """
    said: dict[str, Any] = {
        "what": what,
        "why": why,
        "words": json.dumps(dict(words or {}), ensure_ascii=False, sort_keys=True),
        "link": link,
        "unit": unit,
        "role": role,
        "user": user,
        "due_on": due_on,
    }
    duty, _ = Duty.objects.update_or_create(
        key=key, done_at=None, defaults=said, create_defaults={**said, "opened_at": clock.now()}
    )
    return duty


def close_duty(key: str) -> None:
    """Mark the open duty of a key as done; nothing happens where there is none."""
    Duty.objects.filter(key=key, done_at=None).update(done_at=clock.now())


def duties_of(user: User) -> QuerySet[Duty]:
    """What a user owes now: his own, and those of his unit for the roles he holds; earliest first."""
    mine = Q(user=user)
    if user.unit_id:
        mine |= Q(unit=user.unit_id, role__in=roles_of(user))
    office = Q(unit=None, user=None, role__in=roles_of(user))
    return Duty.objects.filter(mine | office, done_at=None).select_related("unit")
