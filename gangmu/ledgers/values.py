"""Values of declared fields: read from what people write, kept as text, number or day, shown by name.

In memory a value is a str (texts, and codes of choices, units, people and entries), a Decimal in the field's unit of
measure, a date (a month and a year as their first day), a bool, or a tuple of unit codes. None is missing.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from gangmu.ledgers.references import References
from gangmu.ledgers.register import Field
from gangmu.org.models import Person, Unit
from gangmu.problems import Problems, Text
from gangmu.sheets import parsing
from gangmu.sheets.cells import Cell

Value = str | Decimal | datetime.date | bool | tuple[str, ...] | None

TEXT_LIMIT, LONG_TEXT_LIMIT = 200, 4000
BETWEEN = ","
"""Several unit codes are kept as `,A01,B02,`, so that one of them is found by `,A01,`."""

_MONTH = re.compile(r"(\d{4})(?:-M|[-./年]?)(\d{1,2})(?:月份?)?")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")


def read(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    """The value of a cell, or None: for an empty cell, and with a finding for one that cannot be read."""
    if cell.content is None or cell.empty:
        return None
    return _READERS[field.kind](field, cell, references, problems)


def given(field: Field, value: object, references: References, problems: Problems) -> Value:
    """A value handed over by a form or by code, checked as a cell is. A float is a mistake of the caller (TypeError)."""
    if isinstance(value, Unit | Person):
        value = value.code
    if isinstance(value, float):
        raise TypeError(f"{field.code}: a float is not exact")
    if isinstance(value, list | tuple):
        value = "、".join(one.code if isinstance(one, Unit) else str(one) for one in value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    cell = Cell(value, "", "", "", field.name_zh)  # type: ignore[arg-type]
    return read(field, cell, references, problems)


def to_row(field: Field, value: Value) -> Any:
    """The value as its column keeps it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return f"{BETWEEN}{BETWEEN.join(value)}{BETWEEN}" if value else None
    return value


def from_row(field: Field, kept: Any) -> Value:
    """The value a column keeps."""
    if kept is None:
        return None
    if field.kind == "yes_no":
        return bool(kept == "1")
    if field.kind == "units":
        return tuple(kept.strip(BETWEEN).split(BETWEEN))
    return kept  # type: ignore[no-any-return]


def shown(
    field: Field, value: Value, language: str = "zh-hans", names: Mapping[str, str] | None = None
) -> str | Decimal | datetime.date | None:
    """The value as a person reads it. names: codes of units and people → what they are called."""
    known = names or {}
    if value is None:
        return None
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no").say(language)
    if isinstance(value, tuple):
        return Text("、", ", ").say(language).join(known.get(code, code) for code in value)
    if isinstance(value, datetime.date):
        return {"month": f"{value:%Y-%m}", "year": f"{value:%Y}"}.get(field.kind, value)
    if field.kind == "choice":
        name = field.choice_names.get(str(value))
        return name.say(language) if name else str(value)
    if field.kind in ("unit", "person"):
        return known.get(str(value), str(value))
    return value


def plain(value: Value) -> Any:
    """The value for the log: JSON, decimals as text without trailing zeros."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _text(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    limit = field.limit or (LONG_TEXT_LIMIT if field.kind == "long_text" else TEXT_LIMIT)
    return parsing.text(cell, problems, limit=limit)


def _decimal(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    unit, least, most = field.unit_of_measure or None, field.minimum, field.maximum
    return parsing.decimal(cell, problems, unit=unit, decimals=field.decimals, minimum=least, maximum=most)


def _choice(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    words = _words_of(field)
    return words.get(cell.text) or parsing.choice(cell, problems, words)


def _yes_no(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return parsing.yes(cell, problems)


def _day(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return parsing.day(cell, problems)


def _month(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return _first_day(cell, problems, _MONTH, "2025-03 或 2025年3月", "2025-03", whole_year=False)


def _year(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return _first_day(cell, problems, _YEAR, "2025 或 2025年", "2025", whole_year=True)


def _first_day(
    cell: Cell, problems: Problems, pattern: re.Pattern[str], zh: str, en: str, *, whole_year: bool
) -> datetime.date | None:
    said = cell.value
    if isinstance(said, datetime.date):
        return datetime.date(said.year, 1 if whole_year else said.month, 1)
    if cell.fault is None:
        match = pattern.fullmatch(unicodedata.normalize("NFKC", cell.text).replace(" ", ""))
        if match and 1900 <= int(match[1]) <= 2199 and (whole_year or 1 <= int(match[2]) <= 12):
            return datetime.date(int(match[1]), 1 if whole_year else int(match[2]), 1)
        if len(cell.text) > 7:
            day = parsing.day(cell, Problems())
            if day is not None:
                return day.replace(day=1, month=1 if whole_year else day.month)
    name = Text("年份", "year") if whole_year else Text("月份", "month")
    parsing.refuse(
        cell,
        problems,
        "month.not_a_month" if not whole_year else "year.not_a_year",
        f"“{cell.text}”不是{name.zh}",
        f'"{cell.text}" is not a {name.en}',
        f"请写成 {zh}",
        f"write {en}",
    )
    return None


def _unit(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return references.unit(cell, problems)


def _units(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    found = [references.unit(cell, problems, said) for said in parsing.words(cell, problems)]
    return tuple(dict.fromkeys(code for code in found if code)) or None


def _person(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return references.person(cell, problems)


def _entry(field: Field, cell: Cell, references: References, problems: Problems) -> Value:
    return references.entry(cell, problems, field.refers_to)


@lru_cache(maxsize=4096)
def _words_by_code(choices: tuple[Any, ...]) -> Mapping[str, str]:
    named = {choice.name_zh: choice.code for choice in choices}
    return named | {choice.name_en: choice.code for choice in choices} | {c.code: c.code for c in choices}


def _words_of(field: Field) -> Mapping[str, str]:
    """The words that stand for the choices: names in both languages, and codes."""
    return _words_by_code(field.choices)


Reader = Callable[[Field, Cell, References, Problems], Value]
_READERS: Mapping[str, Reader] = {
    "text": _text,
    "long_text": _text,
    "place": _text,
    "decimal": _decimal,
    "choice": _choice,
    "yes_no": _yes_no,
    "day": _day,
    "month": _month,
    "year": _year,
    "unit": _unit,
    "units": _units,
    "person": _person,
    "entry": _entry,
}
