"""The 21 series of the district, its siblings, city, province and nation: coherent, seasonal, with vintages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.units import Roster
from gangmu.records.periods import Period
from gangmu.sheets.writing import SheetOut

HEADERS = ("指标", "取值方式", "期间", "地区", "单位", "数值", "计量单位", "版本", "状态", "来源", "口径")
FLASH, PRELIMINARY, FINAL = "快报", "初步核算", "最终核实"
NOT_PUBLISHED = "不发布"
HUNDRED = Decimal(100)
Growths = dict[Period, Decimal]
Values = dict[Period, Decimal]


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of series.xlsx. value None with a status: 不发布."""

    figure: str
    period: str
    value: Decimal | None
    measure: str = ""
    area: str = ""
    unit: str = ""
    vintage: str = PRELIMINARY
    status: str = ""
    source: str = ""

    def row(self) -> tuple[Any, ...]:
        said = (self.figure, self.measure, self.period, self.area, self.unit, self.value, "")
        return tuple(
            cell if cell != "" else None for cell in (*said, self.vintage, self.status, self.source, "")
        )


def sheet(observed: Sequence[Observation]) -> SheetOut:
    """series.xlsx: 数据."""
    return SheetOut("数据", HEADERS, [row.row() for row in observed])


def observations(seed: str, span: Span, roster: Roster) -> list[Observation]:
    """Every observation of the district, figure by figure."""
    data = data_files.read("series")
    rows: list[Observation] = []
    for code, said in data["flows"].items():
        flow = Flow(code, said, seed, span)
        rows += flow.own()
        rows += _compared(flow, data)
        if code in data["of_subdistricts"]:
            rows += _of_subdistricts(flow, data["of_subdistricts"][code], roster, seed)
    for code, said in data["levels"].items():
        rows += _levels(code, said, span)
    rows += _levels(
        "population", {**data["city_population"], "decimals": 2, "source": "云澜市统计局反馈"}, span, "全市"
    )
    rows += _published_ranks(data["published_ranks"], span)
    return rows


class Flow:
    """A cumulative figure's growth and values, period by period, for the own district.

    Growth strays within the year and ends it at the year's own number; values follow from growth, so both agree.
    """

    def __init__(self, code: str, said: Mapping[str, Any], seed: str, span: Span) -> None:
        self.code, self.said, self.seed, self.span = code, said, seed, span
        self.source: str = said["source"]
        self.growth_only = bool(said.get("growth_only"))
        self.decimals = int(said.get("decimals", 1))

    @property
    def periods(self) -> list[Period]:
        return self.span.quarters if self.said["frequency"] == "Q" else self.span.months

    @property
    def issued(self) -> list[Period]:
        """The periods that are issued: of growth-only figures January and February are one."""
        return [p for p in self.periods if not (self.growth_only and p.start.month == 1)]

    def growth(self, offset: Decimal = Decimal(0), stray: float = 0.0, whose: str = "") -> Growths:
        """Issued growth in per cent, one decimal; `offset` in percentage points, `stray` more for one place."""
        yearly = self.said.get("real") or self.said["nominal"]
        chances = {year: Chance(self.seed, "series", self.code, whose, year) for year in self.span.years}
        shift = {year: _points(chance.uniform(-stray, stray)) for year, chance in chances.items()}
        noise = {year: self._noise(chance) for year, chance in chances.items()}
        return {
            period: Decimal(str(yearly[period.year - self.span.first_year]))
            + offset
            + shift[period.year]
            + noise[period.year][_index(period)]
            for period in self.periods
        }

    def values(self, base: Decimal, growth: Growths) -> Values:
        """Cumulated values: each is the same period of last year, grown (nominally), rounded once."""
        last = dict(zip(self._indices(), self._base_year(base), strict=True))
        prices = self.said.get("prices", [0, 0, 0, 0])
        found: Values = {}
        for period in self.periods:
            nominal = growth[period] + Decimal(str(prices[period.year - self.span.first_year]))
            value = last[_index(period)] * (HUNDRED + nominal) / HUNDRED
            last[_index(period)] = value
            found[period] = _rounded(value, self.decimals)
        return found

    def own_values(self) -> Values:
        return self.values(Decimal(str(self.said["base"])), self.growth())

    def own(self) -> Iterator[Observation]:
        growth = self.growth()
        if self.growth_only:
            yield from (self._observed(p, _rounded(growth[p], 1), "增速", p.code) for p in self.issued)
            yield from self._withheld()
            return
        values = self.own_values()
        for period in self.issued:
            yield self._observed(period, values[period])
            yield self._observed(period, self.issued_growth(period, values, growth), "增速")
        if self.said.get("revised"):
            yield from self._revised(values)

    def issued_growth(self, period: Period, values: Values, growth: Growths) -> Decimal:
        """Real growth as accounted; nominal growth as anyone can compute it from the issued values."""
        before = values.get(period.last_year())
        if "real" in self.said or before is None:
            return _rounded(growth[period], 1)
        return _rounded((values[period] / before - 1) * HUNDRED, 1)

    def vintage(self, period: Period) -> str:
        return FLASH if self.said.get("revised") and period.year >= self.span.closed_year else PRELIMINARY

    def _observed(self, period: Period, value: Decimal, measure: str = "", code: str = "") -> Observation:
        return Observation(
            self.code, code or period.code, value, measure, vintage=self.vintage(period), source=self.source
        )

    def _withheld(self) -> Iterator[Observation]:
        """Totals are not issued: said once a year, so that nobody takes them for missing."""
        for year in self.span.years[:-1]:
            yield Observation(self.code, f"{year}-M12", None, status=NOT_PUBLISHED, source=self.source)

    def _revised(self, values: Values) -> Iterator[Observation]:
        """Final accounting raises or lowers the totals of a year that closed more than a year ago."""
        for period, value in values.items():
            if period.year < self.span.closed_year and period.end.month == 12:
                revised = value * (HUNDRED + revision(self.seed, period.year)) / HUNDRED
                yield Observation(
                    self.code,
                    period.code,
                    _rounded(revised, self.decimals),
                    vintage=FINAL,
                    source=self.source,
                )

    def _indices(self) -> range:
        return range(4 if self.said["frequency"] == "Q" else 12)

    def _base_year(self, base: Decimal) -> list[Decimal]:
        season = self.said["season"]
        return [base * part / sum(season) for part in itertools.accumulate(season)]

    def _noise(self, chance: Chance) -> list[Decimal]:
        """Drifts that fade: none is left at the year's end."""
        count = len(self._indices())
        start = chance.uniform(-1, 1) * float(self.said["wobble"])
        fading = [start * (count - 1 - place) / (count - 1) for place in self._indices()]
        small = float(self.said["wobble"]) / 4
        return [_points(drift + (chance.uniform(-small, small) if drift else 0)) for drift in fading]


def revision(seed: str, year: int) -> Decimal:
    """By how many per cent final accounting moves the totals of a year; the same for GDP and its parts."""
    return _points(Chance(seed, "revision", year).uniform(-0.2, 0.5), 2)


def _compared(flow: Flow, data: Mapping[str, Any]) -> Iterator[Observation]:
    """Siblings at the end of quarters, city, province and nation with every issue."""
    said = data["compared"].get(flow.code, {})
    offsets = dict(zip(data["siblings"], said.get("siblings", []), strict=False))
    offsets |= {area: said[area] for area in ("全市", "全省", "全国") if area in said}
    bases = said.get("base", {})
    for area in {**offsets, **bases}:
        stray = 0.5 if area in data["siblings"] else 0.0
        growth = flow.growth(Decimal(str(offsets.get(area, 0))), stray, area)
        periods = [p for p in flow.issued if area not in data["siblings"] or p.end.month % 3 == 0]
        values = flow.values(Decimal(str(bases[area])), growth) if area in bases else {}
        for period in periods:
            vintage = flow.vintage(period)
            if area in offsets:
                issued = flow.issued_growth(period, values, growth) if values else _rounded(growth[period], 1)
                yield Observation(
                    flow.code, period.code, issued, "增速", area, vintage=vintage, source="云澜市统计月报"
                )
            if area in bases:
                yield Observation(
                    flow.code, period.code, values[period], "", area, vintage=vintage, source="云澜市统计月报"
                )
    if flow.code == "gdp":
        yield from _national(data, flow)


def _national(data: Mapping[str, Any], flow: Flow) -> Iterator[Observation]:
    """The nation's growth as an area of GDP too: the very numbers of the comparator figure."""
    for row in _levels("gdp_national_growth", data["levels"]["gdp_national_growth"], flow.span):
        yield Observation("gdp", row.period, row.value, "增速", "全国", source=row.source)


def _of_subdistricts(flow: Flow, said: Mapping[str, Any], roster: Roster, seed: str) -> Iterator[Observation]:
    quarters = [p for p in flow.issued if p.end.month % 3 == 0]
    if said.get("growth"):
        for unit in roster.subdistricts:
            growth = flow.growth(stray=said["stray"], whose=unit.code)
            for period in quarters:
                value = _rounded(growth[period], 1)
                yield Observation(
                    flow.code, period.code, value, "增速", unit=unit.code, source=said["source"]
                )
        return
    weights = _weights(flow, said, roster, seed)
    totals = flow.own_values()
    for period in quarters:
        whole = _rounded(totals[period] * said["share"] / HUNDRED, flow.decimals)
        parts = split(whole, [weights[unit.code][period] for unit in roster.subdistricts], flow.decimals)
        for unit, part in zip(roster.subdistricts, parts, strict=True):
            yield Observation(flow.code, period.code, part, unit=unit.code, source=said["source"])


def _weights(flow: Flow, said: Mapping[str, Any], roster: Roster, seed: str) -> dict[str, Values]:
    """How large each subdistrict is, drifting from year to year."""
    found = {}
    for unit in roster.subdistricts:
        size = Chance(seed, "size", flow.code, unit.code).uniform(0.5, 1.8)
        found[unit.code] = flow.values(
            _points(size * 1000, 2), flow.growth(stray=said["stray"], whose=unit.code)
        )
    return found


def split(whole: Decimal, weights: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Parts in proportion to weights that add up to the whole exactly; the last digit goes to the largest rests."""
    step = Decimal(1).scaleb(-decimals)
    exact = [whole * weight / sum(weights) for weight in weights]
    parts = [part.quantize(step, rounding="ROUND_DOWN") for part in exact]
    left = int((whole - sum(parts)) / step)
    by_rest = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_rest[:left]:
        parts[place] += step
    return parts


def _levels(code: str, said: Mapping[str, Any], span: Span, area: str = "") -> Iterator[Observation]:
    """A figure that stands at a moment: it moves through the year, or in a step at one quarter of it."""
    standing = Decimal(str(said.get("start", 0)))
    if "start" in said:
        before = f"{span.first_year - 1}-Q4"
        yield Observation(
            code, before, _rounded(standing, said["decimals"]), area=area, source=said["source"]
        )
    for year in span.years:
        place = year - span.first_year
        for quarter in [q for q in span.quarters if q.year == year]:
            if said.get("last_quarter_missing") and (year, quarter.end.month) >= (span.closed_year, 12):
                return
            value = _level(said, standing, place, _index(quarter))
            yield Observation(code, quarter.code, value, area=area, source=said["source"])
        standing += Decimal(str(said.get("change", [0] * 4)[place]))


def _level(said: Mapping[str, Any], standing: Decimal, place: int, quarter: int) -> Decimal:
    decimals = said["decimals"]
    if "as_issued" in said:
        return _rounded(Decimal(str(said["as_issued"][place])) + (3 - quarter) * Decimal("0.1"), decimals)
    change = Decimal(str(said["change"][place]))
    if "steps_in" in said:
        return _rounded(standing + (change if quarter + 1 >= said["steps_in"] else 0), decimals)
    return _rounded(standing + change * (quarter + 1) / 4, decimals)


def _published_ranks(said: Mapping[str, Any], span: Span) -> Iterator[Observation]:
    for code, rank in said.items():
        for year in span.years[:-1]:
            place = Decimal(rank["place"][year - span.first_year])
            yield Observation(code, str(year), place, rank["measure"], source=rank["source"])


def _index(period: Period) -> int:
    """The place of a month or quarter within its year, from 0."""
    length = {"Q": 3, "M": 1}[period.frequency]
    return (period.end.month - 1) // length


def _points(value: float, decimals: int = 3) -> Decimal:
    return _rounded(Decimal(str(value)), decimals)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
