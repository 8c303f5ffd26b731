"""What an evaluation has asked of the storeys below: collected, fetched together, remembered.

An evaluation runs in rounds. What is not known yet is noted and answered as unknown; then everything
noted is fetched at once, and the evaluation runs again. So the number of queries follows the number of
kinds of sources, not the number of values.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from django.db.models import Q

from gangmu.figures import ledger_rows, sources
from gangmu.figures.ledger_rows import Aggregate, Counted
from gangmu.figures.models import NO_AREA, VINTAGES, Observation
from gangmu.figures.node import Seen
from gangmu.figures.sources import Asked, Given
from gangmu.problems import Text
from gangmu.records.periods import Period

_Place = tuple[str | None, str]
_COLUMNS = (
    *("pk", "figure", "measure", "period", "unit__code", "area", "scenario", "vintage"),
    *("coverage", "value", "status", "source", "recorded_from", "recorded_by"),
)


@dataclass(frozen=True, slots=True)
class SeriesAsk:
    """All observations of a figure at a place (every area when `place` is None), from a year on, as of a moment."""

    figure: str
    place: _Place | None
    since: int
    as_of: datetime.datetime | None


class Known:
    """The observations of a figure at one place, to be found by period or by the day they end."""

    def __init__(self, rows: Sequence[Seen]) -> None:
        self.rows = rows
        self._by_code: dict[tuple[str, str, str], Seen] = {}
        self._by_end: dict[tuple[str, str, datetime.date], Seen] = {}
        for row in sorted(rows, key=lambda seen: (VINTAGES.index(seen.vintage), seen.recorded_from, seen.pk)):
            self._by_code[row.measure, row.scenario, row.period] = row
            self._by_end[row.measure, row.scenario, _period(row.period).end] = row

    def of_period(self, measure: str, scenario: str, period: Period) -> Seen | None:
        """The most settled observation of exactly this period."""
        return self._by_code.get((measure, scenario, period.code))

    def ending_with(self, measure: str, scenario: str, day: datetime.date) -> Seen | None:
        """The most settled observation whose period ends on a day: a stock at that day, or a cumulated value."""
        return self._by_end.get((measure, scenario, day))


NOTHING_KNOWN = Known(())


@dataclass(slots=True)
class Desk:
    """Asks and answers of one evaluation."""

    _known: dict[tuple[str, _Place, datetime.datetime | None], Known] = field(default_factory=dict)
    _areas: dict[tuple[str, datetime.datetime | None], tuple[str, ...]] = field(default_factory=dict)
    _answered: set[SeriesAsk] = field(default_factory=set)
    _series: set[SeriesAsk] = field(default_factory=set)
    _counted: dict[Aggregate, Counted] = field(default_factory=dict)
    _aggregates: dict[Aggregate, None] = field(default_factory=dict)
    _given: dict[tuple[str, Asked], Given] = field(default_factory=dict)
    _asked: dict[tuple[str, Asked], None] = field(default_factory=dict)

    def known(
        self, figure: str, unit: str | None, area: str, since: int, as_of: datetime.datetime | None
    ) -> Known:
        """The observations of a figure for a unit or an area, from `since` on."""
        place: _Place = (unit, NO_AREA if unit else area)
        if self._is_noted(SeriesAsk(figure, place, since, as_of)):
            return NOTHING_KNOWN
        return self._known.get((figure, place, as_of), NOTHING_KNOWN)

    def areas(self, figure: str, since: int, as_of: datetime.datetime | None) -> tuple[str, ...] | None:
        """The areas a figure is known for; None while it is being asked."""
        if self._is_noted(SeriesAsk(figure, None, since, as_of)):
            return None
        return self._areas.get((figure, as_of), ())

    def counted(self, aggregate: Aggregate) -> Counted | None:
        """The number of an aggregate over ledger rows; None while it is being asked."""
        if aggregate not in self._counted:
            self._aggregates[aggregate] = None
            return None
        return self._counted[aggregate]

    def given(self, name: str, asked: Asked) -> Given | None:
        """The answer of a registered source; None while it is being asked."""
        if (name, asked) not in self._given:
            self._asked[name, asked] = None
            return None
        return self._given[name, asked]

    @property
    def waits(self) -> bool:
        """Whether something was asked that is not answered yet: the round's values do not hold."""
        return bool(self._series or self._aggregates or self._asked)

    def fetch(self) -> None:
        """Answer everything asked: one query for the observations (of each as-of), one batch a ledger, one call a source."""
        self._fetch_observations()
        if self._aggregates:
            self._counted.update(ledger_rows.count_all(list(self._aggregates)))
            self._aggregates.clear()
        for name, group in groupby(sorted(self._asked, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
            asked = [one for _, one in group]
            source = sources.registered(name)
            answers = source(asked) if source else [_nobody(name)] * len(asked)
            self._given.update({(name, one): given for one, given in zip(asked, answers, strict=True)})
        self._asked.clear()

    def _is_noted(self, ask: SeriesAsk) -> bool:
        if ask in self._answered:
            return False
        self._series.add(ask)
        return True

    def _fetch_observations(self) -> None:
        by_moment: dict[datetime.datetime | None, list[SeriesAsk]] = defaultdict(list)
        for ask in self._series | self._answered if self._series else ():
            by_moment[ask.as_of].append(ask)
        for as_of, asks in by_moment.items():
            if self._series.isdisjoint(asks):
                continue
            self._keep(list(_observations(asks, as_of)), as_of)
        self._answered |= self._series
        self._series.clear()

    def _keep(self, rows: list[Seen], as_of: datetime.datetime | None) -> None:
        by_place: dict[tuple[str, _Place], list[Seen]] = defaultdict(list)
        areas: dict[str, dict[str, None]] = defaultdict(dict)
        for row in rows:
            by_place[row.figure, (row.unit, row.area)].append(row)
            if row.unit is None and row.scenario == "actual":
                areas[row.figure][row.area] = None
        for (figure, place), found in by_place.items():
            self._known[figure, place, as_of] = Known(found)
        for figure, names in areas.items():
            self._areas[figure, as_of] = tuple(sorted(names))


def _observations(asks: Sequence[SeriesAsk], as_of: datetime.datetime | None) -> Iterator[Seen]:
    """One query for all that was asked; what comes along beside it does no harm."""
    placed = [(ask.figure, ask.place) for ask in asks if ask.place is not None]
    everywhere = {ask.figure for ask in asks if ask.place is None}
    units = {place[0] for _, place in placed if place[0]}
    areas = {place[1] for _, place in placed if not place[0]}
    here = Q(area__in=areas) | Q(unit__code__in=units) if units else Q(area__in=areas)
    wanted = Q(figure__in={figure for figure, _ in placed}) & here
    if everywhere:
        wanted |= Q(figure__in=everywhere) & ~Q(area=NO_AREA)
    since = min(ask.since for ask in asks)
    rows = Observation.objects.known_at(as_of).filter(wanted)
    if since:
        rows = rows.filter(period__gte=str(since))
    return (Seen(*row) for row in rows.order_by().values_list(*_COLUMNS))


@lru_cache(maxsize=4096)
def _period(code: str) -> Period:
    return Period.parse(code)


def _nobody(name: str) -> Given:
    reason = Text(f"来源“{name}”没有登记", f"no source is registered as {name}")
    return Given(None, reason, reason)
