"""A wide table of facts in a SQL engine, read without loss as whole numbers of 64 bits whose range is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gangmu.engine import expressions as x
from gangmu.engine.columns import CODES, WITH_VALUE, Column, NotExactError, constant, whole
from gangmu.engine.facts import ACTUAL, LONG
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import RuleBook
from gangmu.engine.sql import SqlOps
from gangmu.engine.sql_dialects import Dialect
from gangmu.engine.sql_engine import Span, SqlEngine
from gangmu.engine.sql_rows import GROUPS, PERIODS
from gangmu.engine.sql_scores import NotInSqlError
from gangmu.engine.states import State, reason
from gangmu.engine.values import MISSING
from gangmu.problems import Problem, Problems, Text
from gangmu.sheets import headers

EXACT_DOUBLE = 2**53
SHOWN = 20
"""Findings of one sort that are told at once."""


@dataclass
class WideFacts:
    """A wide table of facts in an engine: who its columns say is scored, and where each fact stands."""

    engine: SqlEngine
    source: str
    """What to select from."""
    types: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    """unit, period → the header in the file."""

    @classmethod
    def of(cls, engine: SqlEngine, source: str) -> WideFacts:
        """A table by what to select from, a long one turned wide. NotInSqlError for events, scorers and words."""
        types = engine.types(source)
        names = _known(types)
        if "indicator" in names and "value" in names:
            source = _wide(engine, source, names)
            types = engine.types(source)
            names = _known(types)
        if "unit" not in names:
            raise NotInSqlError
        return cls(engine, source, types, names)

    def quoted(self, name: str) -> str:
        return self.engine.dialect.quoted(name)

    def texts(self, names: Iterable[str]) -> str:
        return ", ".join(self.engine.dialect.text(name) for name in names)

    def period(self) -> str:
        """The period as a text, empty where there is none."""
        return (
            f"coalesce(CAST({self.quoted(self.names['period'])} AS STRING), '')"
            if "period" in self.names
            else "''"
        )

    def periods(self) -> list[str]:
        """All of them in order."""
        if "period" not in self.names:
            return [""]
        return [
            period
            for (period,) in self.engine.rows(
                f"SELECT DISTINCT {self.period()} FROM {self.source} ORDER BY 1"
            )
        ]

    def cases(self) -> int:
        (row,) = self.engine.rows(f"SELECT count(*) FROM {self.source}")
        return int(row[0])

    def attribute(self, name: str) -> str:
        return f"CAST({self.quoted(name) if name in self.types else 'NULL'} AS STRING)"

    def header(self, code: str, of_field: str) -> str | None:
        """The column of a fact: `gdp.target`; `gdp` or `gdp.actual`."""
        said = [f"{code}.{of_field}"] + ([code] if of_field == ACTUAL else [])
        return next((name for name in said if name in self.types), None)


def _known(types: Mapping[str, str]) -> dict[str, str]:
    plain = {headers.plain(name): name for name in reversed(list(types))}
    return {
        key: plain[headers.plain(said)]
        for key, names in LONG.items()
        for said in reversed(names)
        if headers.plain(said) in plain
    }


def _wide(engine: SqlEngine, source: str, names: Mapping[str, str]) -> str:
    """A long table as a wide one: a row a unit and period, a column `indicator.field`."""
    quoted = engine.dialect.quoted
    for of in ("event", "scorer"):
        if of in names:
            name = quoted(names[of])
            if engine.rows(f"SELECT 1 FROM {source} WHERE {name} IS NOT NULL AND {name} <> '' LIMIT 1"):
                raise NotInSqlError
    unit, period = quoted(names["unit"]), quoted(names["period"]) if "period" in names else "''"
    of_field = (
        f"coalesce(nullif({quoted(names['field'])}, ''), '{ACTUAL}')" if "field" in names else f"'{ACTUAL}'"
    )
    indicator = f"coalesce({quoted(names['indicator'])}, '')"
    said = f"CASE WHEN {indicator} = '' THEN {of_field} ELSE {indicator} || '.' || {of_field} END"
    value = quoted(names["value"])
    if engine.rows(
        f"SELECT 1 FROM {source} WHERE {value} IS NOT NULL GROUP BY {unit}, {period}, {said} HAVING count(*) > 1 LIMIT 1"
    ):
        raise NotInSqlError
    return engine.pivoted(
        f"SELECT {unit} AS unit, {period} AS period, {said} AS said, {value} AS value FROM {source}"
    )


def base(book: RuleBook, wide: WideFacts, columns: Sequence[str]) -> str:
    """What the plan starts from: unit, period, realm and group as codes, facts as scaled integers."""
    words = wide.engine.dialect
    unit, period, group = wide.quoted(wide.names["unit"]), wide.period(), _group(book, wide)
    names = " ".join(f"WHEN {place} THEN {words.text(code)}" for place, code in enumerate(codes_of(book)))
    said = [
        f"{unit} AS unit",
        f"CAST({period} AS {words.word(PERIODS)}) AS period",
        f"{_realm(book, wide, period)} AS realm",
        f"{group} AS grp",
        f"CAST(CASE {group} {names} ELSE '' END AS {words.word(GROUPS)}) AS grp_name",
    ]
    for place, (name, text) in enumerate(book.ranking.among):
        said.append(f"(coalesce({wide.attribute(name)}, '') = {words.text(text)}) AS among{place}")
    return f"SELECT {', '.join([*said, *columns])} FROM {wide.source} WHERE {unit} IS NOT NULL"


def codes_of(book: RuleBook) -> tuple[str, ...]:
    """The groups in the order of their places; one without a name where the book has none."""
    return tuple(group.code for group in book.groups) or ("",)


def _realm(book: RuleBook, wide: WideFacts, period: str) -> str:
    """A number or text that only cases which may be compared share."""
    separate = wide.types.get(book.separate) if book.separate else None
    if separate is None:
        return "0" if period == "''" else period
    if period == "''" and separate in _WHOLE:
        return wide.quoted(book.separate)
    return f"{period} || '/' || coalesce({wide.attribute(book.separate)}, '')"


def _group(book: RuleBook, wide: WideFacts) -> str:
    if not book.groups:
        return "0"
    unit = wide.quoted(wide.names["unit"])
    cases = [
        f"WHEN CAST({unit} AS STRING) IN ({wide.texts(group.members)}) THEN {place}"
        for place, group in enumerate(book.groups)
        if group.members
    ]
    said = wide.attribute(book.group_by)
    for place, group in enumerate(book.groups):
        names = dict.fromkeys((group.code, group.name.zh, group.name.en, *group.named))
        cases.append(f"WHEN {said} IN ({wide.texts(names)}) THEN {place}")
    return f"CASE {' '.join(cases)} ELSE -1 END"


def fact_columns(plan: Plan, wide: WideFacts, ops: SqlOps) -> tuple[list[str], dict[tuple[str, str], Column]]:
    """The expressions for `base`, and each fact as a column of whole numbers. NotInSqlError where they do not fit."""
    wanted = dict.fromkeys(
        (node.indicator, node.field)
        for step in plan.steps
        for node in step.expression.walk()
        if isinstance(node, x.Field)
    )
    found: dict[tuple[str, str], Column] = {}
    expressions: list[str] = []
    present = {key: header for key in wanted if (header := wide.header(*key))}
    numbers = _numbers(wide, list(dict.fromkeys(present.values())))
    spans = _spans(wide, numbers)
    for place, key in enumerate(wanted):
        header = present.get(key)
        span = spans.get(header) if header else None
        if header is None or span is None:
            found[key] = constant(Fraction(0), reason(MISSING))
            continue
        scale, number = _as_whole(wide.engine.dialect, numbers[header], span)
        low, high = int(span.least * scale), int(span.most * scale)
        name = f"f{place}"
        expressions.append(f"coalesce({number}, {low}) AS {name}" if span.empty else f"{number} AS {name}")
        state = None
        if span.empty:
            missing, there = CODES[MISSING], WITH_VALUE
            expressions.append(
                f"CASE WHEN {wide.quoted(header)} IS NULL THEN {missing} ELSE {there} END AS {name}s"
            )
            state = State(ops.column(f"{name}s"), frozenset({missing}))
        try:
            found[key] = whole(ops.column(name), low, high, scale, state)
        except NotExactError as error:
            raise NotInSqlError from error
    return expressions, found


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers as SQL: a decimal of so many decimals, or a double that is one."""

    said: str
    decimals: int
    double: bool = False

    @property
    def computed(self) -> bool:
        """Whether the file's own statistics are of something else."""
        return self.double or self.said.startswith("CAST")


_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
MOST_PLACES = 6
"""Decimals that texts and doubles may have to be taken for decimals; more go to the columnar interpreter."""


def _numbers(wide: WideFacts, columns: Sequence[str]) -> dict[str, Number]:
    """How each column is read as decimals, without loss. NotInSqlError for what is no plain number."""
    found: dict[str, Number] = {}
    for name in columns:
        kind = wide.types[name]
        decimal = _DECIMAL.fullmatch(kind)
        if kind in _WHOLE or decimal:
            found[name] = Number(wide.quoted(name), int(decimal[2]) if decimal else 0)
    texts = [name for name in columns if wide.types[name] == "STRING"]
    doubles = [name for name in columns if wide.types[name] in ("DOUBLE", "FLOAT")]
    if len(found) + len(texts) + len(doubles) < len(columns):
        raise NotInSqlError
    for name, places in _places(wide, texts, _text_places).items():
        found[name] = Number(f"CAST({wide.quoted(name)} AS DECIMAL(18, {places}))", places)
    for name, places in _places(wide, doubles, _double_places).items():
        found[name] = Number(wide.quoted(name), places, double=True)
    return found


def _text_places(words: Dialect, of: str) -> str:
    plain, ended = (words.full_match.format(of, f"-?[0-9]{{1,12}}{end}") for end in ("", "[.][0-9]{1,6}"))
    return f"CASE WHEN {plain} THEN 0 WHEN {ended} THEN length({of}) - instr({of}, '.') ELSE 99 END"


def _double_places(words: Dialect, of: str) -> str:
    cases = " ".join(
        f"WHEN abs({of}) < 1e9 AND {of} = {words.nearest.format(f'{of} * 1e{places}')} / 1e{places} THEN {places}"
        for places in range(MOST_PLACES + 1)
    )
    return f"CASE {cases} ELSE 99 END"


def _places(wide: WideFacts, columns: Sequence[str], places: Callable[[Dialect, str], str]) -> dict[str, int]:
    """The most decimals that the values of each column have."""
    if not columns:
        return {}
    names = [wide.quoted(name) for name in columns]
    words = wide.engine.dialect
    asked = ", ".join(f"max(CASE WHEN {name} IS NOT NULL THEN {places(words, name)} END)" for name in names)
    (row,) = wide.engine.rows(f"SELECT {asked} FROM {wide.source}")
    if any(many is not None and many > MOST_PLACES for many in row):
        raise NotInSqlError
    return {name: many or 0 for name, many in zip(columns, row, strict=True)}


def _as_whole(words: Dialect, number: Number, span: Span) -> tuple[int, str]:
    """The scale of a column, and its scaled integers as SQL."""
    scale = 10**number.decimals
    if scale == 1 and not number.double:
        return 1, f"CAST({number.said} AS BIGINT)"
    if max(abs(span.least), abs(span.most)) * scale < EXACT_DOUBLE // 4:
        # A decimal as a double is half a unit off at most: the product rounds to the whole number it stands for.
        return scale, words.as_bigint.format(f"CAST({number.said} AS DOUBLE) * {scale}")
    return scale, f"CAST({number.said} * {scale} AS BIGINT)"


def _spans(wide: WideFacts, columns: Mapping[str, Number]) -> dict[str, Span | None]:
    """What each column holds, by the file's own statistics where it has them; None: nothing at all."""
    if not columns:
        return {}
    known = wide.engine.spans(wide.source)
    rest = [name for name, number in columns.items() if name not in known or number.computed]
    if rest:
        asked = ", ".join(
            f"min({columns[name].said}), max({columns[name].said}), count({wide.quoted(name)})"
            for name in rest
        )
        (row,) = wide.engine.rows(f"SELECT count(*), {asked} FROM {wide.source}")
        for place, name in enumerate(rest):
            least, most, count = row[1 + 3 * place : 4 + 3 * place]
            known[name] = None if count == 0 else Span(*_bounds(columns[name], least, most), count < row[0])
    return {name: known[name] for name in columns}


def _bounds(number: Number, least: Any, most: Any) -> tuple[Fraction, Fraction]:
    """The ends of a column exactly; those of doubles as the decimals they stand for."""
    found = [
        Fraction(round(end * 10**number.decimals), 10**number.decimals) if number.double else Fraction(end)
        for end in (least, most)
    ]
    return found[0], found[1]


def check(book: RuleBook, wide: WideFacts) -> None:
    """Units that stand twice or in no group: InputRefused with the first of them."""
    problems = Problems()
    ask = wide.engine.rows
    twice = "SELECT unit, period, count(*) AS many FROM base GROUP BY unit, period HAVING many > 1"
    for unit, period, many in ask(f"{twice} ORDER BY unit LIMIT {SHOWN}"):
        problems.add(
            Problem(
                "facts.twice",
                Text(f"{unit} {period} 有{many}行", f"{unit} {period} has {many} rows"),
                Text("宽表每个单位、期间一行", "a wide table has a row a unit and period"),
            )
        )
    stray = f"SELECT unit FROM base WHERE grp < 0 ORDER BY unit LIMIT {SHOWN}" if book.groups else None
    for (unit,) in ask(stray) if stray else ():
        problems.add(
            Problem(
                "facts.no_group",
                Text(f"{unit} 不在任何考核分组", f"{unit} is in no group"),
                Text(f"请给出 {book.group_by}", f"give {book.group_by}, or list it as a member"),
            )
        )
    problems.raise_if_any()
