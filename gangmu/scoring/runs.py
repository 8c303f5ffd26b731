"""Scoring runs: rule book and facts by their digests, results kept; the same digests give the same run."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterator
from dataclasses import astuple

from django.db import transaction

from gangmu.engine import scoring
from gangmu.engine.facts import Case, Facts, Row
from gangmu.engine.scoring import Results
from gangmu.problems import Problems, refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, canonical, content_digest, record
from gangmu.scoring import books
from gangmu.scoring.models import Run, Score, StoredRuleBook

SUBJECT = "scoring_run"


@transaction.atomic
def compute(stored: StoredRuleBook, facts: Facts, actor: Actor, backend: str = "reference") -> Run:
    """Score frozen facts by a locked rule book and keep the results. What was computed before is given back.

    InputRefused lists what is wrong with the facts; ValueError for a rule book that is not locked.
    """
    if stored.locked_at is None:
        raise ValueError("only a locked rule book is scored with")
    done = Run.objects.filter(rulebook=stored, facts_digest=facts.digest).order_by("id").last()
    if done is not None:
        return done
    results = scoring.score(books.opened(stored), facts, backend)
    run = Run.objects.create(
        rulebook=stored,
        rulebook_digest=stored.digest,
        facts=frozen(facts),
        facts_digest=facts.digest,
        results_digest=results.digest,
        backend=backend,
        at=clock.now(),
        by_name=actor.name,
    )
    Score.objects.bulk_create(_scores(run, results), batch_size=500)
    detail = {"rulebook": stored.digest, "facts": run.facts_digest, "results": run.results_digest}
    record(actor, Change("score.run", SUBJECT, str(run.pk), row_digest(run), detail))
    return run


def _scores(run: Run, results: Results) -> Iterator[Score]:
    for row in results.node_rows():
        yield Score(
            run=run,
            unit=row.unit,
            period=row.period,
            group=row.group,
            node=row.node,
            value=row.value or "",
            printed=row.printed or "",
            rank=row.rank or "",
            grade=row.grade or "",
            note_zh=row.note.zh[:300],
            note_en=row.note.en[:300],
        )


def frozen(facts: Facts) -> str:
    """The facts as JSON: units in their order, rows with the place each came from."""
    cases = [[case.unit, case.period] for case in facts.order]
    return canonical({"cases": cases, "rows": [list(astuple(row)) for row in facts.rows()]})


def thawed(text: str) -> Facts:
    """The facts as they were frozen."""
    said = json.loads(text)
    problems = Problems()
    facts = Facts()
    for unit, period in said["cases"]:
        facts.order.setdefault(Case(unit, period))
    for values in said["rows"]:
        facts.add(Row(*values), problems)
    problems.raise_if_any()
    return facts


def results_of(run: Run) -> Results:
    """The results of a run with every step behind them, computed again from what the run kept.

    InputRefused where they are not those the run recorded: something was changed behind the log's back.
    """
    return _recomputed(run.pk, run.results_digest)


@functools.lru_cache(maxsize=8)
def _recomputed(key: int, digest: str) -> Results:
    run = Run.objects.select_related("rulebook").get(pk=key)
    results = scoring.score(books.opened(run.rulebook), thawed(run.facts), run.backend)
    if results.digest != digest or run.rulebook_digest != results.book.digest:
        raise refuse(
            "run.differs",
            f"第{key}次计分重新计算的结果与当时不一致",
            f"run {key} computed again gives other results",
            "请运行 gangmu log verify 核查",
            "run gangmu log verify",
        )
    return results


def current_digests() -> Iterator[tuple[str, str]]:
    for run in Run.objects.order_by("id").iterator(chunk_size=50):
        yield str(run.pk), row_digest(run)


def row_digest(run: Run) -> str:
    """Of the run and of every score it kept."""
    scores = run.scores.order_by("id").values_list(
        "unit", "period", "group", "node", "value", "printed", "rank", "grade", "note_zh", "note_en"
    )
    return content_digest(
        [
            *(run.rulebook_id, run.rulebook_digest, run.facts, run.facts_digest, run.results_digest),
            *(run.backend, run.by_name, run.at.astimezone(datetime.UTC).isoformat()),
            [list(score) for score in scores],
        ]
    )
