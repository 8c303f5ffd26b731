"""A template filled from the figures: every placeholder asked at once, answered, printed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gangmu.documents import template as templates
from gangmu.documents.model import Bound, Document, Request
from gangmu.documents.numbers import wording
from gangmu.documents.template import Answer, Placeholder, Template
from gangmu.figures import requests, values
from gangmu.figures.areas import OWN
from gangmu.figures.node import Part
from gangmu.figures.values import Value
from gangmu.problems import InputRefused, Problem, Problems, Text
from gangmu.records.periods import Period


@dataclass(frozen=True, slots=True)
class Asked:
    """A placeholder's request with every word known: what can be asked again, and how a person names it."""

    request: requests.Request
    label: Text


@dataclass(frozen=True, slots=True)
class Number:
    """A bound number of a filled document with what it was answered from."""

    bound: Bound
    asked: Asked
    value: Value
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A document with its numbers, not issued yet: nothing of it is stored."""

    document: Document
    numbers: tuple[Number, ...]
    template: str
    period: Period
    as_of: datetime.datetime | None

    @property
    def missing(self) -> tuple[Number, ...]:
        return tuple(number for number in self.numbers if number.bound.missing)


def fill(template: Path | Template, period: Period | str, as_of: datetime.datetime | None = None) -> Filled:
    """Fill a template for a period, with the values that stand now or stood at a moment.

    Raises InputRefused with every placeholder that names no figure, measure or period of ours: line,
    finding and nearest name.
    """
    read = templates.load(template) if isinstance(template, Path) else template
    own = Period.parse(period) if isinstance(period, str) else period
    asked = _asked(read, own, as_of)
    found = dict(zip(asked, values.many([one.request for one in asked.values()]), strict=True))
    answers = {request: answer_of(asked[request].label.zh, found[request]) for request in asked}
    document = templates.fill(read, lambda request: answers[request])
    numbers = tuple(
        Number(bound, asked[bound.request], found[bound.request], before, after)
        for bound, before, after in _surrounded(document)
    )
    return Filled(document, numbers, read.name, own, as_of)


def _asked(template: Template, period: Period, as_of: datetime.datetime | None) -> dict[Request, Asked]:
    """Each request of a template with its words known; all findings at once."""
    problems = Problems()
    asked: dict[Request, Asked] = {}
    for placeholder in template.placeholders():
        if placeholder.request not in asked:
            try:
                asked[placeholder.request] = _resolved(placeholder.request, period, as_of)
            except InputRefused as refused:
                problems.extend(_placed(problem, placeholder, template) for problem in refused.problems)
    problems.raise_if_any()
    return asked


def _placed(problem: Problem, placeholder: Placeholder, template: Template) -> Problem:
    return replace(problem, file=template.name, cell=f"line {placeholder.line} {placeholder.source}")


def _resolved(said: Request, period: Period, as_of: datetime.datetime | None) -> Asked:
    request = requests.Request(
        said.figure,
        period_of(said, period).code,
        said.measure,
        said.unit or None,
        said.area or OWN,
        as_of,
        said.filters,
    )
    question = requests.resolve(request)
    known = replace(request, figure=question.figure.code, measure=str(question.measure), area=question.area)
    return Asked(known, question.label())


def period_of(request: Request, period: Period) -> Period:
    """The period a placeholder means in a document of `period`: prev and next are the same period a year off."""
    if request.period == "prev":
        return period.last_year()
    if request.period == "next":
        return next_year(period)
    return Period.parse(request.period) if request.period else period


def next_year(period: Period) -> Period:
    return Period.parse("/".join(f"{int(part[:4]) + 1}{part[4:]}" for part in period.code.split("/")))


def answer_of(label: str, value: Value) -> Answer:
    """What a document prints of a value: in its own unit, or visibly missing under its label.

    A list of names, and a count that comes in parts, print their parts.
    """
    parts = "、".join(_part(part, value) for part in value.parts)
    return Answer(value.value, value.unit_of_measure, value.decimals, label, parts)


def _part(part: Part, value: Value) -> str:
    if value.measure.startswith("names"):
        return part.name.zh
    return f"{part.name.zh}{wording(part.value, value.unit_of_measure, value.decimals)}"


def _surrounded(document: Document) -> Iterator[tuple[Bound, str, str]]:
    """Every bound number with the words right before and after it in its paragraph."""
    for paragraph in document.paragraphs:
        texts = ["" if isinstance(run, Bound) else run.text for run in paragraph.runs]
        for i, run in enumerate(paragraph.runs):
            if isinstance(run, Bound):
                before = texts[i - 1][-8:] if i else ""
                after = texts[i + 1][:16] if i + 1 < len(texts) else ""
                yield run, before, after
