"""Formulas of the catalogue: `{projects_started.count} + {projects_continued.count}`, four operations and brackets."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

_REFERENCE = re.compile(r"\{([^{}]+)\}")
_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def references(expression: str) -> list[str]:
    """What a formula refers to, in order, as `Request.parse` reads it.

    >>> references("{gdp.value} / {population.value}")
    ['gdp.value', 'population.value']
    """
    return _REFERENCE.findall(expression)


def compute(expression: str, values: Sequence[Fraction]) -> Fraction | None:
    """The formula with its references replaced by values, in order; None where it divides by zero.

    ValueError where it is not arithmetic.

    >>> compute("({a.value} + 1) * {b.value} / 4", [Fraction(2), Fraction(3)])
    Fraction(9, 4)
    """
    named = iter(f"v{number}" for number in range(len(values)))
    plain = (
        _REFERENCE.sub(lambda _: next(named), expression)
        .replace("×", "*")
        .replace("÷", "/")
        .replace("−", "-")
    )
    try:
        return _value(ast.parse(plain, mode="eval").body, values)
    except ZeroDivisionError:
        return None


def is_arithmetic(expression: str) -> bool:
    """Whether a formula can be computed: only references, numbers, + − × ÷ and brackets."""
    try:
        compute(expression, [Fraction(1)] * len(references(expression)))
    except (ValueError, SyntaxError):
        return False
    return bool(references(expression))


def _value(node: ast.expr, values: Sequence[Fraction]) -> Fraction:
    match node:
        case ast.BinOp(left, sign, right) if type(sign) in _OPERATIONS:
            return _OPERATIONS[type(sign)](_value(left, values), _value(right, values))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, values)
        case ast.Name(name) if re.fullmatch(r"v\d+", name) and int(name[1:]) < len(values):
            return values[int(name[1:])]
        case ast.Constant(int() | float() as number) if not isinstance(number, bool):
            return Fraction(repr(number))
    raise ValueError("not arithmetic")
