"""The steps of a supervision item: 拟办 立项 交办 签收（改派） 办理 反馈 审核（退办） 办结.

Each step is one transaction: permission asked, stage moved, log written, duties opened and closed.
A reply is written by the unit's reporter and takes effect when its head has signed it, on screen or on paper.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from gangmu.drive import following
from gangmu.drive.duties import bring_up_to_date
from gangmu.drive.following import ACCEPTED_VERDICT, LEDGER, RETURNED_VERDICT, Item, Reply, item_of
from gangmu.ledgers import clocks, entries
from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry
from gangmu.ledgers.register import Clock
from gangmu.ledgers.writing import SUBJECT
from gangmu.org.models import Unit
from gangmu.org.permissions import require
from gangmu.problems import InputRefused, refuse
from gangmu.records import clock, deadlines
from gangmu.records.deadlines import Rule
from gangmu.records.log import Actor
from gangmu.records.models import Evidence

NAME_LIMIT = 40
ON_PAPER = "（签批扫描件）"


@transaction.atomic
def draft(values: Mapping[str, object], actor: Actor, *, number: str = "") -> Entry:
    """拟办: a new item; its values by field code (`gangmu/ledgers/declared/supervision.yaml`)."""
    _require(actor, "supervision.assign")
    entry = entries.create(get(LEDGER), values, actor, number=number)
    return _done(entry)


@transaction.atomic
def approve(
    entry: Entry, on: datetime.date, actor: Actor, *, values: Mapping[str, object] | None = None
) -> Entry:
    """立项: the head of the office approves it; `values` may complete it."""
    entries.move(entry, following.APPROVED, on, actor, values=values, by_step=True)
    return _done(entry)


@transaction.atomic
def assign(
    entry: Entry,
    on: datetime.date,
    actor: Actor,
    *,
    unit: Unit | None = None,
    values: Mapping[str, object] | None = None,
) -> Entry:
    """交办: the notice goes out and the clock runs. `unit`: another lead unit than before (after 改派).

    The deadline follows from the item's source unless `values` give `due_on`.
    """
    _require(actor, "supervision.assign")
    given = dict(values or {})
    if unit is not None:
        given["unit"] = unit.code
    item = item_of(entry)
    if item.stage == following.REASSIGNED and clocks.rule_of(_limit(), {"source": item.source}):
        given.setdefault("due_on", None)  # the limit of its source runs anew from this day
    entries.move(entry, following.ASSIGNED, on, actor, values=given, by_step=True)
    return _done(entry)


@transaction.atomic
def accept(entry: Entry, on: datetime.date, actor: Actor) -> Entry:
    """签收: the lead unit takes it on and begins."""
    _require(actor, "supervision.accept", item_of(entry).unit)
    entries.move(entry, following.ACCEPTED, on, actor, by_step=True)
    entries.move(entry, following.HANDLING, on, actor, by_step=True)
    return _done(entry)


@transaction.atomic
def decline(entry: Entry, on: datetime.date, actor: Actor, reason: str) -> Entry:
    """改派: not this unit's duty; it goes back to the office with the reason."""
    _require(actor, "supervision.accept", item_of(entry).unit)
    _need_words(reason, "改派", "declining it")
    entries.move(
        entry, following.REASSIGNED, on, actor, reason, values={"returned_because": reason}, by_step=True
    )
    return _done(entry)


@transaction.atomic
def reply(
    entry: Entry,
    text: str,
    actor: Actor,
    *,
    on: datetime.date | None = None,
    progress: Decimal | None = None,
    next_step: str = "",
    difficulty: str = "",
    unit: Unit | None = None,
    expected_version: int | None = None,
) -> Entry:
    """反馈, written: by the reporter of the lead unit or, as `unit`, of a supporting one. It waits for its signature.

    A reply of the same unit and day that is not signed, or was sent back, is written over; its history stays.
    """
    item = item_of(entry)
    unit = unit or (actor.user.unit if actor.user and actor.user.unit else item.unit)
    _require(actor, "supervision.reply", unit)
    if item.stage not in following.WITH_THE_UNIT:
        raise _not_now(item, "反馈", "reply to")
    day = on or clock.today()
    said = {
        "replied_on": day,
        "unit": unit.code,
        "text": text,
        "progress": progress,
        "next_step": next_step or None,
        "difficulty": difficulty or None,
        "written_by": _hand(actor),
    }
    same = next((one for one in item.replies if (one.unit, one.on) == (unit.code, day)), None)
    if same is None:
        entries.add_line(entry, "replies", said, actor, expected_version, by_step=True)
    elif same.is_signed and same.verdict != RETURNED_VERDICT:
        raise _signed_already(same)
    else:
        unsigned = {"signed_by": None, "signed_on": None, "verdict": None, "verdict_words": None}
        entries.change_line(
            entry, "replies", same.key, {**said, **unsigned}, actor, expected_version, by_step=True
        )
    return _done(entry)


@transaction.atomic
def sign(
    entry: Entry, on: datetime.date, actor: Actor, *, signed_by: str = "", scan: Evidence | None = None
) -> Entry:
    """反馈, signed: the head of the lead unit signs the last reply, and it goes to the office.

    A reporter may file what was signed on paper: `signed_by` names the signer, `scan` is the signed sheet,
    kept as evidence of this item. Nobody signs on screen what he wrote himself.
    """
    item = item_of(entry)
    waiting = item.unsigned
    if waiting is None or item.stage not in following.WITH_THE_UNIT:
        raise _not_now(item, "签批", "sign")
    signer = _signer(item, waiting, actor, signed_by, scan)
    entries.change_line(
        entry, "replies", waiting.key, {"signed_by": signer, "signed_on": on}, actor, by_step=True
    )
    if item.stage == following.ACCEPTED:
        entries.move(entry, following.HANDLING, on, actor, by_step=True)
    values = {"progress": waiting.progress} if waiting.progress is not None else {}
    entries.move(entry, following.REPLIED, on, actor, values=values, by_step=True)
    return _done(entry)


@transaction.atomic
def verify(entry: Entry, on: datetime.date, actor: Actor, words: str = "") -> Entry:
    """审核通过, and the work goes on: the next reply falls due by the item's rhythm."""
    _review(entry, on, actor, words)
    entries.move(entry, following.HANDLING, on, actor, by_step=True)
    return _done(entry)


@transaction.atomic
def send_back(entry: Entry, on: datetime.date, actor: Actor, reason: str) -> Entry:
    """退办: the reply does not do, and the reason says why."""
    _require(actor, "supervision.verify")
    _need_words(reason, "退办", "sending it back")
    item = item_of(entry)
    if item.stage not in (following.REPLIED, following.REVIEWED, following.CLOSED):
        raise _not_now(item, "退办", "send back")
    if item.last_reply:
        verdict = {"verdict": RETURNED_VERDICT, "verdict_words": reason}
        entries.change_line(entry, "replies", item.last_reply.key, verdict, actor, by_step=True)
    entries.move(
        entry, following.RETURNED, on, actor, reason, values={"returned_because": reason}, by_step=True
    )
    return _done(entry)


@transaction.atomic
def close(entry: Entry, on: datetime.date, actor: Actor, conclusion: str, words: str = "") -> Entry:
    """办结: with its conclusion. A signed reply that waits for review is reviewed in the same act."""
    _need_words(conclusion, "办结", "closing it")
    _reviewed(entry, on, actor, words)
    entries.move(entry, following.CLOSED, on, actor, values={"conclusion": conclusion}, by_step=True)
    return _done(entry)


@transaction.atomic
def keep_up(entry: Entry, on: datetime.date, actor: Actor, note: str, words: str = "") -> Entry:
    """长期坚持: an end of its own for what is kept up for good; decided by the head of the office."""
    _need_words(note, "转为长期坚持", "keeping it up for good")
    _reviewed(entry, on, actor, words)
    entries.move(entry, following.LONG_TERM, on, actor, note, values={"conclusion": note}, by_step=True)
    return _done(entry)


@transaction.atomic
def extend(
    entry: Entry, days: int, because: str, asked_on: datetime.date, granted_by: str, actor: Actor
) -> Entry:
    """延期: asked before the day, granted by the one the register names, as often and as long as it allows.

    Raises InputRefused from `records.deadlines.extend`.
    """
    _require(actor, "supervision.assign")
    _need_words(because, "延期", "an extension")
    item, limit = item_of(entry), _limit()
    if item.due_on is None or item.stage not in (following.ASSIGNED, *following.WITH_THE_UNIT):
        raise _not_now(item, "延期", "extend")
    granted = sum(line.kind == "extensions" for line in entries.standing(entry).state.lines)
    rule = Rule(days, limit.kind, extension=limit.extension)
    deadlines.extend(rule, item.due_on, asked_on, days, granted)
    new = deadlines.due(rule, item.due_on)
    line = {
        "asked_on": asked_on,
        "days": days,
        "because": because,
        "granted_by": granted_by,
        "granted_on": clock.today(),
        "new_due_on": new,
    }
    entries.add_line(entry, "extensions", line, actor, by_step=True)
    entries.change(entry, {"due_on": new}, actor, reason=f"延期：{because}")
    return _done(entry)


def _done(entry: Entry) -> Entry:
    """Duties follow every step, in its transaction."""
    bring_up_to_date(item_of(entry))
    return entry


def _limit() -> Clock:
    """The declared clock of an item's deadline."""
    return next(one for one in get(LEDGER).clocks if one.sets == "due_on")


def _require(actor: Actor, permission: str, unit: Unit | None = None) -> None:
    """An actor without an account is the operator of the machine: it may, and the log names it."""
    if actor.user is not None:
        require(actor.user, permission, unit)


def _hand(actor: Actor) -> str:
    """How a person's hand is named on a reply: name and account, so that namesakes are told apart."""
    return actor.name[:NAME_LIMIT]


def _signer(item: Item, waiting: Reply, actor: Actor, signed_by: str, scan: Evidence | None) -> str:
    if scan is not None:
        _require(actor, "supervision.reply", item.unit)
        if not signed_by or (scan.subject_kind, scan.subject_key) != (SUBJECT, f"{LEDGER}/{item.number}"):
            raise _scan_proves_nothing()
        return f"{signed_by[: NAME_LIMIT - len(ON_PAPER)]}{ON_PAPER}"
    _require(actor, "supervision.sign", item.unit)
    if _hand(actor) == waiting.written_by and actor.user is not None:
        raise PermissionDenied("supervision.sign")
    return (signed_by if actor.user is None else "")[:NAME_LIMIT] or _hand(actor)


def _reviewed(entry: Entry, on: datetime.date, actor: Actor, words: str) -> None:
    """Review the reply that waits for it; an item that was reviewed, or kept up for good, needs none."""
    _require(actor, "supervision.verify")
    if item_of(entry).stage not in (following.REVIEWED, following.LONG_TERM):
        _review(entry, on, actor, words)


def _review(entry: Entry, on: datetime.date, actor: Actor, words: str) -> None:
    """Who wrote or signed a reply never reviews it."""
    _require(actor, "supervision.verify")
    item = item_of(entry)
    waiting = item.last_reply
    if item.stage != following.REPLIED or waiting is None:
        raise _not_now(item, "审核", "review")
    if actor.user is not None and _hand(actor) in (waiting.written_by, waiting.signed_by):
        raise PermissionDenied("supervision.verify")
    verdict = {"verdict": ACCEPTED_VERDICT, "verdict_words": words or None}
    entries.change_line(entry, "replies", waiting.key, verdict, actor, by_step=True)
    entries.move(entry, following.REVIEWED, on, actor, words, by_step=True)


def _need_words(words: str, zh: str, en: str) -> None:
    if not words.strip():
        raise refuse(
            "item.no_words",
            f"{zh}须写明情况或理由",
            f"{en} needs words that say why or how",
            "请填写说明",
            "fill in the words",
            cell="note",
        )


def _not_now(item: Item, zh: str, en: str) -> InputRefused:
    stage = get(LEDGER).stage_by_code[item.stage]
    return refuse(
        "item.not_now",
        f"{item.number} 现处“{stage.name_zh}”，不能{zh}",
        f"{item.number} is {stage.name_en}: it is not the time to {en} it",
        "请刷新后按当前阶段办理",
        "load the page again and go on from the stage it stands at",
    )


def _signed_already(same: Reply) -> InputRefused:
    return refuse(
        "reply.signed",
        f"{same.on} 的反馈已由{same.signed_by}签批，不能改写",
        f"the reply of {same.on} was signed by {same.signed_by} and cannot be written over",
        "请写下一次反馈",
        "write the next reply",
        cell="replied_on",
    )


def _scan_proves_nothing() -> InputRefused:
    return refuse(
        "reply.scan",
        "签批扫描件须上传到本事项，并写明签批人",
        "the signed scan is to be filed with this item, and the signer named",
        "请上传扫描件并填写签批人",
        "file the scan and fill in who signed",
        cell="signed_by",
    )
