"""The nation's rules over many draws at once, by hand in NumPy, one county.

python -m bench.peers.draws FOLDER DRAWS
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

SEED, AT_ONCE = 11, 1000
WEIGHTS, DOUBT = 0.10, 0.01
SHAKEN = {"weights": (1, 0, 0), "rounding": (0, 1, 0), "doubt": (0, 0, 1), "all": (1, 1, 1)}


class County:
    """Facts a column an indicator, NaN where there is no actual."""

    def __init__(self, folder: str) -> None:
        wide = pq.read_table(f"{folder}/wide.parquet")
        indicators = pq.read_table(f"{folder}/indicators.parquet").sort_by("ind").to_pydict()
        self.units = wide["unit"].to_numpy()
        self.groups = wide["grp"].to_numpy()
        self.rules, self.full = indicators["rule"], np.array(indicators["w"]) / 100
        self.facts = {
            name: np.array([self._read(wide, f"i{number:02d}.{name}") for number in range(len(self.rules))])
            for name in ("actual", "target", "prior")
        }
        self.grain = {name: [_grain(column) for column in columns] for name, columns in self.facts.items()}

    def _read(self, wide: Any, name: str) -> Any:
        return np.array([np.nan if value is None else float(value) for value in wide[name].to_pylist()])

    def totals(self, random: np.random.Generator, draws: int, weights: int, rounding: int, doubt: int) -> Any:
        factor = np.ones((len(self.rules), 1, 1))
        if weights:
            factor = 1 + WEIGHTS * random.uniform(-1, 1, (len(self.rules), draws, 1))
            factor *= self.full.sum() / np.einsum("i,idx->dx", self.full, factor)
        total = np.zeros((draws, len(self.units)))
        for number, rule in enumerate(self.rules):
            actual, target, prior = (
                self.facts["target"][number]
                if name == "target"
                else self._shaken(random, name, number, draws, rounding, doubt)
                for name in ("actual", "target", "prior")
            )
            points = self._points(rule, actual, target, prior) * self.full[number] / 100
            total += np.nan_to_num(np.floor(points * 100 + 0.5 + 1e-9) / 100) * factor[number]
        return np.floor(total * 100 + 0.5 + 1e-9) / 100

    def _shaken(
        self, random: np.random.Generator, name: str, number: int, draws: int, rounding: int, doubt: int
    ) -> Any:
        value, grain = self.facts[name][number], self.grain[name][number]
        if name == "prior" and self.rules[number] != "growth":
            return value
        if doubt:
            value = value * (1 + DOUBT * random.standard_normal((draws, len(self.units))))
            value = value if grain else np.rint(value)
        if rounding and grain:
            value = value + random.uniform(-grain, grain, (draws, len(self.units)))
        return np.maximum(value, 0)

    def _points(self, rule: str, actual: Any, target: Any, prior: Any) -> Any:
        if rule == "completion":
            return np.clip(actual / target, 0, 1) * 100
        if rule == "growth":
            return np.clip(60 + 2 * (actual - prior) / prior * 100, 0, 100)
        if rule == "bands":
            ratio = actual / target * 100
            points = np.select([ratio >= 95, ratio >= 85, ratio >= 70], [100.0, 90.0, 75.0], 60.0)
            return np.where(np.isnan(ratio), np.nan, points)
        if rule == "deduct":
            return np.maximum(100 - 10 * actual, 0)
        points = np.empty(actual.shape)
        for mine in self.members():
            among = actual[..., mine]
            if rule == "efficacy":
                low, high = np.nanmin(among, -1, keepdims=True), np.nanmax(among, -1, keepdims=True)
                points[..., mine] = 60 + 40 * (among - low) / (high - low)
            else:
                place = _places(np.where(np.isnan(among), -np.inf, among))
                points[..., mine] = np.where(np.isnan(among), np.nan, np.maximum(100 - 5 * (place - 1), 60))
        return points

    def members(self) -> Iterator[Any]:
        for group in np.unique(self.groups):
            yield np.flatnonzero(self.groups == group)


def _places(values: Any) -> Any:
    """1 for the largest, equals share."""
    return 1 + (values[..., None, :] > values[..., :, None]).sum(-1)


def _grain(column: Any) -> float:
    """Half a unit of the finest decimal in use; 0 where all are whole."""
    known = column[~np.isnan(column)]
    for decimals in range(5):
        if np.allclose(known * 10**decimals, np.rint(known * 10**decimals), rtol=0, atol=1e-6):
            return 0.5 * 10.0**-decimals if decimals else 0.0
    return 0.00005


def main(folder: str, draws: int) -> None:
    county, found = County(folder), []
    own = np.empty(len(county.units))
    exact = county.totals(np.random.default_rng(0), 1, 0, 0, 0)[0]
    for mine in county.members():
        own[mine] = _places(exact[mine])
    for shaken, how in SHAKEN.items():
        random = np.random.default_rng(SEED)
        places = np.empty((draws, len(county.units)))
        for first in range(0, draws, AT_ONCE):
            totals = county.totals(random, min(AT_ONCE, draws - first), *how)
            for mine in county.members():
                places[first : first + AT_ONCE, mine] = _places(totals[:, mine])
        p5, p95 = np.quantile(places, (0.05, 0.95), axis=0, method="inverted_cdf")
        for at, unit in enumerate(county.units):
            stays = float((places[:, at] == own[at]).mean())
            said = {"unit": int(unit), "place": int(own[at]), "p5": int(p5[at]), "p95": int(p95[at])}
            found.append({"shaken": shaken, **said, "stays": stays})
    (Path(folder) / "peer.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
