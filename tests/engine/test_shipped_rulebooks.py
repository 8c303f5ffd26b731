"""The rule books that ship: free of contradictions, their examples hold, and their arithmetic says the same."""

import pytest

from gangmu.engine import examples, facts, samples
from gangmu.engine.check import check
from gangmu.engine.explanation import explain
from gangmu.engine.numbers import read
from gangmu.engine.rulebook import load
from gangmu.engine.scoring import score
from tests.engine.arithmetic import value_of

BOOKS = [load(path.read_text(), path.name) for path in samples.files()]
INDICES = ("UNDP", "ASEM")
"""Publishers of indices, whose methods have no clauses."""
REAL = [book for book in BOOKS if book.real]
ASSESSMENTS = [book for book in REAL if book.place and book.place not in INDICES]
NAMES = [book.code for book in BOOKS]
WITH_FACTS = [path.stem for path in sorted((samples.folder() / "facts").glob("*.csv"))]


@pytest.mark.parametrize("book", BOOKS, ids=NAMES)
def test_a_shipped_rule_book_has_no_contradiction_it_does_not_own_up_to(book):
    assert list(check(book)) == []


@pytest.mark.parametrize("book", BOOKS, ids=NAMES)
def test_every_worked_example_holds(book):
    outcomes = examples.run(book)

    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.ok] == []


@pytest.mark.parametrize("book", BOOKS, ids=NAMES)
def test_every_example_states_its_arithmetic_and_the_arithmetic_gives_what_is_expected(book):
    for example in book.examples:
        for unit, digits in example.arithmetic.items():
            assert value_of(digits) == read(example.expect[unit]), (example.name, unit)


def test_at_least_eight_are_published_assessments_with_place_year_source_and_holes():
    published = [book for book in ASSESSMENTS if book.year and book.source.startswith("http")]

    assert published == ASSESSMENTS
    assert len(published) >= 8
    assert [book.code for book in published if not book.holes] == []
    assert [book.code for book in published if book.code not in WITH_FACTS] == []
    assert all(node.clause for book in published for node in book.indicators())


@pytest.mark.parametrize("book", ASSESSMENTS, ids=[book.code for book in ASSESSMENTS])
def test_every_score_an_example_of_a_published_assessment_expects_has_its_arithmetic(book):
    without = [
        (example.name, unit)
        for example in book.examples
        for unit, wanted in example.expect.items()
        if wanted != examples.MISSING and unit not in example.arithmetic
    ]

    assert without == []


def test_the_list_of_published_rule_books_says_what_they_hold():
    page = (samples.folder() / "README.md").read_text()

    missing = [row for book in ASSESSMENTS if (row := _row(book)) not in page]
    assert missing == []


def _row(book):
    expected = sum(len(e.expect) + len(e.ranks) + len(e.grades) + len(e.rewards) for e in book.examples)
    return f"| [{book.code}]({book.code}.yaml) | {book.title.zh} | {book.place} | {book.year} | {len(list(book.indicators()))} | {expected} | {len(book.holes)} |"


@pytest.mark.parametrize("name", WITH_FACTS)
def test_a_shipped_rule_book_scores_the_facts_beside_it_and_explains_every_unit(name):
    book = next(book for book in BOOKS if book.code == name)
    results = score(book, facts.read(samples.folder() / "facts" / f"{name}.csv"))

    assert all(row.total is not None for row in results.rows())
    for case in results.cases:
        for node in explain(results, case.unit).walk():
            assert node.sentence.zh and node.sentence.en, node.node
            assert "{" not in node.sentence.zh + node.sentence.en + node.next.zh, node.node


@pytest.mark.parametrize("name", [name for name in WITH_FACTS if name != "gongxiao"])
def test_invented_facts_say_in_every_row_that_they_are_invented(name):
    lines = (samples.folder() / "facts" / f"{name}.csv").read_text().splitlines()

    assert lines[0].endswith(",remark")
    assert all(line.endswith(",虚构") for line in lines[1:])
