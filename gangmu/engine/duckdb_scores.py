"""Scoring files with DuckDB: facts in Parquet or CSV, any number of them, in; scores of every node out.

A plan whose numbers are proven to fit 64 bits runs as SQL from file to file. Any other runs in the columnar
interpreter, over the same facts; the digits are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from gangmu.engine import expressions as x
from gangmu.engine import planning
from gangmu.engine.columns import CODES, WITH_VALUE, Column, NotExactError, constant, whole
from gangmu.engine.duckdb_files import library
from gangmu.engine.facts import ACTUAL, LONG
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import TOTAL, RuleBook
from gangmu.engine.sql import Query, SqlOps, quoted
from gangmu.engine.sql_scores import NotInSqlError, Scored, decimals_of, grades, lower, place_of, ranked
from gangmu.engine.states import State, reason
from gangmu.engine.values import MISSING, OUTSIDE
from gangmu.problems import Problem, Problems, Text
from gangmu.sheets import headers

EXACT_DOUBLE = 2**53
Connection = Any
"""A connection of DuckDB, which is imported when one is asked for."""
SHOWN = 20
"""Findings of one sort that are told at once."""


@dataclass(frozen=True, slots=True)
class Settings:
    """threads: None: all. memory: what DuckDB may hold before it spills, such as `400MB`; None: its own limit."""

    threads: int | None = None
    memory: str | None = None
    spill: Path | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Settings:
        threads = said.get("threads")
        return cls(int(threads) if threads else None, said.get("memory") or None)


def connect(settings: Settings) -> Connection:
    options: dict[str, Any] = {"preserve_insertion_order": False}
    if settings.threads:
        options["threads"] = settings.threads
    if settings.memory:
        options["memory_limit"] = settings.memory
    if settings.spill:
        options["temp_directory"] = str(settings.spill)
    connection: Connection = library().connect(config=options)
    return connection


@dataclass
class WideFacts:
    """A wide table of facts in DuckDB: who its columns say is scored, and where each fact stands."""

    connection: Connection
    source: str
    """What to select from."""
    types: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    """unit, period → the header in the file."""

    @classmethod
    def of(cls, connection: Connection, path: Path) -> WideFacts:
        """The table of a file, a long one turned wide. NotInSqlError for events, scorers and words."""
        source = _scan(path)
        types = _types(connection, source)
        names = _known(types)
        if "indicator" in names and "value" in names:
            source = _pivoted(connection, source, types, names)
            types = _types(connection, source)
            names = _known(types)
        if "unit" not in names:
            raise NotInSqlError
        return cls(connection, source, types, names)

    def header(self, code: str, of_field: str) -> str | None:
        """The column of a fact: `gdp.target`; `gdp` or `gdp.actual`."""
        said = [f"{code}.{of_field}"] + ([code] if of_field == ACTUAL else [])
        return next((name for name in said if name in self.types), None)


def _scan(path: Path) -> str:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    said = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    reader = "read_parquet" if all(file.suffix.lower() == ".parquet" for file in files) else "read_csv"
    return f"{reader}([{said}])"


def _types(connection: Connection, source: str) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _known(types: Mapping[str, str]) -> dict[str, str]:
    plain = {headers.plain(name): name for name in reversed(list(types))}
    return {
        key: plain[headers.plain(said)]
        for key, names in LONG.items()
        for said in reversed(names)
        if headers.plain(said) in plain
    }


def _pivoted(connection: Connection, source: str, types: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A long table as a wide one: a row a unit and period, a column `indicator.field`."""
    unit, period = quoted(names["unit"]), quoted(names["period"]) if "period" in names else "''"
    for of in ("event", "scorer"):
        if of in names:
            name = quoted(names[of])
            some = connection.execute(
                f"SELECT 1 FROM {source} WHERE {name} IS NOT NULL AND {name} <> '' LIMIT 1"
            )
            if some.fetchall():
                raise NotInSqlError
    of_field = (
        f"coalesce(nullif({quoted(names['field'])}, ''), '{ACTUAL}')" if "field" in names else f"'{ACTUAL}'"
    )
    indicator = f"coalesce({quoted(names['indicator'])}, '')"
    column = f"CASE WHEN {indicator} = '' THEN {of_field} ELSE {indicator} || '.' || {of_field} END"
    value = quoted(names["value"])
    twice = connection.execute(
        f"SELECT 1 FROM {source} WHERE {value} IS NOT NULL GROUP BY {unit}, {period}, {column} HAVING count(*) > 1 LIMIT 1"
    )
    if twice.fetchall():
        raise NotInSqlError
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pivoted AS PIVOT"
        f" (SELECT {unit} AS unit, {period} AS period, {column} AS said, {value} AS value FROM {source})"
        " ON said USING first(value) GROUP BY unit, period"
    )
    return "pivoted"


@dataclass
class Run:
    """A rule book over a wide table of facts, lowered to SQL."""

    plan: Plan
    wide: WideFacts
    scored: Scored

    @property
    def connection(self) -> Connection:
        return self.wide.connection

    def compute(self) -> None:
        """Makes the tables `scores` (a row a unit) and `graded_0` (its place and grade)."""
        kept = self.scored.kept()
        among = {f"among{n}": n for n in range(len(self.plan.book.ranking.among))}
        query = Query("base", kept, (*CARRIED, *among), self.scored.types(kept))
        statements, table = query.statements()
        for statement in [*statements, *ranked(self.plan, table), *grades(self.plan, self.scored)]:
            self.connection.execute(statement)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW scores AS SELECT * FROM {table}")

    def write(self, path: Path, *, all_ranks: bool = True) -> None:
        """Every node of every unit to Parquet or CSV. all_ranks: places of every node, not of the total alone."""
        options = "FORMAT parquet" if path.suffix.lower() == ".parquet" else "FORMAT csv, HEADER"
        target = str(path).replace("'", "''")
        self.connection.execute(f"COPY ({self.rows(all_ranks=all_ranks)}) TO '{target}' ({options})")

    def fetched(self) -> Iterator[tuple[Any, ...]]:
        """The rows of results, units in their order, nodes in the order of the book."""
        relation = self.connection.execute(
            f"SELECT * FROM ({self.rows(all_ranks=True)}) ORDER BY period, unit, node"
        )
        while rows := relation.fetchmany(10_000):
            yield from rows

    def decimals(self, node: str) -> int | None:
        return decimals_of(self.plan, node)

    def rows(self, *, all_ranks: bool) -> str:
        return node_rows(self.plan, self.scored, all_ranks=all_ranks)


CARRIED = ("unit", "period", '"group"', "realm", "grp")
NODES, GROUPS, PERIODS, GRADES = "node_code", "group_code", "period_code", "grade_name"
"""Types of words that repeat in millions of rows."""


def prepare(book: RuleBook, wide: WideFacts) -> Run:
    """The base table and the plan as SQL. NotInSqlError where it does not fit; InputRefused where facts are wrong."""
    plan = planning.plan(book)
    codes = tuple(group.code for group in book.groups) or ("",)
    ops = SqlOps(codes)
    try:
        columns, facts = _fact_columns(plan, wide, ops)
    except NotExactError as error:
        raise NotInSqlError from error
    _words(plan, wide, codes)
    wide.connection.execute(f"CREATE OR REPLACE TEMP VIEW base AS {_base(book, wide, codes, columns)}")
    _check(book, wide)
    (cases,) = wide.connection.execute(f"SELECT count(*) FROM {wide.source}").fetchall()[0]
    return Run(plan, wide, lower(plan, codes, cases, facts, ops))


def _words(plan: Plan, wide: WideFacts, codes: Sequence[str]) -> None:
    periods = [""]
    if "period" in wide.names:
        found = wide.connection.execute(
            f"SELECT DISTINCT {_period(wide)} FROM {wide.source} ORDER BY 1"
        ).fetchall()
        periods = [period for (period,) in found]
    grading = plan.book.grading
    words = {
        NODES: [node.code for node in plan.book.nodes()],
        GROUPS: [*codes, *([] if "" in codes else [""])],
        PERIODS: periods,
        GRADES: [grade.name for grade in grading.grades] if grading else [""],
    }
    for name, said in words.items():
        wide.connection.execute(f"CREATE OR REPLACE TYPE {name} AS ENUM ({_texts(dict.fromkeys(said))})")


def _period(wide: WideFacts) -> str:
    return (
        f"coalesce(CAST({quoted(wide.names['period'])} AS VARCHAR), '')" if "period" in wide.names else "''"
    )


def _base(book: RuleBook, wide: WideFacts, codes: Sequence[str], columns: Sequence[str]) -> str:
    """The view that the plan starts from: unit, period, realm and group as codes, facts as scaled integers."""
    unit = quoted(wide.names["unit"])
    period = _period(wide)
    said = [
        f"{unit} AS unit",
        f"CAST({period} AS {PERIODS}) AS period",
        f"{_realm(book, wide, period)} AS realm",
    ]
    group = _group(book, wide, unit)
    names = " ".join(f"WHEN {place} THEN '{_escaped(code)}'" for place, code in enumerate(codes))
    said += [f"{group} AS grp", f"CAST(CASE {group} {names} ELSE '' END AS {GROUPS}) AS \"group\""]
    for place, (name, text) in enumerate(book.ranking.among):
        said.append(f"(coalesce({_attribute(wide, name)}, '') = '{_escaped(text)}') AS among{place}")
    return f"SELECT {', '.join([*said, *columns])} FROM {wide.source} WHERE {unit} IS NOT NULL"


def _realm(book: RuleBook, wide: WideFacts, period: str) -> str:
    """A number or text that only cases which may be compared share."""
    separate = wide.types.get(book.separate) if book.separate else None
    if separate is None:
        return "0" if period == "''" else period
    name = quoted(book.separate)
    if period == "''" and separate in _WHOLE:
        return name
    return f"{period} || '/' || coalesce(CAST({name} AS VARCHAR), '')"


def _group(book: RuleBook, wide: WideFacts, unit: str) -> str:
    if not book.groups:
        return "0"
    cases = [
        f"WHEN CAST({unit} AS VARCHAR) IN ({_texts(group.members)}) THEN {place}"
        for place, group in enumerate(book.groups)
        if group.members
    ]
    said = _attribute(wide, book.group_by)
    for place, group in enumerate(book.groups):
        names = dict.fromkeys((group.code, group.name.zh, group.name.en, *group.named))
        cases.append(f"WHEN {said} IN ({_texts(names)}) THEN {place}")
    return f"CASE {' '.join(cases)} ELSE -1 END"


def _attribute(wide: WideFacts, name: str) -> str:
    return f"CAST({quoted(name)} AS VARCHAR)" if name in wide.types else "CAST(NULL AS VARCHAR)"


def _texts(names: Iterable[str]) -> str:
    return ", ".join(f"'{_escaped(name)}'" for name in names)


def _escaped(text: str) -> str:
    return text.replace("'", "''")


@dataclass(frozen=True, slots=True)
class Span:
    """What a column of facts holds: least and most as written, and whether some are empty."""

    least: Fraction
    most: Fraction
    empty: bool


def _fact_columns(
    plan: Plan, wide: WideFacts, ops: SqlOps
) -> tuple[list[str], dict[tuple[str, str], Column]]:
    """The expressions of the base view, and each fact as a column of whole numbers."""
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
        scale, number = _as_whole(numbers[header], span)
        low, high = int(span.least * scale), int(span.most * scale)
        name = f"f{place}"
        expressions.append(f"coalesce({number}, {low}) AS {name}" if span.empty else f"{number} AS {name}")
        state = None
        if span.empty:
            missing, there = CODES[MISSING], WITH_VALUE
            expressions.append(
                f"CASE WHEN {quoted(header)} IS NULL THEN {missing} ELSE {there} END AS {name}s"
            )
            state = State(ops.column(f"{name}s"), frozenset({missing}))
        found[key] = whole(ops.column(name), low, high, scale, state)
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
            found[name] = Number(quoted(name), int(decimal[2]) if decimal else 0)
    texts = [name for name in columns if wide.types[name] == "VARCHAR"]
    doubles = [name for name in columns if wide.types[name] in ("DOUBLE", "FLOAT")]
    if len(found) + len(texts) + len(doubles) < len(columns):
        raise NotInSqlError
    for name, places in _places(wide, texts, _TEXT_PLACES).items():
        found[name] = Number(f"CAST({quoted(name)} AS DECIMAL(18, {places}))", places)
    for name, places in _places(wide, doubles, _DOUBLE_PLACES).items():
        found[name] = Number(quoted(name), places, double=True)
    return found


_TEXT_PLACES = (
    "CASE WHEN regexp_full_match({0}, '-?[0-9]{{1,12}}') THEN 0"
    " WHEN regexp_full_match({0}, '-?[0-9]{{1,12}}[.][0-9]{{1,6}}') THEN length({0}) - instr({0}, '.') ELSE 99 END"
)
_DOUBLE_PLACES = (
    "CASE "
    + " ".join(
        f"WHEN abs({{0}}) < 1e9 AND {{0}} = round({{0}} * 1e{places}) / 1e{places} THEN {places}"
        for places in range(MOST_PLACES + 1)
    )
    + " ELSE 99 END"
)


def _places(wide: WideFacts, columns: Sequence[str], how: str) -> dict[str, int]:
    """The most decimals that the values of each column have."""
    if not columns:
        return {}
    asked = ", ".join(
        f"max(CASE WHEN {quoted(name)} IS NOT NULL THEN {how.format(quoted(name))} END)" for name in columns
    )
    row = wide.connection.execute(f"SELECT {asked} FROM {wide.source}").fetchall()[0]
    if any(places is not None and places > MOST_PLACES for places in row):
        raise NotInSqlError
    return {name: places or 0 for name, places in zip(columns, row, strict=True)}


def _as_whole(number: Number, span: Span) -> tuple[int, str]:
    """The scale of a column, and its scaled integers as SQL."""
    scale = 10**number.decimals
    if scale == 1 and not number.double:
        return 1, f"CAST({number.said} AS BIGINT)"
    if max(abs(span.least), abs(span.most)) * scale < EXACT_DOUBLE // 4:
        # A decimal as a double is half a unit off at most: the product rounds to the whole number it stands for.
        return scale, f"CAST(CAST({number.said} AS DOUBLE) * {scale} AS BIGINT)"
    return scale, f"CAST({number.said} * {scale} AS BIGINT)"


def _spans(wide: WideFacts, columns: Mapping[str, Number]) -> dict[str, Span | None]:
    """What each column holds, by the file's own statistics where it has them; None: nothing at all."""
    if not columns:
        return {}
    known = _statistics(wide) if wide.source.startswith("read_parquet") else {}
    rest = [name for name, number in columns.items() if name not in known or number.computed]
    if rest:
        asked = ", ".join(
            f"min({columns[name].said}), max({columns[name].said}), count({quoted(name)})" for name in rest
        )
        row = wide.connection.execute(f"SELECT count(*), {asked} FROM {wide.source}").fetchall()[0]
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


def _statistics(wide: WideFacts) -> dict[str, Span | None]:
    files = wide.source.removeprefix("read_parquet(").removesuffix(")")
    rows = wide.connection.execute(
        "SELECT path_in_schema, min(least), max(most), sum(nulls), sum(many), count(nulls) = count(*),"
        " count(least) = count(*) FILTER (WHERE nulls < many) AND count(most) = count(least)"
        " FROM (SELECT path_in_schema, TRY_CAST(stats_min_value AS DECIMAL(38, 10)) AS least,"
        " TRY_CAST(stats_max_value AS DECIMAL(38, 10)) AS most, stats_null_count AS nulls, num_values AS many"
        f" FROM parquet_metadata({files})) GROUP BY 1"
    ).fetchall()
    found: dict[str, Span | None] = {}
    for name, least, most, nulls, count, counted, complete in rows:
        if counted and nulls == count:
            found[name] = None
        elif counted and complete:
            found[name] = Span(Fraction(least), Fraction(most), nulls > 0)
    return found


def _check(book: RuleBook, wide: WideFacts) -> None:
    """Units that stand twice or in no group: InputRefused with the first of them."""
    problems = Problems()
    ask = wide.connection.execute
    twice = "SELECT unit, period, count(*) AS many FROM base GROUP BY unit, period HAVING many > 1"
    for unit, period, many in ask(f"{twice} ORDER BY unit LIMIT {SHOWN}").fetchall():
        problems.add(
            Problem(
                "facts.twice",
                Text(f"{unit} {period} 有{many}行", f"{unit} {period} has {many} rows"),
                Text("宽表每个单位、期间一行", "a wide table has a row a unit and period"),
            )
        )
    stray = f"SELECT unit FROM base WHERE grp < 0 ORDER BY unit LIMIT {SHOWN}" if book.groups else None
    for (unit,) in ask(stray).fetchall() if stray else ():
        problems.add(
            Problem(
                "facts.no_group",
                Text(f"{unit} 不在任何考核分组", f"{unit} is in no group"),
                Text(f"请给出 {book.group_by}", f"give {book.group_by}, or list it as a member"),
            )
        )
    problems.raise_if_any()


def node_rows(plan: Plan, scored: Scored, *, all_ranks: bool) -> str:
    """The rows of results as SQL: unit, period, group, node, value, printed, rank, grade."""
    parts = [place for place, node in enumerate(scored.nodes) if node.code != TOTAL]
    whole = _total_rows(plan, scored)
    if not parts:
        return whole
    rows = _part_rows(plan, scored, parts)
    rank = "CAST(NULL AS INTEGER)"
    if all_ranks:
        rows, rank = _placed(plan, rows), "place"
    value, printed = scored.decimal("v"), scored.decimal("v" if scored.one_print else "p")
    return (
        f'SELECT unit, period, "group", node, {value} AS value, {printed} AS printed, {rank} AS rank,'
        f" CAST(NULL AS {GRADES}) AS grade FROM ({rows}) UNION ALL {whole}"
    )


def _total_rows(plan: Plan, scored: Scored) -> str:
    total = next(place for place, node in enumerate(scored.nodes) if node.code == TOTAL)
    grading = plan.book.grading
    grade = f"CAST(NULL AS {GRADES})"
    if grading:
        cases = " ".join(f"WHEN {n} THEN '{_escaped(each.name)}'" for n, each in enumerate(grading.grades))
        grade = f"CAST(CASE grade {cases} END AS {GRADES})"
    rank = "CAST(place AS DECIMAL(12, 1)) / 2" if plan.book.ranking.ties == "mean" else "place"
    value, printed = (scored.decimal(scored.cell(total, kind)) for kind in "np")
    return (
        f"SELECT unit, period, \"group\", CAST('{TOTAL}' AS {NODES}) AS node, {value} AS value,"
        f" {printed} AS printed, {rank} AS rank, {grade} AS grade"
        " FROM scores JOIN (SELECT unit, period, place, grade FROM graded_0) USING (unit, period)"
    )


def _part_rows(plan: Plan, scored: Scored, parts: Sequence[int]) -> str:
    """A row a unit and node below the total, those outside left out; numbers still scaled."""
    ranking = plan.book.ranking
    nodes = [scored.nodes[place] for place in parts]
    values, prints = ([scored.cell(place, kind) for place in parts] for kind in "np")
    lists = {"v": values}
    if not scored.one_print:
        lists["p"] = prints
    if any(node.may_be_outside for node in nodes):
        lists["state"] = [
            f"s{place}" if scored.nodes[place].may_be_outside else str(WITH_VALUE) for place in parts
        ]
    if ranking.on == "printed":
        lists["judged"] = [
            prints[n] if decimals_of(plan, node.code) is not None else values[n]
            for n, node in enumerate(nodes)
        ]
    said = ", ".join(f"unnest([{', '.join(items)}]) AS {name}" for name, items in lists.items())
    codes = ", ".join(f"'{node.code}'" for node in nodes)
    rows = (
        f'SELECT unit, period, "group", realm, grp, {_eligible(plan)} AS eligible,'
        f" unnest(CAST([{codes}] AS {NODES}[])) AS node, {said} FROM scores"
    )
    return f"SELECT * FROM ({rows}) WHERE state <> {CODES[OUTSIDE]}" if "state" in lists else rows


def _eligible(plan: Plan) -> str:
    return " AND ".join(["NOT is_out", *(f"among{n}" for n in range(len(plan.book.ranking.among)))])


def _placed(plan: Plan, rows: str) -> str:
    """The rows with the place of each node's value."""
    ranking = plan.book.ranking
    population = "node, realm" if ranking.within == "all" else "node, realm, grp"
    judged = "judged" if ranking.on == "printed" else "v"
    place = place_of(ranking, population, [judged + (" DESC" if ranking.best == "high" else " ASC")])
    if ranking.ties == "mean":
        place = f"CAST({place} AS DECIMAL(12, 1)) / 2"
    with_place = f"SELECT *, {place} AS place FROM ({rows}) WHERE eligible AND {judged} IS NOT NULL"
    return (
        f"{with_place} UNION ALL SELECT *, NULL FROM ({rows}) WHERE NOT (eligible AND {judged} IS NOT NULL)"
    )
