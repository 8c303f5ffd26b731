"""Facts of a nation: counties × 60 units × 80 indicators, as the peers like them (long) and as Gangmu reads them (wide).

    facts.parquet       county, unit, grp, ind, actual, target, prior: a row a unit and indicator
    indicators.parquet  ind, rule, w (weight in hundredths)
    wide.parquet        unit, county, grp, i00.actual, i00.target …: a row a unit
    book.yaml           the rules as a rule book

Rules (points of 100, times weight/100, rounded half up to 2 decimals; no actual: 0):
completion min(actual/target, 1) × 100 · growth 60 + 2 a point over the prior year, within 0 and 100 · efficacy
60 + 40 × (x − min)/(max − min) within county and group, 100 where they are equal · rank 100 − 5 × (place − 1), at least
60 · bands of actual/target × 100: ≥ 95 100, ≥ 85 90, ≥ 70 75, else 60 · deduct max(0, 100 − 10 × actual).
Total a unit; place within county and group; the first 20 % 优秀, the next 50 % 良好, the rest 合格.

One actual in a hundred is missing, one repeats another unit's (ties), one lies exactly on a threshold or on half a cent.
Each county is drawn from a seed of its own, so that N counties are the first N of any larger set.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

UNITS, INDICATORS, GROUPS = 60, 80, 4
SHARES = {"completion": 20, "growth": 15, "efficacy": 15, "rank": 10, "bands": 10, "deduct": 10}
UNIT = 10_000
"""Facts are whole numbers of a ten-thousandth."""
EDGES = [7000, 8500, 9500, 10000, 8750, 9050, 9100, 9150, 9300, 10025, 10050, 10125]
COUNTIES_AT_ONCE, ROWS_OF_A_GROUP = 25, 30_000


def indicators() -> list[tuple[int, str, int]]:
    """(number, rule, weight in hundredths); weights add up to 100."""
    rules = [rule for rule, many in SHARES.items() for _ in range(many)]
    return [(n, rules[n * 37 % INDICATORS], 100 if n % 2 else 150) for n in range(INDICATORS)]


def write(counties: int, folder: Path) -> None:
    numbers, rules, weights = zip(*indicators(), strict=True)
    table = pa.table(
        {"ind": pa.array(numbers, pa.int16()), "rule": rules, "w": pa.array(weights, pa.int32())}
    )
    pq.write_table(table, folder / "indicators.parquet")
    (folder / "book.yaml").write_text(book(), encoding="utf-8")
    long = _Written(folder / "facts.parquet", COUNTIES_AT_ONCE * UNITS * INDICATORS)
    wide = _Written(folder / "wide.parquet", ROWS_OF_A_GROUP)
    for drawn in _drawn(counties):
        long.add(_long(*drawn))
        wide.add(_wide(*drawn))
    long.close()
    wide.close()


def _drawn(counties: int) -> Iterator[tuple[list[int], dict[str, Any], Any]]:
    """Some counties at a time: their numbers, their facts by field (a row a unit), and which actuals are missing."""
    for first in range(0, counties, COUNTIES_AT_ONCE):
        some = list(range(first, min(first + COUNTIES_AT_ONCE, counties)))
        parts = [_county(county) for county in some]
        facts = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
        yield some, facts, np.concatenate([part[1] for part in parts])


def _county(county: int) -> tuple[dict[str, Any], Any]:
    random = np.random.default_rng([20240601, county])
    shape = (UNITS, INDICATORS)
    target = np.exp(random.uniform(3, 9, shape)).astype(np.int64) * UNIT
    prior = (target * random.uniform(0.7, 1.05, shape)).astype(np.int64) // UNIT * UNIT
    actual = (target * random.normal(0.93, 0.15, shape).clip(0.1, 1.6)).astype(np.int64)
    lot = random.random(shape)
    edge = np.where(random.random(shape) < 0.5, target, prior) * random.choice(EDGES, shape) // UNIT
    actual = np.where(lot < 0.01, edge, actual)
    for number, rule, _ in indicators():
        if rule == "deduct":
            actual[:, number] = random.poisson(2.0, UNITS) * UNIT
    actual = np.where((lot >= 0.01) & (lot < 0.02), np.roll(actual, -GROUPS, axis=0), actual)
    return {"actual": actual, "target": target, "prior": prior}, (lot >= 0.02) & (lot < 0.03)


def _who(counties: list[int]) -> dict[str, Any]:
    county = np.repeat(np.array(counties, np.int32), UNITS)
    unit = np.tile(np.arange(UNITS, dtype=np.int32), len(counties))
    return {"unit": county * UNITS + unit, "county": county, "grp": (unit % GROUPS).astype(np.int8)}


def _long(counties: list[int], facts: dict[str, Any], missing: Any) -> pa.Table:
    who = {name: np.repeat(values, INDICATORS) for name, values in _who(counties).items()}
    numbers = np.tile(np.arange(INDICATORS, dtype=np.int16), len(counties) * UNITS)
    fields = {
        name: _decimals(values.ravel(), missing.ravel() if name == "actual" else None)
        for name, values in facts.items()
    }
    return pa.table({**who, "ind": numbers, **fields})


def _wide(counties: list[int], facts: dict[str, Any], missing: Any) -> pa.Table:
    columns = {
        f"i{number:02d}.{name}": _decimals(
            values[:, number], missing[:, number] if name == "actual" else None
        )
        for name, values in facts.items()
        for number in range(INDICATORS)
    }
    return pa.table({**_who(counties), **columns})


def _decimals(values: Any, missing: Any = None) -> pa.Array:
    """Ten-thousandths as DECIMAL(18, 4)."""
    wide = np.empty((values.size, 2), np.int64)
    wide[:, 0], wide[:, 1] = values, values >> 63
    valid = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(18, 4), values.size, [valid, pa.py_buffer(wide)])


class _Written:
    """A Parquet file written in row groups of a size."""

    def __init__(self, path: Path, rows: int) -> None:
        self.path, self.rows = path, rows
        self.waiting: list[pa.Table] = []
        self.writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        self.waiting.append(table)
        if sum(each.num_rows for each in self.waiting) >= self.rows:
            self._flush()

    def _flush(self) -> None:
        table = pa.concat_tables(self.waiting)
        self.waiting = []
        if self.writer is None:
            self.writer = pq.ParquetWriter(
                self.path, table.schema, compression="zstd", store_decimal_as_integer=True
            )
        self.writer.write_table(table, row_group_size=self.rows)

    def close(self) -> None:
        if self.waiting:
            self._flush()
        if self.writer is not None:
            self.writer.close()


def book() -> str:
    """The rules as a rule book."""
    lines = [
        "rulebook: nation",
        "title: {zh: 全国各县考核（基准测试）, en: Every county of a nation (benchmark)}",
        "separate: county",
        "group_by: grp",
        "groups:",
        *(f"  g{n}: {{name: g{n}, named: ['{n}']}}" for n in range(GROUPS)),
        "missing: none",
        "total: {round: 2}",
        "grades:",
        '  of: "when(rank(total) * 10 <= group_count(total) * 2, 3, rank(total) * 10 <= group_count(total) * 7, 2, 1)"',
        "  list: [{grade: 优秀, at_least: 3}, {grade: 良好, at_least: 2}, {grade: 合格}]",
        "indicators:",
    ]
    for number, rule, weight in indicators():
        lines.append(f"  - {{code: i{number:02d}, name: i{number:02d}, round: 2, {_rule(rule, weight)}}}")
    return "\n".join(lines) + "\n"


def _rule(rule: str, weight: int) -> str:
    full = weight / 100
    low, high = "group_min(actual)", "group_max(actual)"
    return {
        "completion": f"kind: completion, full: {full}",
        "growth": f"kind: growth, full: {full * 0.6:.4g}, target: 0, up: {full * 0.02:.4g}, down: {full * 0.02:.4g},"
        f" cap: {full}, base: prior, fields: [prior]",
        "efficacy": f'kind: formula, full: {full}, formula: "full * when({high} == {low}, 100,'
        f' 60 + 40 * (actual - {low}) / ({high} - {low})) / 100"',
        "rank": f"kind: rank_points, full: {full}, percent_step: 5, floor: {full * 0.6:.4g}",
        "bands": f"kind: bands, full: {full}, of: actual / target * 100, fields: [target], bands:"
        f' {{">= 95": {full}, "[85, 95)": {full * 0.9:.4g}, "[70, 85)": {full * 0.75:.5g}, "< 70": {full * 0.6:.4g}}}',
        "deduct": f"kind: step, full: {full}, best: low, target: 0, down: {full * 0.1:.4g}",
    }[rule]


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
