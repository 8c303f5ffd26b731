"""Arithmetic in digits, evaluated with fractions and nothing of the engine: `5 + min(2, 3*1)`."""

import ast
import operator
from fractions import Fraction

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_FUNCTIONS = {"min": min, "max": max}


def value_of(text):
    """The exact value of a line of arithmetic."""
    return _value(ast.parse(text, mode="eval").body, text)


def _value(node, text):
    match node:
        case ast.Constant():
            return Fraction(ast.get_source_segment(text, node))
        case ast.BinOp():
            return _OPERATORS[type(node.op)](_value(node.left, text), _value(node.right, text))
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, text)
        case ast.Call(func=ast.Name(id=name)):
            return _FUNCTIONS[name](*(_value(argument, text) for argument in node.args))
    raise ValueError(f"not arithmetic: {text}")
