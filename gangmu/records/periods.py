"""Periods as SDMX codes: `2026`, `2026-S1`, `2026-Q2`, `2026-M05`, `2026-W18` and ranges `2026-M01/2026-M02`."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from gangmu.problems import refuse

_CODE = re.compile(r"(\d{4})(?:-(?:S([12])|Q([1-4])|M(0[1-9]|1[0-2])|W(0[1-9]|[1-4]\d|5[0-3])))?$")
MONTHS_IN = {"A": 12, "S": 6, "Q": 3, "M": 1}


@dataclass(frozen=True, slots=True)
class Period:
    """A closed span of days with its code. Ordered by first day, then by last.

    frequency: A year, S half-year, Q quarter, M month, W ISO week, R range of two of the same kind.

    >>> Period.parse("2026-Q2").start, Period.parse("2026-Q2").end
    (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30))
    """

    code: str
    frequency: str
    start: datetime.date
    end: datetime.date

    def __str__(self) -> str:
        return self.code

    def __lt__(self, other: Period) -> bool:
        return (self.start, self.end) < (other.start, other.end)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, datetime.date) and self.start <= day <= self.end

    @property
    def year(self) -> int:
        return self.end.year

    @classmethod
    def parse(cls, code: str) -> Period:
        """The period of an SDMX code, or `InputRefused` with two codes that would be right."""
        first, slash, last = code.strip().partition("/")
        a = _single(first, code)
        if not slash:
            return a
        b = _single(last, code)
        if b.end < a.start or a.frequency != b.frequency:
            raise _not_a_period(code)
        return cls(f"{a.code}/{b.code}", "R", a.start, b.end)

    @classmethod
    def of_year(cls, year: int) -> Period:
        return cls.parse(str(year))

    @classmethod
    def containing(cls, day: datetime.date, frequency: str) -> Period:
        """The year, half, quarter, month or ISO week that holds a day."""
        if frequency == "W":
            iso = day.isocalendar()
            return cls.parse(f"{iso.year}-W{iso.week:02}")
        if frequency == "A":
            return cls.parse(str(day.year))
        if frequency == "M":
            return cls.parse(f"{day.year}-M{day.month:02}")
        length = MONTHS_IN[frequency]
        return cls.parse(f"{day.year}-{frequency}{(day.month - 1) // length + 1}")

    def last_year(self) -> Period:
        """The same period a year before (ranges shift both ends)."""
        return Period.parse("/".join(f"{int(part[:4]) - 1}{part[4:]}" for part in self.code.split("/")))

    def previous(self) -> Period:
        """The period of the same kind that ends the day before this one starts."""
        if self.frequency == "R":
            raise refuse(
                "period.range",
                f"{self.code} 是时间段，没有上一期",
                f"{self.code} is a range: nothing is next to it",
            )
        return Period.containing(self.start - datetime.timedelta(days=1), self.frequency)

    def parts(self, frequency: str) -> list[Period]:
        """The periods of a finer kind that make it up, in order."""
        found = [Period.containing(self.start, frequency)]
        while found[-1].end < self.end:
            found.append(Period.containing(found[-1].end + datetime.timedelta(days=1), frequency))
        return found

    def year_to_date(self) -> Period:
        """From 1 January of its last year to its end: what a cumulated value at its end covers."""
        if self.start.month == 1 and self.start.day == 1 and self.start.year == self.end.year:
            return self
        return Period.parse(f"{self.end.year}-M01/{self.end.year}-M{self.end.month:02}")

    def label(self, language: str = "zh-hans") -> str:
        """How a person writes it: 2025年, 2025年上半年, 2025年第三季度, 2025年5月, 2025年1—5月.

        >>> Period.parse("2025-M01/2025-M05").label("en"), Period.parse("2025-Q3").label("en")
        ('January to May 2025', 'Q3 2025')
        """
        if language.startswith("en"):
            return self._english()
        if self.frequency == "R":
            first, last = (Period.parse(part) for part in self.code.split("/"))
            if first.frequency == "M" and first.year == last.year:
                return f"{first.year}年{first.start.month}—{last.end.month}月"
            return f"{first.label()}至{last.label()}"
        year, number = f"{self.code[:4]}年", self.code[6:]
        match self.frequency:
            case "A":
                return year
            case "S":
                return year + ("上半年" if number == "1" else "下半年")
            case "Q":
                return f"{year}第{'一二三四'[int(number) - 1]}季度"
            case "M":
                return f"{year}{int(number)}月"
            case _:
                return f"{year}第{int(number)}周"

    def _english(self) -> str:
        if self.frequency == "R":
            first, last = (Period.parse(part) for part in self.code.split("/"))
            if first.frequency == "M" and first.year == last.year:
                return f"{calendar.month_name[first.start.month]} to {last.label('en')}"
            return f"{first.label('en')} to {last.label('en')}"
        year, number = self.code[:4], self.code[6:]
        match self.frequency:
            case "A":
                return year
            case "S":
                return f"{'first' if number == '1' else 'second'} half of {year}"
            case "Q":
                return f"Q{number} {year}"
            case "M":
                return f"{calendar.month_name[int(number)]} {year}"
            case _:
                return f"week {int(number)} of {year}"


def _single(code: str, said: str) -> Period:
    match = _CODE.match(code)
    if not match:
        raise _not_a_period(said)
    year, half, quarter, month, week = match.groups()
    if week:
        try:
            start = datetime.date.fromisocalendar(int(year), int(week), 1)
        except ValueError as error:
            raise _not_a_period(said) from error
        return Period(code, "W", start, start + datetime.timedelta(days=6))
    if half:
        return _months(code, "S", int(year), 6 * int(half) - 5, 6 * int(half))
    if quarter:
        return _months(code, "Q", int(year), 3 * int(quarter) - 2, 3 * int(quarter))
    if month:
        return _months(code, "M", int(year), int(month), int(month))
    return _months(code, "A", int(year), 1, 12)


def _months(code: str, frequency: str, year: int, first: int, last: int) -> Period:
    end = datetime.date(year, last, calendar.monthrange(year, last)[1])
    return Period(code, frequency, datetime.date(year, first, 1), end)


def _not_a_period(said: str) -> Exception:
    return refuse(
        "period.unknown",
        f"“{said}”不是期间",
        f"“{said}” is not a period",
        "请写成 2025、2025-S1、2025-Q3、2025-M05、2025-W18 或 2025-M01/2025-M05",
        "write 2025, 2025-S1, 2025-Q3, 2025-M05, 2025-W18 or 2025-M01/2025-M05",
    )
