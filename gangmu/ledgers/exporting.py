"""Ledgers as workbooks: empty templates, and exports that import back unchanged. Sensitive fields never leave."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from gangmu.ledgers.models import Entry
from gangmu.ledgers.references import References
from gangmu.ledgers.register import Field, LineKind, Register
from gangmu.ledgers.sheets_of import (
    STAGES_SHEET,
    column,
    number_column,
    stage_column,
    stages_columns,
)
from gangmu.ledgers.states import Standing, load
from gangmu.ledgers.values import Value
from gangmu.sheets.writing import Column, SheetOut

Shown = str | Decimal | datetime.date | bool | None


def template(register: Register) -> list[SheetOut]:
    """The register's sheets without rows, sensitive columns included: they go in."""
    return _sheets(register, register.fields, (), References())


def export(register: Register, entries: QuerySet[Entry]) -> list[SheetOut]:
    """The sheets of some entries of a register, by number. Values by Chinese name, so that people can read them."""
    references = References()
    ids = entries.filter(ledger=register.code).order_by("number").values_list("pk", flat=True)
    found = load(register, references, ids)
    rows = sorted(found.values(), key=lambda one: one.number)
    return _sheets(register, [one for one in register.fields if not one.sensitive], rows, references)


def _sheets(
    register: Register, fields: Iterable[Field], rows: Sequence[Standing], references: References
) -> list[SheetOut]:
    own = list(fields)
    words = _Words(references)
    columns: list[Column | str] = [
        number_column(register),
        column(register.title),
        column(register.unit),
        stage_column(register),
        *map(column, own),
    ]
    return [
        SheetOut(register.name_zh, columns, _main_rows(register, own, rows, words)),
        SheetOut(STAGES_SHEET[0], stages_columns(register), _stage_rows(register, rows)),
        *(
            SheetOut(kind.name_zh, [Column("编号", required=True), *map(column, kind.fields)], _line_rows(kind, rows, words))
            for kind in register.lines
        ),
    ]  # fmt: skip


def _main_rows(
    register: Register, fields: Sequence[Field], rows: Sequence[Standing], words: _Words
) -> Iterator[list[Shown]]:
    for one in rows:
        said = one.state.values
        head = [one.number, *(words.of(field, said[field.code]) for field in (register.title, register.unit))]
        stage = register.stage_by_code[one.state.stage].name_zh
        yield [*head, stage, *(words.of(field, said[field.code]) for field in fields)]


def _stage_rows(register: Register, rows: Sequence[Standing]) -> Iterator[list[Shown]]:
    for one in rows:
        for reached in one.state.stages:
            yield [
                one.number,
                register.stage_by_code[reached.stage].name_zh,
                reached.on,
                reached.note or None,
            ]


def _line_rows(kind: LineKind, rows: Sequence[Standing], words: _Words) -> Iterator[list[Shown]]:
    for one in rows:
        lines = [line for line in one.state.lines if line.kind == kind.code]
        for line in sorted(lines, key=lambda line: (line.on, line.key)):
            yield [one.number, *(words.of(field, line.values.get(field.code)) for field in kind.fields)]


class _Words:
    """Values in the words that importing reads back as the same values."""

    def __init__(self, references: References) -> None:
        self.references = references

    def of(self, field: Field, value: Value) -> Shown:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, tuple):
            return "、".join(self._unit(code) for code in value)
        if isinstance(value, datetime.date):
            return {"month": f"{value:%Y-%m}", "year": f"{value:%Y}"}.get(field.kind, value)
        if field.kind == "choice":
            name = field.choice_names.get(str(value))
            return name.zh if name else str(value)
        if field.kind == "unit":
            return self._unit(str(value))
        return self._person(str(value)) if field.kind == "person" else value

    def _unit(self, code: str) -> str:
        """The name, unless it holds what separates several units."""
        name = self.references.unit_names.get(code, code)
        return code if "、" in name or self.references.unit_words.get(name) != code else name

    def _person(self, code: str) -> str:
        """The name, unless several people have it."""
        name = self.references.people_names.get(code, code)
        return name if self.references.people_words.get(name) == (code,) else code
