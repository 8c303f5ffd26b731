"""Facts read into columns: who the cases are, and what each field says of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gangmu.engine import expressions as x
from gangmu.engine.arrays import Cases
from gangmu.engine.columnar import column_of
from gangmu.engine.columns import Column
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Case, Facts
from gangmu.engine.on_demand import OnDemand
from gangmu.engine.values import Value


def cases_of(facts: Facts, groups: Mapping[Case, str], separate: str = "") -> Cases:
    """The cases of facts as codes."""
    cases = list(groups)
    codes = list(dict.fromkeys(groups.values()))
    realms = list(dict.fromkeys(facts.realm(case, separate) for case in cases))
    place, realm = {code: n for n, code in enumerate(codes)}, {said: n for n, said in enumerate(realms)}
    return Cases(
        [case.unit for case in cases],
        [facts.attribute(case, "name") for case in cases],
        codes,
        np.array([place[groups[case]] for case in cases], np.int64),
        np.array([realm[facts.realm(case, separate)] for case in cases], np.int64),
    )


class FactsOf:
    """Columns of facts that a reference holds, each read once."""

    def __init__(self, reference: OnDemand) -> None:
        self.reference = reference
        self._read: dict[tuple[str, str], Column] = {}

    def fact(self, node: x.Field) -> Column:
        key = (node.indicator, node.field)
        if key not in self._read:
            self._read[key] = column_of(self.ask(node, range(len(self.reference.cases))))
        return self._read[key]

    def ask(self, node: Expression, at: Sequence[int]) -> Sequence[Value]:
        cases = self.reference.cases
        return self.reference.ask(node, [cases[place] for place in at])
