"""Formulas as JSON. What they ask of units is noted beside: with whom each is compared, and what describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from gangmu.engine import expressions as x
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Case
from gangmu.engine.numbers import MOST_EXPONENT, exact
from gangmu.engine.planning import Step
from gangmu.engine.proof import written_out
from gangmu.engine.proof.written_out import (
    NO_ANSWER,
    NOBODY,
    ONE,
    PLAINER,
    ZERO,
    UnknownNodeError,
    compare,
    negated,
)
from gangmu.engine.rulebook import EVERYONE
from gangmu.engine.scoring import Results

Data = dict[str, Any]
Pair = list[str]
"""A unit and a period."""


def pair(of: Case) -> Pair:
    return [of.unit, of.period]


class Writer:
    """Writes the formulas of results.

    sets: units that are compared with each other; a unit's `peers` say which of the sets a scope means for it.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self.sets: list[list[Pair]] = []
        self.peers: dict[str, dict[Case, int]] = {}
        self.described: dict[str, dict[Case, str]] = {}
        self.extra: list[Data] = []
        self.step = ""

    def tree(self, node: Expression) -> Data:
        """A formula as JSON: `kind`, and what the kind takes. UnknownNodeError for one that cannot be written."""
        if isinstance(node, x.Winsorised):
            return self.tree(written_out.winsorised(node, self._add))
        plainer = PLAINER[type(node)](node) if type(node) in PLAINER else node
        if type(plainer) is not type(node):
            return self.tree(plainer)
        write = _WRITE.get(type(plainer))
        if write is None:
            raise UnknownNodeError(f"{type(node).__name__} is no node that the plan of a bundle can hold")
        return write(self, plainer)

    def steps(self, step: Step) -> list[Data]:
        """The step, after those that its formula is written out in. `for`: the units it is for; null: all."""
        self.step, self.extra = step.name, []
        formula = self.tree(step.expression)
        return [*self.extra, {"name": step.name, "for": self._reached(step), "formula": formula}]

    def unit(self, of: Case) -> Data:
        """A unit as formulas know it."""
        name = self.results.facts.attribute(of, "name")
        return {
            "unit": [of.unit, name] if name else [of.unit],
            "period": of.period,
            "group": [self.results.groups[of]],
            **{by: [said[of]] for by, said in self.described.items()},
            "peers": {scope: places[of] for scope, places in self.peers.items()},
        }

    def describes(self, attribute: str) -> str:
        """The key under which units tell an attribute."""
        by = f"said:{attribute}"
        if by not in self.described:
            facts = self.results.facts
            self.described[by] = {
                of: {"unit": of.unit, "period": of.period}.get(attribute) or facts.attribute(of, attribute)
                for of in self.results.cases
            }
        return by

    def compared(self, scope: str) -> str:
        """Notes with whom each unit is compared."""
        if scope not in self.peers:
            how, _, name = scope.partition(":")
            members: dict[object, list[Pair]] = {}
            for of in self.results.cases:
                members.setdefault(self._key(of, how, "" if how == "group" else name), []).append(pair(of))
            self._note(scope, {of: self._key(of, how, name) for of in self.results.cases}, members)
        return scope

    def elsewhere(self, node: x.Elsewhere) -> str:
        """Notes which other unit or period is meant, for each."""
        scope = f"elsewhere:{node.unit}:{node.period}:{node.back}"
        if scope not in self.peers:
            others = {of: self.results.interpreter.other(node, of) for of in self.results.cases}
            self._note(scope, others, {other: [pair(other)] for other in others.values() if other})
        return scope

    def _add(self, name: str, formula: Expression) -> x.Ref:
        written = f"{self.step}~{len(self.extra) + 1} {name}"
        self.extra.append({"name": written, "for": None, "formula": self.tree(formula)})
        return x.Ref(written)

    def _reached(self, step: Step) -> list[Pair] | None:
        if step.reach == EVERYONE:
            return None
        names = {of: self.results.facts.attribute(of, "name") for of in self.results.cases}
        groups = self.results.groups
        return [pair(of) for of in self.results.cases if step.reach.takes_in(of.unit, names[of], groups[of])]

    def _key(self, of: Case, how: str, name: str) -> object:
        realm = self.results.interpreter.realms[of]
        if how == "same":
            return (realm, self.results.facts.attribute(of, name))
        keys: dict[str, object] = {"all": realm, "own": of.unit, "ever": realm[1]}
        return keys[how] if how in keys else (realm, name or self.results.groups[of])

    def _note(self, scope: str, asked: Mapping[Case, object], members: Mapping[Any, list[Pair]]) -> None:
        place: dict[object, int] = {}
        for key in asked.values():
            if key not in place:
                place[key] = len(self.sets)
                self.sets.append(members.get(key, []))
        self.peers[scope] = {of: place[key] for of, key in asked.items()}


def _kind(node: Expression, /, **said: Any) -> Data:
    return {"kind": type(node).__name__, **said}


def _parts(*names: str) -> Callable[[Writer, Any], Data]:
    """A node that needs a number for each of its parts."""

    def write(to: Writer, node: Any) -> Data:
        found: list[Expression] = []
        for name in names:
            value = getattr(node, name)
            found.extend(value if isinstance(value, tuple) else (value,))
        kept = {name: getattr(node, name) for name in ("op", "decimals", "mode") if hasattr(node, name)}
        return _kind(node, parts=[to.tree(part) for part in found], **kept)

    return write


def _const(to: Writer, node: x.Const) -> Data:
    return _kind(node, value=exact(node.value))


def _nothing(to: Writer, node: x.Nothing) -> Data:
    return _kind(node, state=node.state, why=node.zh, why_en=node.en)


def _field(to: Writer, node: x.Field) -> Data:
    return _fact(node.indicator, node.field)


def _fact(indicator: str, of_field: str, scorer: str = "") -> Data:
    return {"kind": "Field", "indicator": indicator, "field": of_field, "scorer": scorer}


def _over_scorers(to: Writer, node: x.OverScorers) -> Data:
    """Weighted marks are a sum of products: each scorer is known by name."""
    if node.how != "weighted":
        return _kind(node, indicator=node.indicator, field=node.field, how=node.how)
    total = sum((weight for _, weight in node.weights), Fraction(0))
    marks = [
        {"kind": "Mul", "parts": [to.tree(x.Const(weight)), _fact(node.indicator, node.field, scorer)]}
        for scorer, weight in node.weights
    ]
    return {"kind": "Div", "parts": [{"kind": "Add", "parts": marks}, to.tree(x.Const(total))]}


def _ref(to: Writer, node: x.Ref) -> Data:
    return _kind(node, node=node.node)


def _lookup(to: Writer, node: x.Lookup) -> Data:
    return _by(to, node.by, node.table, node.otherwise)


def _by(to: Writer, by: str, table: Iterable[tuple[str, Expression]], otherwise: Expression) -> Data:
    rows = [[key, to.tree(entry)] for key, entry in table]
    return {"kind": "Lookup", "by": by, "table": rows, "otherwise": to.tree(otherwise)}


def _has(to: Writer, node: x.Has) -> Data:
    return _by(to, to.describes(node.attribute), [(node.text, ONE)], ZERO)


def _when(to: Writer, node: x.When) -> Data:
    cases = [[to.tree(condition), to.tree(then)] for condition, then in node.cases]
    return _kind(node, cases=cases, otherwise=to.tree(node.otherwise))


def _is_missing(to: Writer, node: x.IsMissing) -> Data:
    return _kind(node, of=to.tree(node.of), states=list(node.states))


def _irrational(to: Writer, node: x.Ln | x.Log10 | x.Exp) -> Data:
    """With its bounds: no logarithm of zero or less, no power beyond reason."""
    function = type(node).__name__.lower()
    plain = {
        "kind": "Irrational",
        "function": function,
        "decimals": node.decimals,
        "parts": [to.tree(node.of)],
    }
    if not isinstance(node, x.Exp):
        return _cases(to, [(compare(node.of, "<=", 0), NO_ANSWER)], plain)
    bounds = [
        (compare(node.of, ">", MOST_EXPONENT), NO_ANSWER),
        (compare(node.of, "<", -MOST_EXPONENT), ZERO),
    ]
    return _cases(to, bounds, plain)


def _cases(to: Writer, cases: Iterable[tuple[Expression, Expression]], otherwise: Data) -> Data:
    rows = [[to.tree(condition), to.tree(then)] for condition, then in cases]
    return {"kind": "When", "cases": rows, "otherwise": otherwise}


def _among(to: Writer, scope: str, written: Data) -> Data:
    """Units whose attribute says the same: a unit that has none is compared with nobody."""
    how, _, name = scope.partition(":")
    if how != "same":
        return written
    return {
        "kind": "Lookup",
        "by": to.describes(name),
        "table": [["", to.tree(NOBODY)]],
        "otherwise": written,
    }


def _over_group(to: Writer, node: x.OverGroup) -> Data:
    written = _kind(node, how=node.how, of=to.tree(node.of), scope=to.compared(node.scope))
    return _among(to, node.scope, written)


def _rank(to: Writer, node: x.Rank) -> Data:
    """Places of the smallest first."""
    of = negated(node.of) if node.order == "high" else node.of
    written = _kind(node, of=to.tree(of), ties=node.ties, scope=to.compared(node.scope))
    return _among(to, node.scope, written)


def _elsewhere(to: Writer, node: x.Elsewhere) -> Data:
    return _kind(node, of=to.tree(node.of), scope=to.elsewhere(node))


def _over_events(to: Writer, node: x.OverEvents) -> Data:
    said = {"indicator": node.indicator, "how": node.how, "by": node.by, "beside": list(node.beside)}
    return _kind(node, of=to.tree(node.of), **said)


def _event_field(to: Writer, node: x.EventField) -> Data:
    return _kind(node, field=node.field)


def _choose(to: Writer, node: x.Choose) -> Data:
    table = [[said, exact(value)] for said, value in node.table]
    return _kind(node, indicator=node.indicator, field=node.field, table=table)


def _combine(to: Writer, node: x.Combine) -> Data:
    rows = [[to.tree(part) for part in row] for row in node.parts]
    return _kind(node, how=node.how, parts=rows, decimals=node.decimals)


_WRITE: Mapping[type[Expression], Callable[[Writer, Any], Data]] = {
    x.Const: _const,
    x.Nothing: _nothing,
    x.Field: _field,
    x.OverScorers: _over_scorers,
    x.Ref: _ref,
    x.Lookup: _lookup,
    x.Has: _has,
    x.Add: _parts("terms"),
    x.Sub: _parts("left", "right"),
    x.Mul: _parts("factors"),
    x.Div: _parts("left", "right"),
    x.Min: _parts("parts"),
    x.Max: _parts("parts"),
    x.Compare: _parts("left", "right"),
    x.All: _parts("parts"),
    x.Not: _parts("part"),
    x.When: _when,
    x.Round: _parts("of"),
    x.IsMissing: _is_missing,
    x.Ln: _irrational,
    x.Log10: _irrational,
    x.Exp: _irrational,
    x.Power: _parts("base", "exponent"),
    x.OverGroup: _over_group,
    x.Rank: _rank,
    x.Elsewhere: _elsewhere,
    x.OverEvents: _over_events,
    x.EventField: _event_field,
    x.Choose: _choose,
    x.Combine: _combine,
}

KINDS = frozenset(_WRITE) | frozenset(PLAINER) | {x.Winsorised}
"""The node kinds that can be written. One that is missing here is refused."""
