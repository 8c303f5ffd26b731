"""The reference interpreter: rationals throughout, rounding only where a plan rounds. The definition of truth."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from gangmu.engine import distribution, numbers
from gangmu.engine import expressions as x
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Case, Entries, Fact, Facts, Realm
from gangmu.engine.kinds import kinds
from gangmu.engine.planning import Plan, Step
from gangmu.engine.ranking import places
from gangmu.engine.values import (
    MISSING,
    NOT_APPLICABLE,
    NOT_FOR_UNIT,
    OUTSIDE,
    SHARED_OUT,
    TOO_LONG,
    UNDEFINED,
    WEIGHT_SHARED_OUT,
    Missing,
    Value,
    truth,
)
from gangmu.problems import Text

SLASH = frozenset({"/", "／", "不适用", "n/a", "N/A"})
_WORST_FIRST = (OUTSIDE, SHARED_OUT, NOT_APPLICABLE, MISSING, UNDEFINED)

_NOBODY = Missing(MISSING, Text("组内没有单位有数据", "no unit of the group has a value"))
_OverUnits = x.OverGroup | x.Quantile | x.Skewed | x.Winsorised | x.Rank

Column = dict[Case, Value]
Event = Mapping[str, Fact]
Change = tuple[Case, str, str]
_Peers = tuple[Realm, str, str]
"""The realm (period "" over all of them), how units are put together, and which of these sets."""


class Interpreter:
    """Evaluates a plan over facts, step by step, each over all cases.

    columns: a value a step and case; what stands there before `run` is not computed again.
    """

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        groups: Mapping[Case, str],
    ) -> None:
        self.plan = plan
        self.facts = facts
        self.groups = groups
        self.cases = tuple(groups)
        self.columns: dict[str, Column] = {}
        self.changes: dict[Change, Fraction] = {}
        self.names = {case: facts.attribute(case, "name") for case in self.cases}
        self._nodes = {node.code: node for node in plan.book.indicators()}
        self.realms = {case: facts.realm(case, plan.book.separate) for case in self.cases}
        self._over: dict[tuple[int, str, _Peers], Any] = {}
        self._peers: dict[_Peers, list[Case]] = {}
        self._shared: set[str] = set()
        self._called: dict[tuple[Realm, str], Case] = {}
        for case in self.cases:
            realm = self.realms[case]
            self._peers.setdefault((realm, "group", groups[case]), []).append(case)
            self._peers.setdefault((realm, "all", ""), []).append(case)
            self._peers.setdefault((("", ""), "own", case.unit), []).append(case)
            self._peers.setdefault((("", realm[1]), "ever", ""), []).append(case)
            self._called.setdefault((realm, self.names[case]), case)
        self._called.update({(self.realms[case], case.unit): case for case in self.cases})

    def run(self) -> dict[str, Column]:
        for step in self.plan.steps:
            if step.name not in self.columns:
                self.columns[step.name] = {case: self._step(step, case) for case in self.cases}
        return self.columns

    def changed(self, case: Case, owner: str, of_field: str, at: Fraction) -> Value:
        """A node's value for a case, had one fact of it been another; what hangs on its group moves with it."""
        steps = self.plan.of_owner[owner]
        other = copy.copy(self)
        other.changes = {**self.changes, (case, owner, of_field): at}
        other.columns = dict(self.columns)
        other._over = {}
        moved = self._moved_with(case, steps)
        for step in steps:
            other.columns[step.name] = {**self.columns[step.name]}
            for peer in moved:
                other.columns[step.name][peer] = other._step(step, peer)
        return other.columns[owner][case]

    def _moved_with(self, case: Case, steps: Sequence[Step]) -> Sequence[Case]:
        """Whose values may change with the case's facts: its own, its group's, or everybody's of the period."""
        nodes = [node for step in steps for node in step.expression.walk()]
        scopes = {node.scope for node in nodes if isinstance(node, x.OVER_UNITS)}
        if scopes & {"own", "ever"} or any(isinstance(node, x.Elsewhere) for node in nodes):
            return self.cases
        if not scopes:
            return (case,)
        if scopes == {"group"}:
            return self._peers[self.realms[case], "group", self.groups[case]]
        return self._peers[self.realms[case], "all", ""]

    def _step(self, step: Step, case: Case) -> Value:
        if not step.reach.takes_in(case.unit, self.names[case], self.groups[case]):
            return NOT_FOR_UNIT
        found = self.value(step.expression, case)
        return TOO_LONG if isinstance(found, Fraction) and numbers.bits(found) > numbers.MAX_BITS else found

    def value(self, node: Expression, case: Case, event: Event | None = None) -> Value:
        return _EVALUATE[type(node)](self, node, case, event)

    def _values(
        self, nodes: Sequence[Expression], case: Case, event: Event | None
    ) -> list[Fraction] | Missing:
        """All of them, or the reason that weighs most of those that have none."""
        found = [self.value(node, case, event) for node in nodes]
        return _reason(found) or [value for value in found if isinstance(value, Fraction)]

    def _const(self, node: x.Const, case: Case, event: Event | None) -> Value:
        return node.value

    def _nothing(self, node: x.Nothing, case: Case, event: Event | None) -> Value:
        return Missing(node.state, Text(node.zh, node.en))

    def _field(self, node: x.Field, case: Case, event: Event | None) -> Value:
        change = self.changes.get((case, node.indicator, node.field))
        if change is not None:
            return change
        fact = self.facts.entries(case, node.indicator).get(("", ""), {}).get(node.field)
        return self._number(fact, node.indicator, node.field)

    def _number(self, fact: Fact | None, indicator: str, of_field: str) -> Value:
        if fact is None:
            return self._lacking(indicator, of_field)
        if fact.text in SLASH:
            return Missing(NOT_APPLICABLE, Text("不适用", "not applicable"))
        if fact.number is None:
            return Missing(UNDEFINED, Text(f"“{fact.text}”不是数", f'"{fact.text}" is not a number'))
        return fact.number

    def _lacking(self, indicator: str, of_field: str) -> Missing:
        """The reason names what a person calls the fact, not its code."""
        node = self._nodes.get(indicator)
        label = kinds()[node.kind].field(of_field) if node else None
        said = label.label if label else Text(of_field, of_field)
        name = node.name if node else self.plan.book.inputs.get(indicator, Text(indicator, indicator))
        return Missing(MISSING, Text(f"缺少“{name.zh}”的{said.zh}", f"{said.en} of {name.en} is missing"))

    def _over_scorers(self, node: x.OverScorers, case: Case, event: Event | None) -> Value:
        change = self.changes.get((case, node.indicator, node.field))
        if change is not None:
            return change
        entries = self.facts.entries(case, node.indicator)
        marks = {
            scorer: self._number(fields[node.field], node.indicator, node.field)
            for (of_event, scorer), fields in entries.items()
            if not of_event and node.field in fields
        }
        if node.how == "weighted":
            marks = {scorer: marks.get(scorer, _absent(scorer)) for scorer, _ in node.weights}
        if not marks:
            return self._number(None, node.indicator, node.field)
        wrong = _reason(marks.values())
        if wrong:
            return wrong
        return _together(node, {scorer: mark for scorer, mark in marks.items() if isinstance(mark, Fraction)})

    def _ref(self, node: x.Ref, case: Case, event: Event | None) -> Value:
        return self.columns[node.node][case]

    def _lookup(self, node: x.Lookup, case: Case, event: Event | None) -> Value:
        keys = (self.groups[case],) if node.by == "group" else (case.unit, self.names[case])
        for key, entry in node.table:
            if key in keys:
                return self.value(entry, case, event)
        return self.value(node.otherwise, case, event)

    def _add(self, node: x.Add, case: Case, event: Event | None) -> Value:
        found = self._values(node.terms, case, event)
        return found if isinstance(found, Missing) else sum(found, Fraction(0))

    def _sub(self, node: x.Sub, case: Case, event: Event | None) -> Value:
        found = self._values((node.left, node.right), case, event)
        return found if isinstance(found, Missing) else found[0] - found[1]

    def _mul(self, node: x.Mul, case: Case, event: Event | None) -> Value:
        found = self._values(node.factors, case, event)
        if isinstance(found, Missing):
            return found
        product = Fraction(1)
        for factor in found:
            product *= factor
        return product

    def _div(self, node: x.Div, case: Case, event: Event | None) -> Value:
        found = self._values((node.left, node.right), case, event)
        if isinstance(found, Missing):
            return found
        if found[1] == 0:
            return Missing(UNDEFINED, Text("分母为零", "the denominator is zero"))
        return found[0] / found[1]

    def _min(self, node: x.Min, case: Case, event: Event | None) -> Value:
        found = self._values(node.parts, case, event)
        return found if isinstance(found, Missing) else min(found)

    def _max(self, node: x.Max, case: Case, event: Event | None) -> Value:
        found = self._values(node.parts, case, event)
        return found if isinstance(found, Missing) else max(found)

    def _compare(self, node: x.Compare, case: Case, event: Event | None) -> Value:
        found = self._values((node.left, node.right), case, event)
        return found if isinstance(found, Missing) else truth(x.COMPARISONS[node.op](found[0], found[1]))

    def _all(self, node: x.All, case: Case, event: Event | None) -> Value:
        found = [self.value(part, case, event) for part in node.parts]
        if any(value == 0 for value in found):
            return truth(False)
        return _open(found) or truth(True)

    def _some(self, node: x.Some, case: Case, event: Event | None) -> Value:
        found = [self.value(part, case, event) for part in node.parts]
        if any(isinstance(value, Fraction) and value != 0 for value in found):
            return truth(True)
        return _open(found) or truth(False)

    def _not(self, node: x.Not, case: Case, event: Event | None) -> Value:
        found = self.value(node.part, case, event)
        return found if isinstance(found, Missing) else truth(found == 0)

    def _when(self, node: x.When, case: Case, event: Event | None) -> Value:
        for condition, then in node.cases:
            holds = self.value(condition, case, event)
            if isinstance(holds, Missing):
                return holds
            if holds != 0:
                return self.value(then, case, event)
        return self.value(node.otherwise, case, event)

    def _table(self, node: x.Table, case: Case, event: Event | None) -> Value:
        of = self.value(node.of, case, event)
        if isinstance(of, Missing):
            return of
        for band in node.bands:
            if band.holds(of):
                return band.value
        said = numbers.shown(of)
        return Missing(UNDEFINED, Text(f"{said} 不在任何一档", f"{said} lies in no band"))

    def _listed(self, node: x.Listed, case: Case, event: Event | None) -> Value:
        of, beyond = self.value(node.of, case, event), self.value(node.beyond, case, event)
        if isinstance(of, Missing) or isinstance(beyond, Missing):
            return of if isinstance(of, Missing) else beyond
        if of < 1:
            return Missing(UNDEFINED, Text("名次应从1起", "places start at 1"))
        low = int(of)
        share = of - low
        first, second = _nth(node.values, low, beyond), _nth(node.values, low + 1, beyond)
        return first * (1 - share) + second * share

    def _round(self, node: x.Round, case: Case, event: Event | None) -> Value:
        of = self.value(node.of, case, event)
        return of if isinstance(of, Missing) else numbers.rounded(of, node.decimals, node.mode)

    def _is_missing(self, node: x.IsMissing, case: Case, event: Event | None) -> Value:
        of = self.value(node.of, case, event)
        return truth(isinstance(of, Missing) and (not node.states or of.state in node.states))

    def _ln(self, node: x.Ln, case: Case, event: Event | None) -> Value:
        of = self.value(node.of, case, event)
        if isinstance(of, Missing):
            return of
        if of <= 0:
            return Missing(UNDEFINED, Text("零和负数没有对数", "there is no logarithm of zero or less"))
        return numbers.ln(of, node.decimals)

    def _power(self, node: x.Power, case: Case, event: Event | None) -> Value:
        found = self._values((node.base, node.exponent), case, event)
        return found if isinstance(found, Missing) else _power(found[0], found[1], node.decimals)

    def _log10(self, node: x.Log10, case: Case, event: Event | None) -> Value:
        of = self.value(node.of, case, event)
        if isinstance(of, Missing):
            return of
        if of <= 0:
            return Missing(UNDEFINED, Text("零和负数没有对数", "there is no logarithm of zero or less"))
        return numbers.log10(of, node.decimals)

    def _exp(self, node: x.Exp, case: Case, event: Event | None) -> Value:
        of = self.value(node.of, case, event)
        if isinstance(of, Missing):
            return of
        if of > numbers.MOST_EXPONENT:
            return Missing(UNDEFINED, Text("指数过大", "the exponent is too large"))
        return numbers.exp(of, node.decimals)

    def _across(self, node: x.Across, case: Case, event: Event | None) -> Value:
        found = [self.value(part, case, event) for part in node.parts]
        there = [value for value in found if isinstance(value, Fraction)]
        if node.how == "count":
            return Fraction(len(there))
        if not there or (len(there) < len(found) and not node.known):
            return _reason(found) or Missing(MISSING, Text("没有数据", "there is nothing"))
        result = _ACROSS[node.how](there, node.decimals)
        return _NO_AGGREGATE[node.how] if result is None else result

    def _has(self, node: x.Has, case: Case, event: Event | None) -> Value:
        own = {"unit": case.unit, "period": case.period}
        said = own.get(node.attribute) or self.facts.attribute(case, node.attribute)
        return truth(said == node.text)

    def _elsewhere(self, node: x.Elsewhere, case: Case, event: Event | None) -> Value:
        other = self.other(node, case)
        if other is None:
            unit = node.unit or case.unit
            period = node.period or (f"前第{node.back}期" if node.back else case.period)
            period_en = node.period or (f"{node.back} periods before" if node.back else case.period)
            return Missing(
                MISSING,
                Text(f"没有 {unit} {period}的数据".replace("  ", " "), f"{unit} {period_en} is not there"),
            )
        return self.value(node.of, other)

    def other(self, node: x.Elsewhere, case: Case) -> Case | None:
        """Which unit and period are meant; None where they are not there."""
        period = node.period or case.period
        if node.back:
            before = sorted(
                other.period
                for other in self._peers[("", ""), "own", case.unit]
                if other.period < case.period
            )
            if len(before) < node.back:
                return None
            period = before[-node.back]
        return self._called.get(((period, self.realms[case][1]), node.unit or case.unit))

    def _over_group(self, node: x.OverGroup, case: Case, event: Event | None) -> Value:
        def of_all(found: Mapping[Case, Fraction]) -> Value:
            if node.how == "count":
                return Fraction(len(found))
            if not found:
                return _NOBODY
            result = _AGGREGATE[node.how](list(found.values()), node.decimals)
            return _NO_AGGREGATE[node.how] if result is None else result

        return self._once(node, case, of_all)

    def _quantile(self, node: x.Quantile, case: Case, event: Event | None) -> Value:
        return self._once(
            node,
            case,
            lambda found: (
                distribution.quantile(list(found.values()), node.share, node.rule) if found else _NOBODY
            ),
        )

    def _skewed(self, node: x.Skewed, case: Case, event: Event | None) -> Value:
        return self._once(
            node,
            case,
            lambda found: truth(distribution.skewed(list(found.values()), node.skew, node.kurtosis) != 0),
        )

    def _winsorised(self, node: x.Winsorised, case: Case, event: Event | None) -> Value:
        return self._place_in(
            node, case, lambda found: distribution.winsorised(found, node.most, node.skew, node.kurtosis)
        )

    def _rank(self, node: x.Rank, case: Case, event: Event | None) -> Value:
        return self._place_in(
            node,
            case,
            lambda found: places({peer: (value,) for peer, value in found.items()}, node.ties, node.order),
        )

    def _once(
        self, node: _OverUnits, case: Case, of_all: Callable[[Mapping[Case, Fraction]], Value]
    ) -> Value:
        """What is the same for all units that are compared, computed once for them."""
        peers = self._scope(case, node.scope)
        if isinstance(peers, Missing):
            return peers
        key = (id(node), "", peers)
        if key not in self._over:
            self._over[key] = of_all(self._among(node.of, peers))
        result: Value = self._over[key]
        return result

    def _place_in(
        self,
        node: x.Winsorised | x.Rank,
        case: Case,
        column: Callable[[Mapping[Case, Fraction]], Mapping[Case, Fraction]],
    ) -> Value:
        """The unit's own value in a column made of all that are compared; without a value of its own, the reason."""
        peers = self._scope(case, node.scope)
        if isinstance(peers, Missing):
            return peers
        found = self._among(node.of, peers)
        if case not in found:
            return self.value(node.of, case)
        key = (id(node), "", peers)
        if key not in self._over:
            self._over[key] = column(found)
        place: Fraction = self._over[key][case]
        return place

    def _among(self, of: Expression, peers: _Peers) -> dict[Case, Fraction]:
        """The values of the peers that have one, computed once for them."""
        key = (id(of), "of", peers)
        if key not in self._over:
            found = {peer: self.value(of, peer) for peer in self._peers.get(peers, [])}
            self._over[key] = {peer: value for peer, value in found.items() if isinstance(value, Fraction)}
        values: dict[Case, Fraction] = self._over[key]
        return values

    def _scope(self, case: Case, scope: str) -> _Peers | Missing:
        """Whom a unit is compared with; the reason where it has no peers: an attribute it lacks."""
        how, _, name = scope.partition(":")
        if how == "same":
            said = self.facts.attribute(case, name)
            if not said:
                return Missing(MISSING, Text(f"单位没有属性“{name}”", f'the unit has no attribute "{name}"'))
            self._share(name)
            return (self.realms[case], f"same:{name}", said)
        if how == "own":
            return (("", ""), "own", case.unit)
        if how == "ever":
            return (("", self.realms[case][1]), "ever", "")
        if how == "all":
            return (self.realms[case], "all", "")
        return (self.realms[case], "group", name or self.groups[case])

    def _share(self, name: str) -> None:
        """Puts units together by an attribute, when first asked."""
        if name not in self._shared:
            self._shared.add(name)
            for case in self.cases:
                key = (self.realms[case], f"same:{name}", self.facts.attribute(case, name))
                self._peers.setdefault(key, []).append(case)

    def _over_events(self, node: x.OverEvents, case: Case, event: Event | None) -> Value:
        found: dict[object, Fraction] = {}
        for key, fields in self.events_of(case, node.indicator, node.beside).items():
            value = self._event_value(node, case, fields)
            if isinstance(value, Missing):
                return value
            matter = fields[node.by].text if node.by and node.by in fields else key
            found[matter] = max(found[matter], value) if matter in found else value
        change = self.changes.get((case, node.indicator, "events"))
        if change is not None and len(found) > change:
            found = dict(sorted(found.items(), key=lambda item: item[1])[: int(change)])
        totals: dict[str, Callable[[Iterable[Fraction]], Fraction]] = {"sum": _sum, "max": max, "min": min}
        return totals[node.how](found.values()) if found else Fraction(0)

    def events_of(self, case: Case, indicator: str, beside: Sequence[str]) -> Entries:
        """The events of an indicator, without facts of its own that stand beside them."""
        entries = self.facts.entries(case, indicator)
        if not beside or ("", "") not in entries:
            return entries
        return {
            key: fields for key, fields in entries.items() if key != ("", "") or fields.keys() - set(beside)
        }

    def _event_value(self, node: x.OverEvents, case: Case, fields: Event) -> Value:
        value = self.value(node.of, case, fields)
        for bound, keep in ((node.least, max), (node.most, min)):
            if bound is not None and isinstance(value, Fraction):
                limit = self.value(bound, case, fields)
                value = limit if isinstance(limit, Missing) else keep(value, limit)
        return value

    def _event_field(self, node: x.EventField, case: Case, event: Event | None) -> Value:
        fields = event or {}
        indicator = next((fact.row.indicator for fact in fields.values()), "")
        return self._number(fields.get(node.field), indicator, node.field)

    def _choose(self, node: x.Choose, case: Case, event: Event | None) -> Value:
        fields = self.facts.entries(case, node.indicator).get(("", ""), {}) if event is None else event
        fact = fields.get(node.field)
        if fact is None or fact.text in SLASH:
            return self._number(fact, node.indicator, node.field)
        for said, points in node.table:
            if said == fact.text:
                return points
        return Missing(
            UNDEFINED,
            Text(f"没有规定“{fact.text}”得几分", f'the rule book does not say what "{fact.text}" earns'),
        )

    def _combine(self, node: x.Combine, case: Case, event: Event | None) -> Value:
        """The parts put together; those outside are left out, those whose weight is shared out scale the rest."""
        rows = [
            (self.value(part, case), self.value(weight, case), self.value(full, case))
            for part, weight, full in node.parts
        ]
        rows = [row for row in rows if not _is(row[0], OUTSIDE) and not _is(row[1], OUTSIDE)]
        if not rows:
            return NOT_FOR_UNIT
        counted = [row for row in rows if not _is(row[0], SHARED_OUT)]
        if not counted:
            return WEIGHT_SHARED_OUT
        if node.least is not None:
            known = [row for row in counted if not _is(row[0], MISSING) and not _is(row[0], NOT_APPLICABLE)]
            if not known or _there(node.counted, known, counted) < node.least:
                return _too_few(node, known, counted)
            counted = known
        wrong = _reason(value for row in counted for value in row[:2])
        if wrong:
            return wrong
        values = [(_exact(value), _exact(weight)) for value, weight, _ in counted]
        result = _combined(node, values)
        if isinstance(result, Missing) or len(counted) == len(rows) or node.how not in ("sum", "weighted"):
            return result
        at = 2 if node.how == "sum" else 1
        whole, left = (_sum(_exact(row[at]) for row in some) for some in (rows, counted))
        if left == 0:
            return Missing(UNDEFINED, Text("没有可分摊的分值", "no weight is left to carry the rest"))
        return result * whole / left


_Weighed = tuple[Value, Value, Value]
"""A part of a section: its value, weight and full mark."""


def _there(counted: str, known: Sequence[_Weighed], rows: Sequence[_Weighed]) -> Fraction:
    """How much of the parts is there: their number, or the share of their number or of their weights."""
    if counted == "parts":
        return Fraction(len(known))
    if counted == "share":
        return Fraction(len(known), len(rows))
    whole = _sum(_exact(weight) for _, weight, _ in rows)
    return _sum(_exact(weight) for _, weight, _ in known) / whole if whole else Fraction(0)


def _too_few(node: x.Combine, known: Sequence[_Weighed], rows: Sequence[_Weighed]) -> Missing:
    least = numbers.shown(node.least or Fraction(0)) if node.counted == "parts" else ""
    share = "" if least else f"{numbers.shown((node.least or Fraction(0)) * 100)}%"
    wanted, wanted_en = (f"至少要{least}项", f"{least}") if least else (f"至少要{share}", f"{share}")
    return Missing(
        MISSING,
        Text(
            f"{len(rows)}项中只有{len(known)}项有数据，{wanted}",
            f"only {len(known)} of {len(rows)} parts have a value, at least {wanted_en} must",
        ),
    )


def _is(value: Value, state: str) -> bool:
    return isinstance(value, Missing) and value.state == state


def _exact(value: Value) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(0)


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _reason(values: Iterable[Value]) -> Missing | None:
    """Of several reasons the one that weighs most: not for the unit before not applicable before missing."""
    missing = [value for value in values if isinstance(value, Missing)]
    return min(missing, key=lambda value: _WORST_FIRST.index(value.state), default=None)


def _open(values: Iterable[Value]) -> Missing | None:
    """A reason that leaves a condition open; what is not for the unit decides nothing."""
    return _reason(value for value in values if not _is(value, OUTSIDE))


def _absent(scorer: str) -> Missing:
    return Missing(MISSING, Text(f"{scorer}没有评分", f"{scorer} gave no mark"))


def _together(node: x.OverScorers, marks: Mapping[str, Fraction]) -> Fraction:
    values = sorted(marks.values())
    if node.how == "sum":
        return _sum(values)
    if node.how == "weighted":
        total = _sum(weight for _, weight in node.weights)
        return _sum(weight * marks[scorer] for scorer, weight in node.weights) / total
    if node.how == "trimmed" and len(values) > 2:
        values = values[1:-1]
    return _sum(values) / len(values)


def _nth(values: Sequence[Fraction], place: int, beyond: Fraction) -> Fraction:
    return values[place - 1] if place <= len(values) else beyond


def _power(base: Fraction, exponent: Fraction, decimals: int) -> Value:
    whole = exponent.denominator == 1 and abs(exponent) <= numbers.MOST_EXACT
    if (base < 0 and not whole) or (base == 0 and exponent < 0):
        return Missing(UNDEFINED, Text("负数没有这样的幂", "there is no such power"))
    try:
        return numbers.power(base, exponent, decimals)
    except OverflowError:
        return TOO_LONG


def _combined(node: x.Combine, values: Sequence[tuple[Fraction, Fraction]]) -> Value:
    only = [value for value, _ in values]
    total = _sum(weight for _, weight in values)
    if node.how in ("mean", "geometric", "harmonic") and total == 0:
        return Missing(UNDEFINED, Text("权重合计为零", "the weights add up to zero"))
    if node.how == "geometric":
        product: Value = Fraction(1)
        if any(value < 0 for value in only):
            return Missing(UNDEFINED, Text("几何平均不能有负数", "a geometric mean takes no negative"))
        if len({weight for _, weight in values}) == 1:
            product = Fraction(1)
            for value in only:
                product *= value
            return _power(product, Fraction(1, len(only)), node.decimals)
        return _weighted_geometric(values, total, node.decimals)
    if node.how == "harmonic":
        mean = distribution.harmonic(only, [weight for _, weight in values])
        return _NO_AGGREGATE["harmonic"] if mean is None else mean
    if node.how == "trimmed":
        kept = sorted(only)[1:-1] if len(only) > 2 else only
        return _sum(kept) / len(kept)
    weighted = _sum(value * weight for value, weight in values)
    results = {
        "sum": lambda: _sum(only),
        "weighted": lambda: weighted,
        "mean": lambda: weighted / total,
        "median": lambda: distribution.median(only),
        "min": lambda: min(only),
        "max": lambda: max(only),
    }
    return results[node.how]()


def _weighted_geometric(values: Sequence[tuple[Fraction, Fraction]], total: Fraction, decimals: int) -> Value:
    """exp of the weighted mean of logarithms, taken as one power: Π xᵢ^(wᵢ·n) ^ 1/(n·Σw), n clearing denominators."""
    shares = [weight / total for _, weight in values]
    common = 1
    for share in shares:
        common = common * share.denominator // _gcd(common, share.denominator)
    if common <= 64:
        product = Fraction(1)
        for (value, _), share in zip(values, shares, strict=True):
            product *= value ** int(share * common)
        return _power(product, Fraction(1, common), decimals)
    result = Fraction(1)
    for (value, _), share in zip(values, shares, strict=True):
        factor = _power(value, share, decimals + 20)
        result *= factor if isinstance(factor, Fraction) else Fraction(0)
    return numbers.rounded(result, decimals, numbers.HALF_EVEN)


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


_AGGREGATE: Mapping[str, Callable[[Sequence[Fraction], int], Fraction | None]] = {
    "mean": lambda values, decimals: distribution.mean(values),
    "sum": lambda values, decimals: distribution.total(values),
    "min": lambda values, decimals: min(values),
    "max": lambda values, decimals: max(values),
    "median": lambda values, decimals: distribution.median(values),
    "sd": distribution.deviation,
    "sample_sd": lambda values, decimals: distribution.deviation(values, decimals, sample=True),
    "skew": distribution.skew,
    "kurtosis": lambda values, decimals: distribution.kurtosis(values),
}
_ACROSS: Mapping[str, Callable[[Sequence[Fraction], int], Fraction | None]] = {
    **{how: _AGGREGATE[how] for how in ("mean", "sum", "min", "max", "median", "sd", "sample_sd")},
    "geometric": distribution.geometric,
    "harmonic": lambda values, decimals: distribution.harmonic(values),
}
_TOO_FEW = Missing(
    UNDEFINED, Text("有数据的太少，或各数相等", "there are too few values, or they are all the same")
)
_NO_AGGREGATE: Mapping[str, Missing] = {
    "sd": _TOO_FEW,
    "sample_sd": _TOO_FEW,
    "skew": _TOO_FEW,
    "kurtosis": _TOO_FEW,
    "geometric": Missing(UNDEFINED, Text("几何平均不能有负数", "a geometric mean takes no negative")),
    "harmonic": Missing(
        UNDEFINED, Text("调和平均只能用正数", "a harmonic mean takes only what is above zero")
    ),
}
"""Why one of those has no value."""

_EVALUATE: Mapping[type[Expression], Callable[..., Value]] = {
    x.Const: Interpreter._const,
    x.Nothing: Interpreter._nothing,
    x.Field: Interpreter._field,
    x.OverScorers: Interpreter._over_scorers,
    x.Ref: Interpreter._ref,
    x.Lookup: Interpreter._lookup,
    x.Add: Interpreter._add,
    x.Sub: Interpreter._sub,
    x.Mul: Interpreter._mul,
    x.Div: Interpreter._div,
    x.Min: Interpreter._min,
    x.Max: Interpreter._max,
    x.Compare: Interpreter._compare,
    x.All: Interpreter._all,
    x.Some: Interpreter._some,
    x.Not: Interpreter._not,
    x.When: Interpreter._when,
    x.Table: Interpreter._table,
    x.Listed: Interpreter._listed,
    x.Round: Interpreter._round,
    x.IsMissing: Interpreter._is_missing,
    x.Ln: Interpreter._ln,
    x.Log10: Interpreter._log10,
    x.Exp: Interpreter._exp,
    x.Power: Interpreter._power,
    x.Across: Interpreter._across,
    x.Has: Interpreter._has,
    x.Elsewhere: Interpreter._elsewhere,
    x.OverGroup: Interpreter._over_group,
    x.Quantile: Interpreter._quantile,
    x.Skewed: Interpreter._skewed,
    x.Winsorised: Interpreter._winsorised,
    x.Rank: Interpreter._rank,
    x.OverEvents: Interpreter._over_events,
    x.EventField: Interpreter._event_field,
    x.Choose: Interpreter._choose,
    x.Combine: Interpreter._combine,
}
