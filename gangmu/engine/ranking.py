"""Places among values: who is first, and what equals share."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)


def places(
    values: Mapping[KeyT, Sequence[Fraction]], ties: str = "share", best: str = "high"
) -> dict[KeyT, Fraction]:
    """The place of each, 1 the best. A value is a tuple: what ranks, then what decides between equals.

    ties: share 1,2,2,4 · dense 1,2,2,3 · mean 1,2.5,2.5,4 · last 1,3,3,4.

    >>> found = places({"a": [Fraction(3)], "b": [Fraction(2)], "c": [Fraction(2)], "d": [Fraction(1)]})
    >>> [str(place) for place in found.values()]
    ['1', '2', '2', '4']
    """
    sign = -1 if best == "high" else 1
    keyed = {key: (sign * value[0], *(-more for more in value[1:])) for key, value in values.items()}
    ordered = sorted(keyed.values())
    first = {value: index for index, value in reversed(list(enumerate(ordered, 1)))}
    last = {value: index for index, value in enumerate(ordered, 1)}
    dense = {value: index for index, value in enumerate(sorted(set(ordered)), 1)}
    return {key: _place(ties, first[value], last[value], dense[value]) for key, value in keyed.items()}


def _place(ties: str, first: int, last: int, dense: int) -> Fraction:
    if ties == "mean":
        return Fraction(first + last, 2)
    return Fraction({"share": first, "dense": dense, "last": last}[ties])
