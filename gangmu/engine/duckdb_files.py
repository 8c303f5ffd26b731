"""Parquet files in and out, by way of DuckDB; whoever has none needs no DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType

from gangmu.problems import refuse


def library() -> ModuleType:
    """DuckDB, or a message that says how to get it."""
    try:
        import duckdb
    except ImportError as error:
        raise refuse(
            "score.no_duckdb",
            "没有安装 DuckDB",
            "DuckDB is not installed",
            "请安装：pip install 'gangmu[duckdb]'",
            "install it: pip install 'gangmu[duckdb]'",
        ) from error
    return duckdb


def parquet_table(path: Path) -> tuple[list[str], Iterator[Sequence[str]]]:
    """Headers and rows of a Parquet file as text; numbers without loss, nothing where there is nothing."""
    relation = library().connect().execute("SELECT * FROM read_parquet(?)", [str(path)])
    headers = [column[0] for column in relation.description]
    return headers, _rows(relation)


def _rows(relation: object) -> Iterator[Sequence[str]]:
    while rows := relation.fetchmany(10_000):  # type: ignore[attr-defined]
        for row in rows:
            yield [_text(value) for value in row]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def parquet_of_csv(table: Path, out: Path) -> None:
    """A CSV of results as Parquet: every column text, as exact as it stands."""
    source, target = (str(path).replace("'", "''") for path in (table, out))
    library().connect().execute(
        f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true, header = true)) TO '{target}' (FORMAT parquet)"  # noqa: S608
    )
