"""Units of measure: of a figure's measures, and between 元, 万元 and 亿元."""

from __future__ import annotations

from fractions import Fraction

from gangmu.figures.figure import Figure, Ledger, Quantity
from gangmu.figures.measures import KINDS, Measure
from gangmu.problems import Text
from gangmu.sheets.parsing import unit_parts

POINTS = "个百分点"

_ENGLISH = {
    "元": "yuan", "万元": "10,000 yuan", "亿元": "100 million yuan", "亿美元": "100 million US dollars",
    "个": "", "位": "", "项": "", "所": "", "件": "", "万个": "10,000", "人": "persons", "万人": "10,000 persons",
    "万平方米": "10,000 m²", "天": "days", "年": "years", "倍": "times", POINTS: "percentage points",
}  # fmt: skip
"""What English says of a unit of measure; things are counted without a word."""


def name_of(unit: str) -> Text:
    """A unit of measure as people say it; one that the district declares itself stays as it is written.

    >>> name_of("万元").en
    '10,000 yuan'
    """
    return Text(unit, _ENGLISH.get(unit, unit))


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
