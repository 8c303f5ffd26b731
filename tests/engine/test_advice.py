"""What would have raised a score: never promised where nothing would, in the words of the kind."""

import pytest

from gangmu.engine.explanation import explain
from tests.engine.books import results


def next_of(indicator, csv, unit="u1", top=""):
    return explain(results(f"{top}indicators:\n  - {{code: x, name: X, {indicator}}}\n", csv), unit, "x").next


EVENTS = "unit,indicator,event,field,value\n"
DAY = "kind: milestone, full: 10, late: 1, early: 1"


@pytest.mark.parametrize(
    ("indicator", "csv", "said"),
    [
        (
            "kind: completion, full: 10",
            "unit,x,x.target\nu1,5,0\n",
            "先更正数据：考核办法没有规定这种情形",
        ),
        (
            "kind: deduction, full: 10, each: 6",
            EVENTS + "u1,x,e1,count,1\nu1,x,e2,count,1\nu1,x,e3,count,1\n",
            "",
        ),
        (
            "kind: deduction, full: 10, each: 0",
            EVENTS + "u1,x,e1,count,1\n",
            "已得最高分",
        ),
        ("kind: bonus, each: own, fields: [own]", "unit,x.own\nu1,2\n", ""),
        ("kind: bonus, each: {u1: /, u2: 2}", "unit,other\nu1,2\n", ""),
        (f"{DAY}, only_if: ok, fields: [ok]", "unit,x.target,x.ok\nu1,2025-06-30,0\n", ""),
        (
            "kind: completion, full: 10, only_if: ok, fields: [ok]",
            "unit,x,x.ok\nu1,5,0\n",
            "",
        ),
        (
            "kind: completion, full: 10, actual: {u1: 5}",
            "unit,x.target\nu1,10\n",
            "",
        ),
        (
            "kind: rank_points, full: 10, step: 2, among: all",
            "unit,x\nu1,5\nu2,7\n",
            "达到7（还差2）可得10分",
        ),
    ],
)
def test_advice_promises_what_the_rule_gives_and_nothing_else(indicator, csv, said):
    assert next_of(indicator, csv).zh == said


def test_a_sentence_gives_the_value_of_a_parameter_that_is_a_formula():
    computed = results(
        "indicators:\n"
        "  - {code: x, name: X, kind: keep_and_strive, full: 10, kept: 8,"
        " keep: group_count(actual), strive: group_count(actual) - 2}\n",
        "unit,x\nu1,5\nu2,7\nu3,9\n",
    )

    assert explain(computed, "u2", "x").sentence.zh == "列第2名，保3争1，得9分"


def test_inputs_of_the_book_are_told_of_where_a_formula_reads_them():
    computed = results(
        "inputs: {people: 人口, area: 面积}\n"
        "indicators: [{code: x, name: X, kind: formula, formula: actual / people}]\n",
        "unit,x,people,area\nu1,6,2,9\n",
    )

    told = {given.name: (given.label.zh, given.value) for given in explain(computed, "u1", "x").inputs}

    assert told == {"actual": ("actual", "6"), "people": ("人口", "2")}
