"""The pages of the rule language are executed: every block with examples is a rule book that holds."""

import csv
import io

import pytest

from gangmu.engine import examples, facts
from gangmu.engine.check import check
from gangmu.engine.formulas import FUNCTIONS
from gangmu.engine.kinds import kinds
from gangmu.engine.scoring import score
from tests.engine.arithmetic import value_of
from tests.engine.pages import INDICES, REFERENCE, TABLE, blocks, book_of, rulebooks

BLOCKS = rulebooks(REFERENCE, TABLE, INDICES)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_every_example_of_the_pages_holds(block):
    outcomes = examples.run(book_of(block))

    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.ok] == []


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_the_arithmetic_of_the_pages_gives_what_their_examples_expect(block):
    for example in book_of(block).examples:
        for unit, digits in example.arithmetic.items():
            assert value_of(digits) == value_of(example.expect[unit]), (example.name, unit)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_no_block_of_the_pages_contradicts_itself(block):
    assert list(check(book_of(block))) == []


def test_the_whole_index_gives_the_scores_ranks_and_grades_its_page_shows():
    book = book_of(blocks(INDICES)[0])
    data, shown = blocks(INDICES, "csv")[:2]
    results = score(book, facts.read(data.encode(), "cities.csv"))

    computed = [
        {
            "unit": case.unit,
            **{node: results.printed(node, case) for node in ("green", "able", "total")},
            "rank": str(results.rank("total", case)),
            "grade": results.grades[case],
        }
        for case in results.cases
    ]

    assert computed == list(csv.DictReader(io.StringIO(shown)))


def test_every_line_of_the_table_is_a_rule_book_that_runs():
    assert len(blocks(TABLE)) == len(rulebooks(TABLE)) > 50


INHERITED = {"growth": "step"}
"""Kinds whose parameters are those of another, described there."""


@pytest.mark.parametrize("kind", kinds().values(), ids=list(kinds()))
def test_every_rule_kind_stands_on_the_page_with_each_of_its_parameters(kind):
    section = (
        REFERENCE.read_text().split(f"### {INHERITED.get(kind.code, kind.code)}\n")[1].split("\n### ")[0]
    )

    undocumented = [
        p.name for p in kind.parameters if f"`{p.name}" not in section and f"{p.name}:" not in section
    ]

    assert f"### {kind.code}\n" in REFERENCE.read_text()
    assert undocumented == []


FAMILIES = ("all_", "same_", "own_", "ever_")
"""Functions over other units than the group's, listed as a family on the page."""


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_of_formulas_stands_on_the_page(function):
    section = REFERENCE.read_text().split("## Formulas\n")[1].split("\n## ")[0]
    names = {function, *(function.replace(family, "group_") for family in FAMILIES)}
    names |= {name.removeprefix("group_") for name in names if "rank" in name}
    if function.startswith("known_"):
        names.add(function.removeprefix("known_"))

    assert any(f"`{name}`" in section or f"{name}(" in section for name in names)
