"""The declared clocks at work: which deadline an entry has, from its stages and its choices."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from gangmu.ledgers.register import DUE_ON, Clock, Register
from gangmu.ledgers.states import State
from gangmu.ledgers.values import Value
from gangmu.records import deadlines
from gangmu.records.deadlines import Rule


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs, or ran: from when, until when at the latest, and when it was met."""

    clock: Clock
    since: datetime.date
    due_on: datetime.date
    ended_on: datetime.date | None


def holds(when: Mapping[str, tuple[str, ...]], values: Mapping[str, Value]) -> bool:
    """Whether a stage or clock is for an entry of these choices."""
    return all(values.get(code) in choices for code, choices in when.items())


def rule_of(clock: Clock, values: Mapping[str, Value]) -> Rule | None:
    """The deadline of a clock for an entry; None where its choice has no limit."""
    days = clock.days
    if clock.days_by is not None:
        code, by_choice = clock.days_by
        days = by_choice.get(str(values.get(code)))
    if days is None:
        return None
    return Rule(days, clock.kind, clock.starts, clock.pauses, clock.extension)


def running(register: Register, state: State) -> list[Running]:
    """The clocks of an entry that have started, in declared order."""
    return [found for clock in register.clocks if (found := _run(clock, state))]


def with_deadlines(register: Register, state: State) -> State:
    """The state with the deadlines that its clocks set, where none was given."""
    due: dict[str, Value] = {}
    for clock in register.clocks:
        if clock.sets and clock.sets not in due and state.values.get(clock.sets) is None:
            found = _run(clock, state)
            if found is not None:
                due[clock.sets] = found.due_on
    return state.with_values(due) if due else state


def main_clock(register: Register, values: Mapping[str, Value]) -> Clock | None:
    """The clock that sets `due_on` for an entry of these choices."""
    return next((one for one in register.clocks if one.sets == DUE_ON and holds(one.when, values)), None)


def _run(clock: Clock, state: State) -> Running | None:
    rule = rule_of(clock, state.values) if holds(clock.when, state.values) else None
    since = _last_reached(state, clock.starts)
    if rule is None or since is None:
        return None
    kept = state.values.get(clock.sets) if clock.sets else None
    due_on = kept if isinstance(kept, datetime.date) else deadlines.due(rule, since)
    assert due_on is not None  # no pauses are given, so the day is known
    return Running(clock, since, due_on, _first_reached(state, clock.ends, since))


def _last_reached(state: State, stage: str) -> datetime.date | None:
    return next((one.on for one in reversed(state.stages) if one.stage == stage), None)


def _first_reached(state: State, stage: str, since: datetime.date) -> datetime.date | None:
    return next((one.on for one in state.stages if one.stage == stage and one.on >= since), None)
