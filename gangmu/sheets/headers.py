"""Which column is which: headers are matched tolerantly, and what is missing is said once per sheet."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gangmu.problems import Problem, Problems, Text

ERROR_HEADER = "错误"
"""The column that `marking` adds to a user's file; never taken for data."""

_BRACKETED = re.compile(r"^(?P<name>.+?)\((?P<inside>[^()]*)\)$")

Names = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each wanted column stands. `at` key → index from 0; `found` the headers as written; `row` of the header."""

    at: Mapping[str, int]
    found: Mapping[int, str]
    units: Mapping[int, str]
    row: int

    def __contains__(self, key: str) -> bool:
        return key in self.at


def plain(header: str) -> str:
    """A header without what people vary: width, case, blanks, line breaks, the star of a required column.

    >>> plain(" 责任 单位＊")
    '责任单位'
    """
    folded = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s*_:]+", "", folded)


def without_brackets(header: str) -> tuple[str, str]:
    """A plain header and what stands in its brackets: `投资额(万元)` → (`投资额`, `万元`)."""
    match = _BRACKETED.match(header)
    return (match["name"], match["inside"]) if match else (header, "")


def match(found: Mapping[int, str], wanted: Mapping[str, Names], row: int) -> Columns:
    """Assign headers to keys: exact (after `plain`) first, then ignoring brackets. First come, first served."""
    by_name: dict[str, int] = {}
    by_stem: dict[str, tuple[int, str]] = {}
    for index, header in found.items():
        name = plain(header)
        by_name.setdefault(name, index)
        stem, inside = without_brackets(name)
        by_stem.setdefault(stem, (index, inside))
    at: dict[str, int] = {}
    units: dict[int, str] = {}
    for key, names in wanted.items():
        for name in map(plain, _as_list(names)):
            stem, inside = without_brackets(name)
            if name in by_name:
                at[key] = by_name[name]
                units[by_name[name]] = inside
            elif name in by_stem:
                at[key], units[at[key]] = by_stem[name]
            elif inside and stem in by_stem and by_stem[stem][0] not in at.values():
                at[key], units[at[key]] = by_stem[stem]
            else:
                continue
            break
    return Columns(at, found, units, row)


def missing(
    columns: Columns, wanted: Mapping[str, Names], required: Iterable[str], file: str, sheet: str
) -> list[Problem]:
    """One finding for each required header that is not there, with the headers found and the nearest of them."""
    found = [header for header in columns.found.values() if header]
    return [
        _missing(_as_list(wanted[key])[0], found, file, sheet, columns.row)
        for key in required
        if key not in columns.at
    ]


def _missing(name: str, found: list[str], file: str, sheet: str, row: int) -> Problem:
    listed = "、".join(found) or "（没有表头）"
    near = difflib.get_close_matches(name, found, n=1, cutoff=0.5)
    hint_zh = f"，是否就是“{near[0]}”？" if near else ""
    hint_en = f'; is it "{near[0]}"?' if near else ""
    return Problem(
        "sheet.header_missing",
        Text(f"缺少“{name}”一列；表头有：{listed}", f'column "{name}" is missing; headers found: {listed}'),
        Text(f"请补上表头“{name}”{hint_zh}", f'add the header "{name}"{hint_en}'),
        file,
        sheet,
        f"A{row}" if row else "",
    )


def report(columns: Columns | None, problems: Problems, findings: list[Problem]) -> Columns | None:
    problems.extend(findings)
    return None if findings else columns


def _as_list(names: Names) -> Sequence[str]:
    return (names,) if isinstance(names, str) else names
