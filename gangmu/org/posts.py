"""Who holds a post as A or B role, and handing it over in one act: seat, roles and open duties together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from gangmu.org import accounts, roster
from gangmu.org.models import Assignment, Person, Post, User
from gangmu.problems import refuse
from gangmu.records.log import Actor, Change, record
from gangmu.records.models import Duty

ONE_DAY = datetime.timedelta(days=1)


def held_on(post: Post, day: datetime.date) -> QuerySet[Assignment]:
    """The assignments of a post that stand on a day, A before B."""
    standing = Assignment.objects.filter(Q(until__isnull=True) | Q(until__gte=day), post=post, since__lte=day)
    return standing.select_related("person").order_by("part", "since", "id")


def acting(post: Post, day: datetime.date) -> Person | None:
    """Who answers for a post on a day: its A role, else its B role."""
    first = held_on(post, day).first()
    return first.person if first else None


@transaction.atomic
def hand_over(
    post: Post,
    part: str,
    to: Person,
    on: datetime.date,
    actor: Actor,
    *,
    reason: str = "",
    roles: Iterable[str] = (),
) -> Assignment:
    """Hand a post over: who held it ends the day before, `to` begins on the day.

    `roles` of the former holder's account for the post's unit pass to the new holder's account, and so do
    the duties that are open for the account itself; those of the unit's reporter follow the role by themselves.
    InputRefused when nothing would change, or when the new holder has no account to pass roles to.
    """
    leaving = list(held_on(post, on).filter(part=part))
    if [seat.person for seat in leaving] == [to]:
        raise _holds_it_already(post, part, to)
    writing = roster.Writing(actor, reason=reason)
    for seat in leaving:
        _end(writing, seat, on)
    content = {
        "post": f"{post.unit.code}/{post.name}",
        "person": to.code,
        "part": part,
        "since": on.isoformat(),
        "until": None,
    }
    writing.put(roster.ASSIGNMENT, content)
    writing.finish()
    _pass_on(post, [seat.person for seat in leaving], to, list(roles), actor, reason)
    return Assignment.objects.get(post=post, person=to, part=part, since=on)


def _end(writing: roster.Writing, seat: Assignment, on: datetime.date) -> None:
    """A seat ends the day before; one that would end before it began never was."""
    content = roster.content_of(roster.ASSIGNMENT, seat)
    if seat.since >= on:
        writing.remove(roster.ASSIGNMENT, roster.KINDS[roster.ASSIGNMENT].key(content))
    else:
        writing.put(roster.ASSIGNMENT, {**content, "until": (on - ONE_DAY).isoformat()})


def _pass_on(
    post: Post, leaving: list[Person], to: Person, roles: list[str], actor: Actor, reason: str
) -> None:
    receiver = User.objects.filter(person=to, is_active=True).first()
    for giver in User.objects.filter(person__in=leaving):
        passed = [role for role in roles if giver.grants.filter(role=role, unit=post.unit).exists()]
        if passed and receiver is None:
            raise _no_account(to)
        for role in passed:
            accounts.revoke(giver, role, actor, unit=post.unit, reason=reason)
            accounts.grant(receiver, role, actor, unit=post.unit, reason=reason)  # type: ignore[arg-type]
        if receiver is not None:
            _pass_duties(giver, receiver, actor, reason)


def _pass_duties(giver: User, receiver: User, actor: Actor, reason: str) -> None:
    opened = Duty.objects.filter(user=giver, done_at=None)
    keys = sorted(opened.values_list("key", flat=True))
    opened.update(user=receiver)
    if keys:
        detail = {"from": giver.username, "to": receiver.username, "duties": keys}
        record(actor, Change("duty.pass_on", "user", receiver.username, detail=detail, reason=reason))


def _holds_it_already(post: Post, part: str, to: Person) -> Exception:
    return refuse(
        "post.held_already",
        f"{to.name}已是{post}的{part}角",
        f"{to.name} holds {post} as role {part} already",
        "无需交接",
        "nothing is to be handed over",
    )


def _no_account(to: Person) -> Exception:
    return refuse(
        "post.no_account",
        f"{to.name}没有账号，角色无法移交",
        f"{to.name} has no account that the roles could pass to",
        "请先为其建立账号（gangmu user add）",
        "make an account first (gangmu user add)",
    )
