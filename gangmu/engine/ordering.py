"""Steps in an order in which each stands after those it needs; and every circle there is.

Without recursion: a chain of formulas may be as long as the book.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence


def ordered(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """The names, each after what it needs, and the circles: for every name in one, the shortest that is not told yet.

    A circle is its names in order, the first once more at the end. Names in circles stand somewhere in the order.

    >>> ordered({"a": ["b"], "b": [], "c": ["d"], "d": ["c"]})
    (['b', 'a', 'd', 'c'], [['c', 'd', 'c']])
    """
    order: list[str] = []
    loops: list[list[str]] = []
    for component in _components(needs):
        order += component
        if len(component) > 1 or component[0] in needs[component[0]]:
            inside = set(component)
            loops += _loops([name for name in needs if name in inside], inside, needs)
    return order, loops


def _components(needs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Names that need each other, in an order in which what is needed comes first (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    for start in needs:
        if start in index:
            continue
        trail: list[tuple[str, Iterator[str]]] = []
        _enter(start, index, low, stack, waiting, trail, needs)
        while trail:
            name, rest = trail[-1]
            following = next(rest, None)
            if following is None:
                trail.pop()
                if trail:
                    low[trail[-1][0]] = min(low[trail[-1][0]], low[name])
                if low[name] == index[name]:
                    yield _leave(name, stack, waiting)
            elif following not in index:
                _enter(following, index, low, stack, waiting, trail, needs)
            elif following in waiting:
                low[name] = min(low[name], index[following])


def _enter(
    name: str,
    index: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    waiting: set[str],
    trail: list[tuple[str, Iterator[str]]],
    needs: Mapping[str, Sequence[str]],
) -> None:
    index[name] = low[name] = len(index)
    stack.append(name)
    waiting.add(name)
    trail.append((name, iter(needs[name])))


def _leave(name: str, stack: list[str], waiting: set[str]) -> list[str]:
    component: list[str] = []
    while not component or component[-1] != name:
        component.append(stack.pop())
    waiting.difference_update(component)
    return component


def _loops(names: Sequence[str], inside: set[str], needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    told: set[str] = set()
    loops = []
    for name in names:
        if name not in told:
            loop = _shortest(name, inside, needs)
            told.update(loop)
            loops.append(loop)
    return loops


def _shortest(start: str, inside: set[str], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest way from a name back to itself, within names that need each other."""
    before: dict[str, str] = {}
    queue = deque([start])
    while start not in before:
        name = queue.popleft()
        for following in needs[name]:
            if following in inside and following not in before:
                before[following] = name
                queue.append(following)
    way = [start, before[start]]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
