"""Operations on columns as NumPy arrays, and the cases they stand for. Python numbers mean: the same in every case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gangmu.engine.columns import LIMIT, Handle
from gangmu.engine.expressions import COMPARISONS

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Cases that are compared with each other: a code a case; `order` brings them together, `starts` at these places."""

    codes: Array
    order: Array
    starts: Array
    sizes: Array

    @classmethod
    def of(cls, codes: Array) -> Scope:
        """codes: whole numbers from 0, each of which occurs."""
        order = np.argsort(codes, kind="stable")
        sizes = np.bincount(codes) if codes.size else np.zeros(0, np.int64)
        return cls(codes, order, np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64), sizes)

    def reduced(self, reduce: np.ufunc, values: Array) -> Array:
        """The values of each scope put together, at each of its cases; cases along the last axis."""
        found: Array = reduce.reduceat(values[..., self.order], self.starts, axis=-1)[..., self.codes]
        return found


@dataclass
class Cases:
    """Who is scored, as codes: units with their names and groups; `realms` are never compared with each other."""

    units: Sequence[str]
    names: Sequence[str]
    groups: Sequence[str]
    """The code of every group; `group` holds places in it."""
    group: Array
    realm: Array
    _scopes: dict[str, Scope] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.realm)

    def scope(self, said: str) -> Scope:
        """`group`: the case's own; otherwise all of the realm."""
        key = "group" if said == "group" else "all"
        if key not in self._scopes:
            codes = self.realm * max(len(self.groups), 1) + self.group if key == "group" else self.realm
            self._scopes[key] = Scope.of(np.unique(codes, return_inverse=True)[1].astype(np.int64))
        return self._scopes[key]

    def in_group(self, code: str) -> Array:
        at = self.groups.index(code) if code in self.groups else -1
        found: Array = self.group == at
        return found


class ArrayOps:
    """`lowering.Ops` over arrays of int64."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    def add(self, left: Handle, right: Handle) -> Handle:
        return left + right

    def sub(self, left: Handle, right: Handle) -> Handle:
        return left - right

    def mul(self, left: Handle, right: Handle) -> Handle:
        return left * right

    def floor_div(self, left: Handle, right: Handle) -> Handle:
        return left // right

    def negative(self, of: Handle) -> Handle:
        return -of

    def minimum(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return min(left, right)
        return np.minimum(left, right)

    def maximum(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return max(left, right)
        return np.maximum(left, right)

    def compare(self, op: str, left: Handle, right: Handle) -> Handle:
        return COMPARISONS[op](left, right)

    def both(self, left: Handle, right: Handle) -> Handle:
        if left is True or right is False:
            return right
        return left if right is True or left is False else left & right

    def either(self, left: Handle, right: Handle) -> Handle:
        if left is False or right is True:
            return right
        return left if right is False or left is True else left | right

    def contrary(self, of: Handle) -> Handle:
        return not of if isinstance(of, bool) else ~of

    def choose(self, holds: Handle, then: Handle, otherwise: Handle) -> Handle:
        if isinstance(holds, bool):
            return then if holds else otherwise
        if then is otherwise or (isinstance(then, int) and isinstance(otherwise, int) and then == otherwise):
            return then
        return np.where(holds, then, otherwise)

    def as_number(self, holds: Handle) -> Handle:
        return int(holds) if isinstance(holds, bool) else holds.astype(np.int64)

    def pick(self, index: Handle, values: Sequence[int], beyond: int) -> Handle:
        table = np.array([*values, beyond], np.int64)
        return table[np.clip(self.spread(index) - 1, 0, len(values))]

    def keyed(self, by: str, table: Mapping[str, int], otherwise: int) -> Handle:
        cases = self.cases
        if by == "group":
            found = np.array([table.get(code, otherwise) for code in cases.groups], np.int64)
            return found[cases.group]
        pairs = zip(cases.units, cases.names, strict=True)
        return np.array([table.get(unit, table.get(name, otherwise)) for unit, name in pairs], np.int64)

    def is_keyed(self, by: str, key: str) -> Handle:
        if by == "group":
            return self.cases.in_group(key)
        pairs = zip(self.cases.units, self.cases.names, strict=True)
        return np.array([key in pair for pair in pairs], bool)

    def over(self, how: str, of: Handle, counts: Handle, scope: str) -> Handle:
        among = self.cases.scope(scope)
        if scope.startswith("group:"):
            counts = self.both(counts, self.cases.in_group(scope.removeprefix("group:")))
        if how == "count":
            return among.reduced(np.add, self.spread(self.as_number(counts)))
        neutral = {"sum": 0, "min": LIMIT, "max": -LIMIT}[how]
        reduce = {"sum": np.add, "min": np.minimum, "max": np.maximum}[how]
        return among.reduced(reduce, self.spread(self.choose(counts, of, neutral)))

    def rank(self, of: Handle, counts: Handle, scope: str, ties: str, order: str) -> Handle:
        """Places from 1; twice the place where equals share the mean of theirs. Without a value: 1 (or 2)."""
        among = self.cases.scope(scope)
        keys, takes_part = self.spread(of), self.spread(counts)
        return places([-keys if order == "high" else keys], among.codes, takes_part, ties)

    def spread(self, handle: Handle) -> Array:
        """The handle as an array of its own length."""
        return handle if isinstance(handle, np.ndarray) else np.full(len(self.cases), handle)


def places(keys: Sequence[Array], codes: Array, takes_part: Array, ties: str) -> Array:
    """The place of each among those of its code that take part, 1 for the smallest of the keys, first key first.

    ties: share, dense, last; mean gives twice the place. Who does not take part has 1 (mean: 2).
    """
    found = np.full(len(codes), 2 if ties == "mean" else 1, np.int64)
    rows = np.flatnonzero(takes_part)
    if not rows.size:
        return found
    mine = [key[rows] for key in keys]
    code = codes[rows]
    order = np.lexsort((*reversed(mine), code))
    sorted_code = code[order]
    new_code = np.concatenate(([True], sorted_code[1:] != sorted_code[:-1]))
    new_value = new_code.copy()
    for key in mine:
        in_order = key[order]
        new_value[1:] |= in_order[1:] != in_order[:-1]
    at = np.arange(len(order))
    start = np.maximum.accumulate(np.where(new_code, at, 0))
    first = np.maximum.accumulate(np.where(new_value, at, 0)) - start + 1
    if ties == "share":
        place = first
    elif ties == "dense":
        runs = np.cumsum(new_value)
        place = runs - runs[start] + 1
    else:
        run = np.cumsum(new_value) - 1
        last = first + np.bincount(run)[run] - 1
        place = last if ties == "last" else first + last
    found[rows[order]] = place
    return found
