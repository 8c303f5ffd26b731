"""Registers as declared: each read from YAML, checked whole, every finding with its file and line.

`declared/*.yaml` ships; a district adds registers, or replaces one of the same code, in `declared/registers/*.yaml`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings

from gangmu.ledgers.register import (
    COMMON,
    DAY,
    DUE_ON,
    HAPPENED_ON,
    KINDS,
    MASKS,
    NUMBER,
    ON_TIME,
    UNSAID,
    Choice,
    Citation,
    Clock,
    Field,
    LineKind,
    Numbering,
    Register,
    Stage,
)
from gangmu.org.permissions import PERMISSIONS, ROLES
from gangmu.problems import InputRefused, Problem, Problems, Text, lined_yaml, refuse
from gangmu.problems.lined_yaml import Lined
from gangmu.records.deadlines import Clock as DayKind
from gangmu.records.deadlines import Extension

__all__ = [
    "Choice",
    "Citation",
    "Clock",
    "Field",
    "LineKind",
    "Numbering",
    "Register",
    "Stage",
    "forget",
    "get",
    "load",
    "parse",
    "registers",
]

SHIPPED = Path(__file__).parent / "declared"
MAX_DECIMALS = 4
"""What an amount is stored with (`ExactDecimalField`)."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,38}")
_NAMED = ("code", "name_zh", "name_en")
_REGISTER_KEYS = (
    *_NAMED,
    *("noun_zh", "noun_en", "numbering", "title", "unit", "happened", "fields", "lines", "stages", "clocks"),
    *("list", "lamp", "by_step", "written_with", "system_of_record", "regulation"),
)
_FIELD_KEYS = (
    *_NAMED,
    *("kind", "unit_of_measure", "decimals", "minimum", "maximum", "limit", "required", "required_from"),
    *("sensitive", "mask", "public", "sees", "refers_to", "choices", "help"),
)
_LINE_KEYS = (*_NAMED, "fields", "dated", "key", "amount", "help")
_STAGE_KEYS = (*_NAMED, "next", "who", "done", "ends", "needs_note", "public", "when", "help")
_CLOCK_KEYS = (
    *_NAMED,
    *("starts", "ends", "sets", "kind", "days", "days_by", "when", "pauses", "extension", "regulation"),
)
_CITATION_KEYS = ("name_zh", "name_en", "article", "says", "read_at", "checked")


def registers() -> Mapping[str, Register]:
    """All registers by code: shipped ones first, then the district's own.

    Raises InputRefused with every finding of every file where a declaration is wrong.
    """
    return load(settings.DISTRICT.declared / "registers")


def get(code: str) -> Register:
    """The register of a code; InputRefused with the nearest codes where there is none."""
    known = registers()
    if code not in known:
        near = "、".join(difflib.get_close_matches(code, known, n=3, cutoff=0.4)) or "、".join(known)
        raise refuse(
            "ledger.unknown",
            f"没有台账“{code}”",
            f"there is no ledger “{code}”",
            f"最接近的是：{near}",
            f"nearest: {near}",
        )
    return known[code]


@cache
def load(declared: Path | None = None) -> Mapping[str, Register]:
    """The shipped registers with those of a folder. Read once per process."""
    problems = Problems()
    found: dict[str, Register] = {}
    own = sorted(declared.glob("*.yaml")) if declared else []
    for path in (*sorted(SHIPPED.glob("*.yaml")), *own):
        shown = f"{'declared/registers' if path in own else 'gangmu/ledgers/declared'}/{path.name}"
        register = _read(lined_yaml.read_file(path, shown, problems), shown, problems)
        if register is not None:
            found[register.code] = register
    _check_references(found, problems)
    problems.raise_if_any()
    return MappingProxyType(found)


def forget() -> None:
    """Read the declarations anew at the next question (they changed on disk)."""
    load.cache_clear()


def parse(text: str, file: str = "") -> Register:
    """One register from its YAML text; InputRefused with every finding."""
    problems = Problems()
    register = _read(lined_yaml.read(text, file, problems), file, problems)
    problems.raise_if_any()
    if register is None:
        raise InputRefused(())
    return register


def _read(said: Any, file: str, problems: Problems) -> Register | None:
    if said is None:
        return None
    if not isinstance(said, Lined):
        problems.add(_problem(file, 1, "shape", "应是一组键值", "must be a mapping of keys and values"))
        return None
    before = len(problems)
    register = _Reader(file, problems).register(said)
    return register if len(problems) == before else None


class _Reader:
    """Reads one file; findings are collected with their line and reading goes on."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems

    def register(self, said: Lined) -> Register:
        self._known_keys(said, _REGISTER_KEYS)
        happened = self._text(said, "happened", required=True)
        fields = tuple(
            self._field(one, column=self._column_of(one, happened)) for one in self._list(said, "fields")
        )
        lamp = self._mapping(said, "lamp")
        register = Register(
            code=self._code(said),
            name_zh=self._text(said, "name_zh", required=True),
            name_en=self._text(said, "name_en", required=True),
            noun_zh=self._text(said, "noun_zh", required=True),
            noun_en=self._text(said, "noun_en", required=True),
            numbering=self._numbering(said),
            title=self._common(said, "title", "名称", "Title", "text"),
            unit=self._common(said, "unit", "责任单位", "Responsible unit", "unit"),
            happened=happened,
            fields=fields,
            lines=tuple(self._line_kind(one) for one in self._list(said, "lines", required=False)),
            stages=tuple(self._stage(one) for one in self._list(said, "stages")),
            clocks=tuple(self._clock(one) for one in self._list(said, "clocks", required=False)),
            list_columns=tuple(self._words(said, "list")) or Register.list_columns,
            amber_days=self._whole(lamp, "amber_days", 3) or 0,
            amber_clock=DayKind(self._choice(lamp, "clock", tuple(DayKind), "plain")),
            by_step=self._flag(said, "by_step"),
            written_with=self._choice(said, "written_with", ("", *PERMISSIONS), ""),
            system_of_record=self._bilingual(said, "system_of_record"),
            regulation=tuple(self._citation(one) for one in self._list(said, "regulation", required=False)),
            file=self.file,
        )
        self._check(register, said)
        return register

    def _field(self, said: Lined, column: str = "") -> Field:
        self._known_keys(said, _FIELD_KEYS)
        kind = self._choice(said, "kind", tuple(KINDS), "text")
        choices = tuple(
            Choice(
                self._code(one),
                self._text(one, "name_zh", required=True),
                self._text(one, "name_en", required=True),
            )
            for one in self._list(said, "choices", required=False)
        )
        found = Field(
            code=self._code(said),
            name_zh=self._text(said, "name_zh", required=True),
            name_en=self._text(said, "name_en", required=True),
            kind=kind,
            unit_of_measure=self._text(said, "unit_of_measure"),
            decimals=self._whole(said, "decimals"),
            minimum=self._decimal(said, "minimum"),
            maximum=self._decimal(said, "maximum"),
            limit=self._whole(said, "limit"),
            required=self._flag(said, "required"),
            required_from=self._text(said, "required_from"),
            sensitive=self._flag(said, "sensitive"),
            mask=self._choice(said, "mask", ("", *MASKS), ""),
            public=self._flag(said, "public"),
            sees=self._flag(said, "sees"),
            refers_to=self._text(said, "refers_to"),
            choices=choices,
            column=column,
            help=self._bilingual(said, "help"),
        )
        self._check_field(found, said)
        return found

    def _check_field(self, found: Field, said: Lined) -> None:
        rules: Sequence[tuple[bool, str, str, str]] = (
            (found.kind == "choice" and not found.choices, "choices", "缺少可选项", "has no choices"),
            (found.kind != "choice" and bool(found.choices), "choices", "只有 choice 有可选项", "only a choice has choices"),
            (KINDS[found.kind] == NUMBER and found.decimals is None, "decimals", "缺少小数位数 decimals", "lacks decimals"),
            (
                found.decimals is not None and not 0 <= found.decimals <= MAX_DECIMALS,
                "decimals",
                f"小数位数应在0至{MAX_DECIMALS}之间",
                f"decimals must lie between 0 and {MAX_DECIMALS}",
            ),
            (
                found.sensitive and (found.public or found.sees or KINDS[found.kind] != "text"),
                "sensitive",
                "敏感字段只能是不公开的文字",
                "a sensitive field is a text and never public",
            ),
            (bool(found.mask) and not found.sensitive, "mask", "只有敏感字段有遮蔽方式", "only a sensitive field has a mask"),
            (found.sees and found.kind not in ("unit", "units"), "sees", "sees 只用于单位字段", "sees is for fields of units"),
            (found.kind == "entry" and not found.refers_to, "refers_to", "缺少 refers_to", "lacks refers_to"),
            (bool(found.column) and KINDS[found.kind] != DAY, "kind", "应是日期", "must be a day"),
        )  # fmt: skip
        for wrong, key, zh, en in rules:
            if wrong:
                self._wrong(said, key, f"字段 {found.code} {zh}", f"field {found.code} {en}")

    def _common(self, said: Lined, key: str, zh: str, en: str, kind: str) -> Field:
        own = self._mapping(said, key)
        self._known_keys(own, ("name_zh", "name_en", "help"))
        return Field(
            code=key,
            name_zh=self._text(own, "name_zh") or zh,
            name_en=self._text(own, "name_en") or en,
            kind=kind,
            limit=200 if kind == "text" else None,
            required=True,
            public=True,
            sees=kind == "unit",
            column=key,
            help=self._bilingual(own, "help"),
        )

    def _column_of(self, said: Lined, happened: str) -> str:
        code = said.get("code")
        if code == DUE_ON:
            return DUE_ON
        return HAPPENED_ON if code == happened else ""

    def _line_kind(self, said: Lined) -> LineKind:
        self._known_keys(said, _LINE_KEYS)
        found = LineKind(
            code=self._code(said),
            name_zh=self._text(said, "name_zh", required=True),
            name_en=self._text(said, "name_en", required=True),
            fields=tuple(self._field(one) for one in self._list(said, "fields")),
            dated=self._text(said, "dated", required=True),
            key=tuple(self._words(said, "key")),
            amount=self._text(said, "amount"),
            help=self._bilingual(said, "help"),
        )
        self._once(said, "fields", [one.code for one in found.fields])
        if found.dated not in found.by_code or found.by_code[found.dated].storage != DAY:
            self._wrong(
                said,
                "dated",
                f"{found.code}.dated 应是本行的日期字段",
                f"{found.code}.dated must be a day field of the line",
            )
        if found.amount and (
            found.amount not in found.by_code or found.by_code[found.amount].storage != NUMBER
        ):
            self._wrong(
                said,
                "amount",
                f"{found.code}.amount 应是本行的数值字段",
                f"{found.code}.amount must be a decimal field of the line",
            )
        for code in found.key:
            if code not in found.by_code or not found.by_code[code].required:
                self._wrong(
                    said,
                    "key",
                    f"{found.code}.key 的 {code} 应是必填字段",
                    f"{code} in {found.code}.key must be a required field",
                )
        if not found.key:
            self._wrong(said, "key", f"{found.code} 缺少 key", f"{found.code} lacks key")
        for one in found.fields:
            if one.sensitive or one.required_from or one.sees:
                self._wrong(
                    said,
                    "fields",
                    f"行内字段 {one.code} 不能有 sensitive、required_from、sees",
                    f"a line's field {one.code} has no sensitive, required_from or sees",
                )
        return found

    def _stage(self, said: Lined) -> Stage:
        self._known_keys(said, _STAGE_KEYS)
        for role in self._words(said, "who"):
            if role not in ROLES:
                self._unknown(said, "who", role, ROLES)
        return Stage(
            code=self._code(said),
            name_zh=self._text(said, "name_zh", required=True),
            name_en=self._text(said, "name_en", required=True),
            next=tuple(self._words(said, "next")),
            who=tuple(self._words(said, "who")),
            done=self._flag(said, "done"),
            ends=self._flag(said, "ends"),
            needs_note=self._flag(said, "needs_note"),
            public=self._flag(said, "public"),
            when=self._when(said),
            help=self._bilingual(said, "help"),
        )

    def _clock(self, said: Lined) -> Clock:
        self._known_keys(said, _CLOCK_KEYS)
        by = self._mapping(said, "days_by")
        days_by = (self._text(by, "field", required=True), dict(by.get("days") or {})) if by else None
        days = self._whole(said, "days")
        if (days is None) == (days_by is None):
            self._wrong(
                said, "days", "days 与 days_by 应恰有一个", "exactly one of days and days_by is needed"
            )
        return Clock(
            code=self._code(said),
            name_zh=self._text(said, "name_zh", required=True),
            name_en=self._text(said, "name_en", required=True),
            starts=self._text(said, "starts", required=True),
            kind=DayKind(self._choice(said, "kind", tuple(DayKind), "plain")),
            days=days,
            days_by=days_by,
            ends=self._text(said, "ends"),
            sets=self._text(said, "sets"),
            when=self._when(said),
            pauses=tuple(self._words(said, "pauses")),
            extension=self._extension(said),
            regulation=self._bilingual(said, "regulation"),
        )

    def _extension(self, said: Lined) -> Extension | None:
        own = self._mapping(said, "extension")
        if not own:
            return None
        return Extension(
            self._whole(own, "days", 0) or 0,
            self._text(own, "granted_by", required=True),
            self._whole(own, "times", 1) or 1,
        )

    def _citation(self, said: Lined) -> Citation:
        self._known_keys(said, _CITATION_KEYS)
        return Citation(
            Text(self._text(said, "name_zh", required=True), self._text(said, "name_en", required=True)),
            self._text(said, "article"),
            self._bilingual(said, "says"),
            self._text(said, "read_at"),
            self._flag(said, "checked"),
        )

    def _numbering(self, said: Lined) -> Numbering:
        own = self._mapping(said, "numbering")
        return Numbering(self._text(own, "prefix", required=True), self._whole(own, "digits", 4) or 4)

    def _check(self, register: Register, said: Lined) -> None:
        """What no single part can know: names are unique and every mention is of something declared."""
        for key, codes in (
            ("fields", [*COMMON_TAKEN, *(one.code for one in register.fields)]),
            ("lines", [kind.code for kind in register.lines]),
            ("stages", [stage.code for stage in register.stages]),
            ("clocks", [one.code for one in register.clocks]),
            ("fields", [one.name_zh for one in register.by_code.values()]),
            ("lines", [kind.name_zh for kind in register.lines]),
        ):
            self._once(said, key, codes)
        stages, fields = register.stage_by_code, {one.code: one for one in register.fields}
        if register.happened not in fields:
            self._unknown(said, "happened", register.happened, fields)
        for stage, own in zip(register.stages, said.get("stages") or (), strict=False):
            self._all_known(own, "next", stage.next, stages)
            self._check_when(own, stage.when, fields)
        for clock, own in zip(register.clocks, said.get("clocks") or (), strict=False):
            self._all_known(own, "starts", [clock.starts], stages)
            self._all_known(own, "ends", [clock.ends] if clock.ends else [], stages)
            self._all_known(own, "sets", [clock.sets] if clock.sets else [], _of_storage(fields, DAY))
            self._check_when(own, clock.when, fields)
            if clock.days_by:
                self._check_when(own, {clock.days_by[0]: tuple(clock.days_by[1])}, fields, "days_by")
        for one, own in zip(register.fields, said.get("fields") or (), strict=False):
            self._all_known(own, "required_from", [one.required_from] if one.required_from else [], stages)
        self._all_known(said, "list", register.list_columns, {*COMMON, ON_TIME, *fields})

    def _check_when(
        self, said: Lined, when: Mapping[str, tuple[str, ...]], fields: Mapping[str, Field], key: str = "when"
    ) -> None:
        for code, choices in when.items():
            if code not in fields:
                self._unknown(said, key, code, fields)
                continue
            self._all_known(said, key, choices, fields[code].choice_names)

    def _all_known(self, said: Lined, key: str, names: Iterable[str], known: Iterable[str]) -> None:
        allowed = list(known)
        for name in names:
            if name not in allowed:
                self._unknown(said, key, name, allowed)

    def _once(self, said: Lined, key: str, names: Sequence[str]) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._wrong(said, key, f"{key} 中 {name} 重复", f"{name} stands twice in {key}")

    # the values of a mapping

    def _code(self, said: Lined) -> str:
        code = self._text(said, "code", required=True)
        if code and not _CODE.fullmatch(code):
            self._wrong(
                said,
                "code",
                f"编码 {code} 应是小写字母、数字和下划线，不超过39个",
                f"code {code} must be lower-case letters, digits and underscores, at most 39",
            )
        return code

    def _text(self, said: Lined, key: str, *, required: bool = False) -> str:
        value = said.get(key)
        if value is None:
            if required:
                self._wrong(said, key, f"缺少 {key}", f"{key} is missing")
            return ""
        if isinstance(value, dict | list):
            self._wrong(said, key, f"{key} 应是文字", f"{key} must be a text")
            return ""
        return str(value).strip()

    def _flag(self, said: Lined, key: str) -> bool:
        value = said.get(key, False)
        if not isinstance(value, bool):
            self._wrong(said, key, f"{key} 应是 true 或 false", f"{key} must be true or false")
        return value is True

    def _whole(self, said: Lined, key: str, default: int | None = None) -> int | None:
        value = said.get(key, default)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self._wrong(said, key, f"{key} 应是非负整数", f"{key} must be a whole number, not negative")
            return default
        return value

    def _decimal(self, said: Lined, key: str) -> Decimal | None:
        value = said.get(key)
        try:
            return None if value is None else Decimal(str(value))
        except InvalidOperation:
            self._wrong(said, key, f"{key} 应是数值", f"{key} must be a number")
            return None

    def _choice(self, said: Lined, key: str, allowed: Sequence[str], default: str) -> str:
        value = str(said.get(key, default))
        if value not in allowed:
            self._unknown(said, key, value, allowed)
            return default
        return value

    def _words(self, said: Lined, key: str) -> list[str]:
        value = said.get(key) or []
        if not isinstance(value, list) or any(isinstance(one, dict | list) for one in value):
            self._wrong(said, key, f"{key} 应是列表", f"{key} must be a list")
            return []
        return [str(one) for one in value]

    def _mapping(self, said: Lined, key: str) -> Lined:
        value = said.get(key)
        if value is not None and not isinstance(value, Lined):
            self._wrong(said, key, f"{key} 应是一组键值", f"{key} must be a mapping")
        if isinstance(value, Lined):
            return value
        empty = Lined()
        empty.line, empty.lines = said.line_of(key), {}
        return empty

    def _list(self, said: Lined, key: str, *, required: bool = True) -> list[Lined]:
        value = said.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, list) or not value or not all(isinstance(one, Lined) for one in value):
            self._wrong(said, key, f"{key} 应是一列键值", f"{key} must be a list of mappings")
            return []
        return value

    def _bilingual(self, said: Lined, key: str) -> Text:
        own = self._mapping(said, key)
        if not own:
            return UNSAID
        return Text(self._text(own, "zh", required=True), self._text(own, "en", required=True))

    def _when(self, said: Lined) -> Mapping[str, tuple[str, ...]]:
        own = self._mapping(said, "when")
        return {code: tuple(self._words(own, code)) for code in own}

    def _known_keys(self, said: Lined, known: Sequence[str]) -> None:
        for key in said:
            if key not in known:
                self._unknown(said, key, key, known)

    def _unknown(self, said: Lined, key: str, name: str, known: Iterable[str]) -> None:
        allowed = list(known)
        near = difflib.get_close_matches(name, allowed, n=1)
        listed = "、".join(map(str, allowed))
        self.problems.add(
            Problem(
                "declaration.unknown",
                Text(f"不认识“{name}”（{key}）", f"“{name}” ({key}) is unknown"),
                Text(
                    f"是否应为 {near[0]}？" if near else f"可用：{listed}",
                    f"is it {near[0]}?" if near else f"known: {listed}",
                ),
                self.file,
                cell=f"line {said.line_of(key)}",
            )
        )

    def _wrong(self, said: Lined, key: str, zh: str, en: str) -> None:
        self.problems.add(_problem(self.file, said.line_of(key), key, zh, en))


COMMON_TAKEN = tuple(code for code in (*COMMON, ON_TIME) if code != DUE_ON)
"""Codes that a register's own fields cannot take. `due_on` may be declared: then it has a label and a place."""


def _problem(file: str, line: int, key: str, zh: str, en: str) -> Problem:
    return Problem(
        f"declaration.{key}",
        Text(zh, en),
        Text("请改正声明", "mend the declaration"),
        file,
        cell=f"line {line}",
    )


def _of_storage(fields: Mapping[str, Field], storage: str) -> list[str]:
    return [code for code, one in fields.items() if one.storage == storage]


def _check_references(found: Mapping[str, Register], problems: Problems) -> None:
    for register in found.values():
        for one in register.fields:
            if one.refers_to and one.refers_to not in found:
                problems.add(
                    _problem(
                        register.file,
                        1,
                        "refers_to",
                        f"字段 {one.code} 引用的台账 {one.refers_to} 没有声明",
                        f"field {one.code} refers to {one.refers_to}, which is not declared",
                    )
                )
