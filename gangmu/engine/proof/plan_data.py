"""A plan as data: what a rule book means for these units, as plain JSON that another program can follow.

The language of rule books is wide so that people find their words in it; here it is put into few kinds of node. What
only saves words is written out: a table becomes its cases, a list of points its slopes, a deviation its squares. A node
that could not be followed is refused here, so that no bundle says less than its rule book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from gangmu.engine import expressions as x
from gangmu.engine import grading
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Case, Realm
from gangmu.engine.numbers import HALF_UP, exact
from gangmu.engine.planning import GRADED, OUT, Step
from gangmu.engine.rulebook import EVERYONE, TOTAL, Grade, Grading
from gangmu.engine.scoring import Results
from gangmu.engine.values import MISSING, UNDEFINED

FORMAT = "gangmu-plan/1"
ZERO, ONE = x.Const(Fraction(0)), x.Const(Fraction(1))
LAST = x.Const(Fraction(-(10**30)))
"""Where a missing value stands when it is to decide between equals."""

Data = dict[str, Any]


class UnknownNodeError(TypeError):
    """A plan has a node that the stand-alone program could not follow."""


def as_data(results: Results) -> Data:
    """The plan of results as JSON; numbers are texts (`0.5`, `1/3`). UnknownNodeError for a node it cannot hold."""
    book = results.book
    return {
        "format": FORMAT,
        "rulebook": book.code,
        "units": [_unit(results, case) for case in results.cases],
        "steps": [_step(results, step) for step in results.plan.steps],
        "nodes": [_node(results, node.code) for node in book.nodes()],
        "ties": book.ranking.ties,
        "ranked": _ranked(results),
        **_graded(results),
    }


def _unit(results: Results, case: Case) -> Data:
    """A unit as formulas may know it: by code and name, and by its group."""
    name = results.facts.attribute(case, "name")
    return {
        "unit": [case.unit, name] if name else [case.unit],
        "period": case.period,
        "group": [results.groups[case]],
    }


def _pair(case: Case) -> list[str]:
    return [case.unit, case.period]


def _step(results: Results, step: Step) -> Data:
    """`for` lists the units it is for; null: all."""
    reached: list[list[str]] | None = None
    if step.reach != EVERYONE:
        names = {case: results.facts.attribute(case, "name") for case in results.cases}
        reached = [
            _pair(case)
            for case in results.cases
            if step.reach.takes_in(case.unit, names[case], results.groups[case])
        ]
    return {"name": step.name, "for": reached, "formula": tree(step.expression)}


def _node(results: Results, code: str) -> Data:
    """A node of the results. printed: what is shown of it; by: what it is ranked by, the smallest first."""
    value, decimals, ranking = x.Ref(code), results.decimals(code), results.book.ranking
    ends_in_six = x.Compare("==", x.Round(value, 6, HALF_UP), value)
    needed = x.When(((ends_in_six, value),), x.Round(value, 4, HALF_UP))
    printed = needed if decimals is None else x.Round(value, decimals, HALF_UP)
    judged = x.Round(value, decimals, HALF_UP) if ranking.on == "printed" and decimals is not None else value
    by = [_negated(judged) if ranking.best == "high" else judged]
    for other in ranking.tie_break if code == TOTAL else ():
        by.append(_negated(x.When(((x.IsMissing(x.Ref(other)), LAST),), x.Ref(other))))
    by[0] = x.When(((_struck(OUT), x.Nothing(MISSING, "不参加排名", "out of the running")),), by[0])
    return {"code": code, "printed": tree(printed), "by": [tree(one) for one in by]}


def _negated(of: Expression) -> Expression:
    return x.Sub(ZERO, of)


def _ranked(results: Results) -> list[list[list[str]]]:
    """The units that are ranked together."""
    found: dict[tuple[Realm, str], list[list[str]]] = {}
    for case in results.cases:
        if results.in_ranking(case):
            found.setdefault(results.population(case), []).append(_pair(case))
    return list(found.values())


def _graded(results: Results) -> Data:
    """Grades from the best down, each with its condition; who shares places with whom, and how many there are."""
    rule = results.book.grading
    if rule is None:
        return {"grades": [], "graded": [], "ties_in": "down", "lowered": tree(ZERO)}
    names = [grade.name for grade in rule.grades]
    vetoes = results.book.vetoes
    caps = [(veto.code, names.index(veto.grade)) for veto in vetoes if veto.effect == "cap"]
    lowers = [(veto.code, veto.steps) for veto in vetoes if veto.effect == "lower"]
    best = x.Max((ZERO, *(_if_struck(code, index) for code, index in caps)))
    return {
        "grades": [_grade(results, rule, index, grade, best) for index, grade in enumerate(rule.grades)],
        "graded": [_sharing(rule, results, cases) for cases in grading.populations(results, rule)],
        "ties_in": rule.ties,
        "lowered": tree(x.Add((ZERO, *(_if_struck(code, steps) for code, steps in lowers)))),
    }


def _if_struck(code: str, amount: int) -> Expression:
    return x.When(((_struck(code), x.Const(Fraction(amount))),), ZERO)


def _struck(code: str) -> Expression:
    """1 where a veto struck. One that does not concern the unit, or is not known, did not."""
    return x.All((x.Not(x.IsMissing(x.Ref(code))), x.Compare("==", x.Ref(code), ONE)))


def _grade(results: Results, rule: Grading, index: int, grade: Grade, best: Expression) -> Data:
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
    return {"name": grade.name, "meets": tree(meets), "rank_to": grade.rank_to or 10**9}


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
    return {"units": [_pair(case) for case in together], "places": places}


def tree(node: Expression) -> Data:
    """A formula as JSON: `kind`, and what the kind takes."""
    write = _WRITE.get(type(node))
    if write is None:
        raise UnknownNodeError(f"{type(node).__name__} is no node that the plan of a bundle can hold")
    return write(node)


def _kind(node: Expression, /, **said: Any) -> Data:
    return {"kind": type(node).__name__, **said}


def _parts(*names: str) -> Callable[[Any], Data]:
    """A node that needs a number for each of its parts."""

    def write(node: Any) -> Data:
        found: list[Expression] = []
        for name in names:
            value = getattr(node, name)
            found.extend(value if isinstance(value, tuple) else (value,))
        kept = {name: getattr(node, name) for name in ("op", "decimals", "mode") if hasattr(node, name)}
        return _kind(node, parts=[tree(part) for part in found], **kept)

    return write


def _pairs(table: Iterable[tuple[str, Fraction]]) -> list[list[str]]:
    return [[said, exact(value)] for said, value in table]


def _const(node: x.Const) -> Data:
    return _kind(node, value=exact(node.value))


def _nothing(node: x.Nothing) -> Data:
    return _kind(node, state=node.state, why=node.zh, why_en=node.en)


def _field(node: x.Field) -> Data:
    return _fact(node.indicator, node.field)


def _fact(indicator: str, of_field: str, scorer: str = "") -> Data:
    return {"kind": "Field", "indicator": indicator, "field": of_field, "scorer": scorer}


def _over_scorers(node: x.OverScorers) -> Data:
    """Weighted marks are a sum of products: each scorer is known by name."""
    if node.how != "weighted":
        return _kind(node, indicator=node.indicator, field=node.field, how=node.how)
    total = sum((weight for _, weight in node.weights), Fraction(0))
    marks = [
        {"kind": "Mul", "parts": [tree(x.Const(weight)), _fact(node.indicator, node.field, scorer)]}
        for scorer, weight in node.weights
    ]
    return {"kind": "Div", "parts": [{"kind": "Add", "parts": marks}, tree(x.Const(total))]}


def _ref(node: x.Ref) -> Data:
    return _kind(node, node=node.node)


def _lookup(node: x.Lookup) -> Data:
    return _kind(
        node,
        by=node.by,
        table=[[key, tree(entry)] for key, entry in node.table],
        otherwise=tree(node.otherwise),
    )


def _some(node: x.Some) -> Data:
    """One holds: not all of them fail."""
    return tree(x.Not(x.All(tuple(x.Not(part) for part in node.parts))))


def _when(node: x.When) -> Data:
    return _kind(
        node,
        cases=[[tree(condition), tree(then)] for condition, then in node.cases],
        otherwise=tree(node.otherwise),
    )


def _table(node: x.Table) -> Data:
    cases = [(_in_band(node.of, band), x.Const(band.value)) for band in node.bands]
    absent: tuple[Expression, Expression] = (x.IsMissing(node.of), node.of)
    return tree(x.When((absent, *cases), x.Nothing(UNDEFINED, "不在任何一档", "lies in no band")))


def _in_band(of: Expression, band: x.Band) -> Expression:
    ends: list[Expression] = []
    if band.low is not None:
        ends.append(x.Compare(">=" if band.low_in else ">", of, x.Const(band.low)))
    if band.high is not None:
        ends.append(x.Compare("<=" if band.high_in else "<", of, x.Const(band.high)))
    return x.All(tuple(ends))


def _listed(node: x.Listed) -> Data:
    """Points by place, in proportion between two places; past the end of the list `beyond`."""
    points = [*(x.Const(value) for value in node.values), node.beyond]
    cases: list[tuple[Expression, Expression]] = [
        (x.IsMissing(node.of), node.of),
        (x.IsMissing(node.beyond), node.beyond),
        (x.Compare("<", node.of, ONE), x.Nothing(UNDEFINED, "名次应从1起", "places start at 1")),
    ]
    for place, (this, following) in enumerate(pairwise(points), 1):
        slope = x.Mul((x.Sub(following, this), x.Sub(node.of, x.Const(Fraction(place)))))
        below = x.Compare("<", node.of, x.Const(Fraction(place + 1)))
        cases.append((below, x.Add((this, slope))))
    return tree(x.When(tuple(cases), node.beyond))


def _is_missing(node: x.IsMissing) -> Data:
    return _kind(node, of=tree(node.of), states=list(node.states))


def _over_group(node: x.OverGroup) -> Data:
    """A deviation (of the population) is the root of the mean of squares."""
    if node.how != "sd":
        return _kind(node, how=node.how, of=tree(node.of), scope=node.scope)
    apart = x.Sub(node.of, x.OverGroup("mean", node.of, node.scope))
    variance = x.OverGroup("mean", x.Mul((apart, apart)), node.scope)
    return tree(x.Power(variance, x.Const(Fraction(1, 2)), node.decimals))


def _rank(node: x.Rank) -> Data:
    """Places of the smallest first."""
    of = _negated(node.of) if node.order == "high" else node.of
    return _kind(node, of=tree(of), ties=node.ties, scope=node.scope)


def _over_events(node: x.OverEvents) -> Data:
    of = node.of
    for bound, keep in ((node.least, x.Max), (node.most, x.Min)):
        if bound is not None:
            of = x.When(((x.IsMissing(of), of),), keep((of, bound)))
    return _kind(node, indicator=node.indicator, how=node.how, of=tree(of), by=node.by)


def _event_field(node: x.EventField) -> Data:
    return _kind(node, field=node.field)


def _choose(node: x.Choose) -> Data:
    return _kind(node, indicator=node.indicator, field=node.field, table=_pairs(node.table))


def _combine(node: x.Combine) -> Data:
    rows = [[tree(part) for part in row] for row in node.parts]
    return _kind(node, how=node.how, parts=rows, decimals=node.decimals)


_WRITE: Mapping[type[Expression], Callable[[Any], Data]] = {
    x.Const: _const,
    x.Nothing: _nothing,
    x.Field: _field,
    x.OverScorers: _over_scorers,
    x.Ref: _ref,
    x.Lookup: _lookup,
    x.Add: _parts("terms"),
    x.Sub: _parts("left", "right"),
    x.Mul: _parts("factors"),
    x.Div: _parts("left", "right"),
    x.Min: _parts("parts"),
    x.Max: _parts("parts"),
    x.Compare: _parts("left", "right"),
    x.All: _parts("parts"),
    x.Some: _some,
    x.Not: _parts("part"),
    x.When: _when,
    x.Table: _table,
    x.Listed: _listed,
    x.Round: _parts("of"),
    x.IsMissing: _is_missing,
    x.Ln: _parts("of"),
    x.Power: _parts("base", "exponent"),
    x.OverGroup: _over_group,
    x.Rank: _rank,
    x.OverEvents: _over_events,
    x.EventField: _event_field,
    x.Choose: _choose,
    x.Combine: _combine,
}
"""How each kind of node is written. One that is missing here is refused."""

KINDS = _WRITE.keys()
