"""Who is reminded today, and how far up the ladder (催办、提级): 联络员 → 分管领导 → 主要领导."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from gangmu.drive import following
from gangmu.drive.following import Item, item_of
from gangmu.ledgers import entries
from gangmu.ledgers.models import Entry
from gangmu.org.models import Assignment, Person, RoleGrant
from gangmu.org.permissions import REPORTER, UNIT_HEAD, require
from gangmu.problems import Text
from gangmu.records import workdays
from gangmu.records.deadlines import Clock
from gangmu.records.lamps import in_days
from gangmu.records.log import Actor


class Level(StrEnum):
    """Who is told; the codes are those of the register's urgings."""

    LIAISON = "liaison"
    DEPUTY = "deputy"
    HEAD = "head"


LEVEL_NAMES = {
    Level.LIAISON: Text("联络员", "liaison officer"),
    Level.DEPUTY: Text("分管领导", "deputy head"),
    Level.HEAD: Text("主要领导", "head of the unit"),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """Working days late from which each level is told; `ahead`: days before, to the liaison officer.

    Defaults of this system: a day ahead, at once, after three and after five working days.
    """

    ahead: int = 1
    liaison: int = 1
    deputy: int = 3
    head: int = 5

    def level(self, late: int) -> Level | None:
        """late: working days, negative before the day; None: nobody is to be told."""
        if late >= self.head:
            return Level.HEAD
        if late >= self.deputy:
            return Level.DEPUTY
        return Level.LIAISON if late >= self.liaison or -self.ahead <= late <= 0 else None


@dataclass(frozen=True, slots=True)
class Urging:
    """A reminder that is to be given. late: working days, 0 on the day, negative before it.

    names: whom it reaches, as far as the roster knows. words: to read out or to paste into a group.
    """

    item: Item
    level: Level
    names: tuple[str, ...]
    due_on: datetime.date
    late: int
    reason: Text
    words: Text


def due_today(items: Iterable[Item], today: datetime.date, ladder: Ladder | None = None) -> list[Urging]:
    """The reminders of a day, the longest overdue first; each item once, for what is latest with it.

    A level that was told for the same lateness is not told again: an item is urged once a level and week.
    """
    ladder, names = ladder or Ladder(), _names()
    found = [
        _urging(item, level, names, what, due_on, late)
        for item in items
        if (worst := _worst(item, today)) is not None
        for what, due_on, late in [worst]
        if (level := ladder.level(late)) is not None and not _told(item, level, today)
    ]
    return sorted(found, key=lambda one: (-one.late, one.item.unit.protocol_order, one.item.number))


@transaction.atomic
def urge(entry: Entry, urging: Urging, on: datetime.date, actor: Actor) -> None:
    """Put a reminder on record, as a line of the item."""
    if actor.user is not None:
        require(actor.user, "supervision.urge")
    line = {"urged_on": on, "level": urging.level.value, "words": urging.words.zh}
    entries.add_line(entry, "urgings", line, actor, by_step=True)


def urging_of(entry: Entry, today: datetime.date, ladder: Ladder | None = None) -> Urging | None:
    """The reminder that one item asks for today."""
    return next(iter(due_today([item_of(entry)], today, ladder)), None)


def _worst(item: Item, today: datetime.date) -> tuple[Text, datetime.date, int] | None:
    """What is latest with an item: (what is owed, its day, working days late)."""
    owed = [(what, day, _late(day, today)) for what, day in _owed(item)]
    return max(owed, key=lambda one: one[2], default=None)


def _owed(item: Item) -> Iterator[tuple[Text, datetime.date]]:
    if item.stage == following.ASSIGNED and item.accept_by:
        yield Text("签收", "acceptance"), item.accept_by
    if item.reply_by:
        yield Text("反馈", "a reply"), item.reply_by
    if item.due_on and item.stage in (following.ASSIGNED, *following.WITH_THE_UNIT):
        yield Text("办结", "completion"), item.due_on


def _late(day: datetime.date, today: datetime.date) -> int:
    late = workdays.workdays_between(day, today)
    return max(late, 1) if today > day else late


def _told(item: Item, level: Level, today: datetime.date) -> bool:
    week = today.isocalendar()[:2]
    return any(told == level and day.isocalendar()[:2] == week for day, told in item.urged)


def _urging(item: Item, level: Level, names: _Names, what: Text, due_on: datetime.date, late: int) -> Urging:
    reached = names.of(item.unit.code, level)
    whom = LEVEL_NAMES[level]
    reason = _reason(what, late)
    zh = (
        f"【督查催办】{item.unit.short_name}{whom.zh}{'、'.join(reached)}："
        f"“{item.title}”（{item.number}）{reason.zh}，{what.zh}时限 {due_on:%Y-%m-%d}，请抓紧办理。"
    )
    en = (
        f"[Reminder] {item.unit.name_en or item.unit.name}, {whom.en} {', '.join(reached)}: "
        f'"{item.title}" ({item.number}): {reason.en}; {what.en} due on {due_on:%Y-%m-%d}.'
    )
    return Urging(item, level, reached, due_on, late, reason, Text(zh, en))


def _reason(what: Text, late: int) -> Text:
    away = in_days(abs(late), Clock.WORKING)
    if late > 0:
        return Text(f"{what.zh}逾期{away.zh}", f"{what.en} is {away.en} late")
    if late == 0:
        return Text(f"今天应{what.zh}", f"{what.en} is due today")
    return Text(f"还有{away.zh}应{what.zh}", f"{what.en} is due in {away.en}")


@dataclass(frozen=True, slots=True)
class _Names:
    """Unit code → names, for each level."""

    known: dict[Level, dict[str, list[str]]]

    def of(self, unit: str, level: Level) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.known[level].get(unit, [])))


def _names() -> _Names:
    """From roles first, then from the roster: reporters, holders of a 分管 post, heads."""
    known: dict[Level, dict[str, list[str]]] = {level: {} for level in Level}
    roles = {REPORTER: Level.LIAISON, UNIT_HEAD: Level.HEAD}
    grants = RoleGrant.objects.filter(role__in=roles, user__is_active=True, unit__isnull=False)
    for role, unit, name in grants.order_by("pk").values_list("role", "unit__code", "user__name"):
        known[roles[role]].setdefault(unit, []).append(name)
    seats = Assignment.objects.filter(until=None, part=Assignment.Part.A).filter(
        Q(post__name__contains="分管") | Q(post__name__contains="联络员")
    )
    for post, unit, name in seats.order_by("pk").values_list(
        "post__name", "post__unit__code", "person__name"
    ):
        level = Level.DEPUTY if "分管" in post else Level.LIAISON
        known[level].setdefault(unit, []).append(name)
    heads = Person.objects.filter(kind=Person.Kind.HEAD, left_on=None)
    for unit, name in heads.order_by("protocol_order", "code").values_list("unit__code", "name"):
        known[Level.HEAD].setdefault(unit, []).append(name)
    return _Names(known)
