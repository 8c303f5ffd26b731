"""What an evaluation yields: a value that keeps what it was made from."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gangmu.figures.models import VINTAGES
from gangmu.figures.requests import Question
from gangmu.problems import Text

OK, MISSING, NOT_PUBLISHED = "ok", "missing", "not_published"
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation as it was known: everything a trace says about it."""

    pk: int
    figure: str
    measure: str
    period: str
    unit: str | None
    area: str
    scenario: str
    vintage: str
    coverage: str
    value: Decimal | None
    status: str
    source: str
    recorded_from: datetime.datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of several numbers that belong together: the count of red lamps beside that of green ones."""

    code: str
    name: Text
    value: Decimal


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its origin. Exactly one kind of origin is set: inputs, an observation, or rows of a ledger.

    rule: the code of how it was made; sentence: the same for people. selections: the ledger rows it counts.
    reason: why it is missing, or what to know about it. given: rows that a registered source named.
    """

    question: Question
    value: Decimal | None
    status: str
    rule: str
    sentence: Text
    reason: Text = NOTHING
    inputs: tuple[Node, ...] = ()
    observation: Seen | None = None
    selections: tuple[Any, ...] = ()
    given: tuple[Any, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def ok(self) -> bool:
        return self.status == OK and self.value is not None

    @property
    def vintage(self) -> str:
        """How settled it is: the least settled observation it rests on; empty where none is behind it."""
        found = [seen.vintage for seen in self.observations()]
        return min(found, key=VINTAGES.index, default="")

    def observations(self) -> Iterator[Seen]:
        if self.observation is not None:
            yield self.observation
        for node in self.inputs:
            yield from node.observations()


def missing(question: Question, rule: str, sentence: Text, reason: Text, *inputs: Node) -> Node:
    return Node(question, None, MISSING, rule, sentence, reason, inputs)
