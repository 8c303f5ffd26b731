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


MANY = [f"u{n}" for n in range(12)]
TOLD = [Fraction(2), Fraction(7, 2)]
columns = st.fixed_dictionaries(dict.fromkeys(MANY, strategies.maybe))
outlying = st.fixed_dictionaries(
    {unit: st.integers(0, 6).map(Fraction) for unit in MANY[:-2]}
    | dict.fromkeys(MANY[-2:], strategies.values)
)
"""Mostly close together, two perhaps far off."""


def column_of(formula, given_values, attribute=None):
    """What a formula over one fact gives each unit; units without the fact stand in the file all the same."""
    problems = Problems()
    rows = [
        Row(unit, "", "", "", "", "region", (attribute or {}).get(unit, "everywhere"), cell=unit)
        for unit in given_values
    ]
    rows += [
        Row(unit, "", "x", "", "", "actual", exact(value), cell=unit)
        for unit, value in given_values.items()
        if value is not None
    ]
    text = (
        f"rulebook: r\ntitle: r\nindicators:\n  - {{code: x, name: x, kind: formula, formula: '{formula}'}}\n"
    )
    return computed(score(load(text), Facts.of(rows, problems)), "x")


@given(given_values=st.one_of(columns, outlying), most=st.integers(0, 5))
@PROVEN
def test_outliers_are_drawn_in_as_plain_fractions_draw_them(given_values, most):
    there = {unit: value for unit, value in given_values.items() if value is not None}

    drawn = column_of(f"all_winsorised(actual, {most}, 2, 3.5)", given_values)

    assert drawn == dict.fromkeys(MANY) | plain_rules.drawn_in(there, most, *TOLD)


@given(given_values=st.one_of(columns, outlying))
@PROVEN
def test_whether_a_column_is_skewed_is_decided_as_plain_fractions_decide(given_values):
    there = [value for value in given_values.values() if value is not None]

    found = column_of("all_skewed(actual, 2, 3.5)", given_values)

    assert set(found.values()) == {Fraction(plain_rules.is_skewed(there, *TOLD))}


def test_a_skew_of_exactly_the_bound_counts_as_skewed():
    on_the_edge = {"a": Fraction(1), "b": Fraction(1), "c": Fraction(1), "d": Fraction(9)}

    assert column_of("all_skewed(actual, 2, 4)", on_the_edge)["a"] == 1
    assert column_of("all_skewed(actual, 2, 4.000001)", on_the_edge)["a"] == 0
    assert column_of("all_skew(actual)", on_the_edge)["a"] == 2
    assert column_of("all_kurtosis(actual)", on_the_edge)["a"] == 4


@given(
    given_values=columns,
    percent=st.one_of(st.sampled_from([0, 25, 50, 75, 100]), st.integers(0, 1000).map(lambda n: n / 10)),
    rule=st.sampled_from(["linear", "exclusive", "nearest_rank", "averaged"]),
)
@PROVEN
def test_percentiles_are_those_of_plain_fractions_by_every_rule(given_values, percent, rule):
    there = [value for value in given_values.values() if value is not None]

    found = column_of(f'all_percentile(actual, {percent}, "{rule}")', given_values)

    expected = plain_rules.percentile(there, Fraction(str(percent)), rule) if there else None
    assert set(found.values()) == {expected}


@given(given_values=columns, sample=st.booleans())
@PROVEN
def test_a_standard_deviation_is_the_number_whose_square_is_the_variance(given_values, sample):
    there = [value for value in given_values.values() if value is not None]
    found = column_of("all_sample_sd(actual)" if sample else "all_sd(actual)", given_values)[MANY[0]]
    tiny = Fraction(1, 10**29)

    if len(there) <= sample:
        assert found is None
        return
    variance = plain_rules.moment(there, 2) * len(there) / (len(there) - sample)
    assert max(found - tiny, Fraction(0)) ** 2 <= variance <= (found + tiny) ** 2


@given(given_values=columns, regions=st.lists(st.sampled_from(["n", "s", ""]), min_size=12, max_size=12))
@PROVEN
def test_units_of_one_region_are_compared_with_each_other(given_values, regions):
    region = dict(zip(MANY, regions, strict=True))
    there = {
        name: [value for unit, value in given_values.items() if region[unit] == name and value is not None]
        for name in "ns"
    }

    found = column_of('same_mean(actual, "region")', given_values, region)
    filled = column_of('first(actual, same_median(actual, "region"))', given_values, region)

    assert found == {
        unit: plain_rules.mean(there[name]) if there.get(name) else None for unit, name in region.items()
    }
    assert filled == {
        unit: value
        if value is not None
        else (
            plain_rules.percentile(there[region[unit]], Fraction(50), "linear")
            if there.get(region[unit])
            else None
        )
        for unit, value in given_values.items()
    }


@given(
    parts=st.lists(st.tuples(strategies.maybe, strategies.cents), min_size=1, max_size=6),
    needed=st.one_of(
        st.tuples(st.just("parts"), st.integers(1, 6).map(Fraction)),
        st.tuples(st.sampled_from(["share", "weight"]), st.integers(0, 4).map(lambda n: Fraction(n, 4))),
    ),
)
@PROVEN
def test_a_mean_of_what_is_there_needs_as_much_as_the_book_says(parts, needed):
    counted, least = needed
    body = "\n".join(
        f"  - {{code: x{n}, name: x, kind: formula, formula: actual, weight: {exact(weight)}}}"
        for n, (_, weight) in enumerate(parts)
    )
    given_facts = {f"x{n}": {"甲": {"actual": value}} for n, (value, _) in enumerate(parts)}

    results = scored(body, given_facts, f"total: {{combine: mean, available: {{{counted}: {exact(least)}}}}}")

    assert computed(results, "total")["甲"] == plain_rules.available_mean(parts, counted, least)


@given(values=st.lists(strategies.cents, min_size=1, max_size=6), data=st.data())
@PROVEN
def test_a_harmonic_mean_is_the_weights_over_the_sum_of_shares(values, data):
    weights = [data.draw(strategies.cents) for _ in values]
    body = "\n".join(
        f"  - {{code: x{n}, name: x, kind: formula, formula: actual, weight: {exact(weight)}}}"
        for n, weight in enumerate(weights)
    )
    given_facts = {f"x{n}": {"甲": {"actual": value}} for n, value in enumerate(values)}

    results = scored(body, given_facts, "total: {combine: harmonic}")

    shares = sum(weight / value for value, weight in zip(values, weights, strict=True))
    assert computed(results, "total")["甲"] == sum(weights) / shares


PERIODS = ("2021", "2022", "2023", "2024")


@given(values=st.lists(strategies.maybe, min_size=4, max_size=4))
@PROVEN
def test_values_of_other_periods_are_those_of_the_same_unit(values):
    series = dict(zip(PERIODS, values, strict=True))
    problems = Problems()
    rows = [
        Row(
            unit,
            period,
            "x",
            "",
            "",
            "actual",
            exact(value if unit == "a" else Fraction(7)),
            cell=unit + period,
        )
        for unit in "ab"
        for period, value in series.items()
        if value is not None
    ]
    rows += [Row("a", period, "", "", "", "kind", "k", cell=f"k{period}") for period in series]
    formulas = {
        "before": "before(x.actual)",
        "second": "before(x.actual, 2)",
        "fixed": 'in_period(x.actual, "2022")',
        "own": "own_mean(x.actual)",
        "ever": "ever_max(x.actual)",
    }
    body = "".join(
        f"  - {{code: {code}, name: n, kind: formula, formula: '{formula}'}}\n"
        for code, formula in formulas.items()
    )
    book = load(
        f"rulebook: r\ntitle: r\nindicators:\n  - {{code: x, name: x, kind: formula, formula: actual}}\n{body}"
    )
    results = score(book, Facts.of(rows, problems))
    there = [value for value in series.values() if value is not None]

    def of_unit(node):
        return {
            case.period: value if isinstance(value := results.value(node, case), Fraction) else None
            for case in results.cases
            if case.unit == "a"
        }

    moved = [None, None, *series.values()]
    assert of_unit("before") == dict(zip(series, moved[1:], strict=False))
    assert of_unit("second") == dict(zip(series, moved, strict=False))
    assert of_unit("fixed") == dict.fromkeys(series, series["2022"])
    assert of_unit("own") == dict.fromkeys(series, plain_rules.mean(there) if there else None)
    assert of_unit("ever") == dict.fromkeys(series, max([*there, Fraction(7)]) if there else None)
