"""What a SQL engine does for scoring: it answers questions, keeps tables by name, and writes a result to a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from gangmu.engine.sql_dialects import Dialect, Table


@dataclass(frozen=True, slots=True)
class Span:
    """What a column of facts holds: least and most as written, and whether some are empty."""

    least: Fraction
    most: Fraction
    empty: bool


class SqlEngine(Protocol):
    """DuckDB or Spark, with the tables that a run makes in it."""

    @property
    def name(self) -> str:
        """What the command line calls it."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def endings(self) -> Sequence[str]:
        """Of the files that it writes."""

    def rows(self, query: str) -> Sequence[Sequence[Any]]:
        """A short answer."""

    def stream(self, query: str) -> Iterator[Sequence[Any]]:
        """A long answer, row by row."""

    def types(self, source: str) -> dict[str, str]:
        """Columns with their types: STRING, DOUBLE, FLOAT, BOOLEAN, whole numbers as in SQL, `DECIMAL(p,s)`."""

    def spans(self, source: str) -> dict[str, Span | None]:
        """What the files themselves say of their columns; what they do not say is left out."""

    def pivoted(self, query: str) -> str:
        """The name of a table: a row a unit and period, a column a `said`, from unit, period, said and value."""

    def words(self, words: Mapping[str, Sequence[str]]) -> None:
        """Makes the types of words known to which `Dialect.word` refers."""

    def make(self, table: Table) -> None: ...

    def save(self, query: str, path: Path) -> None: ...
