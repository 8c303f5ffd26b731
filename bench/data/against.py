"""What the engine's benchmarks share: the nation's facts, ours from file to file, and that both sides agree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SIZE = 2844


def prepare(size: int, folder: Path) -> None:
    """In a process of its own: what the measuring one holds would count as the children's memory."""
    subprocess.run([sys.executable, "-m", "bench.data.nation", str(size), str(folder)], check=True)


def ours(folder: Path, *options: str, backend: str = "duckdb") -> list[str]:
    """Scores of every node, totals, places within county and group, grades: Parquet in, Parquet out."""
    files = ["--rulebook", str(folder / "book.yaml"), "--facts", str(folder / "wide.parquet")]
    out = ["-o", str(folder / "ours.parquet"), "--ranks", "total"]
    how = ["--backend", backend, "--threads", "2"]
    return [sys.executable, "-m", "gangmu", "score", *files, *how, *out, *options]


def peer(name: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", f"bench.peers.{name}", str(folder)]


def differing(folder: Path) -> dict[str, int]:
    """Cells in which the two sides differ."""
    import duckdb

    ours = folder / "ours.parquet"
    parts = f"{ours}/*.parquet" if ours.is_dir() else str(ours)
    count = "count(*) FILTER (WHERE {})"
    scores = duckdb.sql(
        f"SELECT count(*), {count.format('o.value IS DISTINCT FROM p.score')}"
        f" FROM '{parts}' o JOIN '{folder}/peer_scores.parquet' p"
        " ON o.unit = p.unit AND o.node = printf('i%02d', p.ind)"
    ).fetchall()[0]
    totals = duckdb.sql(
        f"SELECT count(*), {count.format('o.value IS DISTINCT FROM p.total')},"
        f" {count.format('o.rank IS DISTINCT FROM p.rank')}, {count.format('o.grade IS DISTINCT FROM p.grade')}"
        f" FROM '{parts}' o JOIN '{folder}/peer_totals.parquet' p"
        " ON o.unit = p.unit AND o.node = 'total'"
    ).fetchall()[0]
    return {
        "cells": scores[0],
        "scores": scores[1],
        "units": totals[0],
        "totals": totals[1],
        "ranks": totals[2],
        "grades": totals[3],
    }


def agree(folder: Path, *, exactly: bool) -> None:
    """Says how many cells differ; fails when a peer that is exact differs at all."""
    found = differing(folder)
    wrong = sum(found[name] for name in ("scores", "totals", "ranks", "grades"))
    if (exactly and wrong) or not found["cells"]:
        raise SystemExit(f"the two sides differ: {found}")
    print(f"cells that differ: {found}", file=sys.stderr)
