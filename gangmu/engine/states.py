"""Which cases of a column have a value, and for what reason the others have none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gangmu.engine.columns import CODES, WITH_VALUE, Handle

if TYPE_CHECKING:
    from gangmu.engine.lowering import Ops


@dataclass(frozen=True, slots=True)
class State:
    """A code a case (`WITH_VALUE`, or a reason of `CODES`), and the reasons that can occur at all.

    Where nothing can be missing there is no State: a column says None.
    """

    code: Handle
    may: frozenset[int]


def reason(state: str) -> State:
    """No case has a value."""
    return State(CODES[state], frozenset({CODES[state]}))


class States:
    """The algebra of states over some operations."""

    def __init__(self, ops: Ops) -> None:
        self.ops = ops

    def least(self, *states: State | None) -> State | None:
        """What needs all of them: the reason that weighs most, which has the smallest code."""
        found: State | None = None
        for state in states:
            if state is None or state is found:
                continue
            if found is None:
                found = state
            else:
                found = State(self.ops.minimum(found.code, state.code), found.may | state.may)
        return found

    def choose(self, holds: Handle, then: State | None, otherwise: State | None) -> State | None:
        if isinstance(holds, bool):
            return then if holds else otherwise
        if then is otherwise:
            return then
        codes = [WITH_VALUE if state is None else state.code for state in (then, otherwise)]
        may = frozenset[int]().union(*(state.may for state in (then, otherwise) if state is not None))
        return State(self.ops.choose(holds, *codes), may)

    def where(self, holds: Handle, state: str) -> State | None:
        """No value where it holds, for that reason."""
        return self.choose(holds, reason(state), None)

    def has_value(self, state: State | None) -> Handle:
        return True if state is None else self.ops.compare("==", state.code, WITH_VALUE)

    def has_none(self, state: State | None) -> Handle:
        return False if state is None else self.ops.compare("<", state.code, WITH_VALUE)

    def is_in(self, state: State | None, reasons: Iterable[str]) -> Handle:
        """Whether there is no value for one of these reasons."""
        if state is None:
            return False
        codes = [CODES[said] for said in reasons if CODES[said] in state.may]
        if len(codes) == len(state.may):
            return self.has_none(state)
        found: Handle = False
        for code in codes:
            found = self.ops.either(found, self.ops.compare("==", state.code, code))
        return found

    def without(self, state: State | None, reasons: Iterable[str]) -> State | None:
        """The same where those reasons have been dealt with."""
        if state is None:
            return None
        may = state.may - {CODES[said] for said in reasons}
        return State(state.code, may) if may else None
