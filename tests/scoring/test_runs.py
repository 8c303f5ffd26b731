"""Scoring runs: the same rule book and facts are the same run, and what was kept proves itself."""

from __future__ import annotations

import pytest

from gangmu.engine.facts import Facts, Row
from gangmu.problems import InputRefused, Problems
from gangmu.records import verifying
from gangmu.scoring import books, runs
from gangmu.scoring.models import Run, StoredRuleBook
from tests.factories.assessment import OFFICE, RULE_BOOK, stored
from tests.factories.log import sql

pytestmark = pytest.mark.django_db


def facts(mark: str = "36") -> Facts:
    rows = [
        Row("A", "2025", "", "", "", "group", "经济部门", "units", "", "A"),
        Row(
            "A", "2025", "revenue", "", "", "actual", "9", "figures", "", "budget_revenue.value@2025、unit:A"
        ),
        Row("A", "2025", "revenue", "", "", "target", "10"),
        Row("A", "2025", "started", "", "", "", "1"),
        Row("A", "2025", "tasks", "", "", "", mark),
        Row("A", "2025", "honours", "先进集体", "", "level", "市级", "facts", "", "市府〔2025〕3号"),
    ]
    problems = Problems()
    found = Facts.of(rows, problems)
    problems.raise_if_any()
    return found


@pytest.fixture
def locked() -> StoredRuleBook:
    book = stored()
    books.lock(book, OFFICE)
    return book


def test_a_run_keeps_every_node_with_exact_value_printed_score_and_place(locked):
    run = runs.compute(locked, facts(), OFFICE)

    kept = run.scores.values_list("node", "value", "printed", "rank", "grade")
    assert list(kept) == [
        ("total", "79", "79.00", "1", "合格"),
        ("economy", "42", "42", "1", ""),
        ("revenue", "27", "27", "1", ""),
        ("started", "15", "15", "1", ""),
        ("work", "36", "36", "1", ""),
        ("tasks", "36", "36", "1", ""),
        ("extra", "1", "1", "1", ""),
        ("honours", "1", "1", "1", ""),
    ]
    assert (run.rulebook_digest, run.facts_digest) == (locked.digest, facts().digest)


def test_the_same_rule_book_and_facts_are_the_same_run(locked):
    first = runs.compute(locked, facts(), OFFICE)

    assert runs.compute(locked, facts("36.0"), OFFICE) == first
    other = runs.compute(locked, facts("35"), OFFICE)
    assert other != first
    assert runs.compute(locked, facts(), OFFICE) == first
    assert Run.objects.count() == 2


def test_a_rule_book_that_is_not_locked_scores_nothing():
    with pytest.raises(ValueError, match="locked"):
        runs.compute(stored(), facts(), OFFICE)


def test_facts_that_do_not_fit_are_refused_and_nothing_is_kept(locked):
    with pytest.raises(InputRefused) as caught:
        runs.compute(locked, facts("很好"), OFFICE)

    assert [found.code for found in caught.value.problems] == ["facts.not_a_number"]
    assert not Run.objects.exists()


def test_frozen_facts_thaw_to_the_same_facts_with_their_places():
    thawed = runs.thawed(runs.frozen(facts()))

    assert list(thawed.rows()) == list(facts().rows())
    assert (thawed.cases(), thawed.digest) == (facts().cases(), facts().digest)


def test_results_are_computed_again_from_what_the_run_kept(locked):
    run = runs.compute(locked, facts(), OFFICE)

    results = runs.results_of(run)

    assert (results.digest, results.book.digest) == (run.results_digest, run.rulebook_digest)


def test_a_run_that_does_not_come_out_again_is_refused(locked):
    run = runs.compute(locked, facts(), OFFICE)
    sql("UPDATE scoring_run SET facts = %s", runs.frozen(facts("40")))
    runs._recomputed.cache_clear()

    with pytest.raises(InputRefused, match="不一致"):
        runs.results_of(run)
    assert [(each.code, each.place) for each in verifying.verify().differs] == [
        ("row.changed", f"scoring_run/{run.pk}")
    ]


def test_a_score_changed_or_deleted_behind_the_logs_back_is_found(locked):
    run = runs.compute(locked, facts(), OFFICE)
    assert verifying.verify().ok

    sql("UPDATE scoring_score SET printed = '80.00' WHERE node = 'total'")
    assert [each.place for each in verifying.verify().differs] == [f"scoring_run/{run.pk}"]

    sql("UPDATE scoring_score SET printed = '79.00' WHERE node = 'total'")
    sql("DELETE FROM scoring_score WHERE node = 'honours'")
    assert [each.place for each in verifying.verify().differs] == [f"scoring_run/{run.pk}"]


def test_a_stored_rule_book_or_run_cannot_be_deleted(locked):
    run = runs.compute(locked, facts(), OFFICE)

    with pytest.raises(TypeError):
        run.delete()
    with pytest.raises(TypeError):
        locked.delete()


def test_rule_books_of_another_text_are_other_runs(locked):
    second = stored(RULE_BOOK.replace("市级: 1", "市级: 1.5"))
    books.lock(second, OFFICE)

    first_run, second_run = (runs.compute(book, facts(), OFFICE) for book in (locked, second))

    assert first_run.facts_digest == second_run.facts_digest
    totals = [run.scores.get(node="total").printed for run in (first_run, second_run)]
    assert totals == ["79.00", "79.50"]
