"""Kinds that put several things together, and dates, against plain fractions and the calendar."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gangmu.engine import dates
from gangmu.engine.numbers import exact
from tests.engine import plain_rules
from tests.engine.books import read, refused, results

PROVEN = settings(max_examples=60, deadline=None)
amounts = st.integers(-200, 2000).map(lambda n: Fraction(n, 10))
weights = st.integers(1, 50).map(lambda n: Fraction(n, 10))
days = st.dates(date(1990, 1, 1), date(2110, 12, 31))


def scored(body, rows):
    lines = ["unit,indicator,event,scorer,field,value", *(",".join(row) for row in rows)]
    return results(f"indicators: [{{code: x, name: X, {body}}}]", "\n".join(lines) + "\n")


def of(found, unit="甲"):
    return {case.unit: found.value("x", case) for case in found.cases}[unit]


@pytest.mark.parametrize("combine", ["mean", "min", "max"])
@given(events=st.lists(st.tuples(amounts, weights, weights), min_size=1, max_size=5))
@PROVEN
def test_parts_are_put_together_as_plain_fractions_put_them(combine, events):
    rows = [
        ("甲", "x", f"e{n}", "", name, exact(value))
        for n, event in enumerate(events)
        for name, value in zip(("actual", "target", "weight"), event, strict=True)
    ]

    found = scored(f"kind: parts, full: 20, combine: {combine}", rows)

    parameters = {"full": Fraction(20), "combine": combine}
    assert of(found) == plain_rules.parts(parameters, {"events": events}, [])


@given(given_marks=st.lists(amounts, min_size=1, max_size=8), above=st.integers(2, 6))
@PROVEN
def test_marks_are_trimmed_only_above_the_number_the_book_says(given_marks, above):
    rows = [("甲", "x", "", f"评委{n}", "actual", exact(mark)) for n, mark in enumerate(given_marks)]

    found = scored(f"kind: marks, full: 100, how: trimmed, trim_above: {above}", rows)

    assert of(found) == plain_rules.marks({"trim_above": above}, {"events": given_marks}, [])


def test_places_given_by_several_leaders_become_points_before_they_are_averaged():
    rows = [("甲", "x", "", "书记", "actual", "1"), ("甲", "x", "", "市长", "actual", "4")]

    found = scored("kind: marks, full: 10, points: [10, 9, 8, 1]", rows)

    assert of(found) == Fraction(11, 2)


@given(values=st.lists(amounts, min_size=1, max_size=6), low=st.booleans())
@PROVEN
def test_a_standard_score_lies_as_many_deviations_from_the_mean_as_its_square_says(values, low):
    units = [f"u{n}" for n in range(len(values))]
    rows = [(unit, "x", "", "", "", exact(value)) for unit, value in zip(units, values, strict=True)]
    body = f"kind: standard_score, full: 100, centre: 0, spread: 1{', best: low' if low else ''}"

    found = scored(body, rows)

    group = [{"actual": value} for value in values]
    for unit, fields in zip(units, group, strict=True):
        above, variance = plain_rules.standard_score({"low": low}, fields, group)
        z = of(found, unit)
        assert (z > 0, z < 0) == (variance > 0 and above > 0, variance > 0 and above < 0)
        assert abs(z**2 * variance - above**2) < Fraction(1, 10**20)


@given(done=days, due=days)
@PROVEN
def test_a_milestone_counts_days_and_calendar_months(done, due):
    rows = [("甲", "x", "", "", "actual", done.isoformat()), ("甲", "x", "", "", "target", due.isoformat())]
    rule = "kind: milestone, full: 10, early: 1, late: 1, floor: none"

    by_day, by_month = scored(rule, rows), scored(f"{rule}, per: month", rows)

    months = (due.year - done.year) * 12 + due.month - done.month
    assert (of(by_day), of(by_month)) == (10 + (due - done).days, 10 + months)


@pytest.mark.parametrize(
    "said", ["2018-07-31", "2018/7/31", "2018.7.31", "2018年7月31日", "2018-07-31 00:00:00"]
)
def test_a_day_may_be_written_as_people_write_it(said):
    assert dates.shown(dates.read(said)) == "2018-07-31"


@pytest.mark.parametrize("said", ["2018-02-30", "2018-13-01", "2018-07", "20180731", "七月", ""])
def test_what_is_no_day_is_none(said):
    assert dates.read(said) is None


def test_what_is_no_day_of_the_calendar_is_shown_as_the_number_it_is():
    assert (dates.shown(Fraction(1, 2)), dates.shown(Fraction(-3))) == ("1/2", "-3")


def test_a_day_where_a_number_belongs_and_a_number_where_a_day_belongs_are_findings():
    body = (
        "indicators:\n"
        "  - {code: m, name: 节点, kind: milestone, full: 5, target: 2025-06-30}\n"
        "  - {code: c, name: 完成, kind: completion, full: 5, target: 10}\n"
    )
    facts = "unit,m,c\n甲,12,2025-06-30\n乙,/,8\n"

    found = refused(results, body, facts)

    assert [(problem.code, problem.cell) for problem in found] == [
        ("facts.not_a_date", "B2"),
        ("facts.not_a_number", "C2"),
    ]


def test_facts_of_a_day_keep_their_text():
    facts = read("unit,m\n甲,2025-06-30\n")

    [row] = [row for row in facts.rows() if row.indicator == "m"]
    assert row.value == "2025-06-30"
