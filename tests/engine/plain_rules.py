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
