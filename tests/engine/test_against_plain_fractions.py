"""Random rule books and facts: every score, total and place equals a plain evaluation in fractions."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.engine.facts import Facts, Row
from gangmu.engine.numbers import exact
from gangmu.engine.rulebook import load
from gangmu.engine.scoring import score
from gangmu.problems import Problems
from tests.engine import plain_rules, strategies

UNITS = ["甲", "乙", "丙", "丁", "戊"]
GROUP = {"甲": "a", "乙": "a", "丙": "a", "丁": "b", "戊": "b"}
PROVEN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def facts_of(given_facts):
    """given_facts: code → unit → fields."""
    problems = Problems()
    rows = [Row(unit, "", "", "", "", "group", GROUP[unit], cell=unit) for unit in UNITS]
    for code, by_unit in given_facts.items():
        for unit, fields in by_unit.items():
            for name, value in fields.items():
                if name == "events":
                    rows += [
                        Row(unit, "", code, f"e{n}", "", "count", exact(count), cell=f"{unit}{n}")
                        for n, count in enumerate(value)
                    ]
                elif value is not None:
                    rows.append(Row(unit, "", code, "", "", name, exact(value), cell=f"{unit}{name}"))
    facts = Facts.of(rows, problems)
    assert len(problems) == 0
    return facts


def scored(body, given_facts, top=""):
    text = f"rulebook: random\ntitle: random\ngroups: {{a: A, b: B}}\n{top}\nindicators:\n{body}\n"
    return score(load(text), facts_of(given_facts))


def expected(kind, parameters, by_unit):
    rule = getattr(plain_rules, kind)
    return {
        unit: rule(parameters, fields, [by_unit[peer] for peer in UNITS if GROUP[peer] == GROUP[unit]])
        for unit, fields in by_unit.items()
    }


def computed(results, node):
    found = {}
    for case in results.cases:
        value = results.value(node, case)
        found[case.unit] = value if isinstance(value, Fraction) else None
    return found


@pytest.mark.parametrize("kind", strategies.PARAMETERS)
@given(data=st.data())
@PROVEN
def test_every_rule_kind_gives_what_plain_fractions_give(kind, data):
    parameters = data.draw(strategies.indicators(kind))
    by_unit = data.draw(strategies.facts(kind, UNITS))

    results = scored(strategies.written("x", kind, parameters), {"x": by_unit})

    assert computed(results, "x") == expected(kind, parameters, by_unit)


@given(data=st.data())
@PROVEN
def test_totals_and_places_of_random_rule_books_are_those_of_plain_fractions(data):
    kinds = data.draw(st.lists(st.sampled_from(sorted(strategies.PARAMETERS)), min_size=1, max_size=4))
    books = {f"x{n}": (kind, data.draw(strategies.indicators(kind))) for n, kind in enumerate(kinds)}
    given_facts = {code: data.draw(strategies.facts(kind, UNITS)) for code, (kind, _) in books.items()}
    body = "\n".join(strategies.written(code, kind, parameters) for code, (kind, parameters) in books.items())

    results = scored(body, given_facts, "total: {round: 2}\nmissing: none\nrank: {ties: share}")

    parts = [expected(kind, parameters, given_facts[code]) for code, (kind, parameters) in books.items()]
    undefined = undefined_of(results)
    totals = {
        unit: None
        if unit in undefined
        else plain_rules.half_up(sum((part[unit] or Fraction(0) for part in parts), Fraction(0)), 2)
        for unit in UNITS
    }
    assert computed(results, "total") == totals
    assert {unit: results.rank("total", case) for case in results.cases for unit in [case.unit]} == places(
        totals
    )


def undefined_of(results):
    """Units with a part whose rule has no answer: no rule for missing facts covers that, so they have no total."""
    nodes = [node.code for node in results.book.indicators()]
    return {
        case.unit
        for case in results.cases
        for node in nodes
        if getattr(results.value(f"{node}.score", case), "state", "") == "undefined"
    }


def places(totals):
    return {
        unit: None
        if total is None
        else 1
        + sum(
            other > total
            for peer, other in totals.items()
            if other is not None and GROUP[peer] == GROUP[unit]
        )
        for unit, total in totals.items()
    }


@given(data=st.data())
@PROVEN
def test_the_order_of_the_facts_changes_nothing_and_the_digests_say_so(data):
    by_unit = data.draw(strategies.facts("completion", UNITS))
    body = strategies.written("x", "completion", {"full": Fraction(10)})
    rows = list(facts_of({"x": by_unit}).rows())
    shuffled = data.draw(st.permutations(rows))

    first = scored(body, {"x": by_unit})
    second = score(first.book, Facts.of(shuffled, Problems()))

    assert (first.digest, set(first.cases)) == (second.digest, set(second.cases))


@given(values=st.lists(st.integers(1, 10**6), min_size=1, max_size=6), decimals=st.integers(0, 12))
@PROVEN
def test_a_geometric_mean_is_the_number_whose_power_is_the_product(values, decimals):
    body = "\n".join(f"  - {{code: x{n}, name: x, kind: direct, full: {10**6}}}" for n in range(len(values)))
    given_facts = {f"x{n}": {"甲": {"actual": Fraction(value)}} for n, value in enumerate(values)}

    results = scored(body, given_facts, f"total: {{combine: geometric, show: {decimals}}}")
    mean = results.value("total", results.cases[0])
    product = Fraction(1)
    for value in values:
        product *= value

    tiny = Fraction(1, 10**29)
    assert (mean - tiny) ** len(values) <= product <= (mean + tiny) ** len(values)
