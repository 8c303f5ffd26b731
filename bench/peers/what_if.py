"""The nation's first county scored again and again in plain Python over `Decimal`, one actual changed each time.

python -m bench.peers.what_if FOLDER TIMES

Rounded half up where the rules round; a division beyond 28 digits is cut off there, which no total of these facts feels.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.data.rescored import changes

CENT, ZERO, HUNDRED = Decimal("0.01"), Decimal(0), Decimal(100)


class County:
    def __init__(self, folder: str) -> None:
        wide = pq.read_table(f"{folder}/wide.parquet").to_pydict()
        known = pq.read_table(f"{folder}/indicators.parquet").sort_by("ind").to_pydict()
        self.rules, self.full = known["rule"], [Decimal(w) / 100 for w in known["w"]]
        self.groups = wide["grp"]
        units = range(len(self.groups))
        self.members = [[u for u in units if self.groups[u] == g] for g in sorted(set(self.groups))]
        self.actual, self.target, self.prior = (
            [wide[f"i{n:02d}.{name}"] for n in range(len(self.rules))]
            for name in ("actual", "target", "prior")
        )

    def totals(self) -> list[Decimal]:
        found = [ZERO] * len(self.groups)
        for n, rule in enumerate(self.rules):
            full = self.full[n]
            for members in self.members:
                points = getattr(self, f"_{rule}")(n, members)
                for unit, of_100 in zip(members, points, strict=True):
                    if of_100 is not None:
                        found[unit] += (of_100 * full / HUNDRED).quantize(CENT, ROUND_HALF_UP)
        return found

    def _completion(self, n: int, members: list[int]) -> list[Any]:
        actual, target = self.actual[n], self.target[n]
        return [
            None if actual[u] is None else max(min(actual[u] / target[u], 1) * HUNDRED, ZERO) for u in members
        ]

    def _growth(self, n: int, members: list[int]) -> list[Any]:
        actual, prior = self.actual[n], self.prior[n]
        return [
            None
            if actual[u] is None
            else min(max(60 + 2 * (actual[u] - prior[u]) / prior[u] * HUNDRED, ZERO), HUNDRED)
            for u in members
        ]

    def _efficacy(self, n: int, members: list[int]) -> list[Any]:
        actual = self.actual[n]
        known = [actual[u] for u in members if actual[u] is not None]
        if not known:
            return [None] * len(members)
        low, high = min(known), max(known)
        return [
            None
            if actual[u] is None
            else HUNDRED
            if high == low
            else 60 + 40 * (actual[u] - low) / (high - low)
            for u in members
        ]

    def _rank(self, n: int, members: list[int]) -> list[Any]:
        actual = self.actual[n]
        in_order = sorted((actual[u] for u in members if actual[u] is not None), reverse=True)
        return [
            None if actual[u] is None else max(HUNDRED - 5 * Decimal(in_order.index(actual[u])), Decimal(60))
            for u in members
        ]

    def _bands(self, n: int, members: list[int]) -> list[Any]:
        actual, target = self.actual[n], self.target[n]
        return [None if actual[u] is None else _band(actual[u] / target[u] * HUNDRED) for u in members]

    def _deduct(self, n: int, members: list[int]) -> list[Any]:
        actual = self.actual[n]
        return [None if actual[u] is None else max(ZERO, HUNDRED - 10 * actual[u]) for u in members]

    def grades(self, totals: list[Decimal]) -> list[int]:
        found = [0] * len(totals)
        for members in self.members:
            in_order = sorted((totals[u] for u in members), reverse=True)
            for u in members:
                place, size = in_order.index(totals[u]) + 1, len(members)
                found[u] = 3 if place * 10 <= size * 2 else 2 if place * 10 <= size * 7 else 1
        return found


def _band(ratio: Decimal) -> Decimal:
    if ratio >= 95:
        return HUNDRED
    if ratio >= 85:
        return Decimal(90)
    return Decimal(75) if ratio >= 70 else Decimal(60)


def main(folder: str, times: int) -> None:
    county = County(folder)
    county.totals()
    took, scores = [], []
    for unit, indicator, value in changes(times, len(county.groups), len(county.rules)):
        started = time.perf_counter()
        before, county.actual[indicator][unit] = county.actual[indicator][unit], value
        totals = county.totals()
        grades = county.grades(totals)
        county.actual[indicator][unit] = before
        took.append((time.perf_counter() - started) * 1000)
        scores.append([[str(Fraction(total)) for total in totals], [str(grade) for grade in grades]])
    result = {"ms": statistics.median(took), "scores": scores}
    (Path(folder) / "peer.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
