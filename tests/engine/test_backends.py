"""Every interpreter of a plan gives the digits of the reference: random rule books, random facts, shipped books."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gangmu.engine import facts as facts_files
from gangmu.engine.examples import facts_of as facts_of_example
from gangmu.engine.rulebook import load
from gangmu.engine.score_files import score_files
from gangmu.engine.scoring import score
from tests.engine import random_files, strategies
from tests.engine.pages import INDICES, REFERENCE, TABLE, book_of, rulebooks
from tests.engine.test_against_plain_fractions import PROVEN, UNITS, facts_of

FAST = ["columnar"]
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


@pytest.mark.parametrize("backend", FAST)
@given(data=st.data())
@PROVEN
def test_random_rule_books_and_facts_come_out_the_same(backend, data):
    text, given_facts = data.draw(random_files.books_and_facts(sorted(strategies.PARAMETERS)))
    facts = facts_of(given_facts)

    expected = score(load(text), facts)
    found = score(load(text), facts, backend)

    assert every_cell(found) == every_cell(expected)
    assert outcome(found) == outcome(expected)


@pytest.mark.parametrize("backend", FAST)
@given(data=st.data())
@settings(PROVEN, max_examples=30)
def test_unrounded_sums_of_many_quotients_come_out_the_same(backend, data):
    """Denominators that no 64 bits hold: doubles decide what they can, the reference what lies too near an edge."""
    many = data.draw(st.integers(20, 60))
    body = "\n".join(
        f"  - {{code: x{n}, name: x, kind: completion, full: 1.7, uncapped: yes}}" for n in range(many)
    )
    number = st.integers(1, 997).map(Fraction)
    given_facts = {
        f"x{n}": {unit: {"actual": data.draw(number), "target": data.draw(number)} for unit in UNITS[:3]}
        for n in range(many)
    }
    for n in range(many):
        given_facts[f"x{n}"]["丁"] = given_facts[f"x{n}"]["丙"]  # two units that tie exactly
    text = (
        "rulebook: sums\ntitle: sums\ngroups: {a: A, b: B}\ntotal: {round: 2}\nrank: {within: all}\n"
        f"indicators:\n{body}\n"
    )
    facts = facts_of(given_facts)

    expected = score(load(text), facts)
    found = score(load(text), facts, backend)

    assert every_cell(found) == every_cell(expected)
    assert outcome(found) == outcome(expected)


@pytest.mark.parametrize("form", random_files.FORMS)
@given(data=st.data())
@settings(PROVEN, max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_files_come_out_the_same_in_duckdb(form, data, tmp_path_factory):
    text, given_facts = data.draw(random_files.books_and_tables())
    path = random_files.written(given_facts, tmp_path_factory.mktemp("facts"), form)

    expected = score(load(text), facts_of(given_facts))
    found = score_files(load(text), path, "duckdb")

    assert random_files.cells(found) == random_files.cells(expected)
