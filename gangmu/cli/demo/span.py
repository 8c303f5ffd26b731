"""The years a demo district has lived through, counted back from its day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gangmu.records.periods import Period


@dataclass(frozen=True, slots=True)
class Span:
    """Three closed years and the running one up to the last month that has ended.

    >>> span = Span(datetime.date(2026, 3, 16))
    >>> span.closed_year, span.first_year, span.months[-1].code, span.quarters[-1].code
    (2025, 2023, '2026-M02', '2025-Q4')
    """

    today: datetime.date

    @property
    def running_year(self) -> int:
        return self.today.year

    @property
    def closed_year(self) -> int:
        return self.today.year - 1

    @property
    def first_year(self) -> int:
        return self.today.year - 3

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.first_year, 1, 1)

    @property
    def years(self) -> list[int]:
        """All four, the running one last."""
        return list(range(self.first_year, self.running_year + 1))

    @property
    def months(self) -> list[Period]:
        return self._ended("M")

    @property
    def quarters(self) -> list[Period]:
        return self._ended("Q")

    def _ended(self, frequency: str) -> list[Period]:
        all_of_them = [part for year in self.years for part in Period.of_year(year).parts(frequency)]
        return [part for part in all_of_them if part.end < self.today]
