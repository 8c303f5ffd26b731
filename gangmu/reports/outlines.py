"""An outline with blanks, against the catalogue: each blank described, and filled where that is sure.

What is not sure is asked, never guessed: it stays in the document, visibly open, and is listed with its reason.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from gangmu.documents.description import Description, Known, describe
from gangmu.documents.model import Kind, Open, Request, Text, kinds_of
from gangmu.documents.numbers import DIRECTIONS, Style
from gangmu.documents.outline import Outline
from gangmu.documents.template import Piece, Placeholder, Template, TemplateParagraph
from gangmu.figures import requests, values
from gangmu.figures.areas import OWN
from gangmu.figures.catalogue import find
from gangmu.figures.figure import Series
from gangmu.problems import InputRefused
from gangmu.problems import Text as Said
from gangmu.records.periods import Period
from gangmu.reports import filling
from gangmu.reports.filling import Filled

_RISE_OF = {less: rise for rise, (_, less, _) in DIRECTIONS.items() if not rise.startswith("同比")} | {
    "下降": "增长", "降低": "提高", "减少": "增加"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A blank that was left open, and why."""

    description: Description
    reason: Said

    def as_json(self, language: str) -> dict[str, object]:
        return self.description.as_json(language) | {"reason": self.reason.say(language)}


@dataclass(frozen=True, slots=True)
class FilledOutline:
    """blanks: how many there were; filled.missing among them have no value yet; asked stay open."""

    filled: Filled
    blanks: int
    asked: tuple[Asked, ...]


def known(words: str) -> Known | None:
    """The catalogue's figure of some words, as a reader of documents needs to know it."""
    figure = find(words)
    if figure is None:
        return None
    takes = isinstance(figure.source, Series)
    return Known(
        figure.code, figure.name_zh, figure.unit_of_measure, figure.decimals, takes, tuple(figure.measures)
    )


def described(outline: Outline, *, filled: bool = False, year: int | None = None) -> list[Description]:
    """Every blank of an outline, with `filled` every number too, against the catalogue."""
    return describe(outline.text, known, year=year, marked=outline.marked, filled=filled)


def fill(outline: Outline, period: Period | str, as_of: datetime.datetime | None = None) -> FilledOutline:
    """Fill the blanks of an outline for a period, with the values that stand now or stood at a moment."""
    own = Period.parse(period) if isinstance(period, str) else period
    blanks = described(outline, year=own.year)
    wanted = {blank.offset: _wanted(blank, own, as_of) for blank in blanks}
    requests_ = {at: one for at, one in wanted.items() if isinstance(one, _Wanted)}
    amounts = dict(
        zip(requests_, (v.value for v in values.many(w.known for w in requests_.values())), strict=True)
    )
    placed: dict[int, tuple[int, Placeholder]] = {}
    asked: list[Asked] = []
    for blank in blanks:
        one = wanted[blank.offset]
        found = (
            one
            if isinstance(one, Said)
            else _placeholder(blank, one.said, outline.text, amounts[blank.offset])
        )
        if isinstance(found, Said):
            asked.append(Asked(blank, found))
        else:
            placed[found[0]] = found[1:]
    opened = {one.description.offset: one.description.text for one in asked}
    template = Template(outline.name, tuple(_paragraphs(outline.text, placed, opened)), outline.base)
    return FilledOutline(filling.fill(template, own, as_of), len(blanks), tuple(asked))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a blank asks for: in the words of a template, and as a question whose every word is known."""

    said: Request
    known: requests.Request


def _wanted(blank: Description, period: Period, as_of: datetime.datetime | None) -> _Wanted | Said:
    """What a sure blank asks for; otherwise why it must be asked."""
    if blank.kind != "figure" or blank.figure is None or not blank.sure or blank.period is None:
        return blank.reason
    said = Request(blank.figure, _measure(blank), _period(blank.period, period), _area(blank))
    asked = requests.Request(
        said.figure, filling.period_of(said, period).code, said.measure, None, said.area or OWN, as_of
    )
    try:
        requests.resolve(asked)
    except InputRefused as refused:
        return refused.problems[0].message
    return _Wanted(said, asked)


def _placeholder(
    blank: Description, request: Request, text: str, value: Decimal | None
) -> tuple[int, int, Placeholder] | Said:
    """(start, end, placeholder) in the text: a word of growth right before its blank is chosen by the sign."""
    assert blank.reading is not None
    start, end, style = blank.offset, blank.offset + len(blank.text), Style()
    word = blank.reading.direction
    rise = word if word in DIRECTIONS else _RISE_OF.get(word, "")
    if rise and text[start - len(word) : start] == word and blank.unit_of_measure in ("%", "个百分点"):
        start, end, style = start - len(word), blank.reading.number.unit_end, Style(direction=rise)
    elif value is not None and value < 0:
        return Said("数值为负，句中的说法要改", "the value is negative: the sentence must be worded anew")
    return start, end, Placeholder(request, style, text.count("\n", 0, start) + 1, text[start:end])


def _measure(blank: Description) -> str:
    planned = "planned " if blank.planned else ""
    return f"{planned}{'value' if blank.measure in ('count', 'sum') else blank.measure}"


def _period(said: str, own: Period) -> str:
    """Empty for the document's own period, which may be a quarter of the year that the text speaks of."""
    return "" if said in (own.code, str(own.year)) else said


def _area(blank: Description) -> str:
    return "" if blank.area == OWN else blank.area


def _paragraphs(
    text: str, placed: dict[int, tuple[int, Placeholder]], opened: dict[int, str]
) -> Iterator[TemplateParagraph]:
    at = 0
    lines = text.split("\n")
    kinds = kinds_of(lines)
    for kind, line in zip(kinds, lines, strict=True):
        yield TemplateParagraph(Kind(kind), tuple(_pieces(text, at, at + len(line), placed, opened)))
        at += len(line) + 1


def _pieces(
    text: str, at: int, end: int, placed: dict[int, tuple[int, Placeholder]], opened: dict[int, str]
) -> Iterator[Piece]:
    marks = sorted(start for start in (*placed, *opened) if at <= start < end)
    for start in marks:
        if start > at:
            yield Text(text[at:start])
        if start in placed:
            at, placeholder = placed[start]
            yield replace(placeholder, source=text[start:at])
        else:
            at = start + len(opened[start])
            yield Open(text[start:at])
    if at < end:
        yield Text(text[at:end])
