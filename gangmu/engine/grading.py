"""Grades (等次): by threshold, by place, by quota of each group; then what vetoes take away."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from gangmu.engine import numbers
from gangmu.engine.expressions import Const, Expression, Lookup
from gangmu.engine.facts import Case, Realm
from gangmu.engine.planning import GRADED
from gangmu.engine.rulebook import TOTAL, Grade, Grading, Veto

if TYPE_CHECKING:
    from gangmu.engine.scoring import Results


def grades(results: Results, grading: Grading) -> dict[Case, str]:
    """The grade of every unit that has one. Quotas are filled from the best down, group by group."""
    found: dict[Case, str] = {}
    for population in populations(results, grading):
        found.update(_of_population(results, grading, population))
    return {case: _lowered(results, grading, case, grade) for case, grade in found.items()}


def populations(results: Results, grading: Grading) -> list[list[Case]]:
    """The units that share places: those that are compared at all, group by group or all together."""
    found: dict[tuple[Realm, str], list[Case]] = {}
    for case in results.cases:
        group = results.groups[case] if grading.per == "group" else ""
        found.setdefault((results.interpreter.realms[case], group), []).append(case)
    return list(found.values())


def _of_population(results: Results, grading: Grading, population: Sequence[Case]) -> dict[Case, str]:
    values = {case: judged(results, grading, case) for case in population if not results.out(case)}
    known = {case: value for case, value in values.items() if value is not None}
    waiting = sorted(known, key=lambda case: _order(results, case))
    found: dict[Case, str] = {}
    for index, grade in enumerate(grading.grades):
        able = [
            case
            for case in waiting
            if _meets(grade, known[case], results.rank(TOTAL, case))
            and index >= _best_allowed(results, grading, case)
        ]
        for case in _within_quota(results, grading, grade, able, len(population)):
            found[case] = grade.name
            waiting.remove(case)
    return found


def judged(results: Results, grading: Grading, case: Case) -> Fraction | None:
    """The number a grade looks at: the total or the book's own formula, exact or as printed."""
    if grading.of:
        value = results.columns[GRADED][case]
        return value if isinstance(value, Fraction) else None
    return results.judged(TOTAL, case, grading.on)


def _order(results: Results, case: Case) -> Fraction:
    rank = results.rank(TOTAL, case)
    return Fraction(10**9) if rank is None else rank


def _meets(grade: Grade, value: Fraction, rank: Fraction | None) -> bool:
    return (
        (grade.at_least is None or value >= grade.at_least)
        and (grade.above is None or value > grade.above)
        and (grade.at_most is None or value <= grade.at_most)
        and (grade.below is None or value < grade.below)
        and (grade.rank_to is None or (rank is not None and rank <= grade.rank_to))
    )


def _within_quota(
    results: Results, grading: Grading, grade: Grade, able: Sequence[Case], size: int
) -> list[Case]:
    """The first of them while places last. Equals at the edge: all in (`ties: up`) or all out (`down`)."""
    places = quota(grading, grade, size, results.groups[able[0]] if able else "")
    if places is None or len(able) <= places:
        return list(able)
    edge = [_order(results, case) for case in able]
    first_out = edge[places]
    if grading.ties == "up":
        return [
            case
            for case, place in zip(able, edge, strict=True)
            if place < first_out or _tied(edge, places, place)
        ]
    return [case for case, place in zip(able, edge, strict=True) if place < first_out]


def _tied(edge: Sequence[Fraction], places: int, place: Fraction) -> bool:
    return places > 0 and place == edge[places - 1]


def quota(grading: Grading, grade: Grade, size: int, group: str) -> int | None:
    """How many of a group of `size` may have a grade; None: as many as earn it."""
    if grade.share is not None:
        return int(numbers.rounded(_for_group(grade.share, group) * size, 0, grading.quota))
    if grade.places is None:
        return None
    return int(_for_group(grade.places, group))


def _for_group(amount: Expression, group: str) -> Fraction:
    if isinstance(amount, Lookup):
        amount = dict(amount.table).get(group, amount.otherwise)
    return amount.value if isinstance(amount, Const) else Fraction(0)


def _hit(results: Results, case: Case, effect: str) -> list[Veto]:
    return [
        veto
        for veto in results.book.vetoes
        if veto.effect == effect and results.columns[veto.code][case] == 1
    ]


def _best_allowed(results: Results, grading: Grading, case: Case) -> int:
    """Index of the best grade a capping veto leaves open; such a unit takes no place above it."""
    names = [grade.name for grade in grading.grades]
    return max((names.index(veto.grade) for veto in _hit(results, case, "cap")), default=0)


def _lowered(results: Results, grading: Grading, case: Case, grade: str) -> str:
    names = [each.name for each in grading.grades]
    steps = sum(veto.steps for veto in _hit(results, case, "lower"))
    return names[min(names.index(grade) + steps, len(names) - 1)]
