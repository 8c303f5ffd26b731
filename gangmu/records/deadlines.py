"""Deadlines (时限): which days count, from which event, what stops the clock, who may extend it.

The day of the start event is not counted (民法典 第二百零一条); the last day counts to its end.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gangmu.problems import refuse
from gangmu.records import workdays

ONE_DAY = datetime.timedelta(days=1)


class Clock(StrEnum):
    """Working days (工作日, as 行政许可法 第八十二条 counts) or plain days (自然日, as 信访工作条例 counts)."""

    WORKING = "working"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Extension:
    """By how many days at most, granted by whom, and how often."""

    days: int
    granted_by: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared deadline.

    days: counted by `clock`. starts: the event it runs from (`accepted`, `assigned` …).
    pauses: kinds of pause that stop it (补正, 听证, 检测, 公示, 专家评审); no other kind does.
    rolls: a plain-day deadline that ends on a day off moves to the next working day (民法典 第二百零三条);
    off by default, because plans of work name their day.
    """

    days: int
    clock: Clock = Clock.WORKING
    starts: str = ""
    pauses: tuple[str, ...] = ()
    extension: Extension | None = None
    rolls: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood from the day after `since` to `until`, that day included; `until` None: it still stands."""

    kind: str
    since: datetime.date
    until: datetime.date | None = None


def due(
    rule: Rule, started_on: datetime.date, pauses: Sequence[Pause] = (), extended_by: int = 0
) -> datetime.date | None:
    """The last day of a deadline; None while a pause is open, because no day is known then.

    extended_by: days granted so far (see `extend`), counted by the same clock.

    >>> due(Rule(5), datetime.date(2026, 2, 12))  # 14 and 28 February are worked, 15–23 are the Spring Festival
    datetime.date(2026, 2, 26)
    """
    _refuse_unknown(rule, pauses)
    if any(pause.until is None for pause in pauses):
        return None
    day, left = started_on, rule.days + extended_by
    while left > 0:
        day += ONE_DAY
        if _counts(rule, day) and not _stands(pauses, day):
            left -= 1
    return workdays.on_or_after(day) if rule.rolls else day


def days_left(clock: Clock, today: datetime.date, due_on: datetime.date) -> int:
    """Days from today to a deadline by its clock: 0 on the last day, negative once it has passed.

    The Saturday after a Friday's deadline is late by one, though no working day has gone by.
    """
    if clock is Clock.PLAIN:
        return (due_on - today).days
    left = workdays.workdays_between(today, due_on)
    return min(left, -1) if today > due_on else left


def extend(
    rule: Rule, due_on: datetime.date, asked_on: datetime.date, days: int, granted_before: int = 0
) -> None:
    """Check that a deadline may be extended by `days`: it allows it, in time, often enough, not too long.

    Raises InputRefused. An extension is asked before the last day has passed.
    """
    allowed = rule.extension
    if allowed is None or granted_before >= allowed.times:
        times = allowed.times if allowed else 0
        raise refuse(
            "deadline.extended_enough",
            f"此时限最多延期 {times} 次，已延期 {granted_before} 次",
            f"this deadline may be extended {times} time(s); it was extended {granted_before} time(s)",
            "请按期办结，或由交办单位重新交办",
            "finish in time, or have it assigned anew",
        )
    if asked_on > due_on:
        raise refuse(
            "deadline.asked_late",
            f"时限 {due_on} 已过，{asked_on} 才申请延期",
            f"the deadline {due_on} had passed when the extension was asked on {asked_on}",
            "延期须在到期之前申请",
            "ask before the last day has passed",
        )
    if not 0 < days <= allowed.days:
        raise refuse(
            "deadline.extended_too_long",
            f"延期 {days} 日，超出可延的 {allowed.days} 日",
            f"{days} days are asked, at most {allowed.days} may be granted",
            f"请改为 1 至 {allowed.days} 日",
            f"ask for 1 to {allowed.days} days",
        )


def _counts(rule: Rule, day: datetime.date) -> bool:
    return rule.clock is Clock.PLAIN or workdays.is_workday(day)


def _stands(pauses: Sequence[Pause], day: datetime.date) -> bool:
    return any(pause.since < day <= pause.until for pause in pauses if pause.until)


def _refuse_unknown(rule: Rule, pauses: Sequence[Pause]) -> None:
    unknown = sorted({pause.kind for pause in pauses} - set(rule.pauses))
    if unknown:
        kinds, allowed = "、".join(unknown), "、".join(rule.pauses) or "（无）"
        raise refuse(
            "deadline.no_such_pause",
            f"“{kinds}”不能停止此时限的计算",
            f"“{kinds}” does not stop this clock",
            f"可停止计算的情形：{allowed}",
            f"what stops it: {allowed}",
        )
