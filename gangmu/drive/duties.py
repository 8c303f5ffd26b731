"""What each supervision item obliges whom to do now. A function of the item's state, applied after every step."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_noop

from gangmu.drive import following
from gangmu.drive.following import Item, under_way
from gangmu.org.models import Unit
from gangmu.org.permissions import OFFICE_HEAD, OFFICER, REPORTER, UNIT_HEAD
from gangmu.records.duties import close_duty, open_duty
from gangmu.records.models import Duty

WHAT = {
    "approve": gettext_noop("立项审定：%(title)s"),
    "assign": gettext_noop("交办：%(title)s"),
    "accept": gettext_noop("签收：%(title)s"),
    "reassign": gettext_noop("重新交办：%(title)s"),
    "reply": gettext_noop("反馈进展：%(title)s"),
    "sign": gettext_noop("签批反馈：%(title)s"),
    "review": gettext_noop("审核反馈：%(title)s"),
    "decide": gettext_noop("办结或继续办理：%(title)s"),
}
"""Act → what is owed, as a sentence of the catalogue of languages."""
DECLINED, SENT_BACK = gettext_noop("改派：%(note)s"), gettext_noop("退办：%(note)s")


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty: the act, the role that owes it, of a unit or of the office (None), by when, and why."""

    act: str
    role: str
    unit: Unit | None = None
    due_on: datetime.date | None = None
    why: str = ""


def owed(item: Item) -> Owed | None:
    """The one thing that an item waits for; None when it waits for nobody."""
    for_the_office = {
        following.DRAFTED: Owed("approve", OFFICE_HEAD),
        following.APPROVED: Owed("assign", OFFICER),
        following.REASSIGNED: Owed("reassign", OFFICER, why=DECLINED),
        following.REPLIED: Owed("review", OFFICER),
        following.REVIEWED: Owed("decide", OFFICER, due_on=item.due_on),
    }
    if item.stage in for_the_office:
        return for_the_office[item.stage]
    if item.stage == following.ASSIGNED:
        return Owed("accept", REPORTER, item.unit, item.accept_by)
    if item.stage not in following.WITH_THE_UNIT:
        return None
    if item.unsigned:
        return Owed("sign", UNIT_HEAD, item.unit, item.reply_by)
    why = SENT_BACK if item.stage == following.RETURNED else ""
    return Owed("reply", REPORTER, item.unit, item.reply_by, why)


def bring_up_to_date(item: Item) -> None:
    """Open the duty that an item's state asks for and close every other one of the item."""
    wanted = owed(item)
    for act in WHAT:
        if wanted is None or act != wanted.act:
            close_duty(key(act, item.number))
    if wanted is not None:
        _open(item, wanted)


@transaction.atomic
def bring_all_up_to_date() -> int:
    """After an import, or its undoing: the duties of every item under way, and of no other; how many items."""
    items = under_way()
    wanted = {key(one.act, item.number): (item, one) for item in items if (one := owed(item))}
    for stale in _open_keys() - wanted.keys():
        close_duty(stale)
    for item, one in wanted.values():
        _open(item, one)
    return len(items)


def _open(item: Item, wanted: Owed) -> None:
    open_duty(
        key(wanted.act, item.number),
        WHAT[wanted.act],
        item.link,
        unit=wanted.unit,
        role=wanted.role,
        due_on=wanted.due_on,
        why=wanted.why,
        words={"title": item.title} | ({"note": item.stage_note} if wanted.why else {}),
    )


def key(act: str, number: str) -> str:
    return f"drive:{act}:{number}"


def _open_keys() -> set[str]:
    return set(Duty.objects.filter(key__startswith="drive:", done_at=None).values_list("key", flat=True))
