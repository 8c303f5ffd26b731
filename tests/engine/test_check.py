"""Contradictions of a rule book: all at once, with clause and line."""

import pytest

from gangmu.engine.check import check
from gangmu.engine.checks import CHECKS
from tests.engine.books import book

TWO_GROUPS = "groups: {a: A, b: B}\n"


def found(body, figures=None):
    return [(problem.code, problem.cell) for problem in check(book(body), figures)]


def test_full_marks_that_do_not_add_up_name_clause_both_sums_and_the_gap():
    body = (
        "sections:\n"
        "  - code: eco\n"
        "    name: 经济发展\n"
        "    clause: 第十二条\n"
        "    full: 10\n"
        "    indicators:\n"
        "      - {code: a, name: A, kind: direct, full: 5}\n"
        "      - {code: b, name: B, kind: direct, full: 4.5}\n"
    )

    [problem] = check(book(body))

    assert problem.line("zh") == (
        "book.yaml line 7：第十二条“经济发展”：满分10分，各项合计9.5分，差0.5分。请改各项分值或满分"
    )
    assert problem.code == "rulebook.full"


def test_full_marks_are_added_up_for_every_group_and_bonuses_stay_outside():
    body = TWO_GROUPS + (
        "total: {full: 20}\n"
        "sections:\n"
        "  - code: x\n"
        "    name: X\n"
        "    extra: yes\n"
        "    indicators: [{code: h, name: H, kind: bonus, each: 1}]\n"
        "indicators:\n"
        "  - {code: p, name: P, kind: direct, full: {a: 20, b: 15}}\n"
        "  - {code: q, name: Q, kind: direct, full: 5, groups: [b]}\n"
    )

    assert found(body) == []
    assert found(body.replace("b: 15", "b: 14")) == [("rulebook.full", "line 4")]


def test_a_contradiction_of_the_document_is_accepted_only_where_the_holes_tell_of_it():
    body = "total: {full: 3, accepts: full}\nindicators:\n  - {code: a, name: A, kind: direct, full: 2}\n"

    assert found(body) == [("rulebook.accepts", "line 3")]
    assert found(body + "holes: [{clause: 一, zh: 差一分, en: one point short}]\n") == []


@pytest.mark.parametrize(
    ("bands", "codes"),
    [
        ('{">= 90": 5, "[80, 90)": 4, "< 80": 3}', []),
        ('{"[85, 90]": 3, "[80, 85]": 4, ">= 90": 5}', ["band_overlap", "band_overlap"]),
        ('{"(90, 100]": 5, "[80, 90)": 4}', ["band_gap"]),
        ('{">= 80": 5, ">= 90": 6}', ["band_overlap", "band_unreachable"]),
        ('{">= 80": 5, otherwise: 1, "< 80": 2}', ["band_unreachable"]),
    ],
)
def test_bands_that_overlap_leave_gaps_or_are_never_reached(bands, codes):
    body = f"indicators:\n  - {{code: a, name: A, kind: bands, full: 6, bands: {bands}}}\n"

    assert [code.removeprefix("rulebook.") for code, _ in found(body)] == codes


def test_groups_that_overlap_or_do_not_exist():
    body = (
        "groups:\n"
        "  a: {members: [u1, u2]}\n"
        "  b: {members: [u2]}\n"
        "indicators:\n"
        "  - {code: p, name: P, kind: direct, full: {a: 5, c: 5}}\n"
        "  - {code: q, name: Q, kind: direct, full: 5, groups: [d], missing: {average_of: e}}\n"
    )

    assert found(body) == [
        ("rulebook.groups_overlap", "line 5"),
        ("rulebook.unknown_group", "line 7"),
        ("rulebook.unknown_group", "line 8"),
        ("rulebook.unknown_group", "line 8"),
    ]


def test_grades_quotas_vetoes_and_names_that_cannot_be():
    body = (
        "groups: {a: {members: [u1, u2]}}\n"
        "indicators:\n"
        "  - {code: p, name: P, kind: direct, full: 5, round: {ratio: 2}}\n"
        "vetoes: [{code: v, name: V, effect: cap, grade: 中}]\n"
        "rank: {tie_break: [pp]}\n"
        "grades:\n"
        "  list:\n"
        "    - {grade: 优, share: 80%}\n"
        "    - {grade: 良, share: 30%, places: 3}\n"
        "    - {grade: 可, at_least: 1}\n"
        "    - {grade: 差, at_least: 2}\n"
        "examples: [{name: e, node: nowhere, facts: {u1: {p: 1}}, expect: {u1: 1}}]\n"
    )

    assert found(body) == [
        ("rulebook.unknown_line", "line 5"),
        ("rulebook.unknown_grade", "line 6"),
        ("rulebook.formula", "line 7"),
        ("rulebook.quota", "line 9"),
        ("rulebook.quota", "line 11"),
        ("rulebook.grade_unreachable", "line 13"),
        ("rulebook.unknown_node", "line 14"),
    ]


def test_weights_bounds_formulas_and_circles():
    body = (
        "total: {combine: weighted, floor: 9, cap: 8}\n"
        "sections:\n"
        "  - {code: s, name: S, weight: 0.5, formula: t + 1}\n"
        "  - {code: t, name: T, weight: 0.4, formula: s * 2}\n"
        "indicators:\n"
        "  - {code: p, name: P, weight: 0.2, kind: formula, formula: actul + 1}\n"
        "  - {code: q, name: Q, weight: 0, kind: formula, formula: (actual + 1}\n"
    )

    assert found(body) == [
        ("rulebook.weights", "line 3"),
        ("rulebook.bounds", "line 3"),
        ("rulebook.cycle", "line 5"),
        ("rulebook.formula", "line 8"),
        ("rulebook.formula", "line 9"),
    ]


def test_an_unknown_figure_is_found_where_the_catalogue_is_known():
    body = "indicators:\n  - {code: a, name: A, kind: direct, full: 5, figure: gdpp}\n"

    assert found(body) == []
    assert found(body, {"gdp"}) == [("rulebook.unknown_figure", "line 4")]


def test_every_circle_is_found_not_only_the_first():
    body = (
        "indicators:\n"
        "  - {code: p, name: P, kind: formula, formula: q + 1}\n"
        "  - {code: q, name: Q, kind: formula, formula: p + 1}\n"
        "  - {code: r, name: R, kind: formula, formula: r + 1}\n"
        "  - {code: s, name: S, kind: formula, formula: t + u}\n"
        "  - {code: t, name: T, kind: formula, formula: s}\n"
        "  - {code: u, name: U, kind: formula, formula: s}\n"
    )

    ways = [problem.message.zh.split("：")[1] for problem in check(book(body)) if "cycle" in problem.code]

    assert ways == [
        "p → q → p",
        "r → r",
        "s → t → s",
        "s → u → s",
    ]


DIRECT = "indicators: [{code: p, name: P, kind: direct, full: 10}]\n"
TWO = (
    "indicators:\n"
    "  - {code: p, name: P, kind: direct, full: 6}\n"
    "  - {code: q, name: Q, kind: direct, full: 4}\n"
)


def one(rest):
    return f"indicators:\n  - {{code: p, name: P, {rest}}}\n"


def grading(first, second, head=""):
    return f"{head}{DIRECT}grades:\n  list:\n    - {{grade: 优, {first}}}\n    - {{grade: 良, {second}}}\n"


def example(rest, head=DIRECT):
    return f"{head}examples:\n  - {{name: e, {rest}}}\n"


MEMBERS = "groups: {a: {members: [u1, u2, u3]}, b: {members: [u4]}}\n"

BOOKS = {
    "full_marks": ("total: {full: 11}\n" + TWO, "total: {full: 10}\n" + TWO, "full"),
    "weights": (
        "total: {combine: weighted}\nindicators: [{code: p, name: P, kind: direct, full: 1, weight: 0.9}]\n",
        "total: {combine: weighted}\nindicators: [{code: p, name: P, kind: direct, full: 1, weight: 1}]\n",
        "weights",
    ),
    "overlaps_and_gaps": (
        one('kind: bands, full: 5, bands: {">= 85": 5, "[80, 85]": 4, "< 80": 3}'),
        one('kind: bands, full: 5, bands: {">= 85": 5, "[80, 85)": 4, "< 80": 3}'),
        "band_overlap",
    ),
    "unreachable bands": (
        one('kind: bands, full: 5, bands: {">= 85": 5, otherwise: 4, "< 80": 3}'),
        one('kind: bands, full: 5, bands: {">= 85": 5, "< 80": 3, otherwise: 4}'),
        "band_unreachable",
    ),
    "bounds": (
        one("kind: step, full: 5, target: 1, floor: 6, cap: 5"),
        one("kind: step, full: 5, target: 1, floor: 0, cap: 5"),
        "bounds",
    ),
    "caps": (one("kind: direct, full: 5, most: 6"), one("kind: direct, full: 5, most: 4"), "cap"),
    "caps of a section": (
        "sections:\n  - {code: s, name: S, full: 5, cap: 6, indicators: [{code: p, name: P, kind: all_or_nothing,"
        " full: 5}]}\n",
        "sections:\n  - {code: s, name: S, full: 5, cap: 6, indicators: [{code: p, name: P, kind: step, full: 5,"
        " target: 1, up: 1}]}\n",
        "cap",
    ),
    "deductions": (
        one("kind: deduction, full: 1.5, each: 1, deduct_cap: 2, floor: none"),
        one("kind: deduction, full: 1.5, each: 1, deduct_cap: 1.5"),
        "deduct_cap",
    ),
    "tables": (
        one("kind: graded, full: 4, levels: {好: 5, 差: 0}"),
        one("kind: graded, full: 5, levels: {好: 5, 差: 0}"),
        "above_full",
    ),
    "falling_points": (
        one("kind: rank_points, full: 6, points: [6, 4, 5]"),
        one("kind: rank_points, full: 6, points: [6, 5, 4]"),
        "points_order",
    ),
    "targets": (
        one("kind: completion, full: 6, target: {u1: 5, u2: 0}"),
        one('kind: completion, full: 6, target: {u1: 5, u2: "/"}'),
        "target",
    ),
    "overlapping": (
        "groups: {a: {members: [u1]}, b: {members: [u1, u2]}}\n" + DIRECT,
        "groups: {a: {members: [u1]}, b: {members: [u2]}}\n" + DIRECT,
        "groups_overlap",
    ),
    "unknown": (
        "groups: {a: A}\n" + one("kind: direct, full: 5, groups: [a, b]"),
        "groups: {a: A, b: B}\n" + one("kind: direct, full: 5, groups: [a, b]"),
        "unknown_group",
    ),
    "misspelt": (
        TWO_GROUPS + one("kind: direct, full: {a: 5, bb: 4}"),
        TWO_GROUPS + one("kind: direct, full: {a: 5, b: 4}"),
        "unknown_group",
    ),
    "strangers": (
        MEMBERS + one("kind: completion, full: 5, target: {u1: 1, u2: 2, u9: 3}"),
        MEMBERS + one("kind: completion, full: 5, target: {u1: 1, u2: 2, u4: 3}"),
        "no_group",
    ),
    "of_one": (
        MEMBERS + one("kind: minmax, full: 5"),
        MEMBERS + one("kind: minmax, full: 5, among: all"),
        "group_of_one",
    ),
    "nobody": (
        MEMBERS + one("kind: direct, full: 5, groups: [b], units: [u1]"),
        MEMBERS + one("kind: direct, full: 5, groups: [a], units: [u1]"),
        "nobody",
    ),
    "shares": (grading("share: 70%", "share: 40%"), grading("share: 60%", "share: 40%"), "quota"),
    "places": (
        grading("places: {a: 5, b: 1}", "at_least: 1", MEMBERS),
        grading("places: {a: 3, b: 1}", "at_least: 1", MEMBERS),
        "quota",
    ),
    "places that round to none": (
        grading("share: 30%", "at_least: 1", "groups: {a: {members: [u1, u2, u3]}}\n"),
        grading("share: 40%", "at_least: 1", "groups: {a: {members: [u1, u2, u3]}}\n"),
        "quota_empty",
    ),
    "places that are no number": (
        grading("places: {a: 1.5, b: 1}", "at_least: 1", MEMBERS),
        grading("places: {a: 2, b: 1}", "at_least: 1", MEMBERS),
        "quota",
    ),
    "shares beyond all": (
        grading("share: 120%", "share: -30%", ""),
        grading("share: 70%", "share: 30%"),
        "quota",
    ),
    "order of an empty range": (
        grading("at_least: 90, below: 90", "at_least: 80"),
        grading("at_least: 90, at_most: 90", "at_least: 80"),
        "grade_impossible",
    ),
    "order": (
        grading("share: 20%, at_least: 80", "at_least: 90"),
        grading("share: 20%, at_least: 90", "at_least: 80"),
        "grade_order",
    ),
    "order of places": (
        grading("rank_to: 3", "rank_to: 2"),
        grading("rank_to: 2", "rank_to: 3"),
        "grade_order",
    ),
    "order above the cap": (
        grading("at_least: 101", "at_least: 80", "total: {cap: 100}\n"),
        grading("at_least: 100", "at_least: 80", "total: {cap: 100}\n"),
        "grade_impossible",
    ),
    "unreachable": (
        grading("at_least: 80", "at_least: 90"),
        grading("at_least: 90", "at_least: 80"),
        "grade_unreachable",
    ),
    "twice": (
        grading("at_least: 90", "at_least: 80") + "    - {grade: 优, at_least: 70}\n",
        grading("at_least: 90", "at_least: 80") + "    - {grade: 中, at_least: 70}\n",
        "grade_twice",
    ),
    "vetoes": (
        grading("at_least: 90", "at_least: 80") + "vetoes: [{code: v, name: V, effect: cap, grade: 中}]\n",
        grading("at_least: 90", "at_least: 80") + "vetoes: [{code: v, name: V, effect: cap, grade: 良}]\n",
        "unknown_grade",
    ),
    "rewards": (
        grading("at_least: 90", "at_least: 80") + "rewards: [{name: R, grade: 中, amount: 1}]\n",
        grading("at_least: 90", "at_least: 80") + "rewards: [{name: R, grade: 良, amount: 1}]\n",
        "unknown_grade",
    ),
    "lines": (
        one("kind: efficacy, full: 5, round: {ration: 4}"),
        one("kind: efficacy, full: 5, round: {ratio: 4}"),
        "unknown_line",
    ),
    "clauses": (
        "sections:\n"
        "  - {code: s, name: S, indicators: [{code: p, name: P, clause: '2.2', kind: direct, full: 1}]}\n"
        "  - {code: t, name: T, indicators: [{code: q, name: Q, clause: '2.2', kind: direct, full: 1}]}\n",
        "sections:\n"
        "  - {code: s, name: S, indicators: [{code: p, name: P, clause: '2.2', kind: direct, full: 1}]}\n"
        "  - {code: t, name: T, indicators: [{code: q, name: Q, clause: '2.3', kind: direct, full: 1}]}\n",
        "clause_twice",
    ),
    "figures": (
        one("kind: direct, full: 5, figure: gdpp"),
        one("kind: direct, full: 5, figure: gdp"),
        "unknown_figure",
    ),
    "accepted": (
        "total: {full: 9, accepts: full}\n" + TWO,
        "total: {full: 9, accepts: full}\n" + TWO + "holes: [{clause: 一, zh: 多一分, en: one too many}]\n",
        "accepts",
    ),
    "nodes": (
        example("node: q, facts: {u: {p: 1}}, expect: {u: 1}"),
        example("node: p, facts: {u: {p: 1}}, expect: {u: 1}"),
        "unknown_node",
    ),
    "units": (
        example("facts: {u: {p: 1}}, expect: {u: 1, v: 2}"),
        example("facts: {u: {p: 1}, v: {}}, expect: {u: 1, w: missing}"),
        "unknown_unit",
    ),
    "facts": (
        example("facts: {u: {p: 1, x: 2}}, expect: {u: 1}"),
        example("facts: {u: {p: 1, level: 副县级}}, expect: {u: 1}"),
        "unknown_node",
    ),
    "groups": (
        example("facts: {u: {group: c, p: 1}}, expect: {u: 1}", TWO_GROUPS + DIRECT),
        example("facts: {u: {group: A, p: 1}}, expect: {u: 1}", TWO_GROUPS + DIRECT),
        "unknown_group",
    ),
    "grades": (
        example("facts: {u: {p: 1}}, expect_grade: {u: 中}", grading("at_least: 90", "at_least: 80")),
        example("facts: {u: {p: 1}}, expect_grade: {u: 良}", grading("at_least: 90", "at_least: 80")),
        "unknown_grade",
    ),
}
"""By check, and by what else it looks at: a book that is wrong, the same put right, and the finding between them."""


@pytest.mark.parametrize("name", BOOKS)
def test_each_check_finds_the_wrong_book_and_lets_the_right_one_pass(name):
    wrong, right, code = BOOKS[name]

    assert {code for code, _ in found(wrong, {"gdp"})} == {f"rulebook.{code}"}
    assert found(right, {"gdp"}) == []


def test_every_check_of_the_table_has_a_wrong_and_a_right_book():
    assert {look.__name__ for look in CHECKS} <= {name.split(" ")[0] for name in BOOKS}


def test_findings_are_told_in_the_order_of_the_lines_with_remedies_in_both_languages():
    problems = list(check(book(BOOKS["shares"][0] + "rank: {tie_break: [x]}\n")))

    assert [problem.cell for problem in problems] == ["line 5", "line 8"]
    assert all(problem.remedy.zh and problem.remedy.en for problem in problems)


def test_of_a_real_table_85_stands_in_two_bands_and_80_in_none():
    body = one('kind: bands, full: 5, bands: {"[95, 100]": 5, "[85, 95)": 4, "(80, 85]": 3, "< 80": 2}')

    assert [problem.message.zh.split("：分档")[1] for problem in check(book(body))] == [
        "“< 80”与“(80, 85]”之间有空档，80不在任何一档",
        "“(80, 85]”与“[85, 95)”重叠，85在两档",
    ]


def test_a_table_by_unit_is_added_up_unit_by_unit_and_a_formula_section_is_left_alone():
    body = (
        "sections:\n"
        "  - {code: s, name: S, full: 9, formula: p + 1, indicators: [{code: p, name: P, kind: direct, full: 1}]}\n"
        "  - code: t\n"
        "    name: T\n"
        "    full: {u1: 5, u2: 4}\n"
        "    indicators: [{code: q, name: Q, kind: direct, full: {u1: 5, u2: 5}}]\n"
    )

    [problem] = check(book(body))

    assert problem.message.zh == "“T”：满分4分，各项合计5分（u2），差1分"


def test_no_figure_is_looked_for_where_no_catalogue_is_known():
    assert found(one("kind: direct, full: 5, figure: gdpp")) == []


def test_the_nearest_of_very_many_names_is_found_by_how_it_begins():
    body = "indicators:\n" + "".join(
        f"  - {{code: figure_{n}, name: P, kind: direct, full: 1}}\n" for n in range(400)
    )

    [problem] = check(book(body + "rank: {tie_break: [figure_77x]}\n"))

    assert problem.message.en.endswith('; is it "figure_77"')


def test_a_section_that_states_no_full_mark_counts_with_what_its_parts_come_to():
    body = (
        "total: {full: 10}\n"
        "sections:\n"
        "  - {code: s, name: S, indicators: [{code: a, name: A, kind: direct, full: 4}]}\n"
        "  - {code: m, name: M, combine: MEAN, indicators: [{code: b, name: B, kind: direct, full: 5}]}\n"
    )

    assert found(body.replace("MEAN", "sum")) == [("rulebook.full", "line 3")]
    assert found(body.replace("MEAN", "mean")) == []  # what a mean comes to is not added up


def test_a_gap_between_bands_is_accepted_where_the_book_says_the_document_has_it():
    body = (
        "indicators:\n"
        "  - {code: a, name: A, kind: bands, full: 10, bands: {'[0, 5)': 5, '[6, 10]': 10}ACCEPTS}\n"
        "holes: [{clause: 一, zh: 有空档, en: a gap}]\n"
    )

    assert found(body.replace("ACCEPTS", "")) == [("rulebook.band_gap", "line 4")]
    assert found(body.replace("ACCEPTS", ", accepts: band_gap")) == []


def test_bands_of_one_value_and_bands_without_an_end_are_compared_too():
    body = "indicators:\n  - {code: a, name: A, kind: bands, full: 10, bands: {BANDS}}\n"

    def of(bands):
        return [problem.message.zh for problem in check(book(body.replace("BANDS", bands)))]

    assert of("'5': 5, '[5, 10]': 10") == ["“A”：分档“5”与“[5, 10]”重叠，5在两档"]
    assert of("'>= 5': 5, '== 7': 10") == [
        "“A”：分档“>= 5”与“7”重叠，7在两档",
        "“A”：分档“7”永远轮不到",
    ]
    assert of("otherwise: 1, '>= 5': 5, 其他: 2") == [
        "“A”：分档“>= 5”永远轮不到",
        "“A”：分档“otherwise”永远轮不到",
    ]


def test_a_book_with_more_tables_than_are_kept_at_once_is_checked_as_well():
    body = "groups: {g: {name: G, members: [u]}}\nindicators:\n" + "".join(
        f"  - {{code: x{n}, name: X{n}, kind: direct, full: {{g: 2}}, cap: {{g: 3}}}}\n" for n in range(600)
    )

    assert len([code for code, _ in found(body) if code == "rulebook.cap"]) == 600
