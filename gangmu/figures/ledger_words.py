"""What people may say about a ledger's rows: conditions by name, and what a count may be split by."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gangmu.figures.asking import unit_code
from gangmu.figures.figure import Condition, Figure, Ledger
from gangmu.figures.measures import Measure
from gangmu.ledgers import declarations
from gangmu.ledgers.declarations import Field, Register
from gangmu.problems import Text, refuse
from gangmu.records.lamps import Colour
from gangmu.sheets.parsing import unit_parts

LAMP = "lamp"
_COMMON_NAMES = {
    "编号": "number", "名称": "title", "单位": "unit", "责任单位": "unit", "阶段": "stage", "期限": "due_on",
    "办结日期": "done_on", "按期": "on_time", "按期办结": "on_time",
}  # fmt: skip
_ANY_OF = re.compile(r"[、/]")
_NUMBER = re.compile(r"^([+-]?\d+(?:\.\d+)?)\s*(\D*)$")


def is_count_of_some(figure: Figure, measure: Measure) -> bool:
    """`count(by lamp)`, `count(by stage)`, `count(red)`: a count that every ledger figure with a count has."""
    field = split_by(measure.argument)
    if not field or not isinstance(figure.source, Ledger) or "count" not in figure.source.quantities:
        return False
    return field in (LAMP, "stage", "unit") or field in declarations.get(figure.source.register).by_code


def split_by(argument: str) -> str:
    """The field a count is split by: `by stage` → stage; a lamp's colour → lamp; empty otherwise."""
    if argument.startswith("by "):
        return argument.removeprefix("by ").strip()
    return LAMP if argument in tuple(Colour) else ""


def condition_of(ledger: str, field: str, op: str, value: str) -> Condition:
    """A filter in people's words as a condition in codes; InputRefused naming what would be right."""
    register = declarations.get(ledger)
    code = _field_code(register, field)
    if _ANY_OF.search(value) and op == "eq":
        return Condition(
            code, "in", tuple(_value(register, code, one.strip()) for one in _ANY_OF.split(value))
        )
    return Condition(code, op, _value(register, code, value))


def _field_code(register: Register, said: str) -> str:
    names = {one.name_zh: one.code for one in register.by_code.values()} | {
        code: code for code in register.by_code
    }
    names |= {code: code for code in _COMMON_NAMES.values()}
    code = names.get(said) or _COMMON_NAMES.get(said)
    if code and code not in register.sensitive:
        return code
    listed = "、".join(
        f"{one.name_zh}（{one.code}）" for one in register.by_code.values() if not one.sensitive
    )
    raise refuse(
        "request.field_unknown",
        f"{register.name_zh}没有可筛选的字段“{said}”",
        f"{register.name_en} has no field “{said}” to filter by",
        f"可用：{listed}",
        f"known: {listed}",
    )


def _value(register: Register, code: str, said: str) -> Any:
    if code == "stage":
        return _one_of(register, code, said, {s.code: s.name for s in register.stages})
    if code == "unit":
        return unit_code(said)
    field = register.by_code.get(code)
    kind = field.kind if field else {"due_on": "day", "done_on": "day", "on_time": "yes_no"}.get(code, "text")
    if field and kind == "choice":
        return _one_of(register, code, said, field.choice_names)
    if kind == "yes_no":
        return said in ("yes", "true", "是", "1")
    if kind == "unit":
        return unit_code(said)
    if kind in ("day", "month", "year"):
        return _day(register, code, said)
    return _amount_said(register, field, said) if field and kind == "decimal" else said


def _one_of(register: Register, code: str, said: str, names: Mapping[str, Text]) -> str:
    words = {name.zh: key for key, name in names.items()} | {name.en: key for key, name in names.items()}
    found = said if said in names else words.get(said)
    if found is None:
        listed = "、".join(f"{name.zh}（{key}）" for key, name in names.items())
        raise _not_a_value(register, code, said, f"可用：{listed}", f"known: {listed}")
    return str(found)


def _day(register: Register, code: str, said: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(said)
    except ValueError:
        raise _not_a_value(register, code, said, "请写成 2025-03-01", "write 2025-03-01") from None


def _amount_said(register: Register, field: Field, said: str) -> Decimal:
    match = _NUMBER.match(said)
    (size, base), (own, own_base) = unit_parts(match[2] if match else ""), unit_parts(field.unit_of_measure)
    if match is None or (match[2] and base != own_base):
        remedy = (
            f"请写数字，可带计量单位，如 1{field.unit_of_measure}",
            f"write a number, with a unit if need be: 1{field.unit_of_measure}",
        )
        raise _not_a_value(register, field.code, said, *remedy)
    number = Decimal(match[1])
    return number * size / own if match[2] else number


def _not_a_value(register: Register, code: str, said: str, remedy_zh: str, remedy_en: str) -> Exception:
    field = register.by_code.get(code)
    name = field.name if field else Text(code, code)
    return refuse(
        "request.value_unknown",
        f"“{said}”不是{name.zh}的值",
        f"“{said}” is not a value of {name.en}",
        remedy_zh,
        remedy_en,
    )
