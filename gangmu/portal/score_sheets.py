"""A unit's score sheet, readable in a minute: total and place, what cost most, a sentence under every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gangmu.engine.explanation import Explanation, Input
from gangmu.engine.numbers import read, shown
from gangmu.web.cells import Bar, said

COSTLIEST = 3


@dataclass(frozen=True, slots=True)
class ShownInput:
    """What went into a line: its name, its value, and the place it came from."""

    label: str
    value: str
    place: str


@dataclass(frozen=True, slots=True)
class ShownScore:
    """A node of the sheet. lost: points short of the full mark, None where there is no full mark or no score."""

    code: str
    name: str
    printed: str
    full: str
    lost: Fraction | None
    bar: Bar | None
    clause: str
    sentence: str
    raise_by: str
    formula: str
    inputs: tuple[ShownInput, ...]
    parts: tuple[ShownScore, ...]

    @property
    def lost_words(self) -> str:
        return shown(self.lost, 2) if self.lost else ""

    def walk(self) -> Iterator[ShownScore]:
        yield self
        for part in self.parts:
            yield from part.walk()

    def lines(self) -> Iterator[ShownScore]:
        """The scored lines alone."""
        return (node for node in self.walk() if not node.parts)


def shown_score(explained: Explanation) -> ShownScore:
    """The tree of an explanation in the reader's language."""
    value, full = _number(explained.value), _number(explained.full)
    has_full = value is not None and full is not None and full > 0
    return ShownScore(
        code=explained.node,
        name=said(explained.name),
        printed=explained.printed or "—",
        full=shown(full) if full is not None and full > 0 else "",
        lost=max(full - value, Fraction(0)) if has_full and value is not None and full is not None else None,
        bar=Bar(_decimal(value), _decimal(full) or Decimal(1)) if has_full else None,
        clause=explained.clause,
        sentence=said(explained.sentence),
        raise_by=said(explained.next),
        formula=explained.formula,
        inputs=tuple(_input(one) for one in explained.inputs) if not explained.parts else (),
        parts=tuple(shown_score(part) for part in explained.parts),
    )


def costliest(sheet: ShownScore, limit: int = COSTLIEST) -> list[ShownScore]:
    """The lines that cost most points, the worst first."""
    lost = [line for line in sheet.lines() if line.lost]
    return sorted(lost, key=lambda line: line.lost or Fraction(0), reverse=True)[:limit]


def _input(given: Input) -> ShownInput:
    return ShownInput(said(given.label), given.value, given.place)


def _number(text: str | None) -> Fraction | None:
    return read(text) if text else None


def _decimal(value: Fraction | None) -> Decimal | None:
    """For the length of a bar only."""
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)
