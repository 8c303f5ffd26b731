"""One cell of the user's file: its value, its place, and why it cannot be read where it cannot."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from gangmu.problems import Problem, Text

Value = str | Decimal | bool | datetime.date | datetime.datetime | datetime.time | None
"""What a cell can hold. Numbers are Decimals of at most 15 significant digits, as spreadsheets show them;
a number formatted as a percentage arrives as the text people see (`5.3%`); a datetime at midnight as a date."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell has no trustworthy value (formula never computed, `#REF!`, a merged number)."""

    code: str
    message: Text
    remedy: Text


Content = Value | Fault


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its place. `place` is `C12`; `header` the words of its column as they stand in the file.

    unit: the unit of measure written in the header's brackets (`投资额（万元）`), or "".
    """

    content: Content
    file: str
    sheet: str
    place: str
    header: str = ""
    unit: str = ""

    @property
    def value(self) -> Value:
        return None if isinstance(self.content, Fault) else self.content

    @property
    def fault(self) -> Fault | None:
        return self.content if isinstance(self.content, Fault) else None

    @property
    def text(self) -> str:
        """The value as one reads it, without blanks around it; empty for an empty cell."""
        return shown(self.value)

    @property
    def empty(self) -> bool:
        return self.fault is None and self.text == ""

    def problem(self, code: str, message: Text, remedy: Text) -> Problem:
        """A finding about this cell."""
        named = Text(f"“{self.header}”{message.zh}", f'"{self.header}" {message.en}')
        return Problem(code, named if self.header else message, remedy, self.file, self.sheet, self.place)


def shown(value: Value) -> str:
    """A value as text: decimals without exponent or trailing zeros, days as 2025-03-01, yes and no as 是 and 否."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip(" \t\r\n\u3000\ufeff\u200b\xa0")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return format(value.to_integral_value() if whole else value.normalize(), "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat()
