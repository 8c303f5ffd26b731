"""The sheets of a register: what they are called, which columns they have, in templates, exports and imports alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gangmu.ledgers.register import NUMBER_FIELD, STAGE, TITLE, UNIT, Field, LineKind, Register
from gangmu.sheets.writing import Column

Headers = Mapping[str, Sequence[str]]

NUMBER_HEADER = ("编号", "number")
STAGES_SHEET = ("阶段记录", "stages")
STAGE_HEADER, DAY_HEADER, NOTE_HEADER = ("阶段", "stage"), ("日期", "date"), ("说明", "note")
STAGES_HEADERS: Headers = {
    NUMBER_FIELD: NUMBER_HEADER,
    STAGE: STAGE_HEADER,
    "on": DAY_HEADER,
    "note": NOTE_HEADER,
}

_USUAL = {TITLE: ("名称", "title"), UNIT: ("责任单位", "unit")}
_CHOICES_IN_NOTE = 30


def main_sheet(register: Register) -> Sequence[str]:
    """What the sheet of entries may be called."""
    return (register.name_zh, register.name_en, register.code)


def line_sheet(kind: LineKind) -> Sequence[str]:
    return (kind.name_zh, kind.name_en, kind.code)


def main_headers(register: Register) -> Headers:
    """Key → what its column may be called, in the order of the sheet."""
    return {
        NUMBER_FIELD: NUMBER_HEADER,
        TITLE: _names(register.title),
        UNIT: _names(register.unit),
        STAGE: STAGE_HEADER,
        **{field.code: _names(field) for field in register.fields},
    }


def line_headers(kind: LineKind) -> Headers:
    return {NUMBER_FIELD: NUMBER_HEADER, **{f".{field.code}": _names(field) for field in kind.fields}}


def header(field: Field) -> str:
    """A column's header: the name, with the unit of measure in brackets."""
    return f"{field.name_zh}（{field.unit_of_measure}）" if field.unit_of_measure else field.name_zh


def column(field: Field) -> Column:
    """A column with its note: what to fill in, from when on it is required, what may be chosen."""
    choices = tuple(choice.name_zh for choice in field.choices)
    if field.kind == "yes_no":
        choices = ("是", "否")
    return Column(header(field), field.decimals, _note(field), field.required, choices)


def number_column(register: Register) -> Column:
    note = f"每条{register.noun_zh}一个编号，不重复；再次导入时按编号更新。例：{register.numbering.prefix}-2026-0001"
    return Column(NUMBER_HEADER[0], note=note, required=True)


def stage_column(register: Register) -> Column:
    names = tuple(stage.name_zh for stage in register.stages)
    return Column(STAGE_HEADER[0], note="现处阶段；各阶段日期填在“阶段记录”表", choices=names)


def stages_columns(register: Register) -> list[Column]:
    names = tuple(stage.name_zh for stage in register.stages)
    return [
        Column(NUMBER_HEADER[0], required=True),
        Column(STAGE_HEADER[0], note="到达的阶段", required=True, choices=names),
        Column(DAY_HEADER[0], note="到达的日期，例如 2025-03-01", required=True),
        Column(NOTE_HEADER[0]),
    ]


def _names(field: Field) -> Sequence[str]:
    return (field.name_zh, field.name_en, field.code, *_USUAL.get(field.code, ()))


_HABITS = {
    "day": "日期，例如 2025-03-01",
    "month": "月份，例如 2025-03",
    "year": "年份，例如 2025",
    "unit": "单位编码、全称或简称",
    "units": "单位编码、全称或简称，多个用顿号分开",
    "person": "人员姓名，重名时写编码",
    "yes_no": "是或否",
}


def _note(field: Field) -> str:
    parts = [field.help.zh, _HABITS.get(field.kind, "")]
    if field.required_from:
        parts.append("进入相应阶段后必填")
    if field.choices:
        parts.append("可选：" + "、".join(choice.name_zh for choice in field.choices[:_CHOICES_IN_NOTE]))
    if field.sensitive:
        parts.append("敏感信息：只入不出，导出时不含此列")
    return "\n".join(part for part in parts if part)
