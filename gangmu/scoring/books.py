"""Stored rule books: a version for every text, a lock that no failing example passes."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Collection, Iterator

from django.db import transaction
from django.db.models import Max

from gangmu.engine import examples, rulebook
from gangmu.engine.check import check
from gangmu.engine.rulebook import RuleBook
from gangmu.problems import Problem, Problems, Text, refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, content_digest, record
from gangmu.records.models import ImportBatch
from gangmu.scoring.models import StoredRuleBook

SUBJECT = "rulebook"

_figures: list[Callable[[], Collection[str]]] = []


def register_figures(codes: Callable[[], Collection[str]]) -> None:
    """A storey above tells which figures a rule book may name; called from an app's `ready`."""
    if codes not in _figures:
        _figures.append(codes)


def known_figures() -> Collection[str] | None:
    """The codes a rule book may name; None where no storey above has figures."""
    return {code for codes in _figures for code in codes()} if _figures else None


def findings(book: RuleBook) -> Problems:
    """Everything that keeps a rule book from being used: contradictions and failing examples."""
    problems = check(book, known_figures())
    if not len(problems):
        problems.extend(_failing(book))
    return problems


def _failing(book: RuleBook) -> Iterator[Problem]:
    for outcome in examples.run(book):
        if not outcome.ok:
            yield Problem(
                "rulebook.example",
                Text(
                    f"算例“{outcome.example}”不符：{outcome.unit} 应得 {outcome.expected}，算得 {outcome.got}",
                    f'example "{outcome.example}" fails: {outcome.unit} expects {outcome.expected}, got {outcome.got}',
                ),
                Text("请改规则或算例", "change the rules or the example"),
                book.file,
                "",
                f"line {outcome.line}",
            )


@transaction.atomic
def store(
    text: str, file: str, actor: Actor, batch: ImportBatch | None = None
) -> tuple[StoredRuleBook, bool]:
    """The version that says this, and whether it is new. InputRefused lists what keeps the text from being used."""
    book = rulebook.load(text, file)
    findings(book).raise_if_any()
    standing = latest(book.code)
    if standing is not None and standing.digest == book.digest:
        return standing, False
    stored = StoredRuleBook.objects.create(
        code=book.code,
        version=_next_version(book.code),
        title_zh=book.title.zh,
        title_en=book.title.en,
        year=book.year,
        file=file,
        text=text,
        digest=book.digest,
        recorded_at=clock.now(),
        recorded_by=actor.name,
        batch=batch,
    )
    _log("rulebook.stored", stored, actor, batch)
    return stored, True


def _next_version(code: str) -> int:
    found = StoredRuleBook.objects.filter(code=code).aggregate(last=Max("version"))["last"]
    return int(found or 0) + 1


def latest(code: str) -> StoredRuleBook | None:
    """The newest version that was not withdrawn."""
    return StoredRuleBook.objects.filter(code=code, withdrawn_at__isnull=True).order_by("version").last()


def of_year(year: int) -> StoredRuleBook:
    """The one rule book of a year. InputRefused where there is none, or more than one."""
    rows = StoredRuleBook.objects.filter(year=str(year), withdrawn_at__isnull=True)
    found = {row.code: row for row in rows.order_by("version")}
    if len(found) != 1:
        listed = "、".join(sorted(found))
        raise refuse(
            "rulebook.of_year",
            f"{year}年有{len(found)}个考核办法：{listed}" if found else f"没有{year}年的考核办法",
            f"{year} has {len(found)} rule books: {listed}" if found else f"there is no rule book of {year}",
            "请只留一个：其余的改 year，或撤销其导入"
            if found
            else f'请把该年的考核办法（year: "{year}"）放进 declared/rulebooks 再导入',
            "keep one: give the others another `year`, or undo their import"
            if found
            else f'put one (year: "{year}") into declared/rulebooks and import it',
        )
    return next(iter(found.values()))


def opened(stored: StoredRuleBook) -> RuleBook:
    """The rule book as the engine reads it."""
    return _opened(stored.text, stored.file)


@functools.lru_cache(maxsize=16)
def _opened(text: str, file: str) -> RuleBook:
    """Parsed once: every page of results asks for it."""
    return rulebook.load(text, file)


@transaction.atomic
def lock(stored: StoredRuleBook, actor: Actor) -> None:
    """Lock a version, so that a cycle can rest on it. InputRefused while anything speaks against it."""
    if stored.locked_at is not None:
        return
    if stored.withdrawn_at is not None:
        raise refuse(
            "rulebook.withdrawn",
            f"{stored} 已撤销",
            f"{stored} was withdrawn",
            "请用另一版",
            "use another version",
        )
    findings(opened(stored)).raise_if_any()
    stored.locked_at, stored.locked_by = clock.now(), actor.name
    stored.save(update_fields=["locked_at", "locked_by"])
    _log("rulebook.locked", stored, actor)


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Undo an import: its versions are withdrawn. InputRefused where a cycle already rests on one."""
    made = list(StoredRuleBook.objects.filter(batch=batch, withdrawn_at__isnull=True))
    for stored in made:
        if stored.locked_at is not None:
            raise refuse(
                "rulebook.locked",
                f"{stored} 已锁定，不能撤销",
                f"{stored} is locked and cannot be withdrawn",
                "请导入新版本",
                "import a new version",
            )
        stored.withdrawn_at = clock.now()
        stored.save(update_fields=["withdrawn_at"])
        _log("rulebook.withdrawn", stored, actor)
    return len(made)


def current_digests() -> Iterator[tuple[str, str]]:
    for stored in StoredRuleBook.objects.order_by("id").iterator(chunk_size=100):
        yield subject_key(stored), row_digest(stored)


def subject_key(stored: StoredRuleBook) -> str:
    return f"{stored.code}/{stored.version}"


def row_digest(stored: StoredRuleBook) -> str:
    return content_digest(
        [
            *(stored.code, stored.version, stored.title_zh, stored.title_en, stored.year, stored.file),
            *(stored.text, stored.digest, stored.recorded_by, stored.locked_by),
            *(_said(moment) for moment in (stored.recorded_at, stored.locked_at, stored.withdrawn_at)),
        ]
    )


def _said(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat() if moment else ""


def _log(action: str, stored: StoredRuleBook, actor: Actor, batch: ImportBatch | None = None) -> None:
    detail: dict[str, object] = {"title": stored.title_zh, "digest": stored.digest}
    if batch is not None:
        detail["batch"] = batch.pk
    record(actor, Change(action, SUBJECT, subject_key(stored), row_digest(stored), detail))
