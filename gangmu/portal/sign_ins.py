"""Signing in: the same answer for unknown and known accounts, and a delay that grows with every failure.

The delay belongs to an account *and* an address, so that a stranger cannot lock an officer out of his own desk.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.http import HttpRequest

from gangmu.org.models import User
from gangmu.portal.models import SignIn
from gangmu.records import clock

FREE_FAILURES = 5
LONGEST_WAIT = datetime.timedelta(minutes=15)
FORGOTTEN_AFTER = datetime.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt. `wait`: seconds until the next try is heard, 0 when it was heard now."""

    user: User | None
    wait: int = 0


def attempt(request: HttpRequest, username: str, password: str) -> Answer:
    """Try a password, unless this account was tried too often from this address."""
    username, address = username.strip()[:60], request.META.get("REMOTE_ADDR", "")
    wait = seconds_to_wait(username, address, clock.now())
    if wait:
        return Answer(None, wait)
    user = authenticate(request, username=username, password=password)
    found = user if isinstance(user, User) else None
    SignIn.objects.create(at=clock.now(), username=username, address=address, succeeded=found is not None)
    return Answer(found)


def seconds_to_wait(username: str, address: str, now: datetime.datetime) -> int:
    """Seconds left of the delay: none for five failures, then 2, 4, 8 … up to a quarter of an hour."""
    failures = _failures(username, address, now)
    if len(failures) < FREE_FAILURES:
        return 0
    delay = min(datetime.timedelta(seconds=2 ** (len(failures) - FREE_FAILURES + 1)), LONGEST_WAIT)
    left = failures[0] + delay - now
    return max(0, -(-left // datetime.timedelta(seconds=1)))


def _failures(username: str, address: str, now: datetime.datetime) -> list[datetime.datetime]:
    """Moments of the failures since the last success, newest first."""
    attempts = SignIn.objects.filter(username=username, address=address, at__gt=now - FORGOTTEN_AFTER)
    moments: list[datetime.datetime] = []
    for at, succeeded in attempts.values_list("at", "succeeded")[:20]:
        if succeeded:
            break
        moments.append(at)
    return moments
