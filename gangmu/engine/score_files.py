"""A rule book over files of facts, by any backend: results to look at, and to a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gangmu.engine import facts, numbers, scoring
from gangmu.engine.rulebook import RuleBook
from gangmu.engine.scoring import NodeRow, Results, Row
from gangmu.engine.values import NO_TEXT
from gangmu.engine.writing import write
from gangmu.problems import Problems, refuse

if TYPE_CHECKING:
    from gangmu.engine.sql_run import Run

PARQUET = ".parquet"


class Scores(Protocol):
    """What a backend makes of a rule book and files of facts."""

    def rows(self) -> Iterator[Row]: ...

    def node_rows(self) -> Iterator[NodeRow]: ...

    def write(self, path: Path, *, all_ranks: bool = True) -> None: ...


@dataclass(frozen=True, slots=True)
class InMemory:
    """Results of an interpreter that holds all facts."""

    results: Results

    def rows(self) -> Iterator[Row]:
        return self.results.rows()

    def node_rows(self) -> Iterator[NodeRow]:
        return self.results.node_rows()

    def write(self, path: Path, *, all_ranks: bool = True) -> None:
        if path.suffix.lower() != PARQUET:
            write(self.results, path)
            return
        from gangmu.engine.duckdb_files import parquet_of_csv

        with tempfile.TemporaryDirectory() as room:
            table = Path(room) / "scores.csv"
            write(self.results, table)
            parquet_of_csv(table, path)


@dataclass(frozen=True, slots=True)
class InSql:
    """Results that lie in the tables of a SQL engine."""

    run: Run

    def rows(self) -> Iterator[Row]:
        for row in self._told(self.run.totals()):
            yield Row(row.unit, row.period, row.group, row.printed, row.rank, row.grade, row.note)

    def node_rows(self) -> Iterator[NodeRow]:
        return self._told(self.run.fetched())

    def _told(self, rows: Iterator[Sequence[Any]]) -> Iterator[NodeRow]:
        order = {node.code: place for place, node in enumerate(self.run.plan.book.nodes())}
        decimals = {code: self.run.decimals(code) for code in order}
        for unit, period, group, node, value, _, rank, grade in rows:
            yield NodeRow(
                str(unit),
                period,
                group,
                node,
                None if value is None else numbers.exact(Fraction(value)),
                None if value is None else numbers.shown(Fraction(value), decimals[node]).removeprefix("≈"),
                None if rank is None else numbers.exact(Fraction(rank)),
                grade,
                NO_TEXT,
            )

    def write(self, path: Path, *, all_ranks: bool = True) -> None:
        name, endings = self.run.engine.name, self.run.engine.endings
        if path.suffix.lower() not in endings:
            raise refuse(
                "score.output",
                f"后端 {name} 不能写成“{path.suffix}”",
                f'backend {name} does not write "{path.suffix}"',
                f"请用 {'、'.join(endings)}",
                f"use {' or '.join(endings)}",
                file=str(path),
            )
        self.run.write(path, all_ranks=all_ranks)


def checked(book: RuleBook, path: Path) -> facts.Facts:
    """The facts of a file or folder. InputRefused lists what is wrong with its cells and, at once, with what they say."""
    problems = Problems()
    given = facts.collected(path, problems)
    if len(problems):
        problems.extend(scoring.findings(book, given))
        problems.raise_if_any()
    return given


Score = Callable[[RuleBook, Path, Mapping[str, str]], Scores]


def _by_interpreter(backend: str) -> Score:
    def score(book: RuleBook, path: Path, settings: Mapping[str, str]) -> Scores:
        return InMemory(scoring.score(book, checked(book, path), backend))

    return score


def _in_sql(prepared: Callable[[RuleBook, Path, Mapping[str, str]], Run]) -> Score:
    """In SQL where the plan is proven to fit it and the facts are a table of numbers, else by columns."""

    def score(book: RuleBook, path: Path, settings: Mapping[str, str]) -> Scores:
        from gangmu.engine.sql_scores import NotInSqlError

        try:
            run = prepared(book, path, settings)
        except NotInSqlError:
            return InMemory(scoring.score(book, checked(book, path), "columnar"))
        run.compute()
        return InSql(run)

    return score


def _duckdb(book: RuleBook, path: Path, settings: Mapping[str, str]) -> Run:
    from gangmu.engine import duckdb_scores, sql_run

    engine = duckdb_scores.DuckDB.of(duckdb_scores.Settings.of(settings))
    return sql_run.prepare(book, duckdb_scores.facts_of(engine, path))


def _spark(book: RuleBook, path: Path, settings: Mapping[str, str]) -> Run:
    from gangmu.engine import spark_scores, sql_run

    engine = spark_scores.Spark.of(spark_scores.local(settings))
    return sql_run.prepare(book, spark_scores.facts_of(engine, str(path)))


BACKENDS: Mapping[str, Score] = {
    "reference": _by_interpreter("reference"),
    "columnar": _by_interpreter("columnar"),
    "duckdb": _in_sql(_duckdb),
    "spark": _in_sql(_spark),
}


def score_files(
    book: RuleBook, path: Path, backend: str = "reference", settings: Mapping[str, str] | None = None
) -> Scores:
    """Score the facts of a file or folder. InputRefused lists all that is wrong with them or with the book.

    settings: `memory` (such as `400MB`) and `threads`, for backends that know them.
    """
    if backend not in BACKENDS:
        raise refuse(
            "score.backend",
            f"没有计算后端“{backend}”，可用：{'、'.join(BACKENDS)}",
            f'there is no backend "{backend}"; there are: {", ".join(BACKENDS)}',
        )
    return BACKENDS[backend](book, path, settings or {})
