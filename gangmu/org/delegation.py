"""Recorded delegation (由×××代录×区长批示): the delegate signs in, the leader's name stands beside."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from gangmu.org.models import Delegation, Person, User
from gangmu.problems import refuse
from gangmu.records.log import Actor, Change, content_digest
from gangmu.records.log import record as log

SUBJECT = "delegation"


@transaction.atomic
def record(
    leader: Person,
    delegate: User,
    since: datetime.date,
    until: datetime.date | None,
    reason: str,
    actor: Actor,
) -> Delegation:
    """Record that `delegate` may act for `leader` from one day to another; None: until it is ended.

    InputRefused for a span that ends before it begins, overlaps another of the same two, or gives no reason.
    """
    _check(leader, delegate, since, until, reason)
    given = Delegation.objects.create(
        leader=leader, delegate=delegate, since=since, until=until, reason=reason.strip()
    )
    _log("delegation.record", given, actor)
    return given


@transaction.atomic
def end(given: Delegation, on: datetime.date, actor: Actor, reason: str = "") -> None:
    """End a delegation with a day, that day included."""
    if on < given.since:
        raise _ends_before_it_begins(given.since, on)
    given.until = on
    given.save(update_fields=["until"])
    _log("delegation.end", given, actor, reason)


def acting_for(user: User, day: datetime.date) -> list[Person]:
    """The leaders for whom a user may act on a day, in official order."""
    if not user.is_active:
        return []
    given = Delegation.objects.standing_on(day).filter(delegate=user)
    leaders = {delegation.leader for delegation in given.select_related("leader__unit")}
    return sorted(leaders, key=lambda leader: (leader.protocol_order, leader.code))


def actor_for(user: User, leader: Person, day: datetime.date) -> Actor:
    """The actor of a user on behalf of a leader; PermissionDenied when nothing recorded allows it."""
    if leader not in acting_for(user, day):
        raise PermissionDenied("delegation")
    return Actor.of(user, on_behalf_of=f"{leader.name}（{leader.title}）" if leader.title else leader.name)


def content_of(given: Delegation) -> dict[str, Any]:
    return {
        "leader": given.leader.code,
        "delegate": given.delegate.username,
        "since": given.since.isoformat(),
        "until": given.until and given.until.isoformat(),
        "reason": given.reason,
    }


def current_digests() -> Iterator[tuple[str, str]]:
    """(key, digest) of each delegation, for the log's verification."""
    for given in Delegation.objects.select_related("leader", "delegate"):
        yield _key(given), content_digest(content_of(given))


def _key(given: Delegation) -> str:
    return f"{given.leader.code}/{given.delegate.username}/{given.since}"


def _log(action: str, given: Delegation, actor: Actor, reason: str = "") -> None:
    content = content_of(given)
    log(actor, Change(action, SUBJECT, _key(given), content_digest(content), {"new": content}, reason))


def _check(
    leader: Person, delegate: User, since: datetime.date, until: datetime.date | None, reason: str
) -> None:
    if until is not None and until < since:
        raise _ends_before_it_begins(since, until)
    if not reason.strip():
        raise refuse(
            "delegation.reason",
            "没有写明代录依据",
            "the reason of the delegation is not given",
            "请写明依据，例如领导同意的时间和方式",
            "say on what it rests, such as when and how the leader agreed",
        )
    same = Delegation.objects.filter(leader=leader, delegate=delegate)
    beginning = same.filter(Q(until__isnull=True) | Q(until__gte=since))
    other = (beginning.filter(since__lte=until) if until else beginning).first()
    if other is not None:
        raise refuse(
            "delegation.overlaps",
            f"{delegate.name}自 {other.since} 起已受{leader.name}委托",
            f"{delegate.name} already acts for {leader.name} from {other.since}",
            "请先终止原委托，或改起止日期",
            "end that delegation first, or change the days",
        )


def _ends_before_it_begins(since: datetime.date, until: datetime.date) -> Exception:
    return refuse(
        "delegation.ends_before_it_begins",
        f"终止日期 {until} 早于起始日期 {since}",
        f"it ends on {until}, before it begins on {since}",
        "请核对两个日期",
        "check both days",
    )
