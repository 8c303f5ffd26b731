"""The reference of the rule language is executed: every block with examples is a rule book that holds."""

import re
from pathlib import Path

import pytest

from gangmu.engine import examples
from gangmu.engine.kinds import kinds
from gangmu.engine.rulebook import load
from tests.engine.arithmetic import value_of

PAGE = Path(__file__).parents[2] / "docs" / "rulebook.md"
BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S) if "examples:" in block]


def book_of(block):
    return load(block if "rulebook:" in block else f"rulebook: page\ntitle: page\n{block}", "rulebook.md")


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_page_holds(block):
    outcomes = examples.run(book_of(block))

    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.ok] == []


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_arithmetic_of_the_page_gives_what_its_examples_expect(block):
    for example in book_of(block).examples:
        for unit, digits in example.arithmetic.items():
            assert value_of(digits) == value_of(example.expect[unit]), (example.name, unit)


INHERITED = {"growth": "step"}
"""Kinds whose parameters are those of another, described there."""


@pytest.mark.parametrize("kind", kinds().values(), ids=list(kinds()))
def test_every_rule_kind_stands_on_the_page_with_each_of_its_parameters(kind):
    section = PAGE.read_text().split(f"### {INHERITED.get(kind.code, kind.code)}\n")[1].split("\n### ")[0]

    undocumented = [
        p.name for p in kind.parameters if f"`{p.name}" not in section and f"{p.name}:" not in section
    ]

    assert f"### {kind.code}\n" in PAGE.read_text()
    assert undocumented == []
