"""How people name a measure of a figure: 完成投资, 占全市比重, 增速位次 instead of codes."""

from __future__ import annotations

from gangmu.figures import areas, catalogue
from gangmu.figures.figure import Figure
from gangmu.figures.measures import KINDS, Measure
from gangmu.figures.units_of_measure import inner_of, quantity_of
from gangmu.problems import Text
from gangmu.records.lamps import WORD, Colour


def measure_name(figure: Figure, measure: Measure) -> Text:
    """The measure of a figure in words; `计划` before it where it is planned."""
    name = _actual(figure, measure)
    return Text(f"计划{name.zh}", f"planned {name.en}") if measure.planned else name


def _actual(figure: Figure, measure: Measure) -> Text:
    kind = KINDS[measure.kind].name
    quantity = quantity_of(figure, measure)
    if quantity is not None:
        return quantity.name
    if not measure.argument:
        return kind
    if measure.kind in ("share", "fraction"):
        whole = _whole(figure, measure.argument)
        part = Text("比重", "share of") if measure.kind == "share" else Text("的几分之一", "part of")
        return Text(f"占{whole.zh}{part.zh}", f"{part.en} {whole.en}")
    if measure.argument == "published":
        return Text(f"{kind.zh}（上级公布）", f"{kind.en} (as issued)")
    if (inner := inner_of(measure)) is not None:
        of = measure_name(figure, inner)
        return Text(
            of.zh + kind.zh, f"{kind.en} by {of.en}" if measure.kind == "rank" else f"{kind.en} of {of.en}"
        )
    if measure.argument in tuple(Colour):
        word = WORD[Colour(measure.argument)]
        return Text(f"{word.zh}{kind.zh}", f"{kind.en} of {word.en}")
    return Text(f"{kind.zh}（{measure.argument}）", f"{kind.en} ({measure.argument})")


def _whole(figure: Figure, argument: str) -> Text:
    if argument == "parent":
        return areas.name(figure.parent)
    other = catalogue.find(argument)
    return other.name if other is not None else areas.name(areas.area_of(argument))
