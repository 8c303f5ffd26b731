"""The facts of a cycle: what figures say of every unit, and what departments gave beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gangmu.assessment.given import NONE
from gangmu.assessment.models import AssessmentFact, Cycle
from gangmu.engine.facts import Case, Facts, Row
from gangmu.engine.rulebook import FigureUse, Indicator, RuleBook
from gangmu.engine.scoring import groups_of
from gangmu.figures.arithmetic import plain
from gangmu.figures.requests import Request, resolve
from gangmu.figures.values import Value, many
from gangmu.org.models import Unit
from gangmu.problems import InputRefused, Problem, Problems, Text
from gangmu.records.periods import Period
from gangmu.scoring import books

FROM_FIGURES = "figures"
"""Where a fact came from that a figure gave; its cell is the question the figures were asked."""

FROM_DEPARTMENTS = "facts"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to the figures, and the fact its answer becomes."""

    unit: str
    indicator: Indicator
    use: FigureUse
    request: Request


def collect(cycle: Cycle) -> Facts:
    """Everything the cycle's rule book reads, for every assessed unit in official order.

    A missing or unpublished figure gives no fact: what then, the rule book says. InputRefused lists figures that
    cannot be asked and facts given twice.
    """
    book, period = books.opened(cycle.rulebook), Period.parse(cycle.period)
    problems = Problems()
    facts = Facts()
    units = assessed(period)
    for row in of_units(units, period):
        facts.add(row, problems)
    for row in _from_figures(book, period, facts, problems):
        facts.add(row, problems)
    for row in _given(units, period):
        facts.add(row, problems)
    problems.raise_if_any()
    return facts


def assessed(period: Period) -> list[Unit]:
    """The units with an assessment group that exist at the period's end, in official order."""
    return list(Unit.objects.standing_on(period.end).assessed())


def groups_of_units(book: RuleBook, units: Iterable[Unit], period: Period) -> dict[str, str]:
    """The rule book's group of each unit, by its code; "" where it is in none."""
    facts = Facts.of(of_units(units, period), Problems())
    return {case.unit: group for case, group in groups_of(book, facts).items()}


def of_units(units: Iterable[Unit], period: Period) -> Iterator[Row]:
    """What describes a unit to a rule book."""
    for unit in units:
        for name, text in (
            ("name", unit.name),
            ("name_en", unit.name_en),
            ("kind", unit.kind),
            ("group", unit.group),
        ):
            yield Row(unit.code, period.code, "", "", "", name, text, "units", "", unit.code)


def _from_figures(book: RuleBook, period: Period, facts: Facts, problems: Problems) -> Iterator[Row]:
    asked = list(_asked(book, period, facts, problems))
    answers = many([each.request for each in asked])
    for each, value in zip(asked, answers, strict=True):
        if value.status == "ok" and value.value is not None:
            yield _fact(each, value, period)


def _fact(each: _Asked, value: Value, period: Period) -> Row:
    text = plain(value.value) if value.value is not None else ""
    place = str(each.request)
    return Row(
        each.unit, period.code, each.indicator.code, "", "", each.use.field, text, FROM_FIGURES, "", place
    )


def request_behind(place: str) -> Request | None:
    """The question whose answer a fact is, from the place it carries; None where no figure gave it."""
    file, _, asked = place.partition(" ")
    return Request.parse(asked, "") if file == FROM_FIGURES and asked else None


def uses_of(indicator: Indicator, unit: str, period: Period) -> dict[str, Request]:
    """Field → the question whose answer it is to be, for one unit."""
    return {use.field: _request(use, Case(unit), _when(use, period)) for use in indicator.figures}


def _when(use: FigureUse, period: Period) -> Period:
    return period.last_year() if use.period == "last_year" else period


def _asked(book: RuleBook, period: Period, facts: Facts, problems: Problems) -> Iterator[_Asked]:
    """The questions that can be asked; one that cannot is a finding at its line of the rule book."""
    groups = groups_of(book, facts)
    for indicator in book.indicators():
        for use in indicator.figures:
            when = _when(use, period)
            if not _can_be_asked(book, indicator, use, when, problems):
                continue
            for case in groups:
                name = facts.attribute(case, "name")
                if indicator.reach.takes_in(case.unit, name, groups[case]):
                    yield _Asked(case.unit, indicator, use, _request(use, case, when))


def _request(use: FigureUse, case: Case, when: Period) -> Request:
    if use.area == "unit":
        return Request(use.code, when.code, use.measure, unit=case.unit)
    return Request(use.code, when.code, use.measure, area=use.area)


def _can_be_asked(
    book: RuleBook, indicator: Indicator, use: FigureUse, when: Period, problems: Problems
) -> bool:
    try:
        resolve(
            _request(use, Case("", when.code), when)
            if use.area != "unit"
            else Request(use.code, when.code, use.measure)
        )
    except InputRefused as refused:
        for found in refused.problems:
            said = f"{indicator.clause}“{indicator.name.zh}”：{found.message.zh}"
            said_en = f'{indicator.clause} "{indicator.name.en}": {found.message.en}'
            problems.add(
                Problem("facts.figure", Text(said, said_en), found.remedy, book.file, "", f"line {use.line}")
            )
        return False
    return True


def _given(units: Iterable[Unit], period: Period) -> Iterator[Row]:
    codes = {unit.pk: unit.code for unit in units}
    standing = AssessmentFact.objects.known_at(None).filter(period=period.code, unit_id__in=codes)
    for fact in standing.order_by("unit__protocol_order", "unit_id", "indicator", "event", "scorer", "field"):
        event, scorer, of_field = (
            "" if part == NONE else part for part in (fact.event, fact.scorer, fact.field)
        )
        place = " ".join(said for said in (fact.source, fact.basis) if said)
        yield Row(
            codes[fact.unit_id],
            period.code,
            fact.indicator,
            event,
            scorer,
            of_field,
            fact.value,
            FROM_DEPARTMENTS,
            "",
            place,
        )
