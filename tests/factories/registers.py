"""An entry of any register: what a test does not say is filled in from the declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gangmu.ledgers import declarations, entries
from gangmu.ledgers.models import Entry
from gangmu.ledgers.register import Field, Register
from gangmu.org.models import Person, Unit
from gangmu.records.log import Actor
from tests.factories.ledgers import day

CLERK = Actor(None, "测试员")
DAY = "2025-03-03"
Path = Sequence[tuple[str, str]]
Lines = Mapping[str, Sequence[Mapping[str, Any]]]


def entry(
    code: str, number: str, unit: Unit, path: Path = (), lines: Lines | None = None, **values: Any
) -> Entry:
    """An entry of a register that went along `path` ((stage, day), the first one where it begins).

    Fields that are required up to its last stage and not given are made up; a reference to another register makes
    an entry there.
    """
    register = declarations.get(code)
    steps = list(path) or [(register.first_stage.code, DAY)]
    given = {
        "title": f"{register.noun_zh}{number}",
        "unit": unit,
        register.happened: day(steps[0][1]),
        **values,
    }
    order = register.stage_order
    furthest = max(order[stage] for stage, _ in steps)
    for one in register.fields:
        wanted = one.required or (one.required_from and order[one.required_from] <= furthest)
        if wanted and one.code not in given:
            given[one.code] = made_up(register, one, unit)
    made = entries.create(register, given, CLERK, number=number, stage=steps[0][0], on=day(steps[0][1]))
    for stage, on in steps[1:]:
        entries.move(made, stage, day(on), CLERK, note="说明", by_step=register.by_step)
    for kind, rows in (lines or {}).items():
        for row in rows:
            entries.add_line(made, kind, row, CLERK, by_step=register.by_step)
    return made


def made_up(register: Register, field: Field, unit: Unit) -> Any:
    """A value that a field takes."""
    match field.kind:
        case "choice":
            return field.choices[0].code
        case "yes_no":
            return True
        case "decimal":
            return str(max(field.minimum or 1, 1))
        case "day":
            return day(DAY)
        case "month":
            return "2025-03"
        case "year":
            return "2025"
        case "unit" | "units":
            return unit
        case "person":
            made, _ = Person.objects.get_or_create(code="L1", defaults={"name": "王某", "unit": unit})
            return made
        case "entry":
            number = "REF"
            if not Entry.objects.filter(ledger=field.refers_to, number=number).exists():
                entry(field.refers_to, number, unit)
            return number
    return "某"


def full_entry(register: Register, unit: Unit, number: str) -> Entry:
    """An entry with every field, and one line of every kind, filled in."""
    values = {
        one.code: made_up(register, one, unit)
        for one in register.fields
        if not one.sensitive and one.refers_to != register.code
    }
    lines = {
        kind.code: [{one.code: made_up(register, one, unit) for one in kind.fields}]
        for kind in register.lines
    }
    return entry(register.code, number, unit, lines=lines, **values)
