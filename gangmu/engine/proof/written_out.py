"""What only saves words, written out in plainer nodes: tables, lists, spread, quantiles, outliers drawn in.

A rule book may say `winsorise`; the plan of a bundle says which values are compared, which is the farthest, and what takes
its place, so that a program that knows sums, products and comparisons can follow. Each function gives a formula that has
the same value, and the same reason where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from gangmu.engine import expressions as x
from gangmu.engine.expressions import Expression
from gangmu.engine.values import MISSING, NOT_APPLICABLE, OUTSIDE, SHARED_OUT, UNDEFINED

Add = Callable[[str, Expression], Expression]
"""Makes a step of its own, for all units, of a formula; gives the reference to it."""

Keep = Callable[[str, Expression], Expression]
"""The same, or the formula itself where it is not asked for often."""

MOST_DRAWN_IN = 60
"""More outliers than this would be a plan of thousands of steps."""


class UnknownNodeError(TypeError):
    """A plan has a node that the stand-alone program could not follow."""


def const(value: Fraction | int) -> x.Const:
    return x.Const(Fraction(value))


ZERO, ONE, HALF = const(0), const(1), x.Const(Fraction(1, 2))
NO_ANSWER = x.Nothing(UNDEFINED, "没有结果", "there is no answer")
NOBODY = x.Nothing(MISSING, "没有数据", "there is nothing")


def case(condition: Expression, then: Expression, otherwise: Expression) -> x.When:
    return x.When(((condition, then),), otherwise)


def compare(left: Expression, op: str, right: Expression | int) -> x.Compare:
    return x.Compare(op, left, right if isinstance(right, Expression) else const(right))


def known(of: Expression) -> x.Not:
    return x.Not(x.IsMissing(of))


def negated(of: Expression) -> Expression:
    return x.Sub(ZERO, of)


def where(condition: Expression, of: Expression) -> Expression:
    return case(condition, of, NOBODY)


def some(node: x.Some) -> Expression:
    """One holds: not all of them fail."""
    return x.Not(x.All(tuple(x.Not(part) for part in node.parts)))


def table(node: x.Table) -> Expression:
    cases = [(_in_band(node.of, band), x.Const(band.value)) for band in node.bands]
    absent: tuple[Expression, Expression] = (x.IsMissing(node.of), node.of)
    return x.When((absent, *cases), NO_ANSWER)


def _in_band(of: Expression, band: x.Band) -> Expression:
    ends: list[Expression] = []
    if band.low is not None:
        ends.append(compare(of, ">=" if band.low_in else ">", x.Const(band.low)))
    if band.high is not None:
        ends.append(compare(of, "<=" if band.high_in else "<", x.Const(band.high)))
    return x.All(tuple(ends))


def listed(node: x.Listed) -> Expression:
    """Points by place, in proportion between two places; past the end of the list `beyond`."""
    points = [*(x.Const(value) for value in node.values), node.beyond]
    cases: list[tuple[Expression, Expression]] = [
        (x.IsMissing(node.of), node.of),
        (x.IsMissing(node.beyond), node.beyond),
        (compare(node.of, "<", 1), NO_ANSWER),
    ]
    for place, (this, following) in enumerate(pairwise(points), 1):
        slope = x.Mul((x.Sub(following, this), x.Sub(node.of, const(place))))
        cases.append((compare(node.of, "<", place + 1), x.Add((this, slope))))
    return x.When(tuple(cases), node.beyond)


def over_events(node: x.OverEvents) -> Expression:
    """Bounds of each event's own value as part of the value."""
    of = node.of
    for bound, keep in ((node.least, x.Max), (node.most, x.Min)):
        if bound is not None:
            of = case(x.IsMissing(of), of, keep((of, bound)))
    return replace(node, of=of, least=None, most=None)


def across(node: x.Across) -> Expression:
    """Values of one unit: the parts of a section that all weigh the same."""
    if node.how == "count":
        return x.Add(tuple(known(part) for part in node.parts))
    whole = x.Add(node.parts)
    kept = tuple(_or_outside(part) for part in node.parts) if node.known else node.parts
    none = x.All(tuple(x.IsMissing(part) for part in node.parts)) if node.known else x.IsMissing(whole)
    return case(none, whole, _across(node, kept))


def _or_outside(part: Expression) -> Expression:
    return case(x.IsMissing(part), x.Nothing(OUTSIDE, "没有数据", "there is nothing"), part)


def _across(node: x.Across, parts: tuple[Expression, ...]) -> Expression:
    def together(how: str, of: Callable[[Expression], Expression] = lambda part: part) -> Expression:
        return x.Combine(how, tuple((of(part), ONE, ZERO) for part in parts), node.decimals)

    if node.how not in ("sd", "sample_sd"):
        return together(node.how)
    count = together("sum", lambda part: x.Add((ONE, x.Mul((ZERO, part)))))
    mean = together("mean")
    squares = together("sum", lambda part: x.Mul((x.Sub(part, mean), x.Sub(part, mean))))
    return _root_of_mean(squares, count, node.how, node.decimals)


def _root_of_mean(squares: Expression, count: Expression, how: str, decimals: int) -> Expression:
    """A standard deviation; of a sample of one there is none."""
    over = x.Sub(count, ONE) if how == "sample_sd" else count
    return case(compare(over, ">", 0), x.Power(x.Div(squares, over), HALF, decimals), NO_ANSWER)


def combine(node: x.Combine) -> Expression:
    if node.least is not None:
        return _enough(node)
    if node.how == "harmonic":
        return _harmonic(node)
    return node


def _harmonic(node: x.Combine) -> Expression:
    """Σ weight ÷ Σ (weight ÷ part), of what is above zero."""

    def weighted(of: Callable[[Expression], Expression]) -> Expression:
        rows = tuple((of(part), weight, full) for part, weight, full in node.parts)
        return x.Combine("weighted", rows, node.decimals)

    least = x.Combine("min", node.parts, node.decimals)
    weights = weighted(lambda part: x.Add((ONE, x.Mul((ZERO, part)))))
    mean = x.Div(weights, weighted(lambda part: x.Div(ONE, part)))
    positive = case(compare(least, ">", 0), mean, NO_ANSWER)
    return case(x.IsMissing(least), least, case(compare(weights, "==", 0), NO_ANSWER, positive))


def _enough(node: x.Combine) -> Expression:
    """Where enough of the parts are there, what is missing is left out as if its weight were shared out."""
    shared_out = x.Nothing(SHARED_OUT, "缺项，由其他项分摊", "missing: the others carry it")
    rows = tuple((case(_gap(part), shared_out, part), weight, full) for part, weight, full in node.parts)
    counted = [_truth_of(x.All((_is_counted(part, weight),))) for part, weight, _ in node.parts]
    there = [x.Mul((one, x.Not(_gap(part)))) for one, (part, _, _) in zip(counted, node.parts, strict=True)]
    amounts: list[Expression] = [ONE] * len(rows)
    if node.counted == "weight":
        amounts = [case(x.IsMissing(weight), ZERO, weight) for _, weight, _ in node.parts]
    has = x.Add(tuple(x.Mul(pair) for pair in zip(there, amounts, strict=True)))
    whole = x.Add(tuple(x.Mul(pair) for pair in zip(counted, amounts, strict=True)))
    share = has if node.counted == "parts" else case(compare(whole, "==", 0), ZERO, x.Div(has, whole))
    least = node.least if node.least is not None else Fraction(0)
    too_few = some(x.Some((compare(x.Add(tuple(there)), "==", 0), compare(share, "<", x.Const(least)))))
    any_counted = compare(x.Add(tuple(counted)), ">", 0)
    combined = combine(x.Combine(node.how, rows, node.decimals))
    return case(x.All((any_counted, too_few)), NOBODY, combined)


def _gap(part: Expression) -> Expression:
    return x.IsMissing(part, (MISSING, NOT_APPLICABLE))


def _is_counted(part: Expression, weight: Expression) -> Expression:
    aside = x.Not(x.IsMissing(part, (OUTSIDE, SHARED_OUT)))
    return x.Mul((aside, x.Not(x.IsMissing(weight, (OUTSIDE,)))))


def _truth_of(condition: Expression) -> Expression:
    return case(condition, ONE, ZERO)


def as_it_is(name: str, formula: Expression) -> Expression:
    return formula


class Spread:
    """Sums of powers of the deviations of a value over the units that are compared; with `add` as steps of their own."""

    def __init__(self, of: Expression, scope: str, add: Keep = as_it_is) -> None:
        self.count = add("number", x.OverGroup("count", of, scope))
        apart = add("apart", x.Sub(of, x.OverGroup("mean", of, scope)))
        self.powers = {
            exponent: add(f"power {exponent}", x.OverGroup("sum", x.Power(apart, const(exponent), 0), scope))
            for exponent in (2, 3, 4)
        }

    def power(self, exponent: int) -> Expression:
        return self.powers[exponent]

    def skew_squared(self) -> Expression:
        """n·m₃²/m₂³ · n(n−1)/(n−2)²"""
        n, third, second = self.count, self.power(3), self.power(2)
        size = x.Div(x.Mul((n, third, third)), x.Mul((second, second, second)))
        less_two = x.Sub(n, const(2))
        return x.Mul((size, x.Div(x.Mul((n, x.Sub(n, ONE))), x.Mul((less_two, less_two)))))

    def kurtosis(self) -> Expression:
        """(n−1)((n+1)·g₂ + 6) ÷ ((n−2)(n−3)), g₂ = n·m₄/m₂² − 3"""
        n, second = self.count, self.power(2)
        excess = x.Sub(x.Div(x.Mul((n, self.power(4))), x.Mul((second, second))), const(3))
        above = x.Mul((x.Sub(n, ONE), x.Add((x.Mul((x.Add((n, ONE)), excess)), const(6)))))
        return x.Div(above, x.Mul((x.Sub(n, const(2)), x.Sub(n, const(3)))))

    def points_down(self) -> Expression:
        return compare(self.power(3), "<", 0)

    def skewed(self, skew: Fraction, kurtosis: Fraction) -> Expression:
        """1 where there are four values that differ, and skew and kurtosis are as large as this."""
        enough = [compare(self.count, ">=", 4), compare(self.power(2), ">", 0)]
        if skew > 0:
            enough.append(compare(self.skew_squared(), ">=", x.Const(skew**2)))
        enough.append(compare(self.kurtosis(), ">=", x.Const(kurtosis)))
        return x.All(tuple(enough))


def over_group(node: x.OverGroup) -> Expression:
    spread = Spread(node.of, node.scope)
    if node.how in ("sd", "sample_sd"):
        found = _root_of_mean(spread.power(2), spread.count, node.how, node.decimals)
    elif node.how == "skew":
        root = x.Power(spread.skew_squared(), HALF, node.decimals)
        signed = case(spread.points_down(), negated(root), root)
        found = case(_too_few(spread, 3), NO_ANSWER, signed)
    elif node.how == "kurtosis":
        found = case(_too_few(spread, 4), NO_ANSWER, spread.kurtosis())
    else:
        return node
    return case(compare(spread.count, "==", 0), NOBODY, found)


def _too_few(spread: Spread, least: int) -> Expression:
    return some(x.Some((compare(spread.count, "<", least), compare(spread.power(2), "==", 0))))


def quantile(node: x.Quantile) -> Expression:
    """The value at a place of the ordered values, or between two."""
    count, share = x.OverGroup("count", node.of, node.scope), x.Const(node.share)
    part = x.Mul((count, share))
    if node.rule == "nearest_rank":
        return _at(node, x.Max((x.Round(part, 0, "up"), ONE)))
    if node.rule == "averaged":
        first, second = x.Max((x.Round(part, 0, "up"), ONE)), x.Add((x.Round(part, 0, "down"), ONE))
        return x.Div(x.Add((_at(node, first), _at(node, second))), const(2))
    linear = x.Add((ONE, x.Mul((x.Sub(count, ONE), share))))
    wanted = {"linear": linear, "exclusive": x.Mul((x.Add((count, ONE)), share))}.get(node.rule)
    if wanted is None:
        raise UnknownNodeError(f"the quantile {node.rule} is none that the plan of a bundle can hold")
    place = x.Min((x.Max((wanted, ONE)), count))
    low = x.Round(place, 0, "down")
    this, following = _at(node, low), _at(node, x.Add((low, ONE)))
    return x.Add((this, x.Mul((x.Sub(place, low), x.Sub(following, this)))))


def _at(node: x.Quantile, place: Expression) -> Expression:
    """The value at a place, the smallest first; past the end the largest: the largest that so few are below."""
    rank = x.Rank(node.of, "low", "share", node.scope)
    return x.OverGroup("max", where(compare(rank, "<=", place), node.of), node.scope)


def skewed(node: x.Skewed) -> Expression:
    return _truth_of(Spread(node.of, node.scope).skewed(node.skew, node.kurtosis))


def winsorised(node: x.Winsorised, add: Add) -> Expression:
    """One step for each outlier that may be drawn in: the farthest values take the next one's, while they are skewed."""
    if node.most > MOST_DRAWN_IN or node.scope.startswith("group:"):
        raise UnknownNodeError(f"winsorise of {node.most} over {node.scope} is more than a bundle can hold")
    first = value = add("given", node.of)
    goes_on: Expression = ONE

    def while_it_goes_on(name: str, formula: Expression) -> Expression:
        return add(name, case(compare(goes_on, "==", 1), formula, ZERO))

    for _ in range(node.most):
        spread = Spread(value, node.scope, while_it_goes_on)
        skew = while_it_goes_on("skewed", spread.skewed(node.skew, node.kurtosis))
        down = spread.points_down()
        edge = while_it_goes_on("farthest", _far(value, down, node.scope))
        inner = where(compare(value, "!=", edge), value)
        nearer = _far(inner, down, node.scope)
        drawn = while_it_goes_on("drawn in", case(compare(value, "==", edge), nearer, value))
        moved = x.OverGroup("sum", x.Compare("!=", drawn, first), node.scope)
        goes_on = while_it_goes_on("goes on", x.All((skew, compare(moved, "<=", node.most))))
        value = add("kept", case(x.IsMissing(value), value, case(goes_on, drawn, value)))
    return value


def _far(of: Expression, down: Expression, scope: str) -> Expression:
    return case(down, x.OverGroup("min", of, scope), x.OverGroup("max", of, scope))


PLAINER: Mapping[type[Expression], Callable[[Any], Expression]] = {
    x.Some: some,
    x.Table: table,
    x.Listed: listed,
    x.OverEvents: over_events,
    x.Across: across,
    x.Combine: combine,
    x.OverGroup: over_group,
    x.Quantile: quantile,
    x.Skewed: skewed,
}
"""How a node is said in plainer ones. One that is already plain is given back as it is."""
