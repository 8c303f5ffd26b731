"""A rule book run in a SQL engine, from facts in its tables to the rows of results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gangmu.engine import planning
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import RuleBook
from gangmu.engine.sql import Query, SqlOps
from gangmu.engine.sql_dialects import Table
from gangmu.engine.sql_engine import SqlEngine
from gangmu.engine.sql_facts import WideFacts, base, check, codes_of, fact_columns
from gangmu.engine.sql_rows import GRADES, GROUPS, NODES, PERIODS, node_rows, total_rows
from gangmu.engine.sql_scores import SCORES, WHO, Scored, decimals_of, grades, lower, ranked


@dataclass
class Run:
    """A rule book over a wide table of facts, lowered to SQL."""

    plan: Plan
    wide: WideFacts
    scored: Scored

    @property
    def engine(self) -> SqlEngine:
        return self.wide.engine

    def compute(self) -> None:
        """Makes the tables of scores and of graded units."""
        kept = self.scored.kept()
        among = [f"among{n}" for n in range(len(self.plan.book.ranking.among))]
        query = Query("base", kept, (*WHO, *among), self.scored.types(kept), self.engine.dialect)
        tables = query.tables()
        scores = Table(SCORES, f"SELECT * FROM {tables[-1].name}", "view")
        for table in [*tables, scores, ranked(self.plan, SCORES), *grades(self.plan, self.scored)]:
            self.engine.make(table)

    def write(self, path: Path, *, all_ranks: bool = True) -> None:
        """Every node of every unit to a file. all_ranks: places of every node, not of the total alone."""
        self.engine.save(self.rows(all_ranks=all_ranks), path)

    def fetched(self) -> Iterator[Sequence[Any]]:
        """The rows of results, units in their order, nodes in the order of the book."""
        words = self.engine.dialect
        places = " ".join(
            f"WHEN {words.text(node.code)} THEN {n}" for n, node in enumerate(self.plan.book.nodes())
        )
        return self.engine.stream(
            f"SELECT * FROM ({self.rows(all_ranks=True)}) ORDER BY period, unit, CASE CAST(node AS STRING) {places} END"
        )

    def totals(self) -> Iterator[Sequence[Any]]:
        """The rows of the total alone, units in their order."""
        return self.engine.stream(
            f"SELECT * FROM ({total_rows(self.plan, self.scored)}) ORDER BY period, unit"
        )

    def decimals(self, node: str) -> int | None:
        return decimals_of(self.plan, node)

    def rows(self, *, all_ranks: bool) -> str:
        return node_rows(self.plan, self.scored, all_ranks=all_ranks)


def prepare(book: RuleBook, wide: WideFacts) -> Run:
    """The base table and the plan as SQL. NotInSqlError where it does not fit; InputRefused where facts are wrong."""
    plan = planning.plan(book)
    codes = codes_of(book)
    ops = SqlOps(codes, wide.engine.dialect)
    columns, facts = fact_columns(plan, wide, ops)
    grading = book.grading
    wide.engine.words(
        {
            NODES: [node.code for node in book.nodes()],
            GROUPS: [*codes, *([] if "" in codes else [""])],
            PERIODS: wide.periods(),
            GRADES: [grade.name for grade in grading.grades] if grading else [""],
        }
    )
    wide.engine.make(Table("base", base(book, wide, columns), "view"))
    check(book, wide)
    return Run(plan, wide, lower(plan, codes, wide.cases(), facts, ops))
