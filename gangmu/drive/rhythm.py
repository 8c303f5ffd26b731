"""When a supervision item's next reply is due, by its declared rhythm (周、旬、月、节点)."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Mapping

from gangmu.records import workdays

ONE_DAY = datetime.timedelta(days=1)
CUT_OFF_WEEKDAY = 4
"""Thursday: numbers stand before a meeting at the week's end. A default of this system."""


def next_reply_on(rhythm: str, after: datetime.date, due_on: datetime.date | None) -> datetime.date | None:
    """The day of the first reply due after a day, brought forward to a working day; never later than `due_on`.

    None for an item by milestones without a deadline: nothing says when.
    """
    ahead = _RHYTHMS.get(rhythm)
    day = _workday_before(ahead(after), after) if ahead else None
    if due_on is None or due_on <= after:
        return day or due_on
    return min(day, due_on) if day else due_on


def _weekly(after: datetime.date) -> datetime.date:
    """The cut-off of the next week that has not begun its report: at least three days are left to write it."""
    day = after + 3 * ONE_DAY
    return day + ((CUT_OFF_WEEKDAY - day.isoweekday()) % 7) * ONE_DAY


def _ten_days(after: datetime.date) -> datetime.date:
    """The 10th, the 20th or the last day of the month."""
    ends = (10, 20, calendar.monthrange(after.year, after.month)[1])
    day = next((end for end in ends if end > after.day), None)
    return after.replace(day=day) if day else _ten_days(after + ONE_DAY)


def _monthly(after: datetime.date) -> datetime.date:
    """The last day of the month; on that day, of the next."""
    end = after.replace(day=calendar.monthrange(after.year, after.month)[1])
    return end if end > after else _monthly(after + ONE_DAY)


_RHYTHMS: Mapping[str, Callable[[datetime.date], datetime.date]] = {
    "weekly": _weekly,
    "ten_days": _ten_days,
    "monthly": _monthly,
}


def _workday_before(day: datetime.date, after: datetime.date) -> datetime.date:
    """The day, or the last working day before it that still lies behind `after`; else the first one following."""
    earlier = day
    while earlier > after:
        if workdays.is_workday(earlier):
            return earlier
        earlier -= ONE_DAY
    return workdays.on_or_after(day)
