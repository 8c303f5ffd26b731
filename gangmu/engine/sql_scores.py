"""Scores in SQL: the plan's columns, the standing of every unit, and the rows of results, for DuckDB and Spark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from gangmu.engine import expressions as x
from gangmu.engine import numbers
from gangmu.engine.columns import WITH_VALUE, Column, Exact, Handle, Near, NotExactError, Truth
from gangmu.engine.expressions import Const, Expression, Lookup
from gangmu.engine.lowering import Lowering
from gangmu.engine.planning import GRADED, OUT, Plan
from gangmu.engine.rulebook import TOTAL, Grade, Grading, Indicator, Ranking, Veto
from gangmu.engine.sql import SqlOps
from gangmu.engine.sql_dialects import Dialect, Table
from gangmu.engine.states import State
from gangmu.engine.values import OUTSIDE

MOST_DECIMALS = 12
SCORES, GRADED_UNITS = "scores", "graded"
"""Tables of a finished run: a row a unit with its kept columns; a row a unit with its place and grade."""
WHO = ("unit", "period", "grp_name", "realm", "grp")
"""Columns that every table of units carries: who it is, and whom it is compared with."""
LAST = 10**9
"""The order of a unit without a place."""


class NotInSqlError(Exception):
    """A plan that whole numbers of 64 bits cannot carry: the columnar interpreter takes it."""


class SqlLowering(Lowering):
    """The plan as SQL, or NotInSqlError. facts: the column of each fact, by indicator and field."""

    def __init__(self, plan: Plan, ops: SqlOps, cases: int, facts: Mapping[tuple[str, str], Column]) -> None:
        super().__init__(plan, ops, cases)
        self.sql = ops
        self.facts = facts

    def run(self) -> None:
        for step in self.plan.steps:
            self.columns[step.name] = self.step(step)

    def named(self, name: str, column: Column) -> Column:
        return column

    def fact(self, node: x.Field) -> Column:
        return self.facts[node.indicator, node.field]

    def by_reference(self, node: Expression) -> Column:
        self._refuse()

    def inexact(self, how: str, left: Exact | Near, right: Exact | Near) -> Exact | Near:
        self._refuse()

    def divided(self, left: Exact | Near, right: Exact | Near, node: Expression) -> Exact | Near:
        self._refuse()

    def nearly_compared(self, op: str, left: Exact | Near, right: Exact | Near, node: Expression) -> Handle:
        self._refuse()

    def nearly_selected(self, holds: Handle, then: Exact | Near, otherwise: Exact | Near) -> Exact | Near:
        self._refuse()

    def nearly_rounded(
        self, column: Exact | Near, decimals: int, mode: str, node: Expression
    ) -> Exact | Near:
        self._refuse()

    def nearly_over(self, node: x.OverGroup, of: Exact | Near) -> Column:
        self._refuse()

    def geometric(
        self,
        node: x.Combine,
        parts: Sequence[Exact | Near],
        weights: Sequence[Exact | Near],
        counted: Sequence[Handle],
    ) -> Exact | Near:
        self._refuse()

    def ordered(self, column: Exact | Near, node: x.Rank) -> Handle:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NotInSqlError


@dataclass(frozen=True, slots=True)
class Shown:
    """A node in the results: its handles, all scaled to 10^decimals."""

    code: str
    value: Handle
    printed: Handle
    state: State | None
    may_be_outside: bool
    low: int
    high: int


@dataclass(frozen=True)
class Scored:
    """A plan lowered to SQL: what to compute, and how the rows are made of it."""

    plan: Plan
    lowering: SqlLowering
    nodes: tuple[Shown, ...]
    decimals: int

    @property
    def ops(self) -> SqlOps:
        """The operations that the plan was lowered to."""
        return self.lowering.sql

    @property
    def one_print(self) -> bool:
        """Whether every node is printed as it stands."""
        return all(node.printed is node.value for node in self.nodes)

    @property
    def small(self) -> bool:
        """Whether every value fits 31 bits."""
        return all(max(-node.low, node.high) < 2**31 for node in self.nodes)

    def cell(self, place: int, kind: str) -> str:
        """A node's scaled value (`n`) or print (`p`) as a column, empty where it has none."""
        node = self.nodes[place]
        name = "n" if kind == "p" and node.printed is node.value else kind
        said = f"{name}{place}"
        return said if node.state is None else f"CASE WHEN s{place} = {WITH_VALUE} THEN {said} END"

    @property
    def dialect(self) -> Dialect:
        return self.ops.dialect

    def decimal(self, said: str) -> str:
        """Scaled integers as decimals."""
        return self.dialect.decimal(
            said, self.decimals, max(max(-node.low, node.high) for node in self.nodes)
        )

    def kept(self) -> dict[str, Handle]:
        """Columns by name: n values, p prints and s states of nodes, then what standing needs."""
        found: dict[str, Handle] = {}
        for place, node in enumerate(self.nodes):
            found[f"n{place}"] = node.value
            if node.printed is not node.value:
                found[f"p{place}"] = node.printed
            if node.state is not None:
                found[f"s{place}"] = node.state.code
        found |= self._standing()
        return found

    def types(self, kept: Mapping[str, Handle]) -> dict[str, str]:
        """Narrow types for what is kept: most of a large run's memory is here."""
        wide = "INTEGER" if self.small else "BIGINT"
        found = {name: wide for name in kept if name[0] in "np" and name[1:].isdigit()}
        return found | {name: "SMALLINT" for name in kept if name[0] == "s" and name[1:].isdigit()}

    def _standing(self) -> dict[str, Handle]:
        """What places and grades look at: numbers as bigints, conditions as truths."""
        low, book, ops = self.lowering, self.plan.book, self.lowering.ops
        total = low.columns[TOTAL]
        on = self._judged(TOTAL, book.ranking.on)
        out = low.columns[OUT]
        found: dict[str, Handle] = {
            "judged": on.num,
            "has_total": low.has_value(total),
            "is_out": ops.both(_holds(low, out), low.has_value(out)),
        }
        for place, code in enumerate(book.ranking.tie_break):
            column = _exact(low, low.columns[code])
            there = low.has_value(column)
            found[f"tie{place}"] = ops.choose(there, column.num, -(2**61))
        for place, veto in enumerate(book.vetoes):
            struck = low.columns[veto.code]
            found[f"veto{place}"] = ops.both(_holds(low, struck), low.has_value(struck))
        if book.grading:
            graded = self.graded(book.grading)
            found["graded"] = graded.num
            found["has_graded"] = low.has_value(low.columns[GRADED] if book.grading.of else total)
        return found

    def graded(self, grading: Grading) -> Exact:
        if grading.of:
            return _whole(_exact(self.lowering, self.lowering.columns[GRADED]))
        return self._judged(TOTAL, grading.on)

    def _judged(self, code: str, on: str) -> Exact:
        column = _exact(self.lowering, self.lowering.columns[code])
        decimals = decimals_of(self.plan, code)
        if on == "printed" and decimals is not None:
            column = self.lowering._rounded(column, decimals, numbers.HALF_UP)
        return _whole(column)


def _whole(column: Exact) -> Exact:
    if column.den is not None:
        raise NotInSqlError
    return column


def _holds(lowering: Lowering, column: Column) -> Handle:
    if isinstance(column, Truth):
        return column.holds
    if isinstance(column, Near) or column.den is not None:
        raise NotInSqlError
    return lowering.ops.compare("==", column.num, column.scale)


def _exact(lowering: Lowering, column: Column) -> Exact:
    found = lowering.as_number(column)
    if isinstance(found, Near):
        raise NotInSqlError
    return found


def decimals_of(plan: Plan, code: str) -> int | None:
    """How many decimals a node is printed with; None: as many as it needs."""
    node = plan.book.node(code)
    if node is None:
        return None
    rounds = node.rounds.get("score") if isinstance(node, Indicator) else node.round
    return node.show if node.show is not None else rounds


def lower(
    plan: Plan, groups: Sequence[str], cases: int, facts: Mapping[tuple[str, str], Column], ops: SqlOps
) -> Scored:
    """The whole plan as SQL. NotInSqlError where whole numbers of 64 bits cannot carry it."""
    lowering = SqlLowering(plan, ops, cases, facts)
    try:
        lowering.run()
        columns = {
            node.code: _whole(_exact(lowering, lowering.columns[node.code])) for node in plan.book.nodes()
        }
        prints = {code: _printed(lowering, plan, code, column) for code, column in columns.items()}
        decimals = max((_ends(column) for column in (*columns.values(), *prints.values())), default=0)
        nodes = tuple(_shown(lowering, code, columns[code], prints[code], decimals) for code in columns)
    except NotExactError as error:
        raise NotInSqlError from error
    return Scored(plan, lowering, nodes, decimals)


def _printed(lowering: SqlLowering, plan: Plan, code: str, column: Exact) -> Exact:
    """As the book prints it; without a word on decimals exactly, or to four where it has more than six."""
    decimals = decimals_of(plan, code)
    if decimals is None:
        if 10**6 % column.scale == 0:
            return column
        ends = lowering.compared("==", lowering._rounded(column, 6, numbers.DOWN), column, x.Ref(code))
        return lowering._select(ends, column, lowering._rounded(column, 4, numbers.HALF_UP))
    return lowering._rounded(column, decimals, numbers.HALF_UP)


def _ends(column: Exact) -> int:
    """How many decimals its values have."""
    for decimals in range(MOST_DECIMALS + 1):
        if 10**decimals % column.scale == 0:
            return decimals
    raise NotInSqlError


def _shown(lowering: SqlLowering, code: str, column: Exact, printed: Exact, decimals: int) -> Shown:
    value, shown = (lowering._rescaled(each, 10**decimals) for each in (column, printed))
    same = printed is column
    return Shown(
        code,
        value.num,
        value.num if same else shown.num,
        column.state,
        lowering.states.is_in(column.state, [OUTSIDE]) is not False,
        min(value.low, shown.low),
        max(value.high, shown.high),
    )


def ranked(plan: Plan, source: str) -> Table:
    """The table `standing`: a row a unit with its place, from a table of kept columns.

    Places are whole numbers of 1/place_unit: equals that share the mean of two places have a half.
    """
    ranking = plan.book.ranking
    population = "realm" if ranking.within == "all" else "realm, grp"
    order = "DESC" if ranking.best == "high" else "ASC"
    keys = [f"judged {order}", *(f"tie{place} DESC" for place in range(len(ranking.tie_break)))]
    place = place_of(ranking, population, keys)
    among = " AND ".join(["has_total", "NOT is_out", *(f"among{n}" for n in range(len(ranking.among)))])
    said = ", ".join([*WHO, *_others(plan), f"{2 if ranking.ties == 'mean' else 1} AS place_unit"])
    return Table(
        "standing",
        f"SELECT {said}, CAST({place} AS INTEGER) AS place FROM {source} WHERE {among}"
        f" UNION ALL SELECT {said}, NULL FROM {source} WHERE NOT ({among})",
        "once",
    )


def place_of(ranking: Ranking, population: str, keys: Sequence[str]) -> str:
    """The place within a population as SQL; twice the place where equals share a mean."""
    over = f"(PARTITION BY {population} ORDER BY {', '.join(keys)})"
    backward = f"(PARTITION BY {population} ORDER BY {', '.join(_turned(key) for key in keys)})"
    count = f"(PARTITION BY {population})"
    return {
        "share": f"rank() OVER {over}",
        "dense": f"dense_rank() OVER {over}",
        "last": f"(count(*) OVER {count} + 1 - rank() OVER {backward})",
        "mean": f"(rank() OVER {over} + count(*) OVER {count} + 1 - rank() OVER {backward})",
    }[ranking.ties]


def _turned(key: str) -> str:
    return key.replace(" DESC", " ASC") if key.endswith("DESC") else key.replace(" ASC", " DESC")


def _others(plan: Plan) -> list[str]:
    names = ["judged", "is_out", *(f"veto{place}" for place in range(len(plan.book.vetoes)))]
    return names + (["graded", "has_graded"] if plan.book.grading else [])


def grades(plan: Plan, scored: Scored) -> list[Table]:
    """Tables that add the column `grade` (a place in the list of grades) to `standing`, best grade first."""
    grading = plan.book.grading
    if grading is None:
        return [Table(GRADED_UNITS, "SELECT *, CAST(NULL AS INTEGER) AS grade FROM standing", "once")]
    scale = scored.graded(grading).scale
    population = "realm" if grading.per == "all" else "realm, grp"
    best = _best_allowed(plan.book.vetoes, grading)
    found = [
        Table(
            "graded_0",
            f"SELECT *, count(*) OVER (PARTITION BY {population}) AS size, coalesce(place, {LAST}) AS line,"
            f" {best} AS best, CAST(NULL AS INTEGER) AS grade FROM standing",
            "once",
        )
    ]
    kept = ", ".join([*WHO, *_others(plan), "place_unit", "place", "size", "line", "best"])
    for index, grade in enumerate(grading.grades):
        source = f"graded_{index}"
        meets = " AND ".join(
            ["grade IS NULL", "has_graded", "NOT is_out", f"best <= {index}", *_conditions(grade, scale)]
        )
        places = _quota(scored, grading, grade)
        if places is not None:
            among = f"(PARTITION BY {population}, able ORDER BY line"
            turn = f"rank() OVER {among})" if grading.ties == "up" else f"count(*) OVER {among})"
            source = (
                f"(SELECT *, {turn} AS turn, count(*) OVER (PARTITION BY {population}, able) AS many"
                f" FROM (SELECT *, ({meets}) AS able FROM {source}))"
            )
            meets = f"able AND (turn <= {places} OR many <= {places})"
        given = f"SELECT {kept}, CASE WHEN {meets} THEN {index} ELSE grade END AS grade FROM {source}"
        found.append(Table(f"graded_{index + 1}", given, "once"))
    last, most = len(grading.grades), len(grading.grades) - 1
    down = " + ".join(
        f"CASE WHEN veto{place} THEN {veto.steps} ELSE 0 END"
        for place, veto in enumerate(plan.book.vetoes)
        if veto.effect == "lower"
    )
    # `least` passes over what is empty: a unit without a grade would get the last.
    lowered = f"CASE WHEN grade IS NOT NULL THEN least(grade + {down}, {most}) END" if down else "grade"
    found.append(
        Table(GRADED_UNITS, f"SELECT unit, period, place, {lowered} AS grade FROM graded_{last}", "once")
    )
    return found


def _best_allowed(vetoes: Sequence[Veto], grading: Grading) -> str:
    names = [grade.name for grade in grading.grades]
    caps = [
        f"CASE WHEN veto{place} THEN {names.index(veto.grade)} ELSE 0 END"
        for place, veto in enumerate(vetoes)
        if veto.effect == "cap"
    ]
    return f"greatest(0, {', '.join(caps)})" if caps else "0"


def _conditions(grade: Grade, scale: int) -> list[str]:
    """Bounds as comparisons of whole numbers."""
    found = []
    for bound, op in ((grade.at_least, ">="), (grade.above, ">"), (grade.at_most, "<="), (grade.below, "<")):
        if bound is not None:
            edge = bound * scale
            found.append(f"graded * {edge.denominator} {op} {edge.numerator}")
    if grade.rank_to is not None:
        found.append(f"place <= {grade.rank_to} * place_unit")
    return found


def _quota(scored: Scored, grading: Grading, grade: Grade) -> str | None:
    """How many of a population of `size` may have the grade, as SQL; None: as many as earn it."""
    if grade.share is not None:
        divided = scored.dialect.floor_div
        return _for_each_group(
            scored, grade.share, lambda share: _share_of_size(share, grading.quota, divided)
        )
    if grade.places is None:
        return None
    return _for_each_group(scored, grade.places, lambda places: str(int(places)))


def _share_of_size(share: Fraction, rounding: str, divided: str) -> str:
    top, bottom = f"size * {share.numerator}", share.denominator
    return {
        numbers.DOWN: divided.format(f"({top})", bottom),
        numbers.UP: divided.format(f"({top} + {bottom - 1})", bottom),
        numbers.HALF_UP: divided.format(f"(2 * {top} + {bottom})", 2 * bottom),
    }[rounding]


def _for_each_group(scored: Scored, amount: Expression, written: Callable[[Fraction], str]) -> str:
    """A number that may differ by group, as SQL."""
    if isinstance(amount, Const):
        return written(amount.value)
    if not isinstance(amount, Lookup) or not isinstance(amount.otherwise, Const):
        raise NotInSqlError
    groups = scored.ops.groups
    cases = [
        f"WHEN {groups.index(key)} THEN {written(entry.value)}"
        for key, entry in amount.table
        if key in groups and isinstance(entry, Const)
    ]
    otherwise = written(amount.otherwise.value)
    return f"CASE grp {' '.join(cases)} ELSE {otherwise} END" if cases else otherwise
