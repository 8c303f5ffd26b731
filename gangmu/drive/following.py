"""Supervision items as the week sees them: an entry of the register with its replies, read in a few queries."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from gangmu.drive.rhythm import next_reply_on
from gangmu.ledgers import clocks, states
from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry, EntryVersion
from gangmu.ledgers.references import References
from gangmu.ledgers.register import Register
from gangmu.ledgers.states import LineState, Standing
from gangmu.records.appended import standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import Unit, User

LEDGER = "supervision"
DRAFTED, APPROVED, ASSIGNED, REASSIGNED = "drafted", "approved", "assigned", "reassigned"
ACCEPTED, HANDLING, REPLIED, REVIEWED = "accepted", "handling", "replied", "reviewed"
RETURNED, CLOSED, LONG_TERM = "returned", "closed", "long_term"
BEFORE_ASSIGNING = (DRAFTED, APPROVED, REASSIGNED)
WITH_THE_UNIT = (ACCEPTED, HANDLING, RETURNED)
UNDER_WAY = (*BEFORE_ASSIGNING, ASSIGNED, *WITH_THE_UNIT, REPLIED, REVIEWED)
"""Stages of an item that is neither done nor kept up for good."""

ACCEPTED_VERDICT, RETURNED_VERDICT = "accepted", "returned"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: written by the reporter, in force once the head of the unit has signed it."""

    key: str
    unit: str
    on: datetime.date
    text: str
    progress: Decimal | None
    next_step: str
    difficulty: str
    written_by: str
    signed_by: str
    signed_on: datetime.date | None
    verdict: str

    @property
    def is_signed(self) -> bool:
        return self.signed_on is not None


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it stands. Days are None where the stage was not reached; replies in order of days."""

    entry: int
    number: str
    version: int
    title: str
    unit: Unit
    stage: str
    source: str
    rhythm: str
    assigned_on: datetime.date | None
    accept_by: datetime.date | None
    stage_since: datetime.date
    stage_note: str
    due_on: datetime.date | None
    done_on: datetime.date | None
    progress: Decimal | None
    replies: tuple[Reply, ...]
    urged: tuple[tuple[datetime.date, str], ...]

    @property
    def link(self) -> str:
        return f"/ledgers/{LEDGER}/{self.number}/"

    @property
    def own_replies(self) -> tuple[Reply, ...]:
        """Those of the lead unit: only they move the item."""
        return tuple(reply for reply in self.replies if reply.unit == self.unit.code)

    @property
    def last_reply(self) -> Reply | None:
        return self.own_replies[-1] if self.own_replies else None

    @property
    def unsigned(self) -> Reply | None:
        """The lead unit's last reply, while its head has not signed it."""
        last = self.last_reply
        return last if last and not last.is_signed else None

    @property
    def next_step(self) -> str:
        """What the lead unit last said it would do."""
        return next((reply.next_step for reply in reversed(self.own_replies) if reply.next_step), "")

    @property
    def reply_by(self) -> datetime.date | None:
        """The day of the next reply while the item is with the unit, else None. After a return: at once."""
        if self.stage not in WITH_THE_UNIT:
            return None
        if self.stage == RETURNED:
            return next_reply_on("weekly", self.stage_since, self.due_on)
        signed = [reply.signed_on for reply in self.own_replies if reply.signed_on]
        since = max([self.assigned_on or self.stage_since, *signed])
        return next_reply_on(self.rhythm, since, self.due_on)


def under_way(user: User | AnonymousUser | None = None) -> list[Item]:
    """The items that are neither done nor kept up for good, in official order; those a user may see, or all."""
    return _read(_ids_under_way(user))


def seen_under_way(user: User | AnonymousUser) -> set[int]:
    """The entries under way that a user may see, for who reads all items and shows some."""
    return set(_ids_under_way(user))


def _ids_under_way(user: User | AnonymousUser | None) -> Iterable[int]:
    versions = EntryVersion.objects.filter(standing(), ledger=LEDGER, stage__in=UNDER_WAY)
    if user is not None:
        versions = versions.filter(entry__in=Entry.objects.of(LEDGER).visible_to(user))
    return versions.values_list("entry_id", flat=True)


def item_of(entry: Entry) -> Item:
    """One item as it stands now. LookupError when it was taken back."""
    found = _read([entry.pk])
    if not found:
        raise LookupError(f"{entry} does not stand")
    return found[0]


def _read(ids: Iterable[int]) -> list[Item]:
    register, references = get(LEDGER), References()
    units = {unit.code: unit for unit in references.units}
    found = [_item(register, one, units) for one in states.load(register, references, ids).values()]
    return sorted(found, key=lambda item: (item.unit.protocol_order, item.unit.code, item.number))


def _item(register: Register, one: Standing, units: dict[str, Unit]) -> Item:
    state, said = one.state, one.state.values
    running = {clock.clock.code: clock for clock in clocks.running(register, state)}
    acceptance = running.get("acceptance")
    assigned = [reached.on for reached in state.stages if reached.stage == ASSIGNED]
    return Item(
        entry=one.entry,
        number=one.number,
        version=one.version,
        title=str(said["title"]),
        unit=units[str(said["unit"])],
        stage=state.stage,
        source=str(said["source"] or ""),
        rhythm=str(said["rhythm"] or ""),
        assigned_on=assigned[-1] if assigned else None,
        accept_by=acceptance.due_on if acceptance and acceptance.ended_on is None else None,
        stage_since=state.stages[-1].on,
        stage_note=state.stages[-1].note,
        due_on=cast("datetime.date | None", said["due_on"]),
        done_on=state.done_on(register),
        progress=cast("Decimal | None", said["progress"]),
        replies=tuple(_reply(line) for line in state.lines if line.kind == "replies"),
        urged=tuple((line.on, str(line.values["level"])) for line in state.lines if line.kind == "urgings"),
    )


def _reply(line: LineState) -> Reply:
    said = line.values
    return Reply(
        key=line.key,
        unit=str(said["unit"]),
        on=line.on,
        text=str(said["text"]),
        progress=cast("Decimal | None", said["progress"]),
        next_step=str(said["next_step"] or ""),
        difficulty=str(said["difficulty"] or ""),
        written_by=str(said["written_by"] or ""),
        signed_by=str(said["signed_by"] or ""),
        signed_on=cast("datetime.date | None", said["signed_on"]),
        verdict=str(said["verdict"] or ""),
    )
