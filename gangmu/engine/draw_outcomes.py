"""Places and grades, draw by draw, as `scoring` and `grading` give them to one result."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gangmu.engine import grading
from gangmu.engine.arrays import Array
from gangmu.engine.draws import Block, alike, placed, rounded
from gangmu.engine.facts import Case
from gangmu.engine.numbers import HALF_UP
from gangmu.engine.planning import GRADED, OUT
from gangmu.engine.rulebook import TOTAL, Grade, Grading
from gangmu.engine.scoring import Results

NO_GRADE = -1


def needed(results: Results) -> frozenset[str]:
    """The steps that places and grades look at."""
    book = results.book
    of_grading = {GRADED} if book.grading and book.grading.of else set()
    return frozenset({TOTAL, OUT, *book.ranking.tie_break, *of_grading, *(veto.code for veto in book.vetoes)})


class Judge:
    """Gives every case of a block its place (NaN: none) and its grade (its place in the book's list)."""

    def __init__(self, results: Results, cases: Sequence[Case]) -> None:
        self.results, self.cases = results, cases
        among = results.book.ranking.among
        self.may_rank = np.array(
            [all(results.facts.attribute(case, name) == said for name, said in among) for case in cases], bool
        )
        self.population = _codes([results.population(case) for case in cases])

    def places(self, block: Block) -> Array:
        ranking = self.results.book.ranking
        total = self._judged(block, TOTAL, ranking.on)
        takes_part = ~np.isnan(total) & self.may_rank & ~block.holds(OUT)
        sign = -1 if ranking.best == "high" else 1
        keys = [sign * alike(np.nan_to_num(total))]
        for other in ranking.tie_break:
            value = block.values(other)
            keys.append(np.where(np.isnan(value), 2**62, -alike(np.nan_to_num(value))))
        found = placed(keys, self.population, takes_part, ranking.ties)
        return np.where(takes_part, found / (2 if ranking.ties == "mean" else 1), np.nan)

    def _judged(self, block: Block, node: str, on: str) -> Array:
        values, decimals = block.values(node), self.results.decimals(node)
        return (
            rounded(values, 10.0**decimals, HALF_UP) if on == "printed" and decimals is not None else values
        )

    def grades(self, block: Block, places: Array) -> Array:
        """Quotas are filled from the best down, group by group; then vetoes take away."""
        rules = self.results.book.grading
        found = np.full(places.shape, NO_GRADE, np.int8)
        if rules is None:
            return found
        value = block.values(GRADED) if rules.of else self._judged(block, TOTAL, rules.on)
        waiting = ~np.isnan(value) & ~block.holds(OUT)
        order = np.where(np.isnan(places), 1e9, places)
        best_allowed = self._best_allowed(block, rules)
        for members in self._populations(rules):
            group = self.results.groups[self.cases[members[0]]]
            for index, grade in enumerate(rules.grades):
                able = waiting[:, members] & (best_allowed[:, members] <= index)
                able &= _meets(grade, value[:, members], places[:, members])
                places_left = grading.quota(rules, grade, len(members), group)
                taken = _within_quota(able, order[:, members], places_left, rules.ties)
                found[:, members] = np.where(taken, index, found[:, members])
                waiting[:, members] &= ~taken
        return self._lowered(block, rules, found)

    def _populations(self, rules: Grading) -> Iterator[Array]:
        realms = self.results.interpreter.realms
        codes = _codes(
            [(realms[case], self.results.groups[case] if rules.per == "group" else "") for case in self.cases]
        )
        for code in range(codes.max(initial=-1) + 1):
            yield np.flatnonzero(codes == code)

    def _best_allowed(self, block: Block, rules: Grading) -> Array:
        names = [grade.name for grade in rules.grades]
        found = np.zeros((block.draws, len(self.cases)), np.int8)
        for veto in self.results.book.vetoes:
            if veto.effect == "cap":
                hit = np.where(block.holds(veto.code), names.index(veto.grade), 0)
                found = np.maximum(found, hit)
        return found

    def _lowered(self, block: Block, rules: Grading, grades: Array) -> Array:
        steps: Any = 0
        for veto in self.results.book.vetoes:
            if veto.effect == "lower":
                steps = steps + veto.steps * block.holds(veto.code)
        lower = np.minimum(grades + steps, len(rules.grades) - 1)
        return np.where(grades == NO_GRADE, NO_GRADE, lower)


def _codes(keys: Sequence[Hashable]) -> Array:
    at: Mapping[Hashable, int] = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    return np.array([at[key] for key in keys], np.int64)


def _meets(grade: Grade, value: Array, places: Array) -> Array:
    holds = np.ones(value.shape, bool)
    margin = 1e-9 * np.maximum(np.abs(np.nan_to_num(value)), 1.0)
    if grade.at_least is not None:
        holds &= value >= float(grade.at_least) - margin
    if grade.above is not None:
        holds &= value > float(grade.above) + margin
    if grade.at_most is not None:
        holds &= value <= float(grade.at_most) + margin
    if grade.below is not None:
        holds &= value < float(grade.below) - margin
    if grade.rank_to is not None:
        holds &= places <= grade.rank_to
    return holds


def _within_quota(able: Array, order: Array, quota: int | None, ties: str) -> Array:
    """The first of them while places last; equals at the edge are all in (`up`) or all out (`down`)."""
    if quota is None or quota >= able.shape[1]:
        return able
    in_order = np.sort(np.where(able, order, np.inf), axis=1)
    first_out = in_order[:, quota, None]
    taken = able & (order < first_out)
    if ties == "up" and quota > 0:
        last_in = in_order[:, quota - 1, None]
        taken |= able & (order == last_in)
    return taken


def place_of(value: float) -> Fraction:
    """A place as a number: 3, or 2.5 where equals share the mean of theirs."""
    return Fraction(round(value * 2), 2)
