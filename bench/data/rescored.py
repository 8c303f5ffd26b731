"""The nation's first county scored again and again by the columnar interpreter, one actual changed each time.

python -m bench.data.rescored FOLDER TIMES
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from gangmu.engine import facts as facts_files
from gangmu.engine import rulebook, scoring
from gangmu.engine.columnar import Columnar, column_of, values_of
from gangmu.engine.columns import Column
from gangmu.engine.expressions import Field
from gangmu.engine.fact_columns import FactsOf, cases_of
from gangmu.engine.on_demand import OnDemand


def changes(times: int, units: int, indicators: int) -> Iterator[tuple[int, int, Decimal]]:
    """(unit, indicator, the actual it takes) of each re-score."""
    for n in range(times):
        yield n * 7 % units, n * 11 % indicators, Decimal(50 + n % 100) + Decimal(n % 97) / 100


class Changed:
    """The columns of facts with one cell changed."""

    def __init__(self, read: FactsOf, field: Field, at: int, value: Fraction) -> None:
        self.read, self.field, self.at, self.value = read, field, at, value

    def fact(self, node: Field) -> Column:
        if node != self.field:
            return self.read.fact(node)
        cells = list(self.read.ask(node, range(len(self.read.reference.cases))))
        cells[self.at] = self.value
        return column_of(cells)


def main(folder: str, times: int) -> None:
    book = rulebook.load((Path(folder) / "book.yaml").read_text(encoding="utf-8"))
    facts = facts_files.read(Path(folder) / "wide.parquet")
    before = scoring.score(book, facts, "columnar")
    reference = OnDemand(before.plan, facts, before.groups)
    read, cases = FactsOf(reference), cases_of(facts, before.groups, book.separate)
    Columnar(before.plan, cases, read, read.ask).run()
    took, scores = [], []
    for unit, indicator, value in changes(times, len(cases), len(list(book.indicators()))):
        started = time.perf_counter()
        changed = Changed(read, Field(f"i{indicator:02d}", "actual"), unit, Fraction(value))
        columns = Columnar(before.plan, cases, changed, read.ask).run()
        total, grade = columns["total"], columns["total.graded"]
        said = [[str(values_of(each, at)) for at in range(len(cases))] for each in (total, grade)]
        took.append((time.perf_counter() - started) * 1000)
        scores.append(said)
    result = {"ms": statistics.median(took), "scores": scores}
    (Path(folder) / "ours.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
