"""The nation's rules in pandas: exact in scaled integers, since pandas has no decimals of its own.

python -m bench.peers.engine_pandas FOLDER
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def scaled(column: Any) -> Any:
    return np.rint(column.cast(pa.float64()).to_numpy() * 10_000)


def main(folder: str) -> None:
    table = pq.read_table(f"{folder}/facts.parquet")
    f = pd.DataFrame({name: table[name].to_numpy() for name in ("county", "unit", "grp", "ind")})
    for name in ("actual", "target", "prior"):
        values = scaled(table[name])
        f[name] = np.nan_to_num(values).astype(np.int64)
        if name == "actual":
            f["missing"] = np.isnan(values)
    del table
    inds = pd.read_parquet(f"{folder}/indicators.parquet").set_index("ind").sort_index()
    rule = inds["rule"].to_numpy()[f["ind"].to_numpy()]
    w = inds["w"].to_numpy().astype(np.int64)[f["ind"].to_numpy()]
    there = ~f["missing"].to_numpy()
    columns = {name: f[name].to_numpy() for name in ("actual", "target", "prior")}
    cents = np.zeros(len(f), np.int64)

    def rows(name: str) -> tuple[Any, ...]:
        at = np.flatnonzero(there & (rule == name))
        return at, columns["actual"][at], columns["target"][at], columns["prior"][at], w[at]

    def put(at: Any, top: Any, bottom: Any) -> None:
        cents[at] = (2 * top + bottom) // (2 * bottom)

    at, a, t, p, k = rows("completion")
    put(at, k * np.minimum(a, t), t)
    at, a, t, p, k = rows("growth")
    put(at, k * np.clip(200 * a - 140 * p, 0, 100 * p), 100 * p)
    at, a, t, p, k = rows("bands")
    put(at, k * np.select([a * 100 >= t * 95, a * 100 >= t * 85, a * 100 >= t * 70], [100, 90, 75], 60), 100)
    at, a, t, p, k = rows("deduct")
    put(at, k * np.maximum(0, 1_000_000 - 10 * a), 1_000_000)
    at, a, t, p, k = rows("efficacy")
    groups = f.iloc[at].groupby(["county", "grp", "ind"], sort=False)["actual"]
    low, high = groups.transform("min").to_numpy(), groups.transform("max").to_numpy()
    span = np.where(high > low, high - low, 1)
    put(at, k * np.where(high > low, 60 * span + 40 * (a - low), 100), 100 * np.where(high > low, span, 1))
    at, a, t, p, k = rows("rank")
    place = (
        f.iloc[at].groupby(["county", "grp", "ind"], sort=False)["actual"].rank(method="min", ascending=False)
    )
    put(at, k * np.maximum(60, 105 - 5 * place.to_numpy().astype(np.int64)), 100)
    totals = (
        f[["county", "unit", "grp"]]
        .assign(total=cents)
        .groupby(["county", "unit", "grp"], as_index=False)["total"]
        .sum()
    )
    by_group = totals.groupby(["county", "grp"])["total"]
    totals["rank"] = by_group.rank(method="min", ascending=False).astype(np.int64)
    size = by_group.transform("size")
    totals["grade"] = np.select(
        [totals["rank"] * 10 <= size * 2, totals["rank"] * 10 <= size * 7], ["优秀", "良好"], "合格"
    )
    pq.write_table(
        pa.table({"unit": f["unit"].to_numpy(), "ind": f["ind"].to_numpy(), "score": hundredths(cents)}),
        f"{folder}/peer_scores.parquet",
    )
    columns = {name: totals[name].to_numpy() for name in ("county", "unit", "grp", "rank", "grade")}
    pq.write_table(
        pa.table({**columns, "total": hundredths(totals["total"].to_numpy())}),
        f"{folder}/peer_totals.parquet",
    )


def hundredths(values: Any) -> pa.Array:
    wide = np.empty((values.size, 2), np.int64)
    wide[:, 0], wide[:, 1] = values, values >> 63
    return pa.Array.from_buffers(pa.decimal128(9, 2), values.size, [None, pa.py_buffer(wide)])


if __name__ == "__main__":
    main(sys.argv[1])
