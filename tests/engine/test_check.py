"""Contradictions of a rule book: all at once, with clause and line."""

import pytest

from gangmu.engine.check import check
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
        ("rulebook.formula", "line 7"),
        ("rulebook.quota", "line 9"),
        ("rulebook.quota", "line 11"),
        ("rulebook.grade_unreachable", "line 13"),
        ("rulebook.unknown_grade", "line 6"),
        ("rulebook.unknown_node", "line 14"),
        ("rulebook.unknown_line", "line 5"),
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
        ("rulebook.formula", "line 8"),
        ("rulebook.formula", "line 9"),
        ("rulebook.cycle", "line 5"),
        ("rulebook.weights", "line 3"),
        ("rulebook.bounds", "line 3"),
    ]


def test_an_unknown_figure_is_found_where_the_catalogue_is_known():
    body = "indicators:\n  - {code: a, name: A, kind: direct, full: 5, figure: gdpp}\n"

    assert found(body) == []
    assert found(body, {"gdp"}) == [("rulebook.unknown_figure", "line 4")]
