"""The tiny language: what it reads, and what it says of what it cannot read."""

from fractions import Fraction

import pytest

from gangmu.engine.expressions import Add, Const
from gangmu.engine.formulas import FormulaError, Scope, parse
from tests.engine.books import results

ROWS = "unit,x.a,x.b\nu1,6,4\nu2,2,4\n"


def value(formula, unit=0):
    body = f"indicators:\n  - {{code: x, name: X, kind: formula, fields: [a, b], formula: '{formula}'}}\n"
    computed = results(body, ROWS)
    return computed.value("x", computed.cases[unit])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2 * 3 - 4 / 8", "6.5"),
        ("-(a - b) * 2", "-4"),
        ("（a＋b）×2÷5", "4"),
        ("0.1 + 0.2", "0.3"),
        ("a > b and not a == b", "1"),
        ("0 <= a < 6 or a != b", "1"),
        ("min(a, b) + max(a, b, 9)", "13"),
        ("abs(b - a) + clamp(a, 0, 5)", "7"),
        ("round(a / 7, 2)", "0.86"),
        ("whole(a / 4) + whole_up(a / 4)", "3"),
        ("when(a > 9, 1, a > 5, 2, 3)", "2"),
        ("first(a, 9) + missing(a)", "6"),
        ("power(a, 2) + power(4, 1 / 2)", "38"),
        ("group_mean(a) + group_sum(a) + group_count(a)", "14"),
        ("group_max(a) - group_min(a) + group_median(a)", "8"),
        ("group_sd(a)", "2"),
        ("all_rank(a) * 10 + rank_low(a)", "12"),
        ("round(ln(a), 3)", "1.792"),
        ("round(a * 10 + 7, -1)", "70"),
    ],
)
def test_a_formula_gives_its_value(formula, expected):
    assert value(formula) == Fraction(expected)


@pytest.mark.parametrize("formula", ["a / (b - 4)", "ln(0 - a)", "power(0 - a, 1 / 2)", "when(a > 9, 1)"])
def test_a_formula_without_an_answer_has_none_and_says_why(formula):
    found = value(formula)

    assert found.state == "undefined"
    assert found.reason.zh and found.reason.en


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("a + c", "公式中的名称“c”不认识"),
        ("summ(a)", "公式中的函数“summ”不认识"),
        ("(a + b", "公式中“末尾”处缺少“)”"),
        ("a +", "公式中“末尾”处缺少数或名称"),
        ("a b", "公式中“b”放的位置不对"),
        ("a $ b", "公式“a $ b”第2个字符处读不懂"),
        ("clamp(a)", "函数 clamp 要有3个数值参数"),
        ("round(a, a / b)", "函数 round 的位数要写成整数"),
        ("table(a, b)", "函数 table 要有一个数值和一张分档表"),
        ("listed(a, b)", "函数 listed 要有一个名次和一张得分表"),
        ("choose(a)", "函数 choose 要有一张级别表"),
        ("answer_sum(a)", "函数 answer_sum 要有一张等次表"),
        ("/".join("a" * 150), "公式嵌套过深或展开后过长"),
        ('rank(a, "economic")', "函数 rank 不认识“economic”，可用：share、dense、mean、last"),
        ('group_winsorised(a, 5, 2, 3.5, "economic")', "函数 group_winsorised 不认识“economic”"),
        ("wide", "公式嵌套过深或展开后过长"),
        ("doubled", "公式嵌套过深或展开后过长"),
        ("(" * 70 + "a" + ")" * 70, "公式嵌套过深"),
        ("a" * 3000, "公式超过2000个字符"),
    ],
)
def test_what_cannot_be_read_is_named(formula, said):
    names = {"a": Const(Fraction(1)), "b": Const(Fraction(2))}
    wide = Add((Add((names["a"],) * 200),) * 200)
    doubled = names["a"]
    for _ in range(30):
        doubled = Add((doubled,) * 999)
    scope = Scope({**names, "wide": wide, "doubled": doubled})

    with pytest.raises(FormulaError) as refused:
        parse(formula, scope)

    assert refused.value.text.zh.startswith(said)
    assert refused.value.text.en
