"""The verbs of entries: create, change, move, lines, take back. Each is one transaction, one version, one log entry."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from gangmu.ledgers import checking, clocks, numbering, sensitive, sight
from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry, EntryVersion
from gangmu.ledgers.references import References
from gangmu.ledgers.register import NUMBER_FIELD, STAGE, LineKind, Register, Stage
from gangmu.ledgers.states import LineState, Reached, Standing, State, in_order, line_key, load
from gangmu.ledgers.values import Value
from gangmu.ledgers.writing import CHANGE, CREATE, MOVE, RETRACT, SUBJECT, Act, write
from gangmu.problems import InputRefused, Problem, Problems, Text, refuse
from gangmu.records import clock
from gangmu.records.log import Actor
from gangmu.records.models import Evidence, LogEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import User

NUMBER_LIMIT = 60


@transaction.atomic
def create(
    register: Register,
    values: Mapping[str, object],
    actor: Actor,
    *,
    number: str = "",
    stage: str = "",
    on: datetime.date | None = None,
    note: str = "",
) -> Entry:
    """A new entry at its first stage, or at `stage`, on the day it happened.

    values: title, unit and declared fields by code. number: given by a system above; empty: counted on.
    InputRefused with every finding; PermissionDenied unless the actor may create for the unit.
    """
    references, problems = References(), Problems()
    read = checking.read_values(register.by_code, values, references, problems)
    problems.raise_if_any()
    sight.require(actor, register.to_create, read)
    number = number.strip()
    if number:
        _refuse_number(register, number)
    happened = read.get(register.happened)
    day = on or (happened if isinstance(happened, datetime.date) else clock.today())
    sealed, secrets = sensitive.seal(register, read, None, {})
    empty = dict.fromkeys((*register.by_code, "due_on"), None)
    first = Reached(_stage(register, stage).code if stage else register.first_stage.code, day, note)
    state = clocks.with_deadlines(register, State({**empty, **sealed}, (first,)))
    checking.check(register, state)
    number = number or numbering.next_number(register, clock.today().year)
    written = write(register, [Act(CREATE, number, None, state, secrets=secrets)], actor, references)
    return Entry.objects.get(pk=written[0].entry)


@transaction.atomic
def change(
    entry: Entry,
    values: Mapping[str, object],
    actor: Actor,
    expected_version: int | None = None,
    reason: str = "",
) -> int:
    """Change fields of an entry; returns its version. Values that say the same make no new version.

    expected_version: what the writer saw. InputRefused (`entry.changed_meanwhile`) when another wrote since.
    """
    register, before, references = _locked(entry, expected_version)
    sight.require(actor, register.to_edit, before.state.values)
    state, secrets = _with(register, before, values, references)
    sight.require(actor, register.to_edit, state.values)
    checking.check(register, state)
    if state == before.state:
        return before.version
    act = Act(CHANGE, before.number, before, state, secrets=secrets, reason=reason)
    return write(register, [act], actor, references)[0].version


@transaction.atomic
def move(
    entry: Entry,
    stage: str,
    on: datetime.date,
    actor: Actor,
    note: str = "",
    *,
    values: Mapping[str, object] | None = None,
    expected_version: int | None = None,
    by_step: bool = False,
) -> int:
    """Move an entry to a stage on a day; returns its version.

    values: fields that the stage asks for, filled in with the move. by_step: it is a step that asks. InputRefused where
    the stage is not next, the day lies before the last one or in the future, a note is needed, a field is missing, or
    the register is moved by its steps alone.
    """
    register, before, references = _locked(entry, expected_version)
    _refuse_beside_steps(register, by_step)
    to = _stage(register, stage)
    sight.require_move(actor, to, before.state.values)
    state, secrets = _with(register, before, values or {}, references)
    if to not in checking.allowed_next(register, state):
        raise checking.refuse_move(register, state, to)
    _refuse_day(before.state.stages[-1].on, on)
    if to.needs_note and not note.strip():
        raise refuse(
            "stage.needs_note",
            f"转到“{to.name_zh}”须写明原因",
            f"moving it to {to.name_en} needs a reason",
            "请填写说明",
            "fill in the note",
            cell="note",
        )
    state = clocks.with_deadlines(register, state.with_stage(Reached(to.code, on, note.strip())))
    checking.check(register, state)
    act = Act(MOVE, before.number, before, state, secrets=secrets, reason=note.strip())
    return write(register, [act], actor, references)[0].version


@transaction.atomic
def correct_stage(entry: Entry, place: int, on: datetime.date, actor: Actor, reason: str) -> int:
    """Correct the day on which the stage at `place` of the history (from 0) was reached; returns the version."""
    register, before, references = _locked(entry)
    _refuse_beside_steps(register)
    stages = list(before.state.stages)
    sight.require_move(actor, register.stage_by_code[stages[place].stage], before.state.values)
    if on > clock.today():
        raise _in_future(on)
    stages[place] = replace(stages[place], on=on)
    if list(in_order(stages)) != stages:
        raise refuse(
            "stage.out_of_order",
            f"{on} 与前后阶段的日期次序不符",
            f"{on} does not lie between the days of the stages before and after",
            "请先更正前后阶段的日期",
            "correct the days of the stages before and after first",
        )
    state = replace(before.state, stages=tuple(stages))
    act = Act(CHANGE, before.number, before, state, reason=reason)
    return write(register, [act], actor, references)[0].version


@transaction.atomic
def add_line(
    entry: Entry,
    kind: str,
    values: Mapping[str, object],
    actor: Actor,
    expected_version: int | None = None,
    *,
    by_step: bool = False,
) -> int:
    """Add a line; returns the entry's version. InputRefused where one of its key stands already.

    by_step: it is a step that asks; lines of a register that goes by steps are written by them alone.
    """
    register, before, references = _locked(entry, expected_version)
    _refuse_beside_steps(register, by_step)
    sight.require_hand(actor, register, "ledger.edit", before.state.values)
    line = _line(_line_kind(register, kind), values, references)
    if before.state.line(line.kind, line.key):
        raise _line_exists(register.line_kinds[kind], line.key)
    state = before.state.with_line(line)
    return write(register, [Act(CHANGE, before.number, before, state)], actor, references)[0].version


@transaction.atomic
def change_line(
    entry: Entry,
    kind: str,
    key: str,
    values: Mapping[str, object],
    actor: Actor,
    expected_version: int | None = None,
    *,
    by_step: bool = False,
) -> int:
    """Change fields of the line of a key; returns the entry's version. by_step: as in `add_line`."""
    register, before, references = _locked(entry, expected_version)
    _refuse_beside_steps(register, by_step)
    sight.require_hand(actor, register, "ledger.edit", before.state.values)
    old = _known_line(register, before.state, kind, key)
    line = _line(register.line_kinds[kind], {**old.values, **values}, references)
    if line.key != key and before.state.line(kind, line.key):
        raise _line_exists(register.line_kinds[kind], line.key)
    state = before.state.without_line(old).with_line(line)
    if line == old:
        return before.version
    return write(register, [Act(CHANGE, before.number, before, state)], actor, references)[0].version


@transaction.atomic
def remove_line(entry: Entry, kind: str, key: str, actor: Actor, reason: str) -> int:
    """Take a line back: it no longer stands, and stays in the history."""
    register, before, references = _locked(entry)
    _refuse_beside_steps(register)
    sight.require_hand(actor, register, "ledger.edit", before.state.values)
    state = before.state.without_line(_known_line(register, before.state, kind, key))
    act = Act(CHANGE, before.number, before, state, reason=reason)
    return write(register, [act], actor, references)[0].version


@transaction.atomic
def retract(entry: Entry, actor: Actor, reason: str) -> None:
    """Take an entry back that should not have been made: it no longer stands, and stays in the history."""
    register, before, references = _locked(entry)
    sight.require(actor, register.to_edit, before.state.values)
    if not reason.strip():
        raise refuse("entry.no_reason", "撤回须说明理由", "taking it back needs a reason", cell="reason")
    write(register, [Act(RETRACT, before.number, before, None, reason=reason.strip())], actor, references)


# ---- reading one entry


def standing(entry: Entry, as_of: datetime.datetime | None = None) -> Standing:
    """An entry as it stands, or as it was known at a moment; sensitive fields as digests. InputRefused when it does not."""
    register = get(entry.ledger)
    found = load(register, References(), [entry.pk], as_of).get(entry.pk)
    if found is None:
        raise _not_standing(register, entry.number)
    return found


def find(ledger: str, number: str, user: User | AnonymousUser) -> Entry | None:
    """The entry of a number, if it stands and the user may see it."""
    return Entry.objects.visible_to(user).filter(ledger=ledger, number=number).first()


@dataclass(frozen=True, slots=True)
class Past:
    """A version with what the log says of it. changed: field → [before, after]; detail: all the log tells."""

    version: int
    at: datetime.datetime
    by: str
    on_behalf_of: str
    action: str
    reason: str
    changed: Mapping[str, list[Any]]
    detail: Mapping[str, Any]
    log: LogEntry


def history(entry: Entry) -> list[Past]:
    """The versions of an entry, the latest first, each with who made it and what he changed. One query."""
    versions = EntryVersion.objects.filter(entry=entry).select_related("log").order_by("-version")
    return [_past(version) for version in versions.only("version", "recorded_from", "log")]


def evidence(entry: Entry) -> QuerySet[Evidence]:
    """The files that prove what an entry says."""
    return Evidence.objects.filter(subject_kind=SUBJECT, subject_key=entry.subject_key)


def next_stages(entry: Entry, user: User | AnonymousUser) -> list[Stage]:
    """The stages a user may move an entry to now."""
    register, state = get(entry.ledger), standing(entry).state
    onward = checking.allowed_next(register, state)
    return [stage for stage in onward if sight.may_move(user, stage, state.values)]


def _past(version: EntryVersion) -> Past:
    log = version.log
    detail = json.loads(log.detail)
    return Past(
        version.version,
        version.recorded_from,
        log.actor_name,
        log.on_behalf_of,
        log.action,
        log.reason,
        detail.get("changed", {}),
        detail,
        log,
    )


# ---- what the verbs share


def _locked(entry: Entry, expected_version: int | None = None) -> tuple[Register, Standing, References]:
    """The entry as it stands, held until the transaction ends."""
    register, references = get(entry.ledger), References()
    Entry.objects.select_for_update().get(pk=entry.pk)
    found = load(register, references, [entry.pk]).get(entry.pk)
    if found is None:
        raise _not_standing(register, entry.number)
    if expected_version is not None and found.version != expected_version:
        raise _changed_meanwhile(register, entry, expected_version)
    return register, found, references


def _with(
    register: Register, before: Standing, values: Mapping[str, object], references: References
) -> tuple[State, tuple[Any, ...]]:
    problems = Problems()
    read = checking.read_values(register.by_code, values, references, problems)
    problems.raise_if_any()
    known = sensitive.salts([before.entry]) if register.sensitive & read.keys() else {}
    sealed, secrets = sensitive.seal(register, read, before, known)
    return before.state.with_values(sealed), secrets


def _line(kind: LineKind, values: Mapping[str, object], references: References) -> LineState:
    problems = Problems()
    read = checking.read_values(kind.by_code, values, references, problems)
    if not problems:
        checking.check_line(kind, read, problems)
    problems.raise_if_any()
    return line_of(kind, read)


def line_of(kind: LineKind, read: Mapping[str, Value]) -> LineState:
    """The line that checked values make."""
    on = read[kind.dated]
    assert isinstance(on, datetime.date), f"{kind.code}: dated by a required day field"
    return LineState(kind.code, line_key(kind, read), on, {code: read.get(code) for code in kind.by_code})


def _refuse_beside_steps(register: Register, by_step: bool = False) -> None:
    """Stages and lines that prove something (a signature, a verdict) are nobody's to write but their step's."""
    if register.by_step and not by_step:
        raise refuse(
            "ledger.by_step",
            f"{register.name_zh}的阶段和明细只能由办理步骤写入",
            f"stages and lines of {register.name_en.lower()} are written by their steps alone",
            "请在该事项的页面上办理（签收、反馈、签批、审核等）",
            "take the step on the page of the item (accept, reply, sign, review …)",
        )


def _line_kind(register: Register, code: str) -> LineKind:
    kind = register.line_kinds.get(code)
    if kind is None:
        known = "、".join(register.line_kinds)
        raise refuse(
            "line.unknown",
            f"没有明细“{code}”",
            f"there are no lines “{code}”",
            f"可用：{known}",
            f"known: {known}",
        )
    return kind


def _known_line(register: Register, state: State, kind: str, key: str) -> LineState:
    line = state.line(_line_kind(register, kind).code, key)
    if line is None:
        raise refuse(
            "line.missing",
            f"没有“{key}”这一条{register.line_kinds[kind].name_zh}",
            f"there is no line “{key}”",
            "它可能已被他人删除，请刷新",
            "someone may have removed it; load the page again",
        )
    return line


def _line_exists(kind: LineKind, key: str) -> InputRefused:
    return refuse(
        "line.exists",
        f"{kind.name_zh}已有“{key}”",
        f"{kind.name_en}: “{key}” stands already",
        "请修改已有的一条",
        "change the one that stands",
        cell=kind.dated,
    )


def _stage(register: Register, code: str) -> Stage:
    stage = register.stage_by_code.get(code)
    if stage is None:
        zh = "、".join(f"{one.name_zh}（{one.code}）" for one in register.stages)
        raise refuse(
            "stage.unknown",
            f"没有阶段“{code}”",
            f"there is no stage “{code}”",
            f"可用：{zh}",
            f"known: {', '.join(register.stage_by_code)}",
            cell=STAGE,
        )
    return stage


def _refuse_day(last: datetime.date, on: datetime.date) -> None:
    if on > clock.today():
        raise _in_future(on)
    if on < last:
        raise refuse(
            "stage.before_last",
            f"{on} 早于上一阶段的日期 {last}",
            f"{on} lies before the day of the last stage, {last}",
            "请核对日期；上一阶段日期有误时先更正它",
            "check the day; correct that of the last stage first if it is wrong",
            cell="on",
        )


def _in_future(on: datetime.date) -> InputRefused:
    return refuse(
        "stage.in_future",
        f"{on} 还没有到",
        f"{on} has not come yet",
        "阶段只记已经发生的事；计划日期另有字段",
        "a stage is what has happened; plans have fields of their own",
        cell="on",
    )


def _refuse_number(register: Register, number: str) -> None:
    if (
        len(number) > NUMBER_LIMIT
        or Entry.objects.current().filter(ledger=register.code, number=number).exists()
    ):
        taken = len(number) <= NUMBER_LIMIT
        raise refuse(
            "entry.number_taken" if taken else "entry.number_long",
            f"编号 {number} 已存在" if taken else f"编号超过{NUMBER_LIMIT}个字符",
            f"number {number} is taken" if taken else f"the number has more than {NUMBER_LIMIT} characters",
            "请换一个编号，或留空由系统编号",
            "give another, or none: it is counted on",
            cell=NUMBER_FIELD,
        )


def _not_standing(register: Register, number: str) -> InputRefused:
    return refuse(
        "entry.not_standing",
        f"{register.noun_zh} {number} 不存在或已撤回",
        f"{register.noun_en} {number} does not exist or was taken back",
    )


def _changed_meanwhile(register: Register, entry: Entry, expected: int) -> InputRefused:
    """Someone wrote since: who, when and which fields, so that nothing is overwritten unseen."""
    since = [past for past in history(entry) if past.version > expected]
    codes = [code for past in reversed(since) for code in past.changed]
    names = [register.by_code[code].name for code in dict.fromkeys(codes) if code in register.by_code]
    who = "、".join(dict.fromkeys(past.by for past in reversed(since)))
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return InputRefused(
        (
            Problem(
                "entry.changed_meanwhile",
                Text(
                    f"您打开之后，{who} 已修改了它" + (f"：{zh}" if zh else ""),
                    f"{who} changed it after you opened it" + (f": {en}" if en else ""),
                ),
                Text("请核对现在的内容后再提交", "look at what it says now, then send yours again"),
            ),
        )
    )
