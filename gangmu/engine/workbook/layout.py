"""Which sheet and column each entry of a rule book has: one table for the writer and the reader."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gangmu.engine import keys
from gangmu.engine import kind as kind_types
from gangmu.engine.keys import Key
from gangmu.engine.kinds import kinds
from gangmu.engine.workbook import values
from gangmu.sheets.writing import Column

BOOK, GROUPS, SECTIONS, INDICATORS, EXTRAS = "考核办法", "分组", "考核内容", "考核指标", "加扣分"
VETOES, GRADES, REWARDS, EXAMPLES, HOLES = "一票否决", "等次", "奖惩", "示例", "漏洞"

OTHERS = "其他"
"""The column of what has no column of its own: `名称：内容`, a line an entry."""

NO_FACTS = "（没有数据）"

LISTS: Mapping[str, str] = {"vetoes": VETOES, "rewards": REWARDS, "holes": HOLES}
"""Lists of the book whose entries are a row each, and nothing more."""

INLINE = (keys.PARTS, keys.FORMS, keys.FORM, keys.GROUPS, keys.FACTS, keys.EACH)
"""Entries that have rows or sheets of their own."""

_SHORT: Mapping[str, str] = {
    "of": "计分依据",
    "best": "高低",
    "among": "比较范围",
    "each": "每次分值",
    "levels": "各级别得分",
    "points": "各名次得分",
    "step": "每档（位）大小",
    "least": "最少",
    "most": "最多",
    "measured": "差距口径",
    "whole": "只计整档",
    "bonus": "每超1个百分点加分",
    "pass": "及格线",
    "as_given": "给定分数",
    "given_as": "数据是数值还是名次",
    "clip": "是否截断",
}
"""Headers of parameters whose labels are sentences, or differ from kind to kind."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column: its header and the entry it holds. part: `zh` or `en` of a text in both languages, "" of anything else."""

    header: str
    key: Key
    part: str = ""


def places(listed: Iterable[Key], headers: Mapping[str, str] | None = None) -> Iterator[Place]:
    for key in listed:
        header = (headers or {}).get(key.name, key.label.zh)
        if key.type in INLINE:
            continue
        if key.type == keys.BOTH:
            yield Place(header, key, "zh")
            yield Place(f"英文{header}", key, "en")
        else:
            yield Place(header, key)


def form_places(form: str) -> tuple[Place, ...]:
    return tuple(places(keys.FORMS_OF[form]))


_OF_SECTIONS = ("clause", "name", "code", "full", "weight", "combine", "extra", "cap", "floor")


def section_places(used: Iterable[str]) -> tuple[Place, ...]:
    """The columns of sections: those of most books, then what else a book uses."""
    known = {key.name: key for key in keys.FORMS_OF["section"]}
    rest = [name for name in known if name in used and name not in _OF_SECTIONS]
    return tuple(places(known[name] for name in (*_OF_SECTIONS, *rest)))


@functools.cache
def parameters() -> Mapping[str, tuple[Key, ...]]:
    """Every parameter and stated fact of any kind by name, as each kind means it."""
    found: dict[str, list[Key]] = {}
    for kind in kinds().values():
        for key in keys.of_kind(kind):
            found.setdefault(key.name, []).append(key)
    return {name: tuple(meant) for name, meant in found.items()}


@functools.cache
def parameter_headers() -> Mapping[str, str]:
    """A header for each, all different; those that are common keys too have theirs."""
    common = keys.labels("indicator")
    found: dict[str, str] = {}
    taken = {label.zh for label in common.values()} | {ABOVE, OTHERS}
    for name, meant in parameters().items():
        header = common[name].zh if name in common else _SHORT.get(name, _first_words(meant[0].label.zh))
        if name not in common and header in taken:
            header = f"{header}·{name}"
        taken.add(header)
        found[name] = header
    return found


def _first_words(label: str) -> str:
    return re.split(r"[，；。（(]", label)[0]


ABOVE = "所属内容"

_FIRST = ("clause", "name", "code", "kind", "full", "target")
_ALWAYS = ("responsible",)


def indicator_places(used: Iterable[str]) -> tuple[Place, ...]:
    """The columns of indicators: those everybody needs first, then the parameters a book uses, then what else it uses."""
    wanted = [*used]
    common = {key.name: key for key in keys.FORMS_OF["indicator"]}
    headers = parameter_headers()
    own = [name for name in parameters() if name in wanted and name not in (*common, *_FIRST)]
    rest = [name for name in common if name not in _FIRST and (name in wanted or name in _ALWAYS)]
    listed = []
    for name in (*_FIRST, *own, *rest):
        key = common.get(name) or parameters()[name][0]
        listed += list(places([key], headers))
    return tuple(listed)


def every_indicator_place() -> tuple[Place, ...]:
    return indicator_places([*keys.labels("indicator"), *parameters()])


def known_of(kind_code: str) -> dict[str, Key]:
    """What an indicator of a kind may say, by key; a kind's own `cap` and `floor` stand for the common ones."""
    found = {key.name: key for key in keys.FORMS_OF["indicator"]}
    kind = kinds().get(kind_code)
    if kind is not None:
        found.update({key.name: key for key in keys.of_kind(kind)})
    return found


def column(place: Place) -> Column:
    """The column with its note and what may be chosen."""
    meant = parameters().get(place.key.name, ())
    words = _choices(place.key, meant)
    return Column(
        place.header,
        note=_note(place, meant),
        required=place.key.required and place.part != "en",
        choices=words,
        width=_WIDTHS.get(place.key.name) or _WIDTHS.get(place.key.type) or 12.0,
    )


_WIDTHS: Mapping[str, float] = {
    "name": 26,
    "kind": 18,
    "clause": 12,
    "code": 14,
    "full": 12,
    keys.FORMULA: 30,
    keys.FACT: 16,
    keys.MISSING: 14,
    keys.WORDS: 18,
    kind_types.BANDS: 18,
    kind_types.LEVELS: 18,
    "zh": 46,
    "en": 40,
    "reading": 34,
}


def _choices(key: Key, meant: tuple[Key, ...]) -> tuple[str, ...]:
    words = [word for each in (key, *meant) for word in values.words(each).values()]
    return tuple(dict.fromkeys(words))


def _note(place: Place, meant: tuple[Key, ...]) -> str:
    key = place.key
    lines = [f"{key.label.zh}" + ("（必填）" if key.required else "")]
    lines += [
        f"{kind.name.zh}：{own.label.zh}" for kind in kinds().values() if (own := _own(kind.code, key.name))
    ]
    if key.type in values.TABLES or any(each.type in values.TABLES for each in meant):
        lines.append("各组、各单位或各档不同的，每行一个，如 甲镇：5")
    if key.type in values.LISTS:
        lines.append("几个之间用顿号隔开")
    if key.default and key.type != keys.BOTH:
        lines.append(f"不填即为：{values.words(key).get(key.default, key.default)}")
    return "\n".join(lines)[:900]


def _own(kind_code: str, name: str) -> Key | None:
    return next(
        (key for key in keys.of_kind(kinds()[kind_code]) if key.name == name and key.type != keys.FACT), None
    )


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the sheet 考核办法: an entry of the book, or of its `total`, `rank` or `grades`."""

    label: str
    form: str
    key: Key


@functools.cache
def items() -> tuple[Item, ...]:
    found = [Item(key.label.zh, "book", key) for key in keys.FORMS_OF["book"] if key.type not in INLINE]
    for key in keys.FORMS_OF["book"]:
        if key.type == keys.FORM:
            found += [
                Item(f"{key.label.zh}·{inner.label.zh}", key.name, inner)
                for inner in keys.FORMS_OF[key.of]
                if inner.type not in INLINE
            ]
    return tuple(found)
