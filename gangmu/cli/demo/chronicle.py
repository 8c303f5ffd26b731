"""An entry of a register as the demo tells it, and the sheets of a register's workbook.

Headers come from the register's own declaration, so that the demo writes what the importer reads.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gangmu.ledgers.declarations import registers
from gangmu.ledgers.register import Field, Register
from gangmu.sheets.writing import SheetOut

HISTORY = "阶段记录"
HISTORY_HEADERS = ("编号", "阶段", "日期", "说明")


@dataclass(frozen=True, slots=True)
class Event:
    """A stage was reached on a day."""

    stage: str
    on: datetime.date
    note: str = ""


@dataclass(slots=True)
class Told:
    """One entry: unit by code, values and lines by the codes of their fields, stages in order."""

    number: str
    title: str
    unit: str
    values: dict[str, Any]
    events: list[Event]
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return self.events[-1].stage

    def reached(self, stage: str) -> datetime.date | None:
        """The day a stage was first reached."""
        return next((event.on for event in self.events if event.stage == stage), None)


def sheets(code: str, entries: Sequence[Told]) -> list[SheetOut]:
    """The workbook of a register: its entries, their stages, and a sheet for each kind of line."""
    register = registers()[code]
    return [
        SheetOut(register.name_zh, _headers(register), [_row(register, told) for told in entries]),
        SheetOut(HISTORY, HISTORY_HEADERS, _history(register, entries)),
        *(
            SheetOut(
                line.name_zh,
                ("编号", *(part.name_zh for part in line.fields)),
                [
                    (told.number, *(_cell(part, said.get(part.code)) for part in line.fields))
                    for told in entries
                    for said in told.lines.get(line.code, ())
                ],
            )
            for line in register.lines
        ),
    ]


def _headers(register: Register) -> tuple[str, ...]:
    return ("编号", "名称", "责任单位", "阶段", *(part.name_zh for part in register.fields))


def _row(register: Register, told: Told) -> tuple[Any, ...]:
    unknown = set(told.values) - {part.code for part in register.fields}
    if unknown:
        raise LookupError(f"{register.code} has no field {sorted(unknown)}")
    cells = (_cell(part, told.values.get(part.code)) for part in register.fields)
    return (told.number, told.title, told.unit, _stage_name(register, told.stage), *cells)


def _history(register: Register, entries: Iterable[Told]) -> Iterator[tuple[Any, ...]]:
    for told in entries:
        for event in told.events:
            yield told.number, _stage_name(register, event.stage), event.on, event.note or None


def _stage_name(register: Register, code: str) -> str:
    return register.stage_by_code[code].name_zh


def _cell(part: Field, value: Any) -> Any:
    """What a person would type: the choice's Chinese name, 是 or 否, units side by side."""
    if value is None or value == "":
        return None
    if part.kind == "choice":
        return part.choice_names[value].zh
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(value)
    return value
