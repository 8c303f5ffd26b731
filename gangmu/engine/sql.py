"""Operations on columns as SQL: the integer part of a plan becomes a few statements over wide tables.

Handles are nodes of a graph, each written once however often it is used. Aggregates over groups need a finished table
to stand on, so the graph falls into stages: stage 0 is the table of facts, each later one joins the aggregates of the
stage before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gangmu.engine.columns import Handle
from gangmu.engine.expressions import COMPARISONS
from gangmu.engine.sql_dialects import DUCKDB, Dialect, Table

DEEP = 40
"""An expression nested deeper than this gets a column of its own."""
KEYS = {"group": ("realm", "grp"), "all": ("realm",)}


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A node: a column of the facts, a scalar operation, or an aggregate over a scope."""

    template: str
    args: tuple[Handle, ...] = ()
    scope: str = ""
    """Of an aggregate: `group` or `all`; the template is then what is selected from the group."""
    column: str = ""

    def pieces(self) -> Iterator[Piece]:
        return (arg for arg in self.args if isinstance(arg, Piece))


class SqlOps:
    """`lowering.Ops` as pieces of SQL. groups: the codes whose place is in the column `grp`."""

    def __init__(self, groups: Sequence[str], dialect: Dialect = DUCKDB) -> None:
        self.groups = list(groups)
        self.dialect = dialect
        self._made: dict[tuple[object, ...], Piece] = {}

    def column(self, name: str) -> Piece:
        return self._piece("", column=name)

    def _piece(self, template: str, *args: Handle, scope: str = "", column: str = "") -> Piece:
        key = (
            template,
            scope,
            column,
            *(arg if isinstance(arg, int | bool) else id(arg) for arg in args),
            *map(type, args),
        )
        if key not in self._made:
            self._made[key] = Piece(template, args, scope, column)
        return self._made[key]

    def add(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return left + right
        if left == 0 and isinstance(left, int):
            return right
        return left if isinstance(right, int) and right == 0 else self._piece("({} + {})", left, right)

    def sub(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return left - right
        return left if isinstance(right, int) and right == 0 else self._piece("({} - {})", left, right)

    def mul(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return left * right
        for by, other in ((left, right), (right, left)):
            if isinstance(by, int) and by in (0, 1):
                return other if by else 0
        return self._piece("({} * {})", left, right)

    def floor_div(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return left // right
        return self._piece(self.dialect.floor_div, left, right)

    def negative(self, of: Handle) -> Handle:
        return -of if isinstance(of, int) else self._piece("(-{})", of)

    def minimum(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return min(left, right)
        return left if left is right else self._piece("least({}, {})", left, right)

    def maximum(self, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return max(left, right)
        return left if left is right else self._piece("greatest({}, {})", left, right)

    def compare(self, op: str, left: Handle, right: Handle) -> Handle:
        if isinstance(left, int) and isinstance(right, int):
            return COMPARISONS[op](left, right)
        return self._piece("({} " + _SIGNS.get(op, op) + " {})", left, right)

    def both(self, left: Handle, right: Handle) -> Handle:
        for known, other in ((left, right), (right, left)):
            if isinstance(known, bool):
                return other if known else False
        return self._piece("({} AND {})", left, right)

    def either(self, left: Handle, right: Handle) -> Handle:
        for known, other in ((left, right), (right, left)):
            if isinstance(known, bool):
                return True if known else other
        return self._piece("({} OR {})", left, right)

    def contrary(self, of: Handle) -> Handle:
        return not of if isinstance(of, bool) else self._piece("(NOT {})", of)

    def choose(self, holds: Handle, then: Handle, otherwise: Handle) -> Handle:
        if isinstance(holds, bool):
            return then if holds else otherwise
        if then is otherwise or (isinstance(then, int) and isinstance(otherwise, int) and then == otherwise):
            return then
        return self._piece("CASE WHEN {} THEN {} ELSE {} END", holds, then, otherwise)

    def as_number(self, holds: Handle) -> Handle:
        if isinstance(holds, bool):
            return int(holds)
        return self._piece("CASE WHEN {} THEN 1 ELSE 0 END", holds)

    def pick(self, index: Handle, values: Sequence[int], beyond: int) -> Handle:
        if isinstance(index, int):
            return values[index - 1] if 1 <= index <= len(values) else beyond
        said = self.dialect.literal
        cases = " ".join(f"WHEN {place} THEN {said(value)}" for place, value in enumerate(values, 1))
        return self._piece(f"CASE {{}} {cases} ELSE {said(beyond)} END", index)

    def keyed(self, by: str, table: Mapping[str, int], otherwise: int) -> Handle:
        found: Handle = otherwise
        for value in dict.fromkeys(table.values()):
            keys = [key for key, said in table.items() if said == value]
            holds: Handle = False
            for key in keys:
                holds = self.either(holds, self.is_keyed(by, key))
            found = self.choose(holds, value, found)
        return found

    def is_keyed(self, by: str, key: str) -> Handle:
        if by == "group":
            if key not in self.groups:
                return False
            return self._piece("({} = {})", self.column("grp"), self.groups.index(key))
        said = self.dialect.text(key).replace("{", "{{").replace("}", "}}")
        return self._piece(f"(CAST({{}} AS STRING) = {said})", self.column("unit"))

    def over(self, how: str, of: Handle, counts: Handle, scope: str) -> Handle:
        counts, key = self._scoped(counts, scope)
        if how == "count":
            return self._piece("count(CASE WHEN {} THEN 1 END)", counts, scope=key)
        counted = of if counts is True else self._piece("CASE WHEN {} THEN {} END", counts, of)
        empty = "0" if how == "sum" else "NULL"
        return self._piece(f"coalesce(CAST({how}({{}}) AS BIGINT), {empty})", counted, scope=key)

    def _scoped(self, counts: Handle, scope: str) -> tuple[Handle, str]:
        if scope.startswith("group:"):
            return self.both(counts, self.is_keyed("group", scope.removeprefix("group:"))), "all"
        return counts, scope

    def rank(self, of: Handle, counts: Handle, scope: str, ties: str, order: str) -> Handle:
        """Places by the position in the sorted list of the group."""
        words = self.dialect
        counts, key = self._scoped(counts, scope)
        holds = "true" if counts is True else counts
        lists = words.distinct_list if ties == "dense" else words.sorted_list
        listed = self._piece(lists[order], of, holds, scope=key)
        first = self._piece(words.position, listed, of)
        if ties in ("share", "dense"):
            return first
        backward = self._piece(lists["low" if order == "high" else "high"], of, holds, scope=key)
        length = self._piece(words.length, listed)
        last = self.sub(self.add(length, 1), self._piece(words.position, backward, of))
        return last if ties == "last" else self.add(first, last)


_SIGNS = {"==": "=", "!=": "<>"}


@dataclass
class Query:
    """The tables that lead from facts to some columns.

    base: a table or view with `unit`, `period`, `realm`, `grp` and the columns of facts. kept: output name → handle.
    """

    base: str
    kept: Mapping[str, Handle]
    carried: Sequence[str]
    types: Mapping[str, str] = field(default_factory=dict)
    dialect: Dialect = DUCKDB
    prefix: str = "gm"

    def __post_init__(self) -> None:
        self._names: dict[int, str] = {}
        self._stage: dict[int, int] = {}
        self._depth: dict[int, int] = {}
        self._uses: dict[int, int] = {}
        self._order: list[Piece] = []
        roots = [handle for handle in self.kept.values() if isinstance(handle, Piece)]
        for root in roots:
            self._visit(root)
        self._roots = {id(root) for root in roots}

    def _visit(self, root: Piece) -> None:
        """Everything below, inputs first, without recursion."""
        self._uses[id(root)] = self._uses.get(id(root), 0) + 1
        trail: list[tuple[Piece, Iterator[Piece]]] = [(root, root.pieces())]
        if id(root) in self._stage:
            return
        while trail:
            piece, rest = trail[-1]
            following = next(rest, None)
            if following is None:
                trail.pop()
                self._settle(piece)
            else:
                self._uses[id(following)] = self._uses.get(id(following), 0) + 1
                if id(following) not in self._stage:
                    trail.append((following, following.pieces()))

    def _settle(self, piece: Piece) -> None:
        if id(piece) in self._stage:
            return
        below = [self._stage[id(arg)] for arg in piece.pieces()]
        self._stage[id(piece)] = max(below, default=0) + (1 if piece.scope else 0)
        self._order.append(piece)

    def tables(self) -> list[Table]:
        """What to make in order; the last holds the columns kept."""
        self._bind()
        last = max((self._stage[id(piece)] for piece in self._order), default=0)
        found: list[Table] = []
        source = self.base
        for stage in range(last + 1):
            aggregates = [piece for piece in self._order if piece.scope and self._stage[id(piece)] == stage]
            joins = []
            for scope in KEYS:
                mine = [piece for piece in aggregates if piece.scope == scope]
                if mine:
                    name = f"{self.prefix}_{scope}_{stage}"
                    found.append(Table(name, self._aggregated(source, scope, mine), "once"))
                    joins.append(f"JOIN {name} USING ({', '.join(KEYS[scope])})")
            table = f"{self.prefix}_{stage}"
            first = stage < last and stage == 0
            query = self._selected(source, joins, stage, last)
            found.append(Table(table, query, "view" if first else "table"))
            source = table
        return found

    def _bind(self) -> None:
        """Names for whatever needs a column: what is used twice, nested deep, an aggregate, or needed by one."""
        wanted = {id(arg) for piece in self._order if piece.scope for arg in piece.pieces()}
        for piece in self._order:
            if piece.column:
                self._names[id(piece)] = piece.column
                self._depth[id(piece)] = 0
                continue
            depth = 1 + max((self._depth[id(arg)] for arg in piece.pieces()), default=0)
            twice = self._uses[id(piece)] > 1
            if piece.scope or twice or depth > DEEP or id(piece) in self._roots or id(piece) in wanted:
                self._names[id(piece)] = f"v{len(self._names)}"
                depth = 0
            self._depth[id(piece)] = depth

    def _aggregated(self, source: str, scope: str, pieces: Sequence[Piece]) -> str:
        keys = ", ".join(KEYS[scope])
        chosen = ", ".join(f"{self._written(piece)} AS {self._names[id(piece)]}" for piece in pieces)
        return f"SELECT {keys}, {chosen} FROM {source} GROUP BY {keys}"

    def _selected(self, source: str, joins: Sequence[str], stage: int, last: int) -> str:
        """The columns of a stage, in layers: each stands on the names of those below it."""
        mine = [
            piece
            for piece in self._order
            if self._stage[id(piece)] == stage
            and id(piece) in self._names
            and not piece.scope
            and not piece.column
        ]
        layers: dict[int, list[Piece]] = {}
        level: dict[int, int] = {}
        for piece in mine:
            level[id(piece)] = 1 + max((level.get(id(ref), 0) for ref in self._refs(piece)), default=0)
            layers.setdefault(level[id(piece)], []).append(piece)
        query = f"(SELECT * FROM {source} {' '.join(joins)})"
        for at in sorted(layers):
            chosen = ", ".join(f"{self._written(piece)} AS {self._names[id(piece)]}" for piece in layers[at])
            query = f"(SELECT *, {chosen} FROM {query})"
        return f"SELECT {', '.join(self._kept_at(stage, last))} FROM {query}"

    def _kept_at(self, stage: int, last: int) -> list[str]:
        if stage == last:
            return [*self.carried, *(self._output(name, handle) for name, handle in self.kept.items())]
        needed = {
            id(ref): ref
            for piece in self._order
            if id(piece) in self._names and self._stage[id(piece)] > stage
            for ref in self._refs(piece)
        }
        needed |= {id(handle): handle for handle in self.kept.values() if isinstance(handle, Piece)}
        names = [self._names[key] for key, ref in needed.items() if self._stage[key] <= stage]
        return [*self.carried, *(name for name in dict.fromkeys(names) if name not in self.carried)]

    def _output(self, name: str, handle: Handle) -> str:
        said = self._names[id(handle)] if isinstance(handle, Piece) else self._literal(handle)
        kind = self.types.get(name)
        return f"{f'CAST({said} AS {kind})' if kind else said} AS {name}"

    def _refs(self, piece: Piece) -> list[Piece]:
        """The named pieces an expression is written from."""
        found: list[Piece] = []
        waiting = list(piece.pieces())
        while waiting:
            arg = waiting.pop()
            if id(arg) in self._names:
                found.append(arg)
            else:
                waiting.extend(arg.pieces())
        return found

    def _written(self, piece: Piece) -> str:
        return piece.template.format(*(self._said(arg) for arg in piece.args))

    def _said(self, arg: Handle) -> str:
        if isinstance(arg, str):
            return arg
        if not isinstance(arg, Piece):
            return self._literal(arg)
        return self._names.get(id(arg)) or self._written(arg)

    def _literal(self, value: Handle) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return self.dialect.literal(value)
