"""Scoring files with DuckDB: facts in Parquet or CSV, any number of them, in; scores of every node out.

A plan whose numbers are proven to fit 64 bits runs as SQL from file to file. Any other runs in the columnar
interpreter, over the same facts; the digits are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from gangmu.engine.duckdb_files import library
from gangmu.engine.sql_dialects import DUCKDB, Dialect, Table
from gangmu.engine.sql_engine import Span
from gangmu.engine.sql_facts import WideFacts

Connection = Any
"""A connection of DuckDB, which is imported when one is asked for."""
_COMMON = {"VARCHAR": "STRING"}
_READERS = {True: "read_parquet", False: "read_csv"}
_KINDS = {"view": "VIEW", "once": "TABLE", "table": "TABLE"}


@dataclass(frozen=True, slots=True)
class Settings:
    """threads: None: all. memory: what DuckDB may hold before it spills, such as `400MB`; None: its own limit."""

    threads: int | None = None
    memory: str | None = None
    spill: Path | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Settings:
        threads = said.get("threads")
        return cls(int(threads) if threads else None, said.get("memory") or None)


@dataclass(frozen=True, slots=True)
class DuckDB:
    """A connection, with the tables that a run makes in it."""

    connection: Connection
    name: str = "duckdb"
    dialect: Dialect = DUCKDB
    endings: Sequence[str] = (".parquet", ".csv")

    @classmethod
    def of(cls, settings: Settings) -> DuckDB:
        options: dict[str, Any] = {"preserve_insertion_order": False}
        if settings.threads:
            options["threads"] = settings.threads
        if settings.memory:
            options["memory_limit"] = settings.memory
        if settings.spill:
            options["temp_directory"] = str(settings.spill)
        return cls(library().connect(config=options))

    def rows(self, query: str) -> Sequence[Sequence[Any]]:
        found: Sequence[Sequence[Any]] = self.connection.execute(query).fetchall()
        return found

    def stream(self, query: str) -> Iterator[Sequence[Any]]:
        relation = self.connection.execute(query)
        while rows := relation.fetchmany(10_000):
            yield from rows

    def types(self, source: str) -> dict[str, str]:
        rows = self.rows(f"DESCRIBE SELECT * FROM {source}")
        return {name: _COMMON.get(kind, kind) for name, kind, *_ in rows}

    def spans(self, source: str) -> dict[str, Span | None]:
        """By the statistics of Parquet files."""
        if not source.startswith("read_parquet"):
            return {}
        files = source.removeprefix("read_parquet(").removesuffix(")")
        rows = self.rows(
            "SELECT path_in_schema, min(least), max(most), sum(nulls), sum(many), count(nulls) = count(*),"
            " count(least) = count(*) FILTER (WHERE nulls < many) AND count(most) = count(least)"
            " FROM (SELECT path_in_schema, TRY_CAST(stats_min_value AS DECIMAL(38, 10)) AS least,"
            " TRY_CAST(stats_max_value AS DECIMAL(38, 10)) AS most, stats_null_count AS nulls, num_values AS many"
            f" FROM parquet_metadata({files})) GROUP BY 1"
        )
        found: dict[str, Span | None] = {}
        for name, least, most, nulls, count, counted, complete in rows:
            if counted and nulls == count:
                found[name] = None
            elif counted and complete:
                found[name] = Span(Fraction(least), Fraction(most), nulls > 0)
        return found

    def pivoted(self, query: str) -> str:
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE pivoted AS PIVOT ({query}) ON said USING first(value) GROUP BY unit, period"
        )
        return "pivoted"

    def words(self, words: Mapping[str, Sequence[str]]) -> None:
        for name, said in words.items():
            texts = ", ".join(map(self.dialect.text, dict.fromkeys(said)))
            self.connection.execute(f"CREATE OR REPLACE TYPE {name} AS ENUM ({texts})")

    def make(self, table: Table) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP {_KINDS[table.kind]} {table.name} AS {table.query}")

    def save(self, query: str, path: Path) -> None:
        options = "FORMAT parquet" if path.suffix.lower() == ".parquet" else "FORMAT csv, HEADER"
        self.connection.execute(f"COPY ({query}) TO {self.dialect.text(str(path))} ({options})")


def facts_of(engine: DuckDB, path: Path) -> WideFacts:
    """The table of a file or of the files of a folder. NotInSqlError for events, scorers and words."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    reader = _READERS[all(file.suffix.lower() == ".parquet" for file in files)]
    return WideFacts.of(engine, f"{reader}([{', '.join(engine.dialect.text(str(file)) for file in files)}])")
