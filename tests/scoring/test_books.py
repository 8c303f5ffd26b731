"""Rule books as stored: a version for every change of sense, a lock that nothing wrong passes."""

from __future__ import annotations

import pytest
from django.db import transaction

from gangmu.problems import InputRefused, Problems
from gangmu.records import batches, verifying
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.scoring import books, importing
from gangmu.scoring.models import StoredRuleBook
from gangmu.sheets.importing import Counts
from tests.factories.assessment import OFFICE, RULE_BOOK, stored
from tests.factories.log import sql

pytestmark = pytest.mark.django_db

STRICTER = RULE_BOOK.replace("at_least: 90", "at_least: 95")
WRONG_EXAMPLE = RULE_BOOK.replace("expect: {甲: 15}", "expect: {甲: 16}")
CONTRADICTION = RULE_BOOK.replace("full: {bureaus: 60, streets: 30}", "full: {bureaus: 61, streets: 30}")


def refused(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InputRefused) as caught:
        stored(text)
    return [(found.code, found.message.zh, found.cell) for found in caught.value.problems]


def imported(text: str) -> tuple[Counts, ImportBatch]:
    problems = Problems()
    with transaction.atomic():
        batch = batches.start(OFFICE, ["small.yaml"])
        counts = importing.run(text, "small.yaml", problems, OFFICE, batch)
    problems.raise_if_any()
    return counts, batch


def test_the_same_words_are_stored_once_whatever_their_layout():
    first = stored()

    assert books.store("# 说明\n" + RULE_BOOK, "small.yaml", OFFICE) == (first, False)
    assert StoredRuleBook.objects.count() == 1


def test_what_says_something_new_is_another_version():
    stored()

    second = stored(STRICTER)

    assert (second.version, books.latest("small"), books.of_year(2025)) == (2, second, second)


def test_contradictions_are_refused_with_their_lines_and_nothing_is_stored():
    lines = CONTRADICTION.splitlines()
    of_total = 1 + lines.index("total: {full: 100, round: 2}")
    of_section = 1 + lines.index("    full: {bureaus: 61, streets: 30}")

    assert refused(CONTRADICTION) == [
        ("rulebook.full", "“总分”：满分100分，各项合计101分（bureaus），差1分", f"line {of_total}"),
        ("rulebook.full", "第一条“经济”：满分61分，各项合计60分（bureaus），差1分", f"line {of_section}"),
    ]
    assert not StoredRuleBook.objects.exists()


def test_a_figure_that_the_catalogue_does_not_know_is_refused():
    found = refused(RULE_BOOK.replace("code: budget_revenue", "code: budget_revenues"))

    assert {code for code, _, _ in found} == {"rulebook.unknown_figure"}
    assert all("budget_revenues" in message for _, message, _ in found)


def test_a_rule_book_whose_example_fails_is_neither_stored_nor_locked():
    assert [found[:2] for found in refused(WRONG_EXAMPLE)] == [
        ("rulebook.example", "算例“开工一个得一半”不符：甲 应得 16，算得 15")
    ]

    entered_otherwise = stored()
    StoredRuleBook.objects.filter(pk=entered_otherwise.pk).update(text=WRONG_EXAMPLE)
    entered_otherwise.refresh_from_db()
    with pytest.raises(InputRefused):
        books.lock(entered_otherwise, OFFICE)
    entered_otherwise.refresh_from_db()
    assert entered_otherwise.locked_at is None


def test_locking_is_logged_once_with_who_did_it():
    book = stored()

    books.lock(book, Actor(None, "主任"))
    at = book.locked_at
    books.lock(book, OFFICE)

    book.refresh_from_db()
    assert (book.locked_at, book.locked_by) == (at, "主任")
    assert verifying.verify().ok


def test_a_year_has_one_rule_book_or_says_which_there_are():
    with pytest.raises(InputRefused, match="没有2025年的考核办法"):
        books.of_year(2025)
    stored()
    stored(RULE_BOOK.replace("rulebook: small", "rulebook: other"), "other.yaml")
    with pytest.raises(InputRefused, match="2025年有2个考核办法：other、small"):
        books.of_year(2025)


def test_an_import_tells_new_changed_and_known_rule_books_apart():
    assert imported(RULE_BOOK)[0] == Counts(created=1)
    assert imported(RULE_BOOK)[0] == Counts(unchanged=1)
    assert imported(STRICTER)[0] == Counts(changed=1)


def test_undoing_an_import_lets_the_version_before_stand_again():
    imported(RULE_BOOK)
    _, batch = imported(STRICTER)

    batches.undo(batch, OFFICE)

    standing = books.of_year(2025)
    assert (standing.version, books.opened(standing).digest) == (1, standing.digest)
    assert imported(STRICTER)[0] == Counts(changed=1)
    assert books.of_year(2025).version == 3


def test_an_import_whose_rule_book_is_locked_cannot_be_undone():
    _, batch = imported(RULE_BOOK)
    books.lock(books.of_year(2025), OFFICE)

    with pytest.raises(InputRefused, match="已锁定"):
        batches.undo(batch, OFFICE)


def test_a_text_changed_behind_the_logs_back_is_found():
    stored()

    sql("UPDATE scoring_storedrulebook SET text = %s", STRICTER)

    assert [(each.code, each.place) for each in verifying.verify().differs] == [
        ("row.changed", "rulebook/small/1")
    ]
