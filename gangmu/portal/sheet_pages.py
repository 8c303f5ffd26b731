"""A unit's score sheet as its page: total and place, what cost most, a sentence under every line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.utils.safestring import SafeString

from gangmu.assessment.score_sheets import GivenInput, Line, Neighbour, ScoreSheet
from gangmu.engine.explanation import Explanation
from gangmu.engine.numbers import read, shown
from gangmu.figures import areas
from gangmu.portal import addresses
from gangmu.portal.glossing import glossed, grade
from gangmu.web.cells import Bar, said

LINE_DECIMALS = 2
"""Of a line's points in its column; its sentence says them as the rule book counts them. The total stands as it is."""


@dataclass(frozen=True, slots=True)
class ShownInput:
    """What went into a line: its name, its value, the place it came from, and its trace where a figure gave it."""

    label: SafeString
    value: SafeString
    place: SafeString
    trace: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A node of the sheet with those under it."""

    code: str
    name: str
    printed: str
    full: str
    lost: str
    bar: Bar | None
    clause: str
    sentence: SafeString
    raise_by: SafeString
    formula: str
    inputs: tuple[ShownInput, ...]
    parts: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """The page: the tree, the lines that cost most, those without a score, how far the neighbours are."""

    sheet: ScoreSheet
    top: ShownLine
    costliest: tuple[ShownLine, ...]
    unscored: tuple[ShownLine, ...]
    neighbours: tuple[tuple[str, str, str], ...]
    grade: str


def shown_sheet(sheet: ScoreSheet) -> ShownSheet:
    lines = {line.node.node: line for line in sheet.lines}
    return ShownSheet(
        sheet,
        replace(_line(sheet.tree, lines), printed=sheet.tree.printed or "—"),
        tuple(_line(line.node, lines) for line in sheet.costliest),
        tuple(_line(line.node, lines) for line in sheet.unscored),
        tuple(_neighbour(one) for one in (sheet.ahead, sheet.behind) if one is not None),
        grade(sheet.standing.grade),
    )


def _line(node: Explanation, lines: dict[str, Line]) -> ShownLine:
    value, full = _number(node.value), _number(node.full)
    line = lines[node.node]
    return ShownLine(
        code=node.node,
        name=said(node.name),
        printed="—" if value is None else shown(value, LINE_DECIMALS),
        full=shown(full) if full else "",
        lost=line.lost_printed,
        bar=Bar(_decimal(value), _decimal(full) or Decimal(1)) if full and value is not None else None,
        clause=node.clause,
        sentence=glossed(said(node.sentence)),
        raise_by=glossed(said(node.next)),
        formula="" if node.parts else node.formula,
        inputs=tuple(_input(one) for one in line.inputs),
        parts=tuple(_line(part, lines) for part in node.parts),
    )


def _input(given: GivenInput) -> ShownInput:
    request = given.request
    trace = ""
    if request is not None:
        area = request.area or areas.OWN
        trace = addresses.trace(
            request.figure, request.period, request.measure, request.unit, area, request.filters
        )
    return ShownInput(glossed(said(given.label)), glossed(given.value), glossed(given.place), trace)


def _neighbour(one: Neighbour) -> tuple[str, str, str]:
    """(place, whose it is as far as the reader may know, points apart)."""
    return one.rank, said(one.unit.short) if one.unit else "", one.apart


def _number(text: str | None) -> Fraction | None:
    return read(text) if text else None


def _decimal(value: Fraction | None) -> Decimal | None:
    """For the length of a bar only."""
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)
