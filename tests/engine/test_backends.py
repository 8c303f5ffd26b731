"""Every interpreter of a plan gives the digits of the reference: random rule books, random facts, shipped books."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gangmu.engine import facts as facts_files
from gangmu.engine.examples import facts_of as facts_of_example
from gangmu.engine.rulebook import load
from gangmu.engine.score_files import score_files
from gangmu.engine.scoring import score
from tests.engine import strategies
from tests.engine.pages import INDICES, REFERENCE, TABLE, book_of, rulebooks
from tests.engine.test_against_plain_fractions import GROUP, PROVEN, UNITS, facts_of

FAST = ["columnar"]
FILES = ["wide", "long", "doubles"]
ROOT = Path(__file__).parents[2]
PAGES = rulebooks(REFERENCE, TABLE, INDICES)
SHIPPED = [
    path
    for path in sorted((ROOT / "rulebooks").glob("*.yaml"))
    if (path.parent / "facts" / f"{path.stem}.csv").exists()
]


def outcome(results):
    """Everything a result says: a row a unit and node with exact value, print, rank, grade and reason."""
    return [row.as_json() for row in results.node_rows()]


def every_cell(results):
    """Every step of the plan, so that a wrong intermediate value does not hide behind a rounding."""
    return {
        step.name: [
            value if isinstance(value, Fraction) else value.state for value in cells(results, step.name)
        ]
        for step in results.plan.steps
    }


def cells(results, step):
    return [results.value(step, case) for case in results.cases]


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("book", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rule_books_come_out_the_same(book, backend):
    rules = load(book.read_text(encoding="utf-8"), str(book))
    facts = facts_files.read(ROOT / "rulebooks" / "facts" / f"{book.stem}.csv")

    assert outcome(score(rules, facts, backend)) == outcome(score(rules, facts))


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("block", PAGES.values(), ids=list(PAGES))
def test_the_pages_of_the_documentation_come_out_the_same(block, backend):
    """Every construct of the language: what only some interpreters know by themselves too."""
    book = book_of(block)
    for example in book.examples:
        facts = facts_of_example(example, book)

        expected = score(book, facts, grouped=False)
        found = score(book, facts, backend, grouped=False)

        assert every_cell(found) == every_cell(expected)
        assert outcome(found) == outcome(expected)


TOPS = [
    "total: {round: 2}\nmissing: none\nrank: {ties: share}",
    "missing: average\nnot_applicable: shared_out\nrank: {ties: mean, on: value}",
    "total: {combine: mean, show: 2}\nmissing: full\nrank: {ties: dense, on: printed}\nrounding: half_even",
    "total: {combine: geometric, show: 3}\nmissing: unscored\nrank: {ties: last}",
    "total: {combine: min}\nmissing: {points: 3}\nrounding: up",
    "total: {combine: trimmed, round: 1}\nmissing: out\nrounding: down",
    "total: {combine: weighted, cap: 90, floor: -5, round: 0}\nnot_applicable: full",
]
GRADES = """
grades:
  quota: half_up
  list: [{grade: 优, share: 40%, at_least: 10}, {grade: 良, places: 2}, {grade: 中}]
"""


@pytest.mark.parametrize("backend", FAST)
@given(data=st.data())
@PROVEN
def test_random_rule_books_and_facts_come_out_the_same(backend, data):
    kinds = data.draw(st.lists(st.sampled_from(sorted(strategies.PARAMETERS)), min_size=1, max_size=5))
    books = {f"x{n}": (kind, data.draw(strategies.indicators(kind))) for n, kind in enumerate(kinds)}
    given_facts = {code: data.draw(strategies.facts(kind, UNITS)) for code, (kind, _) in books.items()}
    body = "\n".join(strategies.written(code, kind, parameters) for code, (kind, parameters) in books.items())
    top = data.draw(st.sampled_from(TOPS))
    text = f"rulebook: random\ntitle: random\ngroups: {{a: A, b: B}}\n{top}\n{GRADES}\nindicators:\n{body}\n"
    facts = facts_of(given_facts)

    expected = score(load(text), facts)
    found = score(load(text), facts, backend)

    assert every_cell(found) == every_cell(expected)
    assert outcome(found) == outcome(expected)


@pytest.mark.parametrize("backend", FAST)
def test_units_are_counted_though_their_values_are_only_near(backend):
    """A logarithm is a double with a bound; how many there are is a whole number."""
    body = (
        '  - {code: a, name: a, kind: formula, full: 9, formula: "all_count(when(actual > 0, ln(actual)))"}\n'
    )
    rules = load(f"rulebook: count\ntitle: count\nindicators:\n{body}")
    facts = facts_files.read("unit,a\n甲,2\n乙,3\n丙,0\n".encode(), "facts.csv")

    assert outcome(score(rules, facts, backend)) == outcome(score(rules, facts))
    assert {row.value for row in score(rules, facts, backend).node_rows()} == {"2"}


PLAIN = sorted(set(strategies.PARAMETERS) - strategies.OF_EVENTS)


def wide_table(facts, given_facts, path, kind):
    """The facts as a wide Parquet file: decimals of six places, or doubles."""
    names = sorted(
        {f"{code}.{name}" for code, units in given_facts.items() for row in units.values() for name in row}
    )
    number = "DOUBLE" if kind == "doubles" else "DECIMAL(18, 6)"
    columns = ", ".join(f'"{name}" {number}' for name in names)
    connection = duckdb.connect()
    connection.execute(f'CREATE TABLE f (unit VARCHAR, "group" VARCHAR{", " + columns if columns else ""})')
    for unit in UNITS:
        values = [given_facts[name.partition(".")[0]][unit].get(name.partition(".")[2]) for name in names]
        row = [unit, GROUP[unit], *(None if value is None else written_as(value, kind) for value in values)]
        connection.execute(f"INSERT INTO f VALUES ({', '.join('?' * len(row))})", row)
    connection.execute(f"COPY f TO '{path}' (FORMAT parquet)")


def written_as(value, kind):
    return float(value) if kind == "doubles" else Decimal(value.numerator) / Decimal(value.denominator)


def long_table(facts, path):
    """The facts as the documented long form."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE f (unit VARCHAR, indicator VARCHAR, field VARCHAR, value VARCHAR)")
    for row in facts.rows():
        connection.execute(
            "INSERT INTO f VALUES (?, ?, ?, ?)", [row.unit, row.indicator, row.field, row.value]
        )
    connection.execute(f"COPY f TO '{path}' (FORMAT parquet)")


def key(row):
    return tuple(str(part) for part in row)


@pytest.mark.parametrize("form", FILES)
@given(data=st.data())
@settings(PROVEN, max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_files_come_out_the_same_in_duckdb(form, data, tmp_path_factory):
    kinds = data.draw(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=5))
    books = {f"x{n}": (kind, data.draw(strategies.indicators(kind))) for n, kind in enumerate(kinds)}
    given_facts = {code: data.draw(strategies.facts(kind, UNITS)) for code, (kind, _) in books.items()}
    body = "\n".join(strategies.written(code, kind, parameters) for code, (kind, parameters) in books.items())
    top = data.draw(st.sampled_from(TOPS))
    text = f"rulebook: random\ntitle: random\ngroups: {{a: A, b: B}}\n{top}\n{GRADES}\nindicators:\n{body}\n"
    facts = facts_of(given_facts)
    path = tmp_path_factory.mktemp("facts") / "facts.parquet"
    if form == "long":
        long_table(facts, path)
    else:
        wide_table(facts, given_facts, path, form)

    expected = score(load(text), facts)
    found = score_files(load(text), path, "duckdb")

    assert sorted(map(key, map(cell, found.node_rows()))) == sorted(map(key, map(cell, expected.node_rows())))


def cell(row):
    """All of a row but its reason, which only the reference words."""
    return (row.unit, row.group, row.node, row.value, row.printed, row.rank, row.grade)
