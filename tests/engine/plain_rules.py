"""Every rule kind once more, in a few lines of plain fractions each: what the engine is compared with.

A function takes the parameters, the unit's facts, and the facts of all units of the group; it gives points or None.
Nothing here imports the engine.
"""

from fractions import Fraction
from math import floor


def half_up(value, decimals):
    scaled = abs(value) * 10**decimals
    rounded = Fraction(floor(scaled + Fraction(1, 2)), 10**decimals)
    return -rounded if value < 0 else rounded


def both(facts, *names):
    found = [facts.get(name) for name in names]
    return None if None in found else found


def completion(p, facts, group):
    given = both(facts, "actual", "target")
    if given is None or given[1] <= 0:
        return None
    ratio = given[0] / given[1]
    if "bonus" in p:
        points = p["full"] + (ratio - 1) * 100 * p["bonus"] if ratio > 1 else p["full"] * ratio
        points = min(points, p["full"] + p["bonus_cap"])
    else:
        points = min(p["full"] * ratio, p["full"])
    if "pass" in p and ratio * 100 < p["pass"]:
        points = Fraction(0)
    return max(points, Fraction(0))


def all_or_nothing(p, facts, group):
    given = both(facts, "actual", "target")
    return None if given is None else (p["full"] if given[0] >= given[1] else Fraction(0))


def stepped(p, value, target):
    gap = target - value if p["low"] else value - target
    more, less = max(gap, Fraction(0)), max(-gap, Fraction(0))
    if p.get("percent"):
        if target <= 0:
            return None
        more, less = more / target * 100, less / target * 100
    more, less = more / p["up_step"], less / p["down_step"]
    if p["whole"]:
        more, less = Fraction(floor(more)), Fraction(floor(less))
    return max(p["at_target"] + min(more * p["up"], p["up_cap"]) - less * p["down"], Fraction(0))


def step(p, facts, group):
    given = both(facts, "actual", "target")
    return None if given is None else stepped(p, *given)


def growth(p, facts, group):
    given = both(facts, "actual", "base", "target")
    if given is None or given[1] <= 0:
        return None
    return stepped(p, (given[0] / given[1] - 1) * 100, given[2])


def efficacy(p, facts, group):
    x = facts.get("actual")
    values = [other["actual"] for other in group if other.get("actual") is not None]
    if x is None or max(values) == min(values):
        return None
    best, worst = (min(values), max(values)) if p["low"] else (max(values), min(values))
    ratio = half_up((x - worst) / (best - worst), 4)
    return p["full"] * (60 + 40 * ratio) / 100


def rank_points(p, facts, group):
    x = facts.get("actual")
    if x is None:
        return None
    others = [other["actual"] for other in group if other.get("actual") is not None]
    place = 1 + sum(other < x if p["low"] else other > x for other in others)
    return max(p["full"] - p["step"] * (place - 1), p["floor"])


def keep_and_strive(p, facts, group):
    x = facts.get("actual")
    if x is None:
        return None
    others = [other["actual"] for other in group if other.get("actual") is not None]
    place = 1 + sum(other < x if p["low"] else other > x for other in others)
    if place <= p["strive"]:
        return p["full"] + min((p["strive"] - place) * p["up"], p["up_cap"])
    if place > p["keep"]:
        return max(p["kept"] - (place - p["keep"]) * p["down"], Fraction(0))
    return p["kept"] + (p["full"] - p["kept"]) * (p["keep"] - place) / (p["keep"] - p["strive"])


def standard_score(p, facts, group):
    """The deviation is a square root: its square is compared, so that the check stays in fractions."""
    x = facts.get("actual")
    values = [other["actual"] for other in group if other.get("actual") is not None]
    if x is None:
        return None
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    above = mean - x if p["low"] else x - mean
    return above, variance


def parts(p, facts, group):
    if not facts["events"]:
        return None
    ratios = [min(max(actual / target, Fraction(0)), Fraction(1)) for actual, target, _ in facts["events"]]
    weights = [weight for _, _, weight in facts["events"]]
    if p["combine"] == "min":
        return p["full"] * min(ratios)
    if p["combine"] == "max":
        return p["full"] * max(ratios)
    return (
        p["full"] * sum(ratio * weight for ratio, weight in zip(ratios, weights, strict=True)) / sum(weights)
    )


def marks(p, facts, group):
    given = sorted(facts["events"])
    if not given:
        return None
    if len(given) > p["trim_above"]:
        given = given[1:-1]
    return max(sum(given, Fraction(0)) / len(given), Fraction(0))


def bands(p, facts, group):
    x = facts.get("actual")
    if x is None:
        return None
    edges, points = p["edges"], p["points"]
    return points[sum(x >= edge for edge in edges)]


def inverse(p, facts, group):
    given = both(facts, "actual", "target")
    if given is None:
        return None
    actual, target = given
    if actual <= 0:
        return p["full"] if target >= 0 else None
    return min(max(p["full"] * target / actual, Fraction(0)), p["full"])


def proportional_to_best(p, facts, group):
    x = facts.get("actual")
    if x is None:
        return None
    values = [other["actual"] for other in group if other.get("actual") is not None]
    if p["low"]:
        if x <= 0:
            return p["full"] if x == min(values) else None
        return max(p["full"] * min(values) / x, Fraction(0))
    return max(p["full"] * x / max(values), Fraction(0)) if max(values) > 0 else None


def group_mean(p, facts, group):
    x = facts.get("actual")
    values = [other["actual"] for other in group if other.get("actual") is not None]
    if x is None:
        return None
    mean = sum(values, Fraction(0)) / len(values)
    if mean == 0:
        return None
    short = (x - mean if p["low"] else mean - x) / mean * 100
    return max(p["full"] - max(short, Fraction(0)) * p["each"], Fraction(0))


def direct(p, facts, group):
    x = facts.get("actual")
    return x if x is not None and 0 <= x <= p["full"] else None


def minmax(p, facts, group):
    x = facts.get("actual")
    if x is None:
        return None
    from_low = p["highest"] - x if p["low"] else x - p["lowest"]
    ratio = from_low / (p["highest"] - p["lowest"])
    return p["full"] * min(max(ratio, Fraction(0)), Fraction(1))


def deduction(p, facts, group):
    return max(p["full"] - p["each"] * sum(facts["events"], Fraction(0)) * p["multiplier"], Fraction(0))


def second_offence(p, facts, group):
    events = sum(facts["events"], Fraction(0))
    return Fraction(0) if events >= 2 else max(p["full"] - p["first_costs"] * events, Fraction(0))


def bonus(p, facts, group):
    return min(p["each"] * sum(facts["events"], Fraction(0)) * p["multiplier"], p["cap"])


def mean(values):
    return sum(values, Fraction(0)) / len(values)


def moment(values, power):
    return mean([(value - mean(values)) ** power for value in values])


def is_skewed(values, skew, kurtosis):
    """|G1| >= skew and G2 >= kurtosis of the sample; the first compared by its square."""
    n = len(values)
    if n < 4 or moment(values, 2) == 0:
        return False
    squared = moment(values, 3) ** 2 / moment(values, 2) ** 3 * n * (n - 1) / (n - 2) ** 2
    excess = moment(values, 4) / moment(values, 2) ** 2 - 3
    return squared >= skew**2 and ((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3)) >= kurtosis


def drawn_in(values, most, skew, kurtosis):
    """values: unit → value. One side's extreme at a time, while skewed and no more than `most` differ from the start."""
    now = dict(values)
    while is_skewed(list(now.values()), skew, kurtosis):
        high = moment(list(now.values()), 3) >= 0
        edge = max(now.values()) if high else min(now.values())
        rest = [value for value in now.values() if value != edge]
        after = {
            unit: (max(rest) if high else min(rest)) if value == edge else value
            for unit, value in now.items()
        }
        if len([unit for unit in values if after[unit] != values[unit]]) > most:
            return now
        now = after
    return now


def percentile(values, percent, rule):
    """By a place counted from 1, found by counting how many values lie at or below."""
    ordered, n, share = sorted(values), len(values), percent / 100
    if rule == "nearest_rank":
        return next(value for at, value in enumerate(ordered, 1) if at >= n * share)
    if rule == "averaged":
        low = next(value for at, value in enumerate(ordered, 1) if at >= n * share)
        high = next((value for at, value in enumerate(ordered, 1) if at > n * share), ordered[-1])
        return (low + high) / 2
    place = 1 + (n - 1) * share if rule == "linear" else (n + 1) * share
    if place <= 1 or place >= n:
        return ordered[0] if place <= 1 else ordered[-1]
    below = ordered[floor(place) - 1]
    return below + (place - floor(place)) * (ordered[floor(place)] - below)


def available_mean(parts, counted, least):
    """parts: (value or None, weight). The weighted mean of what is there, if enough is."""
    there = [(value, weight) for value, weight in parts if value is not None]
    weights = sum(weight for _, weight in there)
    much = {
        "parts": len(there),
        "share": Fraction(len(there), len(parts)),
        "weight": weights / sum(weight for _, weight in parts),
    }[counted]
    return sum(value * weight for value, weight in there) / weights if there and much >= least else None
