"""Reading one declared figure; what is wrong becomes a finding with its line, and reading goes on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any

from gangmu.figures import formulas
from gangmu.figures.figure import (
    DIRECTIONS,
    FREQUENCIES,
    NATURES,
    Condition,
    Figure,
    Formula,
    Ledger,
    Quantity,
    Registered,
    Rows,
    Series,
    Source,
    Term,
)
from gangmu.figures.measures import Measure
from gangmu.ledgers import declarations
from gangmu.ledgers.declarations import Register
from gangmu.ledgers.register import COMMON, ON_TIME
from gangmu.problems import Problem, Problems, Text
from gangmu.problems.lined_yaml import Lined

_TEXTS = {
    "code": "",
    "name_zh": "",
    "name_en": "",
    "unit_of_measure": "",
    "parent": "",
    "source": "",
    "formula": "",
}
_CHOICES = {"frequency": FREQUENCIES, "nature": NATURES, "direction": DIRECTIONS}
_FLAGS = {"cumulative": False, "constant_prices": False, "additive": True}
_LISTS = ("aliases", "also_in", "measures")
_BILINGUAL = ("coverage", "definition")
_KEYS = (*_TEXTS, *_CHOICES, *_FLAGS, *_LISTS, *_BILINGUAL, "decimals", "select", "quantities")
_REQUIRED = ("name_zh", "name_en", "unit_of_measure", "source", "measures")
_OPERATORS = ("eq", "ne", "in", "gt", "gte", "lt", "lte", "missing", "present")
_ROWS = ("where", "dated", "at_stage", "any")
_TERM = ("distinct", "sum", "whole_year", *_ROWS)
COMPUTED = ("value", "yoy", "change", "share", "rank", "fraction", "multiple", "streak", "names")
"""Measures that are computed from others, or observed: a ledger figure need not declare them."""


def read_figure(entry: Lined, problems: Problems) -> Figure | None:
    """One figure, or None with its findings added."""
    before = len(problems)
    reader = _Reader(entry, problems)
    reader.check_keys()
    figure = Figure(
        code=reader.text("code"),
        name_zh=reader.text("name_zh"),
        name_en=reader.text("name_en"),
        unit_of_measure=reader.text("unit_of_measure"),
        decimals=reader.whole("decimals", 0),
        measures=reader.measures(),
        source=reader.source(),
        aliases=reader.words("aliases"),
        also_in=reader.words("also_in"),
        coverage=reader.bilingual("coverage"),
        definition=reader.bilingual("definition"),
        frequency=reader.choice("frequency"),
        nature=reader.choice("nature"),
        cumulative=reader.flag("cumulative"),
        constant_prices=reader.flag("constant_prices"),
        additive=reader.flag("additive"),
        direction=reader.choice("direction"),
        parent=reader.text("parent"),
        file=reader.file,
        line=entry.line,
    )
    return figure if len(problems) == before else None


class _Reader:
    """Reads the keys of one entry; what is wrong becomes a finding with its line, and reading goes on."""

    def __init__(self, entry: Lined, problems: Problems) -> None:
        self.entry, self.problems, self.file = entry, problems, str(entry["__file__"])
        self.code = str(entry.get("code", ""))

    def wrong(self, code: str, zh: str, en: str, line: int, remedy: tuple[str, str] = ("", "")) -> None:
        self.problems.add(
            finding(
                f"figure.{code}",
                f"指标 {self.code}：{zh}",
                f"figure {self.code}: {en}",
                self.file,
                line,
                remedy,
            )
        )

    def check_keys(self) -> None:
        for key in self.entry:
            if key not in _KEYS and key != "__file__":
                near = difflib.get_close_matches(key, _KEYS, n=1)
                remedy = (f"是否想写 {near[0]}？", f"did you mean {near[0]}?") if near else ("", "")
                self.wrong(
                    "unknown_key", f"不认识的键 {key}", f"unknown key {key}", self.entry.line_of(key), remedy
                )
        for key in _REQUIRED:
            if self.entry.get(key) in (None, "", []):
                self.wrong("missing_key", f"缺少 {key}", f"{key} is missing", self.entry.line)

    def text(self, key: str) -> str:
        return str(self.entry.get(key, "") or "")

    def whole(self, key: str, default: int) -> int:
        value = self.entry.get(key, default)
        if isinstance(value, int) and 0 <= value <= 6:
            return value
        self.wrong(
            "decimals",
            f"{key} 应是 0—6 的整数",
            f"{key} must be a whole number from 0 to 6",
            self.entry.line_of(key),
        )
        return default

    def flag(self, key: str) -> bool:
        value = self.entry.get(key, _FLAGS[key])
        if not isinstance(value, bool):
            self.wrong(
                "flag", f"{key} 应写 true 或 false", f"{key} must be true or false", self.entry.line_of(key)
            )
        return value is True

    def choice(self, key: str) -> str:
        allowed = _CHOICES[key]
        value = self.text(key) or {"frequency": "A", "nature": "flow", "direction": "up"}[key]
        if value not in allowed:
            listed = ", ".join(allowed)
            self.wrong(
                key, f"{key} 应是 {listed} 之一", f"{key} must be one of {listed}", self.entry.line_of(key)
            )
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self.entry.get(key, [])
        if not isinstance(value, list):
            self.wrong("list", f"{key} 应是列表", f"{key} must be a list", self.entry.line_of(key))
            return ()
        return tuple(str(word) for word in value)

    def bilingual(self, key: str) -> Text:
        return _text(self.entry.get(key, ""))

    def measures(self) -> tuple[str, ...]:
        found = []
        for said in self.words("measures"):
            measure = Measure.parse(said)
            if measure is None:
                self.wrong(
                    "measure",
                    f"不认识的取值方式 {said}",
                    f"unknown measure {said}",
                    self.entry.line_of("measures"),
                )
            else:
                found.append(str(measure))
        return tuple(found) or ("value",)

    def source(self) -> Source:
        said = self.text("source")
        if said == "series":
            return Series()
        if said == "formula":
            if not formulas.is_arithmetic(self.text("formula")):
                zh = "公式 formula 应由 {指标.取值方式}、数字和 + − × ÷ 组成"
                en = "formula must be made of {figure.measure}, numbers and + − × ÷"
                self.wrong("formula", zh, en, self.entry.line_of("formula"))
            return Formula(self.text("formula"))
        if said.startswith("ledger:"):
            return self.ledger(said.removeprefix("ledger:"))
        return Registered(said)

    def ledger(self, register: str) -> Ledger:
        declared = self.entry.get("quantities")
        if not isinstance(declared, Lined):
            self.wrong(
                "quantities",
                "台账指标须声明 quantities",
                "a ledger figure must declare quantities",
                self.entry.line,
            )
            return Ledger(register)
        base = self.alternatives(self.entry.get("select"), (Rows(),), self.entry.line_of("select"))
        quantities = {}
        for said, content in declared.items():
            measure = Measure.parse(said)
            if measure is None or measure.planned:
                self.wrong(
                    "measure", f"不认识的取值方式 {said}", f"unknown measure {said}", declared.line_of(said)
                )
                continue
            quantities[str(measure)] = self.quantity(measure, content, base, declared.line_of(said))
        for said in self.words("measures"):
            measure = Measure.parse(said)
            if (
                measure
                and not measure.planned
                and measure.kind not in COMPUTED
                and str(measure) not in quantities
            ):
                self.wrong(
                    "quantity",
                    f"{said} 没有在 quantities 中声明",
                    f"{said} is not declared in quantities",
                    declared.line,
                )
        self.check_against_register(register, quantities.values())
        return Ledger(register, MappingProxyType(quantities))

    def check_against_register(self, code: str, quantities: Iterable[Quantity]) -> None:
        """Every field, line and stage a ledger figure names exists in its register, and sums are over numbers."""
        register = declarations.registers().get(code)
        line = self.entry.line_of("source")
        if register is None:
            self.wrong("ledger", f"没有台账 {code}", f"there is no ledger {code}", line)
            return
        terms = [term for q in quantities for term in (q.numerator, q.denominator) if term is not None]
        for name in dict.fromkeys(name for term in terms for name in _unknown_names(register, term)):
            zh, en = f"台账 {code} 没有 {name}", f"the ledger {code} has no {name}"
            self.wrong("ledger_field", zh, en, self.entry.line_of("quantities"))

    def quantity(self, measure: Measure, content: Any, base: tuple[Rows, ...], line: int) -> Quantity:
        if not isinstance(content, Lined):
            content = _empty(line)
        self.known_keys(content, ("name", "unit", "decimals", "numerator", "denominator", *_TERM))
        denominator = content.get("denominator")
        is_rate = denominator is not None
        unit = str(content.get("unit") or ("%" if is_rate else self.text("unit_of_measure")))
        decimals = content.get("decimals", 1 if is_rate else self.entry.get("decimals", 0))
        numerator = content.get("numerator") if is_rate else content
        return Quantity(
            measure=str(measure),
            name=_text(content.get("name", "")) if content.get("name") else measure.name(),
            numerator=self.term(numerator, base, line),
            denominator=self.term(denominator, base, line) if is_rate else None,
            unit_of_measure=unit,
            decimals=decimals if isinstance(decimals, int) else 0,
        )

    def term(self, content: Any, base: tuple[Rows, ...], line: int) -> Term:
        content = content if isinstance(content, Lined) else _empty(line)
        self.known_keys(content, ("name", "unit", "decimals", *_TERM))
        aggregate = next((key for key in ("sum", "distinct") if content.get(key)), "count")
        field = str(content.get(aggregate) or "") if aggregate != "count" else ""
        rows = self.alternatives(content, base, content.line)
        return Term(aggregate, field, rows, content.get("whole_year") is True)

    def alternatives(self, content: Any, base: tuple[Rows, ...], line: int) -> tuple[Rows, ...]:
        """Each row set of the base, narrowed; `any` splits them into alternatives that must not overlap."""
        narrowed = tuple(self.rows(content, rows, line) for rows in base)
        if not isinstance(content, Lined) or "any" not in content:
            return narrowed
        found = [
            self.rows(item, rows, content.line_of("any"))
            for rows in narrowed
            for item in content["any"] or []
        ]
        return tuple(found)

    def rows(self, content: Any, base: Rows, line: int) -> Rows:
        """The base rows narrowed by further conditions; another `dated` or `at_stage` takes the base's place."""
        if not isinstance(content, Lined):
            return base
        dated = (
            base.dated if "dated" not in content else self.dated(content["dated"], content.line_of("dated"))
        )
        stages = content.get("at_stage", base.at_stage)
        where = [self.condition(item, content.line_of("where")) for item in content.get("where") or []]
        return Rows((*base.where, *[c for c in where if c]), dated, tuple(str(s) for s in stages))

    def dated(self, content: Any, line: int) -> tuple[str, str] | None:
        if content in (None, "stock"):
            return None
        if isinstance(content, Lined) and len(content) == 1:
            [(kind, code)] = content.items()
            if kind in ("stage", "field", "line"):
                return kind, str(code)
        self.wrong(
            "dated",
            "dated 应写 {stage: …}、{field: …}、{line: …} 或 stock",
            "dated must be {stage: …}, {field: …}, {line: …} or stock",
            line,
        )
        return None

    def condition(self, content: Any, line: int) -> Condition | None:
        if (
            not isinstance(content, Lined)
            or not content.get("field")
            or content.get("op", "eq") not in _OPERATORS
        ):
            listed = ", ".join(_OPERATORS)
            self.wrong(
                "condition",
                f"条件应写 {{field, op, value}}，op 是 {listed} 之一",
                f"a condition is {{field, op, value}}, op one of {listed}",
                line,
            )
            return None
        value = content.get("value")
        return Condition(
            str(content["field"]),
            str(content.get("op", "eq")),
            tuple(value) if isinstance(value, list) else value,
            str(content.get("unit", "")),
        )

    def known_keys(self, content: Lined, allowed: Iterable[str]) -> None:
        for key in content:
            if key not in allowed:
                self.wrong("unknown_key", f"不认识的键 {key}", f"unknown key {key}", content.line_of(key))


def _unknown_names(register: Register, term: Term) -> Iterator[str]:
    """Fields, lines and stages of a term that the register does not declare."""
    fields = {*register.by_code, *COMMON, ON_TIME}
    lines = {f"{kind.code}.{field}" for kind in register.lines for field in kind.by_code}
    if term.field and term.field not in fields | lines:
        yield term.field
    for rows in term.rows:
        yield from (one.field for one in rows.where if one.field not in fields)
        yield from (stage for stage in rows.at_stage if stage not in register.stage_by_code)
        if rows.dated:
            kind, code = rows.dated
            known = {"stage": register.stage_by_code, "field": fields, "line": register.line_kinds}[kind]
            if code not in known:
                yield code


def _empty(line: int) -> Lined:
    empty = Lined()
    empty.line, empty.lines = line, {}
    return empty


def _text(said: Any) -> Text:
    if isinstance(said, dict):
        return Text(str(said.get("zh", "")), str(said.get("en", "")))
    return Text(str(said or ""), str(said or ""))


def finding(code: str, zh: str, en: str, file: str, line: int, remedy: tuple[str, str] = ("", "")) -> Problem:
    return Problem(code, Text(zh, en), Text(*remedy), file=file, cell=f"line {line}")
