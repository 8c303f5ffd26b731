"""Where a rule has no answer there is no score: the state and the reason say why, the same from every interpreter."""

from fractions import Fraction

import pytest

from gangmu.engine.remarks import remarks
from gangmu.engine.scoring import score
from gangmu.engine.values import Missing
from tests.engine.books import book, read

ONE = "indicators:\n  - {code: x, name: X, "
PARTS = (
    "  - {{code: a, name: A, kind: formula, formula: actual, full: {a}, weight: {wa}, not_applicable: shared_out}}\n"
    "  - {{code: b, name: B, kind: formula, formula: actual, full: {b}, weight: {wb}, not_applicable: shared_out}}\n"
)


def parts(total, a=10, b=10, wa=1, wb=1):
    return f"total: {{{total}}}\nindicators:\n" + PARTS.format(a=a, b=b, wa=wa, wb=wb)


def answers(body, csv, node="total", unit=0):
    """What every interpreter in memory answers: a number, or (state, reason in Chinese)."""
    rules, facts = book(body), read(csv)
    found = set()
    for backend in ("reference", "columnar"):
        results = score(rules, facts, backend)
        value = results.value(node, results.cases[unit])
        found.add((value.state, value.reason.zh) if isinstance(value, Missing) else value)
    return found


def one(said, csv, unit=0):
    return answers(f"{ONE}{said}}}\n", csv, "x", unit)


@pytest.mark.parametrize(
    ("said", "csv", "expected"),
    [
        (
            "kind: bands, full: 10, bands: {'[0, 5)': 5, '[5, 10]': 10}",
            "unit,x\nu1,11\n",
            ("undefined", "11 不在任何一档"),
        ),
        (
            "kind: rank_points, full: 10, given_as: place, points: [10, 8]",
            "unit,x\nu1,0\n",
            ("undefined", "名次应从1起"),
        ),
        (
            "kind: formula, fields: [a, n], formula: 'power(a, n)'",
            "unit,x.a,x.n\nu1,1.000001,1e12\n",
            ("undefined", "结果的位数过多，请核对公式"),
        ),
        (
            "kind: graded, full: 10, levels: {优: 10, 良: 5}, only_if: actual > 1",
            "unit,x\nu1,优\n",
            ("undefined", "“优”不是数"),
        ),
        (
            "kind: progress, full: 10, stages: {开工: 20, 竣工: 100}",
            "unit,x,x.planned\nu1,开工,停工\n",
            ("undefined", "没有规定“停工”得几分"),
        ),
        (
            "kind: bands, full: 10, bands: {'[0, 90)': 5, '[90, ∞)': 10}",
            "unit,x\nu1,1e30\n",
            Fraction(10),
        ),
        (
            "kind: milestone, full: 1, late: 1, floor: none, target: 2025-06-30",
            "unit,x\nu1,2025-07-03\n",
            Fraction(-2),
        ),
        (
            "kind: formula, fields: [a, n], formula: 'power(a, n)'",
            "unit,x.a,x.n\nu1,0,2.5\n",
            Fraction(0),
        ),
        (
            "kind: formula, fields: [a], formula: 'exp(a)'",
            "unit,x.a\nu1,-10001\n",
            Fraction(0),
        ),
    ],
)
def test_an_indicator_without_an_answer_says_why(said, csv, expected):
    assert one(said, csv) == {expected}


@pytest.mark.parametrize(
    ("total", "marks", "csv", "expected"),
    [
        ("combine: mean", {"wa": 0, "wb": 0}, "unit,a,b\nu1,1,2\n", ("undefined", "权重合计为零")),
        ("combine: geometric", {}, "unit,a,b\nu1,-1,2\n", ("undefined", "几何平均不能有负数")),
        ("combine: sum", {"a": 0}, "unit,a,b\nu1,3,/\n", ("undefined", "没有可分摊的分值")),
        ("combine: weighted", {"wa": 0}, "unit,a,b\nu1,3,/\n", ("undefined", "没有可分摊的分值")),
        (
            "combine: mean, available: {weight: 50%}",
            {"wa": 3, "wb": 7},
            "unit,a,b\nu1,3,\n",
            ("missing", "2项中只有1项有数据，至少要50%"),
        ),
        ("combine: mean, available: {weight: 30%}", {"wa": 3, "wb": 7}, "unit,a,b\nu1,3,\n", Fraction(3)),
        (
            "combine: mean, available: {weight: 30%}",
            {"wa": 0, "wb": 0},
            "unit,a,b\nu1,3,\n",
            ("missing", "2项中只有1项有数据，至少要30%"),
        ),
    ],
)
def test_a_section_without_an_answer_says_why(total, marks, csv, expected):
    assert answers(parts(total, **marks), csv) == {expected}


def test_a_section_none_of_whose_parts_is_for_the_unit_is_not_for_it_either():
    body = (
        "sections:\n"
        "  - {code: s, name: S, indicators: [{code: a, name: A, kind: direct, full: 10, units: [u2]}]}\n"
        "indicators:\n  - {code: b, name: B, kind: direct, full: 10}\n"
    )
    csv = "unit,a,b\nu1,,5\nu2,3,5\n"

    assert answers(body, csv, "s") == {("outside", "不考核本项")}
    assert answers(body, csv, "total") == {Fraction(5)}
    assert answers(body, csv, "total", unit=1) == {Fraction(8)}


def test_an_event_without_a_value_leaves_the_whole_item_without_one():
    body = f"{ONE}kind: formula, formula: 'sum_events(points)'}}\n"
    csv = "unit,indicator,event,field,value\nu1,x,e1,points,2\nu1,x,e2,count,3\n"

    assert answers(body, csv, "x") == {("missing", "缺少“X”的points")}


@pytest.mark.parametrize(
    ("weights", "values", "expected"),
    [
        ((Fraction("0.1"), Fraction("0.9")), (4, 9), "8.2989712"),
        ((Fraction("0.123"), Fraction("0.877")), (4, 9), "8.1456184"),
        ((Fraction("0.123"), Fraction("0.877")), (0, 9), "0"),
    ],
)
def test_a_geometric_mean_takes_any_weights(weights, values, expected):
    body = parts("combine: geometric, round: 7", wa=weights[0], wb=weights[1])
    body = body.replace(str(weights[0]), f"'{weights[0]}'").replace(str(weights[1]), f"'{weights[1]}'")

    found = answers(body, f"unit,a,b\nu1,{values[0]},{values[1]}\n")

    assert found == {Fraction(expected)}


def test_a_vote_without_a_valid_ballot_is_told_at_the_fact():
    body = f"{ONE}kind: votes, full: 10, answers: {{好: 100, 差: 0}}}}\n"
    computed = score(book(body), read("unit,x.好,x.差\nu1,0,0\nu2,3,1\n"))

    [remark] = remarks(computed)

    assert (remark.code, remark.cell) == ("facts.undefined", "B2")
    assert remark.message.zh == "u1 “X”没有得分：考核办法没有规定这种情形"
