"""The pages about the rule language are executed: every block with examples is a rule book that holds."""

import pytest

from gangmu.engine import examples
from gangmu.engine.check import check
from gangmu.engine.kinds import kinds
from tests.engine.arithmetic import value_of
from tests.engine.pages import REFERENCE, TABLE, blocks, book_of, yaml_blocks

BLOCKS = blocks(REFERENCE, TABLE)


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


def test_every_line_of_the_table_is_a_rule_book_that_runs():
    assert len(yaml_blocks(TABLE)) == len(blocks(TABLE)) > 50


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
