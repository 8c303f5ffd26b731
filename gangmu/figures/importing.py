"""Importing series.xlsx: one observation a row, everything checked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from gangmu.figures import areas, catalogue
from gangmu.figures.areas import OWN, area_of
from gangmu.figures.figure import Figure, Series
from gangmu.figures.measures import Measure
from gangmu.figures.models import Scenario, Status, Vintage
from gangmu.figures.observations import Reported, observe
from gangmu.figures.units_of_measure import unit_of
from gangmu.org.models import Unit
from gangmu.problems import InputRefused, Problems, Text
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.records.periods import Period
from gangmu.sheets import parsing
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Row, Workbook
from gangmu.sheets.writing import Column, SheetOut

SHEET = ("数据", "data", "series")
COLUMNS: Mapping[str, Sequence[str]] = {
    "figure": ("指标", "figure"),
    "measure": ("取值方式", "measure"),
    "period": ("期间", "period"),
    "area": ("地区", "area"),
    "unit": ("单位", "unit"),
    "value": ("数值", "value"),
    "unit_of_measure": ("计量单位", "unit_of_measure"),
    "vintage": ("版本", "vintage"),
    "status": ("状态", "status"),
    "source": ("来源", "source"),
    "coverage": ("口径", "coverage"),
}
_REQUIRED = ("figure", "period", "value")
_VINTAGES = {str(v.label): v.value for v in Vintage} | {v.value: v.value for v in Vintage}
_STATUSES = {
    "不发布": Status.NOT_PUBLISHED.value,
    "not_published": Status.NOT_PUBLISHED.value,
    "ok": Status.OK.value,
}
_NEVER_REPORTED = ("streak", "names", "fraction")
_SCALE = 6


def takes(workbook: Workbook) -> bool:
    """series.xlsx, or any workbook with a sheet 数据 whose header names 指标 and 期间."""
    if workbook.stem == "series" or workbook.stem.startswith("series_"):
        return True
    sheet = workbook.sheet("数据")
    return sheet is not None and {"指标", "期间"} <= set(sheet.headers())


def run(workbook: Workbook, problems: Problems, actor: Actor, batch: ImportBatch) -> Counts:
    """Append the observations of the sheet; a row with a finding is not applied."""
    sheet = workbook.need(SHEET, problems)
    columns = sheet.columns(COLUMNS, _REQUIRED, problems) if sheet else None
    if sheet is None or columns is None:
        return Counts()
    reader = _Reader(problems)
    reported = [row for row in map(reader.read, sheet.rows(columns)) if row is not None]
    return observe(reported, actor, batch)


def templates() -> Mapping[str, Sequence[SheetOut]]:
    """series.xlsx as `init` lays it out."""
    return {"series.xlsx": [SheetOut("数据", [Column(names[0]) for names in COLUMNS.values()], [])]}


class _Reader:
    """Reads rows; remembers units and the rows seen, so that a repeated observation is found."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.units = _units_by_word()
        self.seen: dict[object, int] = {}

    def read(self, row: Row) -> Reported | None:
        before = len(self.problems)
        figure = self.figure(row)
        measure = self.measure(row, figure)
        period = self.period(row, figure)
        unit_id, area = self.unit(row), self.area(row)
        status = parsing.choice(row["status"], self.problems, _STATUSES)
        vintage = parsing.choice(row["vintage"], self.problems, _VINTAGES)
        source = parsing.text(row["source"], self.problems, limit=200)
        coverage = parsing.text(row["coverage"], self.problems, limit=120)
        value = self.value(row, figure, measure, status)
        if len(self.problems) > before or figure is None or measure is None or period is None:
            return None
        reported = Reported(
            figure=figure.code,
            period=period,
            value=value,
            measure=measure.actual_text,
            area=area if unit_id is None else OWN,
            unit_id=unit_id,
            scenario=(Scenario.TARGET if measure.planned else Scenario.ACTUAL).value,
            vintage=vintage or Vintage.PRELIMINARY.value,
            coverage=coverage or "",
            source=source or "",
        )
        return reported if self.is_new(row, reported) else None

    def figure(self, row: Row) -> Figure | None:
        said = parsing.text(row["figure"], self.problems, required=True)
        if said is None:
            return None
        figure = catalogue.find(said)
        if figure is None:
            near = [catalogue.catalogue()[code] for code in catalogue.nearest(said)]
            self.wrong(
                row,
                "figure",
                "figure.unknown",
                f"“{said}”不在指标目录中",
                f"“{said}” is not in the catalogue",
                f"是否应为“{near[0].name_zh}”？" if near else "请先在 declared/figures 中声明",
                f"is it “{near[0].name_en}”?" if near else "declare it in declared/figures first",
            )
        return figure

    def measure(self, row: Row, figure: Figure | None) -> Measure | None:
        said = row["measure"].text
        measure = _measure(said) if said else Measure("value")
        if measure is None or measure.kind in _NEVER_REPORTED:
            self.wrong(
                row,
                "measure",
                "measure.unknown",
                f"“{said}”不是可上报的取值方式",
                f"“{said}” is not a measure that can be reported",
                "可填：数值（可空）、增速、增减量、占比、位次、比率，前面可加“计划”",
                "value (or empty), yoy, change, share, rank, rate, with “planned” before it for a target",
            )
            return None
        if figure is None or isinstance(figure.source, Series) or measure.planned or measure.kind == "rank":
            return measure
        self.wrong(
            row,
            "figure",
            "figure.not_a_series",
            f"“{figure.name_zh}”由系统从{_made_of(figure).zh}逐条计算，不能作为数据导入",
            f"“{figure.name_en}” is computed from {_made_of(figure).en} and cannot be imported as a series",
            "请在台账中录入或导入明细；上级公布的位次、计划数可以导入",
            "import the rows themselves; only a published rank or a plan can be imported",
        )
        return None

    def period(self, row: Row, figure: Figure | None) -> str | None:
        said = parsing.text(row["period"], self.problems, required=True)
        if said is None or figure is None:
            return None
        period = _period(said)
        if period is None or period.frequency == "W":
            self.wrong(
                row,
                "period",
                "period.unknown",
                f"“{said}”不是期间",
                f"“{said}” is not a period",
                "请写成 2025、2025-S1、2025-Q3、2025-M05 或 2025-M01/2025-M02",
                "write 2025, 2025-S1, 2025-Q3, 2025-M05 or 2025-M01/2025-M02",
            )
            return None
        if period.frequency == "R" and figure.cumulative and period.start.year == period.end.year:
            return self.cumulated(row, period)
        return period.code

    def cumulated(self, row: Row, period: Period) -> str | None:
        """1—N月 of a cumulative figure is the value at its last month: the code of that month."""
        if (period.start.month, period.start.day) == (1, 1):
            return period.code.split("/")[1]
        self.wrong(
            row,
            "period",
            "period.not_cumulated",
            f"{period.code} 不是从1月起的累计期",
            f"{period.code} does not run from January, and the figure is cumulative",
            "累计指标请填年初以来的累计数，例如 2025-M05 表示1—5月",
            "report the value since January: 2025-M05 stands for January to May",
        )
        return None

    def area(self, row: Row) -> str:
        """One of the known areas, the own district where nothing is said."""
        said = row["area"].text
        if (found := areas.finding(said)) is not None:
            message, remedy = found
            self.wrong(row, "area", "area.unknown", message.zh, message.en, remedy.zh, remedy.en)
        return area_of(said)

    def unit(self, row: Row) -> int | None:
        said = row["unit"].text
        if not said:
            return None
        if said not in self.units:
            self.wrong(row, "unit", "unit.unknown", f"没有单位“{said}”", f"there is no unit “{said}”",
                       "请用单位名册中的编码、全称或简称", "use a code, name or short name of the register of units")  # fmt: skip
            return None
        if row["area"].text and area_of(row["area"].text) != OWN:
            self.wrong(row, "area", "observation.two_places", "与“单位”只能填一个", "stands beside a unit: give one of them",
                       "请删去其中一个", "drop one of them")  # fmt: skip
        return self.units[said]

    def value(
        self, row: Row, figure: Figure | None, measure: Measure | None, status: str | None
    ) -> Decimal | None:
        withheld = status == Status.NOT_PUBLISHED
        if withheld and not row["value"].empty:
            self.wrong(row, "value", "observation.value_not_published", "状态是“不发布”，不应有数值",
                       "has a value although it is marked as not published", "请删去数值，或删去状态", "drop the value or the status")  # fmt: skip
            return None
        own = unit_of(figure, measure) if figure and measure else None
        said = row["unit_of_measure"].text
        number = parsing.decimal(row["value"], self.problems, unit=said or own, required=not withheld)
        if number is None or own is None or figure is None:
            return None
        return self.exact(row, self.in_own_unit(row, number, said, own, figure))

    def in_own_unit(self, row: Row, number: Decimal, said: str, own: str, figure: Figure) -> Decimal | None:
        """The number in the measure's own unit: 万 and 亿 are converted, another base is refused."""
        if not said or said == own:
            return number
        (size, base), (own_size, own_base) = parsing.unit_parts(said), parsing.unit_parts(own)
        if base == own_base or base in {parsing.unit_parts(unit)[1] for unit in figure.also_in}:
            return number * size / own_size
        self.wrong(
            row,
            "unit_of_measure",
            "number.wrong_unit",
            f"“{said}”与指标的计量单位“{own}”不符",
            f"“{said}” is not the figure's unit of measure “{own}”",
            f"请换算成{own}",
            f"convert to {own}",
        )
        return None

    def exact(self, row: Row, number: Decimal | None) -> Decimal | None:
        if number is None or number == number.quantize(Decimal(1).scaleb(-_SCALE)):
            return number
        self.wrong(row, "value", "number.too_many_decimals", f"换算后超过{_SCALE}位小数",
                   f"has more than {_SCALE} decimals in the figure's unit", "请核对计量单位和小数位数", "check unit of measure and decimals")  # fmt: skip
        return None

    def is_new(self, row: Row, reported: Reported) -> bool:
        first = self.seen.setdefault(reported.key, row.number)
        if first == row.number:
            return True
        self.wrong(
            row,
            "figure",
            "observation.repeated",
            f"与第{first}行是同一条数据（指标、取值方式、期间、地区或单位、版本都相同）",
            f"repeats row {first}: same figure, measure, period, place and vintage",
            "请删去其中一行，或写明不同的版本",
            "drop one of the rows, or give another vintage",
        )
        return False

    def wrong(
        self, row: Row, column: str, code: str, zh: str, en: str, remedy_zh: str = "", remedy_en: str = ""
    ) -> None:
        parsing.refuse(row[column], self.problems, code, zh, en, remedy_zh, remedy_en)


def _made_of(figure: Figure) -> Text:
    if figure.kept_in:
        return Text(f"台账（{figure.kept_in}）", f"the ledger {figure.kept_in}")
    return Text("其他记录", "other records")


def _units_by_word() -> dict[str, int]:
    units = list(Unit.objects.values_list("pk", "code", "name", "short_name"))
    by_short = {short: pk for pk, _, _, short in units}
    return by_short | {word: pk for pk, code, name, _ in units for word in (code, name)}


@lru_cache(maxsize=512)
def _measure(said: str) -> Measure | None:
    return Measure.parse(said)


@lru_cache(maxsize=4096)
def _period(said: str) -> Period | None:
    try:
        return Period.parse(said)
    except InputRefused:
        return None
