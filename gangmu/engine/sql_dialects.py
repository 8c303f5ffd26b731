"""The words in which two SQL engines differ; everything else that a plan says is common to them.

Common words are chosen so that both know them: STRING, BIGINT, DECIMAL(p, s), LEFT JOIN … USING, windows, FILTER.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

BIGINT_DIGITS = 19
"""No whole number of 64 bits has more."""


@dataclass(frozen=True, slots=True)
class Table:
    """A step of a computation by name. kind: `view` costs nothing to say again, `once` is read a single time, `table`
    is read often and worth keeping."""

    name: str
    query: str
    kind: Literal["view", "once", "table"]


class Dialect(ABC):
    """What an engine calls things. Templates take their operands in order."""

    quote: str
    floor_div: str
    """Whole numbers, the first at least 0, the second above."""
    sorted_list: Mapping[str, str]
    distinct_list: Mapping[str, str]
    position: str
    """The place of the second in the list that is the first, 1 where it is not there."""
    length: str
    nearest: str
    """A double to the whole number next to it, still a double."""
    as_bigint: str
    """A double that is next to a whole number, as that number."""
    full_match: str
    """Whether a text is of a pattern from end to end; the pattern is written as is."""

    def quoted(self, name: str) -> str:
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    @abstractmethod
    def text(self, said: str) -> str:
        """A text as a literal."""

    @abstractmethod
    def literal(self, value: int) -> str:
        """A whole number that reckons with bigints."""

    @abstractmethod
    def word(self, kind: str) -> str:
        """The type of words that repeat in millions of rows."""

    @abstractmethod
    def decimal(self, said: str, decimals: int, most: int) -> str:
        """Whole numbers scaled by 10^decimals, at most `most` in size, as decimals without loss."""

    @abstractmethod
    def unfolded(
        self,
        carried: Sequence[str],
        words: tuple[str, str, Sequence[str]],
        lists: Mapping[str, Sequence[str]],
        source: str,
    ) -> str:
        """A select of a row for each place of the lists: what is carried, a word (name, type, texts), then the lists."""


class _DuckDB(Dialect):
    quote = '"'
    floor_div = "({} // {})"
    sorted_list = {
        "high": "list_sort(list({}) FILTER (WHERE {}), 'DESC')",
        "low": "list_sort(list({}) FILTER (WHERE {}))",
    }
    distinct_list = {
        "high": "list_sort(list(DISTINCT {}) FILTER (WHERE {}), 'DESC')",
        "low": "list_sort(list(DISTINCT {}) FILTER (WHERE {}))",
    }
    position = "coalesce(list_position({}, {}), 1)"
    length = "len({})"
    nearest = "round({})"
    as_bigint = "CAST({} AS BIGINT)"
    full_match = "regexp_full_match({}, '{}')"

    def text(self, said: str) -> str:
        return "'" + said.replace("'", "''") + "'"

    def literal(self, value: int) -> str:
        return f"CAST({value} AS BIGINT)" if abs(value) > 100 else str(value)

    def word(self, kind: str) -> str:
        return kind

    def decimal(self, said: str, decimals: int, most: int) -> str:
        digits = 18 if most < 10 ** (18 - decimals) else 38
        if decimals == 0:
            return f"CAST({said} AS DECIMAL({digits}, 0))"
        # The product of DECIMAL(18-k, 0) and DECIMAL(k, k) is DECIMAL(18, k): no wider type is ever touched.
        return f"CAST({said} AS DECIMAL({digits - decimals}, 0)) * {_unit(decimals)}"

    def unfolded(
        self,
        carried: Sequence[str],
        words: tuple[str, str, Sequence[str]],
        lists: Mapping[str, Sequence[str]],
        source: str,
    ) -> str:
        name, kind, texts = words
        said = [f"unnest(CAST([{', '.join(map(self.text, texts))}] AS {kind}[])) AS {name}"]
        said += [f"unnest([{', '.join(items)}]) AS {of}" for of, items in lists.items()]
        return f"SELECT {', '.join([*carried, *said])} FROM {source}"


class _Spark(Dialect):
    """As `spark_scores` sets its sessions: ANSI, so that an overflow is an error and never another number."""

    quote = "`"
    floor_div = "({} DIV {})"
    sorted_list = {
        "high": "sort_array(collect_list({}) FILTER (WHERE {}), false)",
        "low": "sort_array(collect_list({}) FILTER (WHERE {}))",
    }
    distinct_list = {
        "high": "sort_array(collect_set({}) FILTER (WHERE {}), false)",
        "low": "sort_array(collect_set({}) FILTER (WHERE {}))",
    }
    position = "greatest(array_position({}, {}), 1L)"
    length = "CAST(size({}) AS BIGINT)"
    nearest = "rint({})"
    as_bigint = "CAST(rint({}) AS BIGINT)"
    full_match = "({} RLIKE '^(?:{})\\\\z')"

    def text(self, said: str) -> str:
        return "'" + said.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def literal(self, value: int) -> str:
        # Two numbers of 32 bits would be multiplied within 32 bits.
        return f"{value}L"

    def word(self, kind: str) -> str:
        return "STRING"

    def decimal(self, said: str, decimals: int, most: int) -> str:
        digits = 18 if most < 10 ** (18 - decimals) else 38
        if decimals == 0:
            return f"CAST({said} AS DECIMAL({digits}, 0))"
        # A product has a digit more than its factors; beyond 38 Spark would cut decimals, so the factor is kept small.
        whole = min(digits - decimals, BIGINT_DIGITS)
        return (
            f"CAST(CAST({said} AS DECIMAL({whole}, 0)) * {_unit(decimals)} AS DECIMAL({digits}, {decimals}))"
        )

    def unfolded(
        self,
        carried: Sequence[str],
        words: tuple[str, str, Sequence[str]],
        lists: Mapping[str, Sequence[str]],
        source: str,
    ) -> str:
        name, _, texts = words
        rows = zip(map(self.text, texts), *lists.values(), strict=True)
        cells = ", ".join(cell for row in rows for cell in row)
        names = ", ".join([name, *lists])
        return (
            f"SELECT {', '.join([*carried, names])} FROM {source}"
            f" LATERAL VIEW stack({len(texts)}, {cells}) unfolded AS {names}"
        )


def _unit(decimals: int) -> str:
    """One unit of the last of so many decimals."""
    return f"CAST(0.{'1'.zfill(decimals)} AS DECIMAL({decimals}, {decimals}))"


DUCKDB: Dialect = _DuckDB()
SPARK: Dialect = _Spark()
