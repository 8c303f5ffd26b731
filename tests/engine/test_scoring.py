"""Missing facts, ranks, grades, vetoes and rounding, as a rule book says and no further."""

from fractions import Fraction

import pytest

from gangmu.engine import examples
from gangmu.engine.scoring import score
from tests.engine.books import book, read, refused, results

DIRECT = "indicators:\n  - {code: a, name: 甲项, kind: direct, full: 100}\n"
FIVE = "unit,a\nu1,90\nu2,85\nu3,85\nu4,70\nu5,60\n"


def totals(computed):
    return {row.unit: row.total for row in computed.rows()}


def ranks(computed):
    return {row.unit: row.rank for row in computed.rows()}


def grades(computed):
    return {row.unit: row.grade for row in computed.rows()}


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("share", "1 2 2 4 5"), ("dense", "1 2 2 3 4"), ("mean", "1 2.5 2.5 4 5"), ("last", "1 3 3 4 5")],
)
def test_equals_take_the_places_the_book_says(ties, expected):
    computed = results(DIRECT + f"rank: {{ties: {ties}}}\n", FIVE)

    assert " ".join(ranks(computed).values()) == expected


def test_a_missing_fact_leaves_score_and_total_missing_and_names_the_fact():
    computed = results(DIRECT, "unit,a,b\nu1,90,1\nu2,,1\n")

    [_, row] = computed.rows()
    assert (row.total, row.rank, row.note.zh) == (None, None, "缺少“甲项”的实际完成")
    assert row.note.en == "actual of 甲项 is missing"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("unscored", None),
        ("full", "100"),
        ("none", "0"),
        ("average", "80"),
        ("{points: 3}", "3"),
        ("out", None),
    ],
)
def test_a_missing_fact_earns_what_the_book_says(rule, expected):
    computed = results(f"missing: {rule}\n" + DIRECT, "unit,a,b\nu1,90,1\nu2,70,1\nu3,,1\n")

    assert totals(computed)["u3"] == expected


def test_a_group_without_the_item_takes_the_average_of_the_group_that_has_it():
    body = (
        "groups: {pro: 专业部门, other: 其他部门}\n"
        "indicators:\n  - {code: a, name: A, kind: direct, full: 2, missing: {average_of: pro}}\n"
    )

    computed = results(body, "unit,group,a\nu1,pro,2\nu2,pro,1\nu3,other,\n")

    assert totals(computed)["u3"] == "1.5"


def test_a_target_of_zero_is_not_a_missing_fact_no_rule_for_those_covers_it():
    body = "missing: full\nindicators:\n  - {code: a, name: A, kind: completion, full: 10}\n"

    [row] = results(body, "unit,a,a.target\nu1,5,0\n").rows()

    assert (row.total, row.note.zh) == (None, "考核办法没有规定这种情形")


def test_ranks_and_grades_look_at_the_value_or_at_what_is_printed():
    body = (
        "total: {show: 1}\nindicators:\n  - {code: a, name: A, kind: direct, full: 100}\n"
        "grades: {on: WHICH, list: [{grade: 优, at_least: 90}, {grade: 良}]}\nrank: {on: WHICH}\n"
    )
    csv = "unit,a\nu1,90.04\nu2,90.01\nu3,89.96\n"

    exactly, printed = (results(body.replace("WHICH", which), csv) for which in ("value", "printed"))

    assert (ranks(exactly), grades(exactly)) == (
        {"u1": "1", "u2": "2", "u3": "3"},
        {"u1": "优", "u2": "优", "u3": "良"},
    )
    assert (ranks(printed), grades(printed)) == (
        {"u1": "1", "u2": "1", "u3": "1"},
        {"u1": "优", "u2": "优", "u3": "优"},
    )


@pytest.mark.parametrize(
    ("how", "best"), [("down", ["u1"]), ("up", ["u1", "u2", "u3"]), ("half_up", ["u1", "u2", "u3"])]
)
def test_a_quota_is_rounded_as_said_and_equals_at_its_edge_share_their_fate(how, best):
    body = (
        DIRECT + f"grades: {{quota: {how}, ties: TIES, list: [{{grade: 优, share: 30%}}, {{grade: 良}}]}}\n"
    )

    computed = results(body.replace("TIES", "up"), FIVE)

    assert [unit for unit, grade in grades(computed).items() if grade == "优"] == best
    if how == "up":
        strict = results(body.replace("TIES", "down"), FIVE)
        assert [unit for unit, grade in grades(strict).items() if grade == "优"] == ["u1"]


def test_a_capped_unit_leaves_its_place_of_the_better_grade_to_the_next():
    body = DIRECT + (
        "vetoes: [{code: v, name: 事故, effect: cap, grade: 良}, {code: o, name: 退出, effect: out}]\n"
        "grades: {list: [{grade: 优, places: 1}, {grade: 良, places: 1}, {grade: 可}]}\n"
    )
    csv = "unit,indicator,event,field,value\n" + "".join(
        f"u{n},a,,,{points}\n" for n, points in enumerate([95, 90, 80, 70], 1)
    )

    computed = results(body, csv + "u1,v,e1,count,1\nu3,o,e1,count,1\n")

    assert grades(computed) == {"u1": "良", "u2": "优", "u3": None, "u4": "可"}
    assert ranks(computed) == {"u1": "1", "u2": "2", "u3": None, "u4": "3"}
    assert [row.note.zh for row in computed.rows()] == ["一票否决：事故", "", "不参加排名", ""]


def test_several_scorers_are_put_together_as_said():
    body = (
        "indicators:\n"
        "  - {code: w, name: W, kind: direct, full: 10, scorers: {甲: 3, 乙: 1}}\n"
        "  - {code: t, name: T, kind: direct, full: 10, scorers: trimmed}\n"
        "  - {code: s, name: S, kind: direct, full: 10, scorers: sum}\n"
    )
    csv = "unit,indicator,scorer,value\n" + "".join(
        f"u1,{code},{scorer},{mark}\n"
        for code, marks in {
            "w": {"甲": 8, "乙": 4},
            "t": {"甲": 1, "乙": 6, "丙": 8, "丁": 10},
            "s": {"甲": 2, "乙": 3},
        }.items()
        for scorer, mark in marks.items()
    )

    computed = results(body, csv)

    assert [computed.value(code, computed.cases[0]) for code in "wts"] == [7, 7, 5]


def test_nothing_is_rounded_before_the_book_says_so():
    body = (
        "total: {round: 2}\nindicators:\n"
        "  - {code: a, name: A, kind: completion, full: 1}\n"
        "  - {code: b, name: B, kind: completion, full: 1}\n"
    )

    computed = results(body, "unit,a,a.target,b,b.target\nu1,1,3,2,3\n")

    case = computed.cases[0]
    assert (computed.value("a", case), computed.value("total", case)) == (Fraction(1, 3), 1)


def test_weights_of_parts_that_do_not_apply_are_shared_out_through_sections():
    body = (
        "not_applicable: shared_out\nsections:\n"
        "  - code: s\n    name: S\n    full: 60\n    indicators:\n"
        "      - {code: a, name: A, kind: direct, full: 40}\n"
        "      - {code: b, name: B, kind: direct, full: 20}\n"
        "indicators:\n  - {code: c, name: C, kind: direct, full: 40}\n"
    )

    computed = results(body, "unit,a,b,c\nu1,36,/,40\nu2,/,/,30\n")

    assert totals(computed) == {"u1": "94", "u2": "75"}


def test_a_backend_there_is_none_of_is_answered_with_those_there_are():
    rules = book("indicators:\n  - {code: a, name: A, kind: direct, full: 1}\n")

    [found] = refused(score, rules, read("unit,a\nu,1\n"), "abacus")

    assert (found.code, found.message.en) == (
        "score.backend",
        'there is no backend "abacus"; there are: reference, columnar',
    )


def test_an_example_that_cannot_be_scored_fails_with_the_reason():
    rules = book(
        "indicators:\n  - {code: a, name: A, kind: direct, full: 9}\n"
        "examples:\n"
        "  - {name: nobody, node: b, facts: {甲: {a: 5}}, expect: {甲: 5}}\n"
        "  - {name: text, facts: {甲: {a: 很多}}, expect: {甲: 5}, expect_rank: {甲: 1}}\n"
        "  - {name: right, facts: {甲: {a: 5}}, expect: {甲: 5}}\n"
    )

    found = [(each.example, each.what, each.got, each.ok) for each in examples.run(rules)]

    assert found == [
        ("nobody", "score", "没有指标“b”", False),
        ("text", "score", "“a”的 actual 应是数，写的是“很多”", False),
        ("text", "rank", "“a”的 actual 应是数，写的是“很多”", False),
        ("right", "score", "5", True),
    ]
    assert examples.run(rules)[-1].as_json() == {
        "file": "book.yaml",
        "example": "right",
        "unit": "甲",
        "what": "score",
        "expected": "5",
        "got": "5",
        "ok": True,
    }
