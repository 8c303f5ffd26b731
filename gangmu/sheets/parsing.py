"""Typed values out of cells, in the habits people have; what cannot be read becomes a finding at its cell.

Every function returns the value, or None for an empty cell and for one that has a finding. `required=True` makes an
empty cell a finding too. Nothing is ever guessed: where two readings are possible, both are refused.
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal

from gangmu.problems import Problems, Text
from gangmu.sheets.cells import Cell, shown

MAGNITUDES = {
    "十": 10,
    "百": 100,
    "千": 10**3,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}

MOST_DIGITS = 20
"""No quantity of a district has more; what has is a code or an identity number in the wrong column."""

_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)([^\d.,+\-eE].*)?", re.S)
_MAGNITUDE = re.compile(r"(万亿|千万|百万|十|百|千|万|亿)?(.*)", re.S)
_DAYS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?"),
    re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})(?: 0{1,2}:00(?::00)?)?"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_SERIALS = range(14_611, 73_051)
"""Days since 1899-12-30 that mean 1940 to 2099: what a spreadsheet shows when a date column is formatted as number."""

_YES = {"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "对"}
_NO = {"否", "无", "×", "✗", "x", "n", "no", "false", "0", "不", "错"}
_SEPARATORS = re.compile(r"[、,，;；\n]+")


def refuse(
    cell: Cell, problems: Problems, code: str, zh: str, en: str, remedy_zh: str = "", remedy_en: str = ""
) -> None:
    """A finding of the caller's own about a cell."""
    problems.add(cell.problem(code, Text(zh, en), Text(remedy_zh, remedy_en)))


def text(cell: Cell, problems: Problems, *, required: bool = False, limit: int | None = None) -> str | None:
    """The cell as text without blanks around it; at most `limit` characters."""
    if not _present(cell, problems, required):
        return None
    said = cell.text
    if limit is not None and len(said) > limit:
        refuse(
            cell,
            problems,
            "text.too_long",
            f"有{len(said)}个字，最多{limit}个",
            f"has {len(said)} characters, at most {limit} are allowed",
            "请缩短",
            "shorten it",
        )
        return None
    return said


def decimal(
    cell: Cell,
    problems: Problems,
    *,
    unit: str | None = None,
    required: bool = False,
    decimals: int | None = None,
    minimum: Decimal | int | None = None,
    maximum: Decimal | int | None = None,
) -> Decimal | None:
    """The cell as a number in `unit` (the figure's own unit of measure: 亿元, 万人, %; None: a bare number).

    `3.2亿元`, `32,000万元` and `３．２` are all read; a unit in the cell, or in the header's brackets, is converted when
    it differs from `unit` by 万 or 亿 only, and refused otherwise. `decimals`, `minimum`, `maximum` are limits, never
    roundings.
    """
    if not _present(cell, problems, required):
        return None
    number = cell.value if isinstance(cell.value, Decimal) else None
    suffix = ""
    if number is None:
        match = _NUMBER.fullmatch(_folded(cell.text)) if isinstance(cell.value, str) else None
        if match is None:
            _not_a_number(cell, problems)
            return None
        number, suffix = Decimal(match[1].replace(",", "")), match[2] or ""
    if len(number.as_tuple().digits) > MOST_DIGITS:
        _not_a_number(cell, problems)
        return None
    number = _in_unit(cell, problems, number, suffix, unit)
    if number is None or not _within(cell, problems, number, decimals, minimum, maximum):
        return None
    return number


def whole(
    cell: Cell,
    problems: Problems,
    *,
    required: bool = False,
    minimum: int | None = None,
    maximum: int | None = None,
) -> int | None:
    """The cell as a whole number."""
    number = decimal(cell, problems, required=required, decimals=0, minimum=minimum, maximum=maximum)
    return None if number is None else int(number)


def day(cell: Cell, problems: Problems, *, required: bool = False) -> datetime.date | None:
    """The cell as a day: a real date, 2025-03-01, 2025/3/1, 2025.3.1, 2025年3月1日, 20250301, or Excel's serial."""
    if not _present(cell, problems, required):
        return None
    value = cell.value
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    found = _day_of(value)
    if found is None:
        refuse(
            cell,
            problems,
            "day.not_a_day",
            f"“{cell.text}”不是一个日期",
            f'"{cell.text}" is not a day',
            "请写年月日，例如 2025-03-01 或 2025年3月1日",
            "write year, month and day, as 2025-03-01",
        )
    return found


def choice(
    cell: Cell, problems: Problems, allowed: Mapping[str, str] | Iterable[str], *, required: bool = False
) -> str | None:
    """The cell as one of the allowed words. A mapping (word as shown → code) gives the code; several words may share one.

    Width, case and blanks do not matter. What is not allowed is answered with the nearest word.
    """
    if not _present(cell, problems, required):
        return None
    words = dict(allowed) if isinstance(allowed, Mapping) else {word: word for word in allowed}
    folded = {_folded(word).casefold().replace(" ", ""): word for word in words}
    said = _folded(cell.text).casefold().replace(" ", "")
    if said in folded:
        return words[folded[said]]
    near = difflib.get_close_matches(said, folded, n=1, cutoff=0.4)
    listed = "、".join(list(words)[:20]) + ("……" if len(words) > 20 else "")
    refuse(
        cell,
        problems,
        "choice.not_allowed",
        f"“{cell.text}”不在可选范围内",
        f'"{cell.text}" is not one of the choices',
        (f"是否应为“{folded[near[0]]}”？" if near else "") + f"可选：{listed}",
        (f'is it "{folded[near[0]]}"? ' if near else "") + f"choices: {listed}",
    )
    return None


def yes(cell: Cell, problems: Problems, *, required: bool = False) -> bool | None:
    """The cell as yes or no: 是/否, √/×, Y/N, 1/0."""
    if not _present(cell, problems, required):
        return None
    if isinstance(cell.value, bool):
        return cell.value
    said = _folded(cell.text).casefold()
    if said in _YES or said in _NO:
        return said in _YES
    refuse(
        cell,
        problems,
        "yes.neither",
        f"“{cell.text}”既不是“是”也不是“否”",
        f'"{cell.text}" is neither yes nor no',
        "请填“是”或“否”",
        "fill in 是 (yes) or 否 (no)",
    )
    return None


def words(cell: Cell, problems: Problems, *, required: bool = False) -> list[str]:
    """The cell as a list: parts separated by 、 comma, semicolon or line break. Empty for an empty cell."""
    if not _present(cell, problems, required):
        return []
    return [part.strip() for part in _SEPARATORS.split(cell.text) if part.strip()]


def unit_parts(unit: str) -> tuple[int, str]:
    """A unit of measure as magnitude and base: 亿元 → (100000000, 元); 个 → (1, 个)."""
    match = _MAGNITUDE.fullmatch(_folded(unit).replace(" ", ""))
    magnitude, base = match.groups() if match else (None, unit)
    if magnitude and (base or magnitude in ("万", "亿", "万亿")):
        return MAGNITUDES[magnitude], base
    return 1, (magnitude or "") + base


def _present(cell: Cell, problems: Problems, required: bool) -> bool:
    if cell.fault is not None:
        problems.add(cell.problem(cell.fault.code, cell.fault.message, cell.fault.remedy))
        return False
    if cell.empty and required:
        refuse(
            cell,
            problems,
            "cell.empty",
            "没有填写",
            "is empty",
            "此列必须填写",
            "this column must be filled in",
        )
    return not cell.empty


def _folded(said: str) -> str:
    """Full-width digits and signs as plain ones; the minus of typographers as the plain one."""
    return unicodedata.normalize("NFKC", said).replace("−", "-").replace("–", "-").strip()


def _not_a_number(cell: Cell, problems: Problems) -> None:
    nothing = cell.text in {"-", "—", "——", "/", "无", "暂无", "缺", "N/A", "n/a", "…", "……"}
    refuse(
        cell,
        problems,
        "number.not_a_number",
        f"“{cell.text}”不是数字",
        f'"{cell.text}" is not a number',
        "没有数据请留空" if nothing else "请只填数字，例如 1234.5",
        "leave the cell empty when there is no value" if nothing else "fill in the number alone, as 1234.5",
    )


def _in_unit(
    cell: Cell, problems: Problems, number: Decimal, suffix: str, unit: str | None
) -> Decimal | None:
    """`number` converted from what cell or header say to `unit`; None with a finding where they do not fit."""
    wanted_size, wanted = unit_parts(unit or "")
    written = suffix.strip()
    if not written and cell.unit and unit:
        hinted_size, hinted = unit_parts(cell.unit)
        # A header's brackets may hold any remark; only the same base is a unit.
        return number * hinted_size / wanted_size if hinted == wanted and hinted else number
    if not written:
        return number
    size, base = unit_parts(written)
    if not base and not wanted_size > 1 and wanted in ("%", "‰"):
        base = written
    if base in ("", wanted):
        return number * size / wanted_size
    expected = unit or ""
    refuse(
        cell,
        problems,
        "number.wrong_unit",
        f"“{cell.text}”的计量单位不对" + (f"，应为{expected}" if expected else "，应只填数字"),
        f'"{cell.text}" has the wrong unit of measure' + (f"; it must be {expected}" if expected else ""),
        f"请换算成{expected}，只填数字" if expected else "请只填数字",
        f"convert it to {expected} and fill in the number alone" if expected else "fill in the number alone",
    )
    return None


def _within(
    cell: Cell,
    problems: Problems,
    number: Decimal,
    decimals: int | None,
    minimum: Decimal | int | None,
    maximum: Decimal | int | None,
) -> bool:
    said = shown(number)
    if decimals is not None and number != number.quantize(Decimal(1).scaleb(-decimals)):
        places = f"最多{decimals}位小数" if decimals else "应为整数"
        refuse(
            cell,
            problems,
            "number.too_many_decimals",
            f"{said} {places}",
            f"{said}: at most {decimals} decimals are allowed"
            if decimals
            else f"{said} is not a whole number",
            "请核对计量单位和小数位数",
            "check unit of measure and decimals",
        )
        return False
    if minimum is not None and number < minimum:
        refuse(
            cell,
            problems,
            "number.too_small",
            f"{said} 小于 {minimum}",
            f"{said} is below {minimum}",
            "请核对",
            "check it",
        )
        return False
    if maximum is not None and number > maximum:
        refuse(
            cell,
            problems,
            "number.too_large",
            f"{said} 大于 {maximum}",
            f"{said} is above {maximum}",
            "请核对",
            "check it",
        )
        return False
    return True


def _day_of(value: object) -> datetime.date | None:
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and int(value) in _SERIALS:
            return datetime.date(1899, 12, 30) + datetime.timedelta(days=int(value))
        value = shown(value)
    if not isinstance(value, str):
        return None
    said = re.sub(r"\s+(?=\d*[年月日号])|(?<=[年月])\s+", "", _folded(value))
    for pattern in _DAYS:
        if match := pattern.fullmatch(said):
            year, month, day_of_month = (int(part) for part in match.groups())
            try:
                return datetime.date(year, month, day_of_month)
            except ValueError:
                return None
    if said.isdecimal() and int(said) in _SERIALS:
        return datetime.date(1899, 12, 30) + datetime.timedelta(days=int(said))
    return None
