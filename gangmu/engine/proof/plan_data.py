"""A plan as data: what a rule book means for these units, as plain JSON that another program can follow.

The language of rule books is wide so that people find their words in it; here it is put into few kinds of node. What
only saves words is written out: a table becomes its cases, a list of points its slopes, a deviation its squares. A node
that could not be followed is refused here, so that no bundle says less than its rule book.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gangmu.engine import expressions as x
from gangmu.engine import grading
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Case, Realm
from gangmu.engine.numbers import HALF_UP
from gangmu.engine.planning import GRADED, OUT
from gangmu.engine.proof.writing_plan import Data, Pair, Writer, pair
from gangmu.engine.proof.written_out import ZERO, UnknownNodeError, compare, known, negated
from gangmu.engine.rulebook import TOTAL, Grade, Grading
from gangmu.engine.scoring import Results
from gangmu.engine.values import MISSING

FORMAT = "gangmu-plan/1"
LAST = x.Const(Fraction(-(10**30)))
"""Where a missing value stands when it is to decide between equals."""


def as_data(results: Results) -> Data:
    """The plan of results as JSON; numbers are texts (`0.5`, `1/3`). UnknownNodeError for a node it cannot hold."""
    book, to = results.book, Writer(results)
    steps = [written for step in results.plan.steps for written in to.steps(step)]
    nodes = [_node(to, results, node.code) for node in book.nodes()]
    return {
        "format": FORMAT,
        "rulebook": book.code,
        "units": [to.unit(case) for case in results.cases],
        "sets": to.sets,
        "steps": steps,
        "nodes": nodes,
        "ties": book.ranking.ties,
        "ranked": _ranked(results),
        **_graded(to, results),
    }


def _node(to: Writer, results: Results, code: str) -> Data:
    """A node of the results. printed: what is shown of it; by: what it is ranked by, the smallest first."""
    value, decimals, ranking = x.Ref(code), results.decimals(code), results.book.ranking
    ends_in_six = x.Compare("==", x.Round(value, 6, HALF_UP), value)
    needed = x.When(((ends_in_six, value),), x.Round(value, 4, HALF_UP))
    printed = needed if decimals is None else x.Round(value, decimals, HALF_UP)
    judged = x.Round(value, decimals, HALF_UP) if ranking.on == "printed" and decimals is not None else value
    by = [negated(judged) if ranking.best == "high" else judged]
    for other in ranking.tie_break if code == TOTAL else ():
        by.append(negated(x.When(((x.IsMissing(x.Ref(other)), LAST),), x.Ref(other))))
    by[0] = x.When(((_struck(OUT), x.Nothing(MISSING, "不参加排名", "out of the running")),), by[0])
    return {"code": code, "printed": to.tree(printed), "by": [to.tree(one) for one in by]}


def _ranked(results: Results) -> list[list[Pair]]:
    """The units that are ranked together."""
    found: dict[tuple[Realm, str], list[Pair]] = {}
    for case in results.cases:
        if results.in_ranking(case):
            found.setdefault(results.population(case), []).append(pair(case))
    return list(found.values())


def _graded(to: Writer, results: Results) -> Data:
    """Grades from the best down, each with its condition; who shares places with whom, and how many there are."""
    rule = results.book.grading
    if rule is None:
        return {"grades": [], "graded": [], "ties_in": "down", "lowered": to.tree(ZERO)}
    names = [grade.name for grade in rule.grades]
    vetoes = results.book.vetoes
    caps = [(veto.code, names.index(veto.grade)) for veto in vetoes if veto.effect == "cap"]
    lowers = [(veto.code, veto.steps) for veto in vetoes if veto.effect == "lower"]
    best = x.Max((ZERO, *(_if_struck(code, index) for code, index in caps)))
    return {
        "grades": [_grade(to, results, rule, index, grade, best) for index, grade in enumerate(rule.grades)],
        "graded": [_sharing(rule, results, cases) for cases in grading.populations(results, rule)],
        "ties_in": rule.ties,
        "lowered": to.tree(x.Add((ZERO, *(_if_struck(code, steps) for code, steps in lowers)))),
    }


def _if_struck(code: str, amount: int) -> Expression:
    return x.When(((_struck(code), x.Const(Fraction(amount))),), ZERO)


def _struck(code: str) -> Expression:
    """1 where a veto struck. One that does not concern the unit, or is not known, did not."""
    return x.All((known(x.Ref(code)), compare(x.Ref(code), "==", 1)))


def _grade(to: Writer, results: Results, rule: Grading, index: int, grade: Grade, best: Expression) -> Data:
    judged: Expression = x.Ref(GRADED if rule.of else TOTAL)
    decimals = results.decimals(TOTAL)
    if not rule.of and rule.on == "printed" and decimals is not None:
        judged = x.Round(judged, decimals, HALF_UP)
    bounds = ((">=", grade.at_least), (">", grade.above), ("<=", grade.at_most), ("<", grade.below))
    meets = x.All(
        (
            x.Not(x.IsMissing(judged)),
            x.Not(_struck(OUT)),
            *(x.Compare(sign, judged, x.Const(bound)) for sign, bound in bounds if bound is not None),
            x.Compare(">=", x.Const(Fraction(index)), best),
        )
    )
    return {"name": grade.name, "meets": to.tree(meets), "rank_to": grade.rank_to or 10**9}


def _sharing(rule: Grading, results: Results, cases: Iterable[Case]) -> Data:
    """Units that share places, and the places of each grade; null: as many as earn it."""
    together = list(cases)
    groups = {results.groups[case] for case in together}
    places = []
    for grade in rule.grades:
        quotas = {grading.quota(rule, grade, len(together), group) for group in groups}
        if len(quotas) > 1:
            raise UnknownNodeError(
                f"the places of {grade.name} differ by group, and groups are graded together"
            )
        places.append(quotas.pop())
    return {"units": [pair(case) for case in together], "places": places}
