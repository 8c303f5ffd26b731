"""Opening a cycle on a locked rule book, and changing to another version for a stated reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db import transaction

from gangmu.assessment.models import Cycle
from gangmu.org.permissions import require
from gangmu.problems import refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, content_digest, record
from gangmu.records.periods import Period
from gangmu.scoring import books
from gangmu.scoring.models import StoredRuleBook

SUBJECT = "cycle"


@transaction.atomic
def open_cycle(period: Period, stored: StoredRuleBook, actor: Actor, plan_ref: str = "") -> Cycle:
    """Open the cycle of a period; its rule book is locked.

    InputRefused while an example of it fails; PermissionDenied without `rulebook.lock`.
    """
    _may_lock(actor)
    books.lock(stored, actor)
    cycle = Cycle.objects.create(
        period=period.code,
        rulebook=stored,
        plan_ref=plan_ref,
        opened_at=clock.now(),
        opened_by=actor.name,
    )
    log("cycle.opened", cycle, actor)
    return cycle


@transaction.atomic
def adopt(cycle: Cycle, stored: StoredRuleBook, actor: Actor, reason: str) -> None:
    """Rest an open cycle on another version. The reason is logged; results already computed stay on record."""
    if cycle.frozen:
        raise refuse(
            "cycle.frozen",
            f"{cycle.period} {cycle.get_state_display()}，不能改用另一版考核办法",
            f"{cycle.period} is {cycle.state}: its rule book stays",
            "结果公布前可由目标办负责人重新开放",
            "until it is published the head of the goal office may reopen it",
        )
    require_reason(reason)
    _may_lock(actor)
    books.lock(stored, actor)
    cycle.rulebook = stored
    cycle.save(update_fields=["rulebook"])
    log("cycle.adopted", cycle, actor, reason)


def refuse_when_frozen(period: str) -> None:
    """InputRefused where the facts of a period may no longer change."""
    cycle = Cycle.objects.filter(period=period).exclude(state=Cycle.State.OPEN).first()
    if cycle is not None:
        raise refuse(
            "cycle.frozen",
            f"{cycle.label.zh}{cycle.get_state_display()}，考核数据不能再改",
            f"the facts of the {cycle.label.en} are frozen",
            "确需更正的，由目标办负责人写明理由重新开放",
            "to correct them the head of the goal office reopens the cycle with a reason",
        )


def not_scored(cycle: Cycle) -> Exception:
    return refuse(
        "cycle.not_scored",
        f"{cycle.period} 还没有计分",
        f"{cycle.period} has not been scored",
        f"请先运行 gangmu score {cycle.period}",
        f"run gangmu score {cycle.period} first",
    )


def _may_lock(actor: Actor) -> None:
    """The operator of the machine may; a user by the table of permissions."""
    if actor.user is not None:
        require(actor.user, "rulebook.lock")


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise refuse(
            "cycle.reason",
            "请写明理由",
            "a reason is needed",
            "例如依据文号",
            "such as a document number",
        )


def of_period(code: str | None, actor: Actor) -> Cycle:
    """The cycle of a period (the last closed year by default), opened on the year's rule book if need be."""
    period = Period.parse(code) if code else Period.of_year(clock.today().year - 1)
    cycle = Cycle.objects.select_related("rulebook").filter(period=period.code).first()
    return cycle or open_cycle(period, books.of_year(period.year), actor)


def existing(code: str | None) -> Cycle:
    """The cycle of a period, or the last scored one. InputRefused where there is none."""
    cycles = Cycle.objects.select_related("rulebook")
    found = cycles.filter(period=Period.parse(code).code) if code else cycles.filter(runs__isnull=False)
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
    for cycle in Cycle.objects.select_related("rulebook").order_by("id"):
        yield cycle.period, row_digest(cycle)


def row_digest(cycle: Cycle) -> str:
    opened = cycle.opened_at.astimezone(datetime.UTC).isoformat()
    book = books.subject_key(cycle.rulebook)
    return content_digest([cycle.period, book, cycle.state, cycle.plan_ref, opened, cycle.opened_by])


def log(action: str, cycle: Cycle, actor: Actor, reason: str = "") -> None:
    """Log what became of a cycle, with the digest of the results that stand."""
    detail = {"rulebook": books.subject_key(cycle.rulebook), "digest": cycle.rulebook.digest}
    standing = cycle.runs.select_related("run").order_by("id").last()
    if standing is not None:
        detail["results"] = standing.run.results_digest
    record(actor, Change(action, SUBJECT, cycle.period, row_digest(cycle), detail, reason))
