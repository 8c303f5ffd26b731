"""What the columnar interpreter computes by columns, and what it asks the reference for: the same digits everywhere."""

from fractions import Fraction

import pytest

from gangmu.engine import planning
from gangmu.engine.columnar import Columnar
from gangmu.engine.fact_columns import FactsOf, cases_of
from gangmu.engine.on_demand import OnDemand
from gangmu.engine.scoring import groups_of, score
from tests.engine.books import book, read

TINY = "/ 1000000007 / 998244353 / 1000000009"
"""Makes of a number one whose denominator no 64 bits hold."""
GROUPS = "groups: {g: G, h: H}\n"
ROWS = (
    "unit,group,x.a,x.b\n"
    "u1,g,6,4\nu2,g,2,4\nu3,h,7,3\nu4,h,7,3\nu5,h,,9\nu6,g,-5.5,0.25\nu7,h,0,7\nu8,g,1000003,999983\n"
)
HUGE = (
    "unit,group,x.a,x.b\nu1,g,900000000000000000,3\nu2,h,800000000000000001,7\nu3,h,-900000000000000000,11\n"
)
EXTREME = "unit,group,x.a,x.b\nu1,g,1e99,3\nu2,h,-1e99,1e-49\nu3,h,5,1e99\nu4,h,0,1e-49\n"


def cells(results):
    """Every step of every unit: the number, or the state and the reason there is none."""
    return {
        step.name: [
            value if isinstance(value, Fraction) else (value.state, value.reason.zh)
            for value in (results.value(step.name, case) for case in results.cases)
        ]
        for step in results.plan.steps
    }


def same_digits(body, csv):
    rules, facts = book(body), read(csv)
    expected, found = score(rules, facts), score(rules, facts, "columnar")
    assert cells(found) == cells(expected)
    return expected


@pytest.mark.parametrize("csv", [ROWS, HUGE, EXTREME], ids=["ordinary", "huge", "extreme"])
@pytest.mark.parametrize(
    "formula",
    [
        "not a",
        "a and b",
        "when(a, 1, 2)",
        "when(a > 3, b > 2, b < 2)",
        "when(b > 3, a / b, b / a)",
        "min(a / b, b / a)",
        "max(a / b, b / a, 1)",
        "round(a * 7, -1)",
        "round(a / b, 2)",
        "round(a / b * 1000, -1)",
        "round(a / 3 / 7 / 11 / 13 / 17 / 19 / b * 1e9, -2)",
        "round(a / b * 1000000000, -6)",
        "when(a > 3, 1e30, 2) + b",
        "a * b * a * b",
        "group_sum(a) + group_sum(a / b)",
        "group_mean(a / b, \"g\") + group_max(a, \"h\")",
        "rank(a) + rank(a / b)",
        "all_rank(a / b / 7 + b / a / 13)",
        "all_rank(when(a > 1e20, a / b / 7 + b / a / 13, no_value()))",
        "rank_low(a / b / 7 + b / 3, \"mean\")",
        "ln(a) + exp(b / 1e6) + sqrt(b)",
        "power(a, 4) + b",
        "a / (0 - b - 1) + b / (0 - 3)",
        "(a + 0.5) * 1e17 + b",
        "(a + 0.123456789012) * 8 / 7",
        f"round(b {TINY} + (0.5 - b {TINY}) + a - a, 0)",
        f"round(b {TINY} + (5 - b {TINY}), -1)",
        "all_percentile(a, 25, \"averaged\") + group_percentile(b, 50, \"averaged\")",
        "all_winsorised(b, 1, 0.5, 0)",
        "all_winsorised(b, 0, 0.5, 0)",
        "round(power(a, 4) / b, 2)",
        "a * a * a * a > b",
    ],
)  # fmt: skip
def test_a_formula_gives_the_same_digits_by_columns(formula, csv):
    same_digits(
        f"{GROUPS}indicators:\n  - {{code: x, name: X, kind: formula, fields: [a, b], formula: '{formula}'}}\n",
        csv,
    )


PLACES = "unit,group,x\nu1,g,6\nu2,g,6\nu3,g,2\nu4,g,11\nu5,h,1\nu6,h,\n"


@pytest.mark.parametrize(
    "indicator",
    [
        "kind: rank_points, full: 10, points: [10, 7, 5], ties: mean",
        "kind: rank_points, full: 10, points: [10, 7, 5]",
        "kind: rank_points, full: 10, points: [10, 7, 5], ties: dense",
        "kind: rank_points, full: 10, points: [10, 7, 5], given_as: place, of: actual / 3 + 1",
        "kind: rank_points, full: 10, points: [10, 7, 5], given_as: place, beyond: actual / 3",
        "kind: rank_points, full: 10, points: [10, 7.25, 5], among: all",
        "kind: bands, full: 10, bands: {'[0, 5)': 5, '[5, 10]': 10}",
        "kind: bands, full: 1, bands: {'>= 5': 1e25, otherwise: 0.5}",
        "kind: bonus, each: 2, cap: {g: 1e25, otherwise: 3}",
        "kind: direct, full: {u1: 1e25, u2: 10, otherwise: 7}",
        "kind: completion, full: 10, target: {u1: 1e-25, otherwise: 3}",
    ],
)
def test_an_indicator_gives_the_same_digits_by_columns(indicator):
    said, _, ties = indicator.partition(", ties: ")
    same_digits(
        f"{GROUPS}rank: {{ties: {ties or 'share'}}}\nindicators:\n  - {{code: x, name: X, {said}}}\n", PLACES
    )


@pytest.mark.parametrize("how", ["sum", "mean", "weighted", "geometric", "harmonic", "trimmed", "min"])
def test_a_section_of_huge_and_tiny_parts_gives_the_same_digits_by_columns(how):
    listed = "".join(
        f"  - {{code: x{n}, name: X{n}, kind: formula, formula: actual / {n + 2}, weight: {n + 1}}}\n"
        for n in range(5)
    )
    csv = "unit,x0,x1,x2,x3,x4\nu1,9e17,8e17,9e17,9e17,9e17\nu2,1,2,3,4,5\nu3,1e-12,1e12,3,4,5\n"

    same_digits(f"total: {{combine: {how}}}\nindicators:\n{listed}", csv)


def test_weights_that_leave_no_room_in_64_bits_give_the_same_digits():
    same_digits(
        "total: {combine: weighted}\nindicators:\n"
        "  - {code: a, name: A, kind: formula, formula: actual, weight: 0.123456789}\n"
        "  - {code: b, name: B, kind: formula, formula: actual, weight: 0.876543211}\n",
        "unit,a,b\nu1,900000000000000.5,3\nu2,-7,800000000000000.25\n",
    )


def test_the_share_of_cells_that_the_reference_decided_is_counted():
    def share(formula):
        rules = book(
            f"indicators:\n  - {{code: x, name: X, kind: formula, fields: [a], formula: '{formula}'}}\n"
        )
        facts = read("unit,x.a\nu1,1\nu2,2\nu3,3\nu4,4\n")
        plan, groups = planning.plan(rules), groups_of(rules, facts)
        read_facts = FactsOf(OnDemand(plan, facts, groups))
        columnar = Columnar(plan, cases_of(facts, groups, ""), read_facts, read_facts.ask)
        columnar.run()
        return columnar.asked.share

    assert share("round(a / 3, 2)") == 0
    assert share("before(a)") == 4 / 24


def test_a_column_is_a_mapping_of_all_units():
    rules, facts = (
        book("indicators: [{code: x, name: X, kind: direct, full: 5}]\n"),
        read("unit,x\nu1,1\nu2,\n"),
    )
    expected, found = score(rules, facts).columns["x"], score(rules, facts, "columnar").columns["x"]

    assert dict(found) == dict(expected)
    assert len(found) == 2
