"""The tiny language of formulas: `clamp(full * actual / target, 0, full)`.

Numbers, names, `+ - * / ^`, comparisons (also chained), `and or not`, brackets, and the functions of FUNCTIONS.
Full-width punctuation is read as well. There are no loops, no assignments and no strings but names in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from gangmu.engine import distribution
from gangmu.engine import expressions as x
from gangmu.engine.expressions import Expression
from gangmu.engine.nearest import nearest
from gangmu.engine.numbers import HALF_UP
from gangmu.engine.values import MISSING, UNDEFINED
from gangmu.problems import Text

TIES = ("share", "dense", "mean", "last")
MAX_LENGTH = 2000
MAX_DEPTH = 60
MAX_TREE_DEPTH = 100
MAX_TREE_SIZE = 20_000
"""Interpreters walk a tree by recursion, and parameters that are formulas stand in one another: `f2: f1 + f1`, `f3: f2 + f2` …"""

MIN_DIGITS, MAX_DIGITS = -6, 60
MOST_COUNTED = 100_000

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d{1,2})?(?!\w))|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign><=|>=|==|!=|[-+*/^(),<>]))"
)
_WIDE = str.maketrans("（），＋－×÷＜＞“”", '(),+-*/<>""')
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_RESERVED = {"and", "or", "not"}


class FormulaError(ValueError):
    """A formula that cannot be read; `text` says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(zh)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of a formula mean.

    names: values and facts by name. bands, lists, levels: the tables that functions look up. nodes: other nodes of
    the rule book by code. indicator: whose facts and events are meant. precision: decimals of ln, power and sd.
    event_names: the fields an event may have. one_per: the field of which only the highest event counts. several:
    codes of nodes that one name stands for among the values of a function (`parts`, `indicators`).
    beside: facts of the indicator that are not its events'.
    """

    names: Mapping[str, Expression]
    bands: Mapping[str, tuple[x.Band, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, tuple[tuple[str, Fraction], ...]]] = field(default_factory=dict)
    nodes: frozenset[str] = frozenset()
    indicator: str = ""
    precision: int = 30
    rounding: str = HALF_UP
    ties: str = "share"
    event_names: frozenset[str] = frozenset()
    one_per: str = ""
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: tuple[str, ...] = ()


def parse(text: str, scope: Scope) -> Expression:
    """The tree of a formula; FormulaError names what cannot be read and what would be right.

    >>> parse("2 * (a + 1)", Scope({"a": x.Const(Fraction(3))}))
    Mul(factors=(Const(value=Fraction(2, 1)), Add(terms=(Const(value=Fraction(3, 1)), Const(value=Fraction(1, 1))))))
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"公式超过{MAX_LENGTH}个字符", f"the formula is longer than {MAX_LENGTH} characters"
        )
    found = _Parser(_tokens(text.translate(_WIDE)), scope).whole()
    if _unwieldy(found):
        raise FormulaError(
            "公式嵌套过深或展开后过长，请拆成几步",
            "the formula is nested too deeply or grows too long: split it",
        )
    return found


def _unwieldy(tree: Expression) -> bool:
    """Whether a tree is too deep or, written out, too large. Shared parts are measured once."""
    measured: dict[int, tuple[int, int]] = {}
    waiting = [tree]
    while waiting:
        node = waiting[-1]
        below = list(node.children())
        ahead = [child for child in below if id(child) not in measured]
        if ahead:
            waiting += ahead
            if len(waiting) > MAX_TREE_SIZE:
                return True
            continue
        waiting.pop()
        depth = 1 + max((measured[id(child)][0] for child in below), default=0)
        size = 1 + sum(measured[id(child)][1] for child in below)
        if depth > MAX_TREE_DEPTH or size > MAX_TREE_SIZE:
            return True
        measured[id(node)] = (depth, size)
    return False


def names_in(text: str) -> set[str]:
    """The names a formula mentions, functions included."""
    return {said for kind, said in _tokens(text.translate(_WIDE)) if kind == "name"} - _RESERVED


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(
                f"公式“{text}”第{at + 1}个字符处读不懂", f'"{text}" cannot be read at character {at + 1}'
            )
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], scope: Scope) -> None:
        self.tokens = [*tokens, ("end", "")]
        self.at = 0
        self.depth = 0
        self.scope = scope

    def whole(self) -> Expression:
        found = self._either()
        if self.tokens[self.at][0] != "end":
            said = self.tokens[self.at][1]
            raise FormulaError(f"公式中“{said}”放的位置不对", f'"{said}" is out of place in the formula')
        return found

    def _said(self, *words: str) -> str:
        kind, said = self.tokens[self.at]
        if kind in ("sign", "name") and said in words:
            self.at += 1
            return said
        return ""

    def _need(self, sign: str) -> None:
        if not self._said(sign):
            said = self.tokens[self.at][1] or "末尾"
            raise FormulaError(f"公式中“{said}”处缺少“{sign}”", f'"{sign}" is missing at "{said}"')

    def _either(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError("公式嵌套过深", "the formula is nested too deeply")
        parts = [self._both()]
        while self._said("or"):
            parts.append(self._both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else x.Some(tuple(parts))

    def _both(self) -> Expression:
        parts = [self._denied()]
        while self._said("and"):
            parts.append(self._denied())
        return parts[0] if len(parts) == 1 else x.All(tuple(parts))

    def _denied(self) -> Expression:
        return x.Not(self._compared()) if self._said("not") else self._compared()

    def _compared(self) -> Expression:
        left, found = self._sum(), []
        while op := self._said(*_COMPARISONS):
            right = self._sum()
            found.append(x.Compare(op, left, right))
            left = right
        if not found:
            return left
        return found[0] if len(found) == 1 else x.All(tuple(found))

    def _sum(self) -> Expression:
        found, terms = self._product(), 0
        while sign := self._said("+", "-"):
            right = self._product()
            if sign == "-":
                found, terms = x.Sub(found, right), 0
            else:
                found = x.Add((*found.terms, right) if terms and isinstance(found, x.Add) else (found, right))
                terms += 1
        return found

    def _product(self) -> Expression:
        found, factors = self._signed(), 0
        while sign := self._said("*", "/"):
            right = self._signed()
            if sign == "/":
                found, factors = x.Div(found, right), 0
            else:
                found = x.Mul(
                    (*found.factors, right) if factors and isinstance(found, x.Mul) else (found, right)
                )
                factors += 1
        return found

    def _signed(self) -> Expression:
        minus = False
        while sign := self._said("-", "+"):
            minus ^= sign == "-"
        found = self._raised()
        return x.Sub(x.Const(Fraction(0)), found) if minus else found

    def _raised(self) -> Expression:
        """`2 ^ 3 ^ 2` is 2 to the power of 9, and `-2 ^ 2` is -4, as one writes it on paper."""
        base = self._atom()
        return x.Power(base, self._signed(), self.scope.precision) if self._said("^") else base

    def _atom(self) -> Expression:
        kind, said = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return x.Const(Fraction(said))
        if kind == "sign" and said == "(":
            inner = self._either()
            self._need(")")
            return inner
        if kind == "name" and said not in _RESERVED:
            return self._call(said) if self._said("(") else self._name(said)
        raise FormulaError(
            f"公式中“{said or '末尾'}”处缺少数或名称", f'a number or name is missing at "{said or "the end"}"'
        )

    def _name(self, said: str) -> Expression:
        scope = self.scope
        if said in scope.names:
            return scope.names[said]
        node, _, part = said.partition(".")
        if said in scope.nodes:
            return x.Ref(said)
        if part and node in scope.nodes:
            return x.Field(node, part)
        raise _unknown(said, list(scope.names), scope.nodes)

    def _call(self, function: str) -> Expression:
        if function not in FUNCTIONS:
            raise _unknown(function, list(FUNCTIONS), zh="函数", en="function")
        if function in ("sum_events", "max_events", "min_events"):
            return self._events(function)
        return FUNCTIONS[function](self, self._arguments())

    def _events(self, function: str) -> Expression:
        """Within sum_events( … ) the names are fields of the event at hand."""
        outer = self.scope
        inside = {name: x.EventField(name) for name in outer.event_names}
        self.scope = replace(outer, names={**outer.names, **inside}, nodes=frozenset())
        arguments = self._arguments()
        self.scope = outer
        return FUNCTIONS[function](self, arguments)

    def _arguments(self) -> list[Expression | str]:
        found: list[Expression | str] = []
        while not self._said(")"):
            found.extend(self._several() or [self._argument()])
            if not self._said(","):
                self._need(")")
                break
        return found

    def _several(self) -> list[Expression]:
        """`parts` and `indicators` stand for the score of each, `indicators.actual` for a fact or line of each."""
        name, _, part = self.tokens[self.at][1].partition(".")
        codes = self.scope.several.get(name, ())
        if not codes or self.tokens[self.at][0] != "name" or self.tokens[self.at + 1][1] not in (",", ")"):
            return []
        self.at += 1
        return [self._name(f"{code}.{part}" if part else code) for code in codes]

    def _argument(self) -> Expression | str:
        """A name of a table or a text stays a name: the function knows what it wants."""
        kind, said = self.tokens[self.at]
        follows = self.tokens[self.at + 1][1]
        scope = self.scope
        if kind == "text":
            self.at += 1
            return said[1:-1]
        if (
            kind == "name"
            and follows in (",", ")")
            and any(said in tables for tables in (scope.bands, scope.lists, scope.levels))
        ):
            self.at += 1
            return said
        return self._either()


def _unknown(
    said: str,
    known: Sequence[str],
    nodes: frozenset[str] = frozenset(),
    zh: str = "名称",
    en: str = "name",
) -> FormulaError:
    near = nearest(said, known, 0.5) or nearest(said, nodes, 0.5)
    listed = sorted({*known, *nodes} if len(nodes) <= 30 else known)[:30]
    hint_zh = f"，是否就是“{near}”" if near else (f"，可用：{'、'.join(listed)}" if listed else "")
    hint_en = f'; is it "{near}"' if near else (f"; known: {', '.join(listed)}" if listed else "")
    return FormulaError(
        f"公式中的{zh}“{said}”不认识{hint_zh}", f'unknown {en} "{said}" in the formula{hint_en}'
    )


_Arguments = list[Expression | str]
_Function = Callable[[_Parser, _Arguments], Expression]


def _expressions(name: str, arguments: _Arguments, least: int, most: int = 99) -> list[Expression]:
    found = [argument for argument in arguments if isinstance(argument, Expression)]
    if len(found) != len(arguments) or not least <= len(found) <= most:
        count = str(least) if least == most else f"{least}—{most if most < 99 else '…'}"
        raise FormulaError(f"函数 {name} 要有{count}个数值参数", f"{name} takes {count} values")
    return found


def _digits(name: str, value: Expression) -> int:
    """How many decimals; negative ones are tens, hundreds."""
    if isinstance(value, x.Sub) and value.left == x.Const(Fraction(0)) and isinstance(value.right, x.Const):
        value = x.Const(-value.right.value)
    found = _whole(value)
    if found is not None and MIN_DIGITS <= found <= MAX_DIGITS:
        return found
    raise FormulaError(
        f"函数 {name} 的位数要写成整数，{MIN_DIGITS}到{MAX_DIGITS}",
        f"the digits of {name} are a whole number from {MIN_DIGITS} to {MAX_DIGITS}",
    )


def _count(name: str, value: Expression) -> int:
    found = _whole(value)
    if found is not None and 0 <= found <= MOST_COUNTED:
        return found
    raise FormulaError(
        f"函数 {name} 的个数要写成整数，0到{MOST_COUNTED}",
        f"{name} counts in a whole number from 0 to {MOST_COUNTED}",
    )


def _whole(value: Expression) -> int | None:
    is_whole = isinstance(value, x.Const) and value.value.denominator == 1
    return int(value.value) if is_whole and isinstance(value, x.Const) else None


def _min(parser: _Parser, arguments: _Arguments) -> Expression:
    return x.Min(tuple(_expressions("min", arguments, 1)))


def _max(parser: _Parser, arguments: _Arguments) -> Expression:
    return x.Max(tuple(_expressions("max", arguments, 1)))


def _clamp(parser: _Parser, arguments: _Arguments) -> Expression:
    value, low, high = _expressions("clamp", arguments, 3, 3)
    return x.Min((x.Max((value, low)), high))


def _abs(parser: _Parser, arguments: _Arguments) -> Expression:
    (value,) = _expressions("abs", arguments, 1, 1)
    return x.Max((value, x.Sub(x.Const(Fraction(0)), value)))


def _round(parser: _Parser, arguments: _Arguments) -> Expression:
    value, *digits = _expressions("round", arguments, 1, 2)
    return x.Round(value, _digits("round", digits[0]) if digits else 0, parser.scope.rounding)


def _cut(mode: str) -> _Function:
    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        (value,) = _expressions("whole", arguments, 1, 1)
        return x.Round(value, 0, mode)

    return build


def _month(parser: _Parser, arguments: _Arguments) -> Expression:
    """The number of the calendar month a day lies in: two days of one month have the same, the next month one more.

    The civil calendar in whole divisions, years beginning in March so that the leap day comes last.
    """
    (day,) = _expressions("month", arguments, 1, 1)

    def number(value: int) -> Expression:
        return x.Const(Fraction(value))

    def whole(value: Expression, by: int) -> Expression:
        return x.Round(x.Div(value, number(by)), 0, "down")

    since = x.Add((day, number(305)))
    era = whole(since, 146097)
    of_era = x.Sub(since, x.Mul((era, number(146097))))
    leap_days = x.Sub(x.Add((whole(of_era, 1460), whole(of_era, 146096))), whole(of_era, 36524))
    year = whole(x.Sub(of_era, leap_days), 365)
    before = x.Add((x.Mul((year, number(365))), x.Sub(whole(year, 4), whole(year, 100))))
    month = whole(x.Add((x.Mul((x.Sub(of_era, before), number(5))), number(2))), 153)
    return x.Add((x.Mul((era, number(4800))), x.Mul((year, number(12))), month))


def _ln(parser: _Parser, arguments: _Arguments) -> Expression:
    value, *digits = _expressions("ln", arguments, 1, 2)
    return x.Ln(value, _digits("ln", digits[0]) if digits else parser.scope.precision)


def _power(parser: _Parser, arguments: _Arguments) -> Expression:
    base, exponent, *digits = _expressions("power", arguments, 2, 3)
    return x.Power(base, exponent, _digits("power", digits[0]) if digits else parser.scope.precision)


NO_CASE = x.Nothing(UNDEFINED, "考核办法没有规定这种情形", "the rule book does not say what then")


def _when(parser: _Parser, arguments: _Arguments) -> Expression:
    found = _expressions("when", arguments, 2)
    otherwise = found.pop() if len(found) % 2 else NO_CASE
    return x.When(tuple(zip(found[::2], found[1::2], strict=True)), otherwise)


def _interpolate(parser: _Parser, arguments: _Arguments) -> Expression:
    """Straight lines between the given points, level before the first and after the last."""
    value, *points = _expressions("interpolate", arguments, 5, 199)
    ends = [_number("interpolate", point) for point in points[::2]]
    if len(points) % 2 or any(low >= high for low, high in pairwise(ends)):
        raise FormulaError(
            "函数 interpolate 要有一个数值，再成对写出各点，横坐标由小到大",
            "interpolate takes a value, then points in pairs, the first of each pair rising",
        )
    pairs = list(zip(points[::2], points[1::2], strict=True))
    cases: list[tuple[Expression, Expression]] = [(x.Compare("<=", value, pairs[0][0]), pairs[0][1])]
    for (low, at_low), (high, at_high) in pairwise(pairs):
        share = x.Div(x.Sub(value, low), x.Sub(high, low))
        between = x.Add((at_low, x.Mul((share, x.Sub(at_high, at_low)))))
        cases.append((x.Compare("<=", value, high), between))
    return x.When(tuple(cases), pairs[-1][1])


def _missing(parser: _Parser, arguments: _Arguments) -> Expression:
    (value,) = _expressions("missing", arguments, 1, 1)
    return x.IsMissing(value)


def _first(parser: _Parser, arguments: _Arguments) -> Expression:
    """The first of its arguments that has a value."""
    *others, last = _expressions("first", arguments, 2)
    return x.When(tuple((x.Not(x.IsMissing(part)), part) for part in others), last)


def _table(parser: _Parser, arguments: _Arguments) -> Expression:
    value, name = (*arguments, "")[:2]
    if not isinstance(value, Expression) or name not in parser.scope.bands:
        raise FormulaError("函数 table 要有一个数值和一张分档表", "table takes a value and a table of bands")
    return x.Table(value, parser.scope.bands[str(name)])


def _listed(parser: _Parser, arguments: _Arguments) -> Expression:
    value, name, *rest = (*arguments, "")
    if not isinstance(value, Expression) or name not in parser.scope.lists:
        raise FormulaError(
            "函数 listed 要有一个名次和一张得分表", "listed takes a place and a list of points"
        )
    beyond = rest[0] if rest and isinstance(rest[0], Expression) else x.Const(Fraction(0))
    return x.Listed(value, parser.scope.lists[str(name)], beyond)


def _choose(parser: _Parser, arguments: _Arguments) -> Expression:
    """The number that a fact's word stands for; a second argument names another fact than the usual one."""
    name, other = (*arguments, "", "")[:2]
    if name not in parser.scope.levels or not (other == "" or isinstance(other, x.Field)):
        raise FormulaError("函数 choose 要有一张级别表", "choose takes a table of levels")
    of_field, table = parser.scope.levels[str(name)]
    said = other.field if isinstance(other, x.Field) else of_field
    return x.Choose(parser.scope.indicator, said, table)


def _answers(parser: _Parser, arguments: _Arguments, function: str) -> list[tuple[Expression, Fraction]]:
    name = str(arguments[0]) if len(arguments) == 1 else ""
    if name not in parser.scope.levels:
        raise FormulaError(f"函数 {function} 要有一张等次表", f"{function} takes a table of answers")
    return [(x.Field(parser.scope.indicator, said), points) for said, points in parser.scope.levels[name][1]]


def _voted(terms: list[tuple[Expression, Expression]]) -> Expression:
    """Sum over the answers that have votes; without any vote at all the fact is missing."""
    zero = x.Const(Fraction(0))
    none = x.All(tuple(x.IsMissing(field) for field, _ in terms))
    total = x.Add(tuple(x.When(((x.IsMissing(field), zero),), term) for field, term in terms))
    return x.When(((none, x.Nothing(MISSING, "没有得票数据", "there are no votes")),), total)


def _answer_count(parser: _Parser, arguments: _Arguments) -> Expression:
    return _voted([(field, field) for field, _ in _answers(parser, arguments, "answer_count")])


def _answer_sum(parser: _Parser, arguments: _Arguments) -> Expression:
    found = _answers(parser, arguments, "answer_sum")
    return _voted([(field, x.Mul((field, x.Const(points)))) for field, points in found])


def _no_value(parser: _Parser, arguments: _Arguments) -> Expression:
    _expressions("no_value", arguments, 0, 0)
    return x.Nothing(MISSING, "按规定视为没有数据", "counted as missing by the rule book")


def _sqrt(parser: _Parser, arguments: _Arguments) -> Expression:
    (value,) = _expressions("sqrt", arguments, 1, 1)
    return x.Power(value, x.Const(Fraction(1, 2)), parser.scope.precision)


def _log10(parser: _Parser, arguments: _Arguments) -> Expression:
    (value,) = _expressions("log10", arguments, 1, 1)
    return x.Log10(value, parser.scope.precision)


def _exp(parser: _Parser, arguments: _Arguments) -> Expression:
    (value,) = _expressions("exp", arguments, 1, 1)
    return x.Exp(value, parser.scope.precision)


def _across(how: str, *, known: bool = False) -> _Function:
    name = f"known_{how}" if known else how

    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        return x.Across(how, tuple(_expressions(name, arguments, 1, 999)), known, parser.scope.precision)

    return build


def _size(parser: _Parser, arguments: _Arguments) -> Expression:
    return x.Const(Fraction(len(_expressions("size", arguments, 1, 999))))


def _has(parser: _Parser, arguments: _Arguments) -> Expression:
    if len(arguments) != 2 or not all(isinstance(said, str) for said in arguments):
        raise FormulaError(
            "函数 has 要有两个带引号的文字：属性和取值", "has takes two quoted texts: attribute and value"
        )
    return x.Has(str(arguments[0]), str(arguments[1]))


def _text_and_value(name: str, arguments: _Arguments, what_zh: str, what_en: str) -> tuple[Expression, str]:
    if len(arguments) == 2 and isinstance(arguments[0], Expression) and isinstance(arguments[1], str):
        return arguments[0], arguments[1]
    raise FormulaError(
        f"函数 {name} 要有一个数值和带引号的{what_zh}", f"{name} takes a value and {what_en} in quotes"
    )


def _at_unit(parser: _Parser, arguments: _Arguments) -> Expression:
    value, unit = _text_and_value("at_unit", arguments, "单位", "a unit")
    return x.Elsewhere(value, unit=unit)


def _in_period(parser: _Parser, arguments: _Arguments) -> Expression:
    value, period = _text_and_value("in_period", arguments, "期间", "a period")
    return x.Elsewhere(value, period=period)


def _before(parser: _Parser, arguments: _Arguments) -> Expression:
    value, *back = _expressions("before", arguments, 1, 2)
    many = _count("before", back[0]) if back else 1
    if many < 1:
        raise FormulaError("函数 before 往前至少一期", "before goes back at least one period")
    return x.Elsewhere(value, back=many)


def _number(name: str, value: Expression) -> Fraction:
    if isinstance(value, x.Const):
        return value.value
    raise FormulaError(f"函数 {name} 除第一个外要写成数", f"all but the first value of {name} are numbers")


@dataclass(frozen=True, slots=True)
class _Among:
    """A function over many units, taken apart: whom it is over, the values it was given, and an option in quotes."""

    scope: str
    values: list[Expression]
    option: str


def _among(
    name: str,
    scope: str,
    arguments: _Arguments,
    most: int = 1,
    options: Sequence[str] = (),
    *,
    placed: bool = False,
) -> _Among:
    """`same_…` needs an attribute in quotes, `group_…` may name a group; a text of `options` says how.

    placed: the unit itself stands among those compared, so that no group but its own can be meant.
    """
    texts = [said for said in arguments if isinstance(said, str)]
    option = next((said for said in texts if said in options), "")
    places = [said for said in texts if said not in options]
    values = _expressions(name, [said for said in arguments if not isinstance(said, str)], 1, most)
    may_name = ("same",) if placed else ("group", "same")
    if (len(places) > 1 or (places and scope not in may_name)) or len(texts) - len(places) > 1:
        known = f"，可用：{'、'.join(options)}" if options else ""
        known_en = f"; it may be one of {', '.join(options)}" if options else ""
        raise FormulaError(
            f"函数 {name} 不认识“{places[-1] if places else texts[-1]}”{known}",
            f'{name} does not know "{places[-1] if places else texts[-1]}"{known_en}',
        )
    if scope == "same" and not places:
        raise FormulaError(
            f'函数 {name} 要写明按哪个属性分，如 {name}(actual, "region")',
            f'{name} says by which attribute, as in {name}(actual, "region")',
        )
    return _Among(f"{scope}:{places[0]}" if places else scope, values, option)


def _group(how: str, scope: str = "group") -> _Function:
    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        among = _among(f"{scope}_{how}", scope, arguments)
        return x.OverGroup(how, among.values[0], among.scope, parser.scope.precision)

    return build


def _percentile(scope: str) -> _Function:
    name = f"{scope}_percentile"

    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        among = _among(name, scope, arguments, 2, tuple(distribution.QUANTILES))
        if len(among.values) != 2 or not 0 <= (share := _number(name, among.values[1])) <= 100:
            raise FormulaError(
                f"函数 {name} 要有一个数值和0—100的百分位", f"{name} takes a value and a percentile, 0–100"
            )
        return x.Quantile(among.values[0], share / 100, among.option or "linear", among.scope)

    return build


def _winsorised(scope: str) -> _Function:
    name = f"{scope}_winsorised"

    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        among = _among(name, scope, arguments, 4, placed=True)
        if len(among.values) != 4:
            raise FormulaError(
                f"函数 {name} 要有：数值、最多几个点、偏度界限、峰度界限，如 {name}(actual, 5, 2, 3.5)",
                f"{name} takes a value, the most points, a bound of skew and one of kurtosis, as in"
                f" {name}(actual, 5, 2, 3.5)",
            )
        most = _count(name, among.values[1])
        skew, kurtosis = (_number(name, value) for value in among.values[2:])
        return x.Winsorised(among.values[0], most, skew, kurtosis, among.scope)

    return build


def _skewed(scope: str) -> _Function:
    name = f"{scope}_skewed"

    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        among = _among(name, scope, arguments, 3)
        if len(among.values) != 3:
            raise FormulaError(
                f"函数 {name} 要有：数值、偏度界限、峰度界限，如 {name}(actual, 2, 3.5)",
                f"{name} takes a value, a bound of skew and one of kurtosis, as in {name}(actual, 2, 3.5)",
            )
        skew, kurtosis = (_number(name, value) for value in among.values[1:])
        return x.Skewed(among.values[0], skew, kurtosis, among.scope)

    return build


def _rank(order: str, scope: str) -> _Function:
    name = f"{scope}_rank".removeprefix("group_") + ("_low" if order == "low" else "")

    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        among = _among(name, scope, arguments, 1, TIES, placed=True)
        return x.Rank(among.values[0], order, among.option or parser.scope.ties, among.scope)

    return build


def _over_events(how: str) -> _Function:
    def build(parser: _Parser, arguments: _Arguments) -> Expression:
        value, *bounds = _expressions(how + "_events", arguments, 1, 3)
        least, most = (*bounds, None, None)[:2]
        scope = parser.scope
        return x.OverEvents(how, scope.indicator, value, scope.one_per, least, most, scope.beside)

    return build


def _count_events(parser: _Parser, arguments: _Arguments) -> Expression:
    """Number of events; an event may stand for several by its field `count`."""
    _expressions("count_events", arguments, 0, 0)
    return x.OverEvents("sum", parser.scope.indicator, event_count(), beside=parser.scope.beside)


def event_count() -> Expression:
    one: tuple[tuple[Expression, Expression], ...] = tuple(
        (x.Not(x.IsMissing(x.EventField(name))), x.EventField(name)) for name in ("count", "actual")
    )
    return x.When(one, x.Const(Fraction(1)))


_SCOPES = ("group", "all", "same", "own", "ever")
_OF_UNITS = ("mean", "max", "min", "sum", "count", "median", "sd", "sample_sd", "skew", "kurtosis")
_OF_VALUES = ("mean", "sum", "median", "sd", "sample_sd", "geometric", "harmonic")

FUNCTIONS: Mapping[str, _Function] = {
    "min": _min,
    "max": _max,
    "clamp": _clamp,
    "abs": _abs,
    "round": _round,
    "whole": _cut("down"),
    "whole_up": _cut("up"),
    "month": _month,
    "ln": _ln,
    "power": _power,
    "when": _when,
    "interpolate": _interpolate,
    "missing": _missing,
    "first": _first,
    "table": _table,
    "listed": _listed,
    "choose": _choose,
    "answer_count": _answer_count,
    "answer_sum": _answer_sum,
    "no_value": _no_value,
    "sqrt": _sqrt,
    "log10": _log10,
    "exp": _exp,
    "has": _has,
    "at_unit": _at_unit,
    "in_period": _in_period,
    "before": _before,
    "count": _across("count"),
    "size": _size,
    **{how: _across(how) for how in _OF_VALUES},
    **{f"known_{how}": _across(how, known=True) for how in (*_OF_VALUES, "min", "max")},
    **{f"{scope}_{how}": _group(how, scope) for scope in _SCOPES for how in _OF_UNITS},
    **{f"{scope}_percentile": _percentile(scope) for scope in _SCOPES},
    **{f"{scope}_skewed": _skewed(scope) for scope in _SCOPES},
    **{f"{scope}_winsorised": _winsorised(scope) for scope in _SCOPES},
    **{f"{scope}_rank".removeprefix("group_"): _rank("high", scope) for scope in _SCOPES},
    **{f"{scope}_rank_low".removeprefix("group_"): _rank("low", scope) for scope in _SCOPES},
    "sum_events": _over_events("sum"),
    "max_events": _over_events("max"),
    "min_events": _over_events("min"),
    "count_events": _count_events,
}
