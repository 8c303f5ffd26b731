"""The interpreters of a plan, by name. Each gives the same digits; heavy libraries are imported when one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from gangmu.engine.facts import Case, Facts
from gangmu.engine.planning import Plan
from gangmu.engine.reference import Interpreter
from gangmu.engine.values import Value

if TYPE_CHECKING:
    from gangmu.engine.columns import Column
    from gangmu.engine.on_demand import OnDemand

Columns = Mapping[str, Mapping[Case, Value]]
Backend = Callable[[Plan, Facts, Mapping[Case, str]], tuple[Interpreter, Columns]]


def _reference(plan: Plan, facts: Facts, groups: Mapping[Case, str]) -> tuple[Interpreter, Columns]:
    interpreter = Interpreter(plan, facts, groups)
    return interpreter, interpreter.run()


def _columnar(plan: Plan, facts: Facts, groups: Mapping[Case, str]) -> tuple[Interpreter, Columns]:
    from gangmu.engine.columnar import Columnar
    from gangmu.engine.fact_columns import FactsOf, cases_of
    from gangmu.engine.on_demand import OnDemand

    reference = OnDemand(plan, facts, groups)
    read = FactsOf(reference)
    columns = Columnar(plan, cases_of(facts, groups, plan.book.separate), read, read.ask).run()
    places = {case: place for place, case in enumerate(groups)}
    return reference, {name: _Cells(reference, name, column, places) for name, column in columns.items()}


class _Cells(Mapping[Case, Value]):
    """A column read case by case: numbers from the column, reasons and what is only near from the reference."""

    def __init__(self, reference: OnDemand, step: str, column: Column, places: Mapping[Case, int]) -> None:
        self.reference = reference
        self.step = step
        self.column = column
        self.places = places

    def __getitem__(self, case: Case) -> Value:
        from gangmu.engine.columnar import values_of

        found = values_of(self.column, self.places[case])
        return found if isinstance(found, Fraction) else self.reference.cell(self.step, case)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


BACKENDS: Mapping[str, Backend] = {"reference": _reference, "columnar": _columnar}
