"""The reference asked for single cells: what a faster interpreter cannot decide, it decides."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Case, Facts
from gangmu.engine.planning import Plan, Step
from gangmu.engine.reference import Column, Interpreter
from gangmu.engine.values import Value

DEEP = 50_000
"""Frames a chain of nodes may need: a cell asks for those it depends on, one inside the other."""


class OnDemand(Interpreter):
    """An interpreter whose columns compute a cell when somebody asks for it, and keep it."""

    def __init__(self, plan: Plan, facts: Facts, groups: Mapping[Case, str]) -> None:
        super().__init__(plan, facts, groups)
        self.columns = {step.name: _Asked(self, step) for step in plan.steps}

    def ask(self, node: Expression, cases: Sequence[Case]) -> list[Value]:
        with _deep():
            return [self.value(node, case) for case in cases]

    def cell(self, step: str, case: Case) -> Value:
        with _deep():
            return self.columns[step][case]


class _Asked(Column):
    def __init__(self, interpreter: OnDemand, step: Step) -> None:
        super().__init__()
        self.interpreter = interpreter
        self.step = step

    def __missing__(self, case: Case) -> Value:
        self[case] = value = self.interpreter._step(self.step, case)
        return value


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
