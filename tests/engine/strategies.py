"""Random rule books and facts, biased to where scoring goes wrong: ties, half cents, zero and negative targets, gaps."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from gangmu.engine.numbers import exact

cents = st.integers(1, 4000).map(lambda n: Fraction(n, 200))
"""Points in steps of half a cent."""
values = st.one_of(
    st.integers(-3, 12).map(Fraction),
    st.integers(-2000, 20000).map(lambda n: Fraction(n, 100)),
    st.sampled_from(
        [Fraction(0), Fraction(100), Fraction(1, 1000), Fraction(10**9), Fraction(123456789, 10**6)]
    ),
    st.sampled_from(
        [Fraction(1, 10**12), Fraction(-(10**15)), Fraction(10**24 + 1), Fraction(33333333333333, 10**12)]
    ),
)
"""Facts: small whole numbers tie often; zero, negative, tiny and huge ones stand among them."""
maybe = st.one_of(st.none(), values, values, values, values)
events = st.lists(st.integers(1, 3).map(Fraction), max_size=4)


def _bands(draw):
    edges = sorted(set(draw(st.lists(values, min_size=1, max_size=4))))
    return {"edges": edges, "points": [draw(cents) for _ in range(len(edges) + 1)]}


def _step(draw):
    return {
        "up": draw(cents),
        "up_step": draw(cents),
        "up_cap": draw(cents),
        "down": draw(cents),
        "down_step": draw(cents),
        "whole": draw(st.booleans()),
        "at_target": draw(cents),
    }


def _places(draw):
    strive = draw(st.integers(1, 3))
    return {
        "strive": Fraction(strive),
        "keep": Fraction(strive + draw(st.integers(1, 2))),
        "kept": draw(cents),
        "up": draw(cents),
        "up_cap": draw(cents),
        "down": draw(cents),
    }


def _completion(draw):
    if draw(st.booleans()):
        return {"bonus": draw(cents), "bonus_cap": draw(cents)}
    return {"pass": draw(cents)} if draw(st.booleans()) else {}


def _bounds(draw):
    low = draw(values)
    return {"lowest": low, "highest": low + draw(cents)}


PARAMETERS = {
    "completion": _completion,
    "all_or_nothing": lambda draw: {},
    "step": _step,
    "growth": _step,
    "efficacy": lambda draw: {},
    "rank_points": lambda draw: {"step": draw(cents), "floor": draw(cents)},
    "keep_and_strive": _places,
    "bands": _bands,
    "inverse": lambda draw: {},
    "proportional_to_best": lambda draw: {},
    "group_mean": lambda draw: {"each": draw(cents)},
    "direct": lambda draw: {},
    "minmax": _bounds,
    "deduction": lambda draw: {"each": draw(cents), "multiplier": draw(cents)},
    "second_offence": lambda draw: {"first_costs": draw(cents)},
    "bonus": lambda draw: {"each": draw(cents), "cap": draw(cents), "multiplier": draw(cents)},
}
WITH_TARGET = {"completion", "all_or_nothing", "step", "growth", "inverse"}
BEST_MAY_BE_LOW = {
    "step",
    "growth",
    "efficacy",
    "rank_points",
    "keep_and_strive",
    "proportional_to_best",
    "group_mean",
    "minmax",
}
OF_EVENTS = {"deduction", "second_offence", "bonus"}


@st.composite
def indicators(draw, kind):
    """The parameters of one indicator of a kind, as numbers."""
    found = {"full": draw(cents), **PARAMETERS[kind](draw)}
    if kind in BEST_MAY_BE_LOW:
        found["low"] = draw(st.booleans())
    if kind == "step":
        found["percent"] = draw(st.booleans())
    return found


@st.composite
def facts(draw, kind, units):
    """Facts of each unit: fields, or the counts of events."""
    if kind in OF_EVENTS:
        return {unit: {"events": draw(events)} for unit in units}
    names = ["actual", *(["target"] if kind in WITH_TARGET else []), *(["base"] if kind == "growth" else [])]
    return {unit: {name: draw(maybe) for name in names} for unit in units}


def written(code, kind, parameters):
    """The indicator as a rule book writes it."""
    said = {name: exact(value) for name, value in parameters.items() if isinstance(value, Fraction)}
    if kind == "bonus":
        said.pop("full")
    if parameters.get("low"):
        said["best"] = "low"
    if parameters.get("percent"):
        said["measured"] = "percent_of_target"
    if "whole" in parameters:
        said["whole"] = "yes" if parameters["whole"] else "no"
    if kind == "efficacy":
        said["round"] = "{ratio: 4}"
    if kind == "minmax":
        said["clip"] = "yes"
    lines = [f"  - code: {code}", f"    name: {code}", f"    kind: {kind}"]
    lines += [f"    {name}: {value}" for name, value in said.items()]
    if kind == "bands":
        lines.append("    bands:")
        lines += [f'      "{interval}": {exact(points)}' for interval, points in _intervals(parameters)]
    return "\n".join(lines)


def _intervals(parameters):
    edges = [exact(edge) for edge in parameters["edges"]]
    ends = [("", edges[0]), *pairwise(edges), (edges[-1], "")]
    return [
        (f"[{low}, {high})", points) for (low, high), points in zip(ends, parameters["points"], strict=True)
    ]
