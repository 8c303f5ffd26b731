"""Asking for a value: a request in words, and the question it comes to once every word is known."""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from gangmu.figures import catalogue, ledger_words
from gangmu.figures.areas import OWN, area_of, name
from gangmu.figures.figure import Condition, Figure, Ledger, Quantity, Registered
from gangmu.figures.measures import Measure
from gangmu.figures.naming import measure_name
from gangmu.figures.units_of_measure import inner_of, quantity_of
from gangmu.problems import Text, refuse
from gangmu.records.periods import Period

Filter = tuple[str, str, str]
"""(field by code or name, operator, value by code or name): `("class", "eq", "industry")`. `、` in a value: any of."""

OPERATORS = {"=": "eq", "!=": "ne", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
_SIGNS = {code: sign for sign, code in OPERATORS.items()}
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_FILTER = re.compile(r"^\s*([^!=<>]+?)\s*(!=|>=|<=|=|>|<)\s*(.+?)\s*$")
_WIDE = str.maketrans("［］＝＞＜．＠（）", "[]=><.@()")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, in words. measure empty: the figure's default. unit: an office's code, instead of an area."""

    figure: str
    period: str
    measure: str = ""
    unit: str | None = None
    area: str = OWN
    as_of: datetime.datetime | None = None
    filters: tuple[Filter, ...] = ()

    @classmethod
    def parse(cls, said: str, period: str, as_of: datetime.datetime | None = None) -> Request:
        """A request as documents and formulas write it; `period` is what holds where none is said.

        `projects_started[class=industry].sum(invested)@2025`, `地区生产总值.增速@全市`. InputRefused where it cannot
        be read; figure, measure and filters are checked when it is asked.

        >>> Request.parse("projects_started[class=industry].count@2024", "2025")
        Request(figure='projects_started', period='2024', measure='count', unit=None, area='own', as_of=None, filters=(('class', 'eq', 'industry'),))
        """
        plain = said.translate(_WIDE)
        filters = tuple(
            _filter(part, said) for inner in _BRACKETS.findall(plain) for part in re.split("[,，;；]", inner)
        )
        head, _, where = _BRACKETS.sub("", plain).partition("@")
        figure, _, measure = head.partition(".")
        if not figure.strip():
            raise _unreadable(said)
        request = cls(figure.strip(), period, measure.strip(), as_of=as_of, filters=filters)
        for part in filter(None, (word.strip() for word in re.split("[、,，]", where))):
            request = replace(request, period=part) if part[:4].isdigit() else _placed(request, part)
        return request

    def __str__(self) -> str:
        filters = "".join(f"[{field}{_SIGNS.get(op, op)}{value}]" for field, op, value in self.filters)
        place = f"、unit:{self.unit}" if self.unit else f"、{self.area}" if self.area != OWN else ""
        return f"{self.figure}{filters}{'.' if self.measure else ''}{self.measure}@{self.period}{place}"


def _placed(request: Request, word: str) -> Request:
    for mark in ("unit:", "单位:", "单位："):
        if word.startswith(mark):
            return replace(request, unit=word.removeprefix(mark).strip())
    return replace(request, area=word)


def _filter(part: str, said: str) -> Filter:
    match = _FILTER.match(part)
    if not match:
        raise _unreadable(said)
    return match[1], OPERATORS[match[2]], match[3]


def _unreadable(said: str) -> Exception:
    return refuse(
        "request.unreadable",
        f"“{said}”读不懂",
        f"“{said}” cannot be read",
        "请写成 指标[字段=值].取值方式@期间，例如 新开工项目[class=industry].sum(invested)@2025",
        "write figure[field=value].measure@period, such as projects_started[class=industry].sum(invested)@2025",
    )


@dataclass(frozen=True, slots=True)
class Question:
    """A request whose every word is known. Hashable: the same question is answered once."""

    figure: Figure
    measure: Measure
    period: Period
    unit: str | None = None
    area: str = OWN
    as_of: datetime.datetime | None = None
    filters: tuple[Condition, ...] = ()

    def __hash__(self) -> int:
        return hash((self.figure.code, self.measure, self.period.code, self.unit, self.area, self.filters))

    def of(self, measure: Measure | str) -> Question:
        """The same question for another measure of the figure."""
        wanted = Measure.parse(measure) if isinstance(measure, str) else measure
        assert wanted is not None, measure
        return replace(self, measure=wanted)

    def in_period(self, period: Period) -> Question:
        return replace(self, period=period)

    def for_area(self, area: str) -> Question:
        return replace(self, area=area)

    def for_figure(self, figure: Figure, measure: Measure) -> Question:
        return replace(self, figure=figure, measure=measure)

    def label(self) -> Text:
        """How a person names it: 地区生产总值 2025年 增速, with the place where it is not the own district."""
        place = Text(self.unit, self.unit) if self.unit else name(self.area)
        here = self.unit is None and self.area == OWN
        measure = measure_name(self.figure, self.measure)
        zh = f"{'' if here else place.zh}{self.figure.name_zh} {self.period.label()} {measure.zh}"
        en = f"{self.figure.name_en}, {self.period.label('en')}, {measure.en}"
        return Text(zh, en if here else f"{en}, {place.en}")


def resolve(request: Request) -> Question:
    """The question of a request. InputRefused, with what would be right, where a word of it is unknown."""
    figure = catalogue.get(request.figure)
    measure = _measure(figure, request.measure)
    return Question(
        figure,
        measure,
        _period(request.period),
        request.unit or None,
        area_of(request.area),
        request.as_of,
        _conditions(figure, request.filters),
    )


def _conditions(figure: Figure, filters: tuple[Filter, ...]) -> tuple[Condition, ...]:
    if not filters:
        return ()
    if not isinstance(figure.source, Ledger):
        raise refuse(
            "request.filter_not_allowed",
            f"“{figure.name_zh}”不是台账指标，不能加条件",
            f"“{figure.name_en}” is not computed from a ledger: conditions do not apply",
            "请去掉方括号中的条件",
            "drop the conditions in brackets",
        )
    return tuple(ledger_words.condition_of(figure.source.register, *said) for said in filters)


@lru_cache(maxsize=1024)
def _period(said: str) -> Period:
    return Period.parse(said)


def _measure(figure: Figure, said: str) -> Measure:
    """The measure meant for this figure: words of the same class (数值、数量、合计) stand for each other."""
    if not said:
        return figure.default_measure
    measure = Measure.parse(said) or _named(figure, said)
    if measure is None:
        raise _unknown_measure(figure, said)
    if measure.kind in ("value", "count", "sum", "rate"):
        return _stated(figure, measure, said)
    if measure.kind in ("share", "fraction") and not measure.argument:
        measure = replace(measure, argument="parent")
    if measure.kind in ("share", "fraction") and measure.argument == "parent" and not figure.parent:
        raise _unknown_measure(figure, said)
    if measure.kind == "streak" and not measure.argument:
        measure = replace(measure, argument="yoy>0")
    if inner_of(measure) is not None:
        _measure(figure, measure.argument)
    return measure


def _named(figure: Figure, said: str) -> Measure | None:
    """The measure of a declared quantity's own name: 完成投资, 按期办结率; 计划 before it for the target."""
    if not isinstance(figure.source, Ledger):
        return None
    words = {name: q.measure for q in figure.source.quantities.values() for name in (q.name.zh, q.name.en)}
    plain = said.strip().removeprefix("planned").removeprefix("计划").strip()
    measure = Measure.parse(words[plain]) if plain in words else None
    return replace(measure, planned=plain != said.strip()) if measure else None


def _stated(figure: Figure, measure: Measure, said: str) -> Measure:
    if not isinstance(figure.source, Ledger):
        plain = not measure.argument
        if isinstance(figure.source, Registered):
            return replace(figure.default_measure, planned=measure.planned) if plain else measure
        if plain:
            return Measure("value", "", measure.planned)
        raise _unknown_measure(figure, said)
    if measure.kind == "count" and ledger_words.is_count_of_some(figure, measure):
        return measure
    quantity = quantity_of(figure, measure) or _only_one(figure.source, measure, figure.default_measure)
    found = Measure.parse(quantity.measure) if quantity else None
    if found is None:
        raise _unknown_measure(figure, said)
    return replace(found, planned=measure.planned)


def _only_one(source: Ledger, measure: Measure, default: Measure) -> Quantity | None:
    """`sum` where one sum is declared, `value` where only counts are: what a person means."""
    if measure.argument:
        return None
    alike = [code for code in source.quantities if code.partition("(")[0] == measure.kind]
    if len(alike) == 1:
        return source.quantities[alike[0]]
    return source.quantities.get(default.actual_text) if measure.kind == "value" else None


def _unknown_measure(figure: Figure, said: str) -> Exception:
    known = list(figure.measures)
    if isinstance(figure.source, Ledger):
        known = list(dict.fromkeys([*figure.source.quantities, *known]))
    near = difflib.get_close_matches(said, known, n=1, cutoff=0.5)
    listed = "、".join(known)
    return refuse(
        "measure.unknown",
        f"“{figure.name_zh}”没有取值方式“{said}”",
        f"“{figure.name_en}” has no measure “{said}”",
        (f"是否应为 {near[0]}？" if near else "") + f"可用：{listed}",
        (f"is it {near[0]}? " if near else "") + f"known: {listed}",
    )
