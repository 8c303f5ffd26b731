"""What composite indices need of rule books and facts files: defaults, steps, gaps, marks, other units and years."""

from fractions import Fraction

import pytest

from gangmu.engine import facts
from gangmu.engine.explanation import explain
from gangmu.engine.formulas import FormulaError, Scope, parse
from gangmu.engine.scoring import score
from gangmu.problems import InputRefused
from tests.engine.books import book, findings, results

ONE = "kind: formula, formula: actual"


def scores(body, rows, node="total"):
    computed = results(body, rows)
    found = {case.unit: computed.value(node, case) for case in computed.cases}
    return {unit: value if isinstance(value, Fraction) else value.state for unit, value in found.items()}


def test_what_is_said_for_each_indicator_holds_unless_a_nearer_place_says_otherwise():
    body = """each: {kind: formula, formula: made, steps: {raw: actual, made: raw + 1}}
sections:
  - code: s
    name: S
    each: {steps: {made: raw * 10}}
    indicators:
      - {code: a, name: A}
      - {code: b, name: B, steps: {raw: actual / 2}}
      - {code: c, name: C, kind: direct, full: 5}
indicators:
  - {code: d, name: D}
"""
    computed = results(body, "unit,a,b,c,d\nu,1,1,4,1\n")
    case = computed.cases[0]

    assert {node: computed.value(node, case) for node in "abcd"} == {"a": 10, "b": 5, "c": 4, "d": 2}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "each: {kind: direct, full: 5, lowst: 3}\nindicators: [{code: a, name: A}]\n",
            [("rulebook.unknown_key", 1)],
        ),
        (
            "each: [kind]\nindicators:\n  - {code: a, name: A, kind: direct, full: 5}\n",
            [("rulebook.shape", 1)],
        ),
        (
            f"indicators:\n  - {{code: a, name: A, {ONE}, steps: {{actual: 1, 9x: 2, ok: [1]}}}}\n",
            [("rulebook.step", 2), ("rulebook.code", 2), ("rulebook.shape", 2)],
        ),
        (
            f"inputs: [a, 'b c']\nindicators:\n  - {{code: a, name: A, {ONE}}}\n",
            [("rulebook.code", 1), ("rulebook.code_twice", 3)],
        ),
        (
            f"total: {{combine: mean, available: {{share: 2}}}}\nindicators:\n  - {{code: a, name: A, {ONE}}}\n",
            [("rulebook.available", 1)],
        ),
        (
            f"total: {{combine: mean, available: {{}}}}\nindicators:\n  - {{code: a, name: A, {ONE}}}\n",
            [("rulebook.available", 1)],
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(body, found):
    assert findings(body) == found


def test_a_step_sees_only_what_stands_before_it():
    body = f"indicators:\n  - {{code: a, name: A, {ONE}, steps: {{one: two, two: actual}}}}\n"

    with pytest.raises(InputRefused) as refused:
        results(body, "unit,a\nu,1\n")

    assert [problem.code for problem in refused.value.problems] == ["rulebook.formula"]


def test_a_fact_that_a_formula_states_may_look_at_a_step_and_a_step_at_such_a_fact():
    body = """indicators:
  - {code: a, name: A, kind: completion, full: 10, target: group_max(known), steps: {known: "first(actual, 0)"}}
  - {code: b, name: B, kind: formula, formula: twice, fields: [actual, base], base: actual / 2, steps: {twice: base * 4}}
"""
    rows = "unit,a,b\nu,5,3\nv,10,4\n"

    assert scores(body, rows, "a") == {"u": 5, "v": 10}
    assert scores(body, rows, "b") == {"u": 6, "v": 8}


def test_a_step_is_rounded_where_the_book_says_and_other_nodes_may_use_it():
    body = """inputs: [people]
indicators:
  - {code: a, name: A, kind: formula, formula: head, steps: {head: actual / people}, round: {head: 1}}
  - {code: b, name: B, kind: formula, formula: a.head * 10}
"""
    assert scores(body, "unit,a,people\nu,1,3\n") == {"u": Fraction("3.3")}


def test_what_stands_beside_is_shown_and_ranked_and_no_part_of_the_sum_and_its_full_mark():
    body = """total: {full: 10}
indicators:
  - {code: a, name: A, kind: direct, full: 10}
  - {code: place, name: Place, kind: formula, full: 3, beside: yes, formula: all_rank(total)}
"""
    computed = results(body, "unit,a\nu,7\nv,9\n")

    assert [computed.value("total", case) for case in computed.cases] == [7, 9]
    assert [computed.value("place", case) for case in computed.cases] == [2, 1]
    assert [computed.value("total.full", case) for case in computed.cases] == [10, 10]
    assert [computed.rank("place", case) for case in computed.cases] == [1, 2]


def test_too_little_of_a_section_leaves_it_without_a_score_and_the_reason_counts():
    body = f"""total: {{combine: mean, available: {{share: 50%}}}}
indicators:
  - {{code: a, name: A, {ONE}}}
  - {{code: b, name: B, {ONE}}}
  - {{code: c, name: C, {ONE}}}
"""
    computed = results(body, "unit,a,b,c\nu,1,,3\nv,1,,\n")

    assert computed.value("total", computed.cases[0]) == 2
    reason = computed.value("total", computed.cases[1]).reason
    assert (reason.zh, reason.en) == (
        "3项中只有1项有数据，至少要50%",
        "only 1 of 3 parts have a value, at least 50% must",
    )


def test_sums_are_scaled_up_to_the_whole_where_parts_are_left_out():
    body = """total: {available: {parts: 1}}
indicators:
  - {code: a, name: A, kind: direct, full: 60}
  - {code: b, name: B, kind: direct, full: 40}
"""
    assert scores(body, "unit,a,b\nu,30,\nv,,\n") == {"u": 50, "v": "missing"}


def test_a_rule_without_an_answer_is_not_left_out():
    body = """total: {combine: mean, available: any}
indicators:
  - {code: a, name: A, kind: formula, formula: 1 / actual}
  - {code: b, name: B, kind: formula, formula: actual}
"""
    assert scores(body, "unit,a,b\nu,0,3\nv,,3\n") == {"u": "undefined", "v": 3}


ROWS = 'unit,name,a,b\nu,"Bonaire, Sint Eustatius",NA,"1,234.5"\nv,Côte,..,2.5e-3\nw,W,7,n/a\n'
TWO = "total: {combine: mean, available: any}\n" + "".join(
    f"  - {{code: {code}, name: {code}, {ONE}}}\n"
    if code != "a"
    else f"indicators:\n  - {{code: a, name: a, {ONE}}}\n"
    for code in "ab"
)


def test_marks_of_missing_values_are_those_the_rule_book_names():
    told = 'missing_marks: [NA, "..", n/a]\n' + TWO

    assert scores(told, ROWS) == {"u": Fraction("1234.5"), "v": Fraction("0.0025"), "w": 7}
    assert scores(told, ROWS, "b")["w"] == "missing"


def test_a_mark_that_is_not_named_is_refused_at_its_cell_and_the_remedy_names_the_key():
    with pytest.raises(InputRefused) as refused:
        results(TWO, ROWS)

    assert [(problem.code, problem.cell) for problem in refused.value.problems] == [
        ("facts.not_a_number", "C2"),
        ("facts.not_a_number", "C3"),
    ]
    assert all("missing_marks:" in problem.remedy.en for problem in refused.value.problems)


def test_facts_may_lie_in_several_files_and_hold_for_every_period(tmp_path):
    (tmp_path / "countries.csv").write_text("unit,name,region,people\nu,U,x,10\nv,V,x,20\n")
    (tmp_path / "data.csv").write_text("unit,period,a\nu,2023,5\nu,2024,\nv,2023,40\nv,2024,50\n")
    body = """inputs: [people]
indicators:
  - {code: a, name: A, kind: formula, formula: filled, steps: {raw: actual / people, filled: "first(raw, same_mean(raw, 'region'))"}}
"""
    computed = score(book(body), facts.read(tmp_path))

    assert {(case.unit, case.period): computed.value("total", case) for case in computed.cases} == {
        ("u", "2023"): Fraction("0.5"),
        ("u", "2024"): Fraction("2.5"),
        ("v", "2023"): 2,
        ("v", "2024"): Fraction("2.5"),
    }


def test_an_explanation_shows_the_inputs_of_the_book_and_every_step():
    body = """inputs: {people: {zh: 人口, en: Population}}
indicators:
  - {code: a, name: A, kind: minmax, full: 10, lowest: 0, highest: 4, of: head, steps: {head: actual / people}}
"""
    told = explain(results(body, "unit,a,people\nu,6,3\n"), "u", "a")

    assert [(given.name, given.label.en, given.value) for given in told.inputs][:4] == [
        ("actual", "actual", "6"),
        ("lowest", "lower bound; else the least of the group", "0"),
        ("highest", "upper bound; else the most of the group", "4"),
        ("people", "Population", "3"),
    ]
    assert ("head", "2") in [(given.name, given.value) for given in told.inputs]
    assert "head = actual / people; " in told.formula


def test_a_missing_input_is_called_by_its_name():
    body = "inputs: {people: {zh: 人口, en: Population}}\nindicators:\n  - {code: a, name: A, kind: formula, formula: actual / people}\n"
    computed = results(body, "unit,a,people\nu,6,\n")

    assert computed.value("total", computed.cases[0]).reason.en == "actual of Population is missing"


@pytest.mark.parametrize("formula", ["own_mean(actual)", "ever_mean(actual)", "mean(actual, before(actual))"])
def test_advice_moves_what_hangs_on_other_periods_too(formula):
    body = f"indicators:\n  - {{code: a, name: A, kind: formula, formula: '{formula}'}}\n"
    computed = results(body, "unit,period,a\nu,1,4\nu,2,8\n")

    assert explain(computed, "u", "a", "2").next.en == "each 1 more earns 0.5 more"


@pytest.mark.parametrize(
    ("formula", "state"),
    [
        ('at_unit(actual, "nobody")', "missing"),
        ('in_period(actual, "1900")', "missing"),
        ("before(actual)", "missing"),
        ('same_mean(actual, "nowhere")', "missing"),
        ("no_value()", "missing"),
        ("all_sample_sd(actual)", "undefined"),
        ("all_skew(actual)", "undefined"),
        ("all_kurtosis(actual)", "undefined"),
        ("sample_sd(actual)", "undefined"),
        ("harmonic(actual, 0)", "undefined"),
        ("geometric(actual, 0 - 1)", "undefined"),
        ("known_mean(no_value())", "missing"),
        ("mean(actual, no_value())", "missing"),
        ("log10(0)", "undefined"),
        ("exp(10001)", "undefined"),
        ("sqrt(0 - actual)", "undefined"),
        ("all_percentile(no_value(), 50)", "missing"),
        ("all_winsorised(no_value(), 1, 2, 3.5)", "missing"),
        ('same_rank(actual, "nowhere")', "missing"),
    ],
)
def test_what_has_no_value_says_why_in_both_languages(formula, state):
    computed = results(
        f"indicators:\n  - {{code: a, name: A, kind: formula, formula: '{formula}'}}\n", "unit,a\nu,4\n"
    )
    found = computed.value("a", computed.cases[0])

    assert found.state == state
    assert found.reason.zh and found.reason.en


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("at_unit(actual, 'Vale')", "6"),
        ("exp(0) + exp(0 - 20000) + log10(0.01)", "-1"),
        ("1.5e3 + 2E-1", "1500.2"),
        ("2 ^ 3 ^ 2 - (0 - 2) ^ 3", "520"),
        ("-2 ^ 2 + 4 ^ -1", "-3.75"),
        ("has('kind', 'big') * 10 + has('kind', 'small')", "10"),
        ("interpolate(actual, 1, 10, 3, 20, 5, 0)", "10"),
        ("median(1, 5, 3) + sum(1, 2) + sd(1, 3) + known_max(1, no_value(), 2) + known_min(4, 3)", "12"),
        ("count(1, no_value(), 2) / size(1, no_value(), 2)", "2/3"),
        ("all_rank(actual, 'last') * 10 + rank_low(actual, 'dense')", "22"),
        ("all_percentile(actual, 50) + group_percentile(actual, 0)", "6"),
    ],
)
def test_functions_over_values_units_and_attributes(formula, expected):
    body = f'indicators:\n  - {{code: a, name: A, kind: formula, formula: "{formula}"}}\n'

    assert scores(body, "unit,name,kind,a\nu,Uhl,big,4\nv,Vale,small,6\nw,W,,2\n")["u"] == Fraction(expected)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("same_mean(1)", "by which attribute"),
        ("all_mean(1, 'x')", 'does not know "x"'),
        ("all_percentile(1, 50, 'median')", "linear, exclusive, nearest_rank, averaged"),
        ("all_percentile(1, 101)", "a percentile, 0–100"),
        ("all_percentile(1, a)", "are numbers"),
        ("all_winsorised(1, 5)", "bound of skew"),
        ("all_skewed(1)", "bound of skew"),
        ("all_rank(1, 'best')", "share, dense, mean, last"),
        ("has('region')", "two quoted texts"),
        ("before(1, 0)", "at least one period"),
        ("before(1, 0.5)", "whole number"),
        ("all_winsorised(1, 0.5, 2, 3)", "whole number"),
        ("at_unit(1)", "a unit in quotes"),
        ("in_period(1, 2)", "a period in quotes"),
        ("interpolate(1, 2, 3)", "takes 5"),
        ("interpolate(1, 2, 3, 2, 4)", "rising"),
        ("mean()", "takes 1"),
        ("2 ^", "a number or name is missing"),
    ],
)
def test_a_formula_that_cannot_be_read_says_what_would_be_right(formula, said):
    with pytest.raises(FormulaError) as refused:
        parse(formula, Scope({"a": parse("0 + 1", Scope({}))}))

    assert said in refused.value.text.en


def test_a_column_that_is_misspelt_is_no_attribute_in_silence():
    body = "inputs: [population]\nindicators:\n  - {code: growth, name: A, kind: formula, formula: actual / population}\n"

    with pytest.raises(InputRefused) as refused:
        results(body, "unit,Growth,popluation,region\nu,1,2,x\nv,3,4,x\n")

    assert sorted((problem.code, problem.message.en) for problem in refused.value.problems) == [
        ("facts.misspelt_column", 'no unit has a fact of "growth", yet there is a column "Growth"'),
        ("facts.misspelt_column", 'no unit has a fact of "population", yet there is a column "popluation"'),
    ]


@pytest.mark.parametrize("formula", ["first(actual, all_mean(actual))", "max(actual, 3)"])
def test_a_formula_cut_at_its_comma_is_told_to_stand_in_quotes(formula):
    with pytest.raises(InputRefused) as refused:
        book(f"indicators:\n  - {{code: a, name: A, kind: formula, formula: {formula}}}\n")

    assert any(
        "within braces a formula with commas" in problem.remedy.en for problem in refused.value.problems
    )


def test_units_kept_apart_are_not_compared_over_periods_attributes_or_by_name_either():
    body = """separate: county
indicators:
  - {code: a, name: A, kind: formula, formula: actual}
  - {code: most, name: B, kind: formula, formula: ever_max(a.actual)}
  - {code: alike, name: C, kind: formula, formula: "same_sum(a.actual, 'kind')"}
  - {code: first_town, name: D, kind: formula, formula: "at_unit(a.actual, 'Town')"}
"""
    rows = """unit,period,name,county,kind,a
e1,1,Town,east,k,1
e2,1,Port,east,k,2
e1,2,Town,east,k,9
w1,1,Town,west,k,5
"""
    computed = results(body, rows)

    assert {
        (case.unit, case.period): tuple(
            computed.value(node, case) for node in ("most", "alike", "first_town")
        )
        for case in computed.cases
    } == {("e1", "1"): (9, 3, 1), ("e2", "1"): (9, 3, 1), ("e1", "2"): (9, 9, 9), ("w1", "1"): (5, 5, 5)}
