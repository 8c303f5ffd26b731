"""Opening a cycle on a locked rule book, and changing to another version for a stated reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db import transaction

from gangmu.assessment.models import Cycle
from gangmu.problems import refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, content_digest, record
from gangmu.records.periods import Period
from gangmu.scoring import books
from gangmu.scoring.models import StoredRuleBook

SUBJECT = "cycle"


@transaction.atomic
def open_cycle(period: Period, stored: StoredRuleBook, actor: Actor) -> Cycle:
    """Open the cycle of a period; its rule book is locked. InputRefused while an example of it fails."""
    books.lock(stored, actor)
    cycle = Cycle.objects.create(
        period=period.code, rulebook=stored, opened_at=clock.now(), opened_by=actor.name
    )
    _log("cycle.opened", cycle, actor)
    return cycle


@transaction.atomic
def adopt(cycle: Cycle, stored: StoredRuleBook, actor: Actor, reason: str) -> None:
    """Rest a cycle on another version. The reason is logged; results already computed stay on record."""
    if not reason.strip():
        raise refuse(
            "cycle.reason",
            "请写明改用的理由",
            "a reason is needed",
            "例如依据文号",
            "such as a document number",
        )
    books.lock(stored, actor)
    cycle.rulebook = stored
    cycle.state = Cycle.State.OPEN
    cycle.save(update_fields=["rulebook", "state"])
    _log("cycle.adopted", cycle, actor, reason)


def scored(cycle: Cycle, actor: Actor) -> None:
    """A run stands for the cycle."""
    if cycle.state != Cycle.State.SCORED:
        cycle.state = Cycle.State.SCORED
        cycle.save(update_fields=["state"])
        _log("cycle.scored", cycle, actor)


def of_period(code: str | None, actor: Actor) -> Cycle:
    """The cycle of a period (the last closed year by default), opened on the year's rule book if need be."""
    period = Period.parse(code) if code else Period.of_year(clock.today().year - 1)
    cycle = Cycle.objects.select_related("rulebook").filter(period=period.code).first()
    return cycle or open_cycle(period, books.of_year(period.year), actor)


def existing(code: str | None) -> Cycle:
    """The cycle of a period, or the last scored one. InputRefused where there is none."""
    cycles = Cycle.objects.select_related("rulebook")
    found = cycles.filter(period=Period.parse(code).code) if code else cycles.filter(state=Cycle.State.SCORED)
    cycle = found.order_by("period").last()
    if cycle is None:
        said = code or ""
        raise refuse(
            "cycle.none",
            f"还没有考核周期 {said}".rstrip(),
            f"there is no cycle {said}".rstrip(),
            f"请先运行 gangmu score {said}".rstrip(),
            f"run gangmu score {said} first",
        )
    return cycle


def newer_rulebook(cycle: Cycle) -> StoredRuleBook | None:
    """A version imported after the one the cycle rests on."""
    latest = books.latest(cycle.rulebook.code)
    return latest if latest is not None and latest.version > cycle.rulebook.version else None


def current_digests() -> Iterator[tuple[str, str]]:
    for cycle in Cycle.objects.order_by("id"):
        yield cycle.period, row_digest(cycle)


def row_digest(cycle: Cycle) -> str:
    opened = cycle.opened_at.astimezone(datetime.UTC).isoformat()
    return content_digest([cycle.period, cycle.rulebook_id, cycle.state, opened, cycle.opened_by])


def _log(action: str, cycle: Cycle, actor: Actor, reason: str = "") -> None:
    detail = {"rulebook": books.subject_key(cycle.rulebook), "digest": cycle.rulebook.digest}
    record(actor, Change(action, SUBJECT, cycle.period, row_digest(cycle), detail, reason))
