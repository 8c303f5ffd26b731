"""Every interpreter of a plan gives the digits of the reference: random rule books, random facts, shipped books."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangmu.engine import facts as facts_files
from gangmu.engine.examples import facts_of as facts_of_example
from gangmu.engine.rulebook import load
from gangmu.engine.scoring import score
from tests.engine import strategies
from tests.engine.pages import book_of, rulebooks
from tests.engine.test_against_plain_fractions import PROVEN, UNITS, facts_of

FAST = ["columnar"]
ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "rulebooks").glob("*.yaml"))


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
    given_facts = ROOT / "rulebooks" / "facts" / f"{book.stem}.csv"
    if not given_facts.exists():
        given_facts = None
    for facts in [facts_files.read(given_facts)] if given_facts else []:
        assert outcome(score(rules, facts, backend)) == outcome(score(rules, facts))


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("block", [pytest.param(b, id=str(n)) for n, b in enumerate(rulebooks("indices.md"))])
def test_the_indices_of_the_documentation_come_out_the_same(block, backend):
    """Steps, gaps, outliers, periods and attributes: what only some interpreters know by themselves."""
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
