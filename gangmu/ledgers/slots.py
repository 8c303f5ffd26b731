"""Which column keeps which declared field: assigned in declared order, stored, and never given to another field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from gangmu.ledgers.models import ENTRY_SLOTS, LINE_SLOTS, Slot, slot_names
from gangmu.ledgers.register import DUE_ON, TITLE, UNIT, Field, Register
from gangmu.problems import refuse


@dataclass(frozen=True)
class Columns:
    """The columns of an entry, or of a kind of line, that keep something.

    by_code: declared field → column. kept: columns of fields that are no longer declared; what they hold is carried
    from version to version under the column's own name.
    """

    by_code: Mapping[str, str]
    kept: tuple[str, ...]

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(key in `values`, column) of everything that is kept."""
        return (*self.by_code.items(), *((name, name) for name in self.kept))


@dataclass(frozen=True)
class Layout:
    """Where a register's fields are kept: `entry` those of the entry, `lines` those of each kind of line."""

    entry: Columns
    lines: Mapping[str, Columns]


_known: dict[str, tuple[Register, Layout]] = {}


def layout(register: Register) -> Layout:
    """The columns of a register; fields without one are given one now.

    Costs a query until the assignment is committed, nothing afterwards.
    """
    known = _known.get(register.code)
    if known is not None and known[0] is register:
        return known[1]
    found, missing = _read(register)
    if missing:
        # Another process may assign the same fields at this moment: what stands in the database is what holds.
        Slot.objects.bulk_create(missing, ignore_conflicts=True)
        found, _ = _read(register)
    # Kept in memory only once it is certain to stand in the database: a transaction may yet be rolled back.
    transaction.on_commit(lambda: _known.update({register.code: (register, found)}))
    return found


def _read(register: Register) -> tuple[Layout, list[Slot]]:
    """The columns of a register, and the assignments that are not stored yet."""
    taken: dict[str, list[Slot]] = {}
    for slot in Slot.objects.filter(ledger=register.code):
        taken.setdefault(slot.kind, []).append(slot)
    missing: list[Slot] = []
    entry = _columns(register, "", register.slotted, ENTRY_SLOTS, taken.get("", []), missing)
    common = {TITLE: "title", UNIT: "unit_id", DUE_ON: "due_on", register.happened: "happened_on"}
    lines = {
        kind.code: _columns(register, kind.code, kind.fields, LINE_SLOTS, taken.get(kind.code, []), missing)
        for kind in register.lines
    }
    return Layout(Columns({**common, **entry.by_code}, entry.kept), lines), missing


def _columns(
    register: Register,
    kind: str,
    fields: Iterable[Field],
    slots: Mapping[str, int],
    taken: list[Slot],
    missing: list[Slot],
) -> Columns:
    assigned = {(slot.field, slot.storage): slot.name for slot in taken}
    used = set(assigned.values())
    by_code: dict[str, str] = {}
    for field in fields:
        name = assigned.get((field.code, field.storage))
        if name is None:
            name = _free(register, kind, field, slots, used)
            used.add(name)
            missing.append(
                Slot(ledger=register.code, kind=kind, field=field.code, storage=field.storage, name=name)
            )
        by_code[field.code] = name
    return Columns(by_code, tuple(sorted(used - set(by_code.values()))))


def _free(register: Register, kind: str, field: Field, slots: Mapping[str, int], used: set[str]) -> str:
    for name in slot_names(field.storage, dict(slots)):
        if name not in used:
            return name
    most, place = slots[field.storage], f"{register.code}.{kind}" if kind else register.code
    raise refuse(
        "ledger.too_many_fields",
        f"{place} 的 {field.storage} 类字段超过{most}个（包括已停用的），字段 {field.code} 放不下",
        f"{place} has more than {most} fields of storage {field.storage}, retired ones included: no room for {field.code}",
        "请合并字段，或另设一类明细行",
        "join fields, or declare another kind of line",
    )
