"""`python -m bench NAME [--size N] [--runs N] [--json]`: one benchmark with its peer, in the same run.

A benchmark is a module of this folder with

- `PEER`: what it is measured against, in a sentence;
- `SIZE`: the default size;
- `prepare(size, folder)`: makes the data once, untimed;
- `ours(size, folder)` and `peer(size, folder)`: the command of one timed run, a whole process each;
- `agree(folder)`: raises when the two did not compute the same (optional).

Runs alternate, so that a noisy minute does not fall on one side alone; quoted are medians.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def timed(command: Sequence[str]) -> dict[str, float]:
    """Wall seconds and peak resident MiB of one whole process."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"failed ({child.returncode}): {' '.join(command)}")
    return {"s": round(wall, 3), "mib": round(used.ru_maxrss / 1024, 1)}


def measure(name: str, size: int | None, runs: int) -> dict[str, Any]:
    """The result of one benchmark in the shape of interface.md."""
    benchmark = importlib.import_module(f"bench.{name.replace('-', '_')}")
    size = size or benchmark.SIZE
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as room:
        folder = Path(room)
        benchmark.prepare(size, folder)
        pairs = [
            (timed(benchmark.ours(size, folder)), timed(benchmark.peer(size, folder)))
            for _ in range(runs + 1)
        ][1:]  # the first pair warms the caches
        if hasattr(benchmark, "agree"):
            benchmark.agree(folder)
    ours, peer = (
        {key: statistics.median(pair[i][key] for pair in pairs) for key in ("s", "mib")} for i in (0, 1)
    )
    return {
        "name": name,
        "size": size,
        "ours_s": ours["s"],
        "peer_s": peer["s"],
        "ratio_time": round(ours["s"] / peer["s"], 2),
        "ours_mib": ours["mib"],
        "peer_mib": peer["mib"],
        "ratio_memory": round(ours["mib"] / peer["mib"], 2),
        "peer": benchmark.PEER,
        "runs": [{"ours": a, "peer": b} for a, b in pairs],
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "name", choices=sorted(p.stem.replace("_", "-") for p in Path(__file__).parent.glob("[a-z]*.py"))
    )
    parser.add_argument(
        "--size", type=int, help="what it counts is the benchmark's own: entries, units, counties"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = measure(args.name, args.size, args.runs)
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for key, value in result.items():
            print(f"{key:13} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
