"""Units of measure: of a figure's measures, and between 元, 万元 and 亿元."""

from __future__ import annotations

from fractions import Fraction

from gangmu.figures.figure import Figure, Ledger, Quantity
from gangmu.figures.measures import KINDS, Measure
from gangmu.problems import Text
from gangmu.sheets.parsing import unit_parts

POINTS = "个百分点"

_MAGNITUDES = {
    "十": "10", "百": "100", "千": "1,000", "万": "10,000", "百万": "million", "千万": "10 million",
    "亿": "100 million", "万亿": "trillion",
}  # fmt: skip
_ENGLISH = {
    "元": "yuan", "美元": "US dollars", "欧元": "euros", "元/平方米": "yuan/m²",
    "个": "", "位": "", "项": "", "所": "", "件": "", "家": "", "条": "", "处": "", "宗": "", "座": "", "种": "", "名": "",
    "套": "", "张": "", "部": "", "台": "", "份": "", "期": "", "场": "", "辆": "vehicles",
    "人": "persons", "人次": "visits", "户": "households", "户次": "households",
    "米": "m", "千米": "km", "公里": "km", "平方米": "m²", "平方公里": "km²", "立方米": "m³", "亩": "mu", "公顷": "hectares",
    "克": "g", "千克": "kg", "公斤": "kg", "吨": "tonnes", "吨标准煤": "tonnes of standard coal", "微克/立方米": "µg/m³",
    "千瓦": "kW", "千瓦时": "kWh",
    "年": "years", "个月": "months", "天": "days", "日": "days", "个工作日": "working days", "小时": "hours", "分钟": "minutes",
    "倍": "times", "次": "times", "分": "points", POINTS: "percentage points", "百分点": "percentage points",
}  # fmt: skip
"""The one table of English units of measure; one of them with a magnitude before it needs no line. Things are counted
without a word."""


def name_of(unit: str) -> Text:
    """A unit of measure as a column is headed by it; one that the table does not know stays as it is written.

    >>> name_of("万平方米").en, name_of("万个").en
    ('10,000 m²', '10,000')
    """
    magnitude, base = _parts(unit)
    if base not in _ENGLISH:
        return Text(unit, unit)
    return Text(unit, " ".join(filter(None, (_MAGNITUDES.get(magnitude), _ENGLISH[base]))))


def _parts(unit: str) -> tuple[str, str]:
    """A unit of the table with the magnitude before it: 万 and 平方米; 千瓦 is a unit of its own."""
    if unit in _ENGLISH:
        return "", unit
    base = unit_parts(unit)[1]
    magnitude = unit.removesuffix(base) if base else unit
    return (magnitude, base or "个") if magnitude in _MAGNITUDES else ("", unit)


def after_number(unit: str) -> Text:
    """A unit of measure as it follows a number: what begins with digits multiplies it in English.

    >>> after_number("亿元").en, after_number("天").en, after_number("个").en
    ('× 100 million yuan', 'days', '')
    """
    name = name_of(unit).en
    return Text(unit, f"× {name}" if name[:1].isdigit() else name)


def with_unit(number: str, unit: str) -> Text:
    """A printed number with its unit of measure; a per-cent sign stays close.

    >>> with_unit("12.5", "亿元").en, with_unit("98", "%").en, with_unit("3", "个").en
    ('12.5 × 100 million yuan', '98%', '3')
    """
    after = after_number(unit).en
    return Text(number + unit, f"{number}{after}" if after in ("", "%", "‰") else f"{number} {after}")


def quantity_of(figure: Figure, measure: Measure) -> Quantity | None:
    """The declared quantity of a ledger figure's measure; by its code or by its name (`sum(完成投资)`)."""
    if not isinstance(figure.source, Ledger):
        return None
    quantities = figure.source.quantities
    named = quantities.get(measure.actual_text)
    if named is None and measure.argument:
        words = {(Measure.parse(q.measure) or measure).kind + q.name.zh: q for q in quantities.values()}
        named = words.get(measure.kind + measure.argument)
    return named


def unit_of(figure: Figure, measure: Measure) -> str:
    """The unit of measure of a measure's values: 亿元, %, 个百分点, 位, or empty."""
    quantity = quantity_of(figure, measure)
    if quantity is not None:
        return quantity.unit_of_measure
    own = KINDS[measure.kind].unit_of_measure
    if own is not None:
        return own
    base = unit_of(figure, inner) if (inner := inner_of(measure)) else figure.unit_of_measure
    return POINTS if measure.kind == "change" and base == "%" else base


def decimals_of(figure: Figure, measure: Measure) -> int:
    """How many decimals people print of a measure's values."""
    quantity = quantity_of(figure, measure)
    if quantity is not None:
        return quantity.decimals
    own = KINDS[measure.kind].decimals
    if own is not None:
        return own
    return decimals_of(figure, inner) if (inner := inner_of(measure)) else figure.decimals


def inner_of(measure: Measure) -> Measure | None:
    """What a change or growth is of: `change(sum(invested))` → `sum(invested)`; None for the figure itself."""
    if measure.kind in ("yoy", "change", "multiple", "rank") and measure.argument:
        return Measure.parse(measure.argument)
    return None


def factor(from_unit: str, to_unit: str) -> Fraction | None:
    """What to multiply by: 万元 to 亿元 is 1/10000; None where the units do not measure the same.

    >>> factor("万元", "亿元")
    Fraction(1, 10000)
    """
    (size, base), (to_size, to_base) = unit_parts(from_unit), unit_parts(to_unit)
    return Fraction(size, to_size) if base == to_base else None
