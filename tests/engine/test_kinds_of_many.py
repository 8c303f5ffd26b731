"""Kinds that put several things together, and dates, against plain fractions and the calendar."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gangmu.engine import dates
from gangmu.engine.check import check
from gangmu.engine.explanation import explain
from gangmu.engine.numbers import exact
from tests.engine import plain_rules
from tests.engine.books import book, findings, read, refused, results

PROVEN = settings(max_examples=60, deadline=None)
amounts = st.integers(-200, 2000).map(lambda n: Fraction(n, 10))
weights = st.integers(1, 50).map(lambda n: Fraction(n, 10))
days = st.dates(date(1990, 1, 1), date(2110, 12, 31))


def scored(body, rows):
    lines = ["unit,indicator,event,scorer,field,value", *(",".join(row) for row in rows)]
    return results(f"indicators: [{{code: x, name: X, {body}}}]", "\n".join(lines) + "\n")


def of(found, unit="甲"):
    return {case.unit: found.value("x", case) for case in found.cases}[unit]


@pytest.mark.parametrize("combine", ["mean", "min", "max"])
@given(events=st.lists(st.tuples(amounts, weights, weights), min_size=1, max_size=5))
@PROVEN
def test_parts_are_put_together_as_plain_fractions_put_them(combine, events):
    rows = [
        ("甲", "x", f"e{n}", "", name, exact(value))
        for n, event in enumerate(events)
        for name, value in zip(("actual", "target", "weight"), event, strict=True)
    ]

    found = scored(f"kind: parts, full: 20, combine: {combine}", rows)

    parameters = {"full": Fraction(20), "combine": combine}
    assert of(found) == plain_rules.parts(parameters, {"events": events}, [])


@given(given_marks=st.lists(amounts, min_size=1, max_size=8), above=st.integers(2, 6))
@PROVEN
def test_marks_are_trimmed_only_above_the_number_the_book_says(given_marks, above):
    rows = [("甲", "x", "", f"评委{n}", "actual", exact(mark)) for n, mark in enumerate(given_marks)]

    found = scored(f"kind: marks, full: 100, how: trimmed, trim_above: {above}", rows)

    assert of(found) == plain_rules.marks({"trim_above": above}, {"events": given_marks}, [])


def test_places_given_by_several_leaders_become_points_before_they_are_averaged():
    rows = [("甲", "x", "", "书记", "actual", "1"), ("甲", "x", "", "市长", "actual", "4")]

    found = scored("kind: marks, full: 10, points: [10, 9, 8, 1]", rows)

    assert of(found) == Fraction(11, 2)


@given(values=st.lists(amounts, min_size=1, max_size=6), low=st.booleans())
@PROVEN
def test_a_standard_score_lies_as_many_deviations_from_the_mean_as_its_square_says(values, low):
    units = [f"u{n}" for n in range(len(values))]
    rows = [(unit, "x", "", "", "", exact(value)) for unit, value in zip(units, values, strict=True)]
    body = f"kind: standard_score, full: 100, centre: 0, spread: 1{', best: low' if low else ''}"

    found = scored(body, rows)

    group = [{"actual": value} for value in values]
    for unit, fields in zip(units, group, strict=True):
        above, variance = plain_rules.standard_score({"low": low}, fields, group)
        z = of(found, unit)
        assert (z > 0, z < 0) == (variance > 0 and above > 0, variance > 0 and above < 0)
        assert abs(z**2 * variance - above**2) < Fraction(1, 10**20)


@given(done=days, due=days)
@PROVEN
def test_a_milestone_counts_days_and_calendar_months(done, due):
    rows = [("甲", "x", "", "", "actual", done.isoformat()), ("甲", "x", "", "", "target", due.isoformat())]
    rule = "kind: milestone, full: 10, early: 1, late: 1, floor: none"

    by_day, by_month = scored(rule, rows), scored(f"{rule}, per: month", rows)

    months = (due.year - done.year) * 12 + due.month - done.month
    assert (of(by_day), of(by_month)) == (10 + (due - done).days, 10 + months)


@pytest.mark.parametrize(
    "said", ["2018-07-31", "2018/7/31", "2018.7.31", "2018年7月31日", "2018-07-31 00:00:00"]
)
def test_a_day_may_be_written_as_people_write_it(said):
    assert dates.shown(dates.read(said)) == "2018-07-31"


@pytest.mark.parametrize("said", ["2018-02-30", "2018-13-01", "2018-07", "20180731", "七月", ""])
def test_what_is_no_day_is_none(said):
    assert dates.read(said) is None


def test_what_is_no_day_of_the_calendar_is_shown_as_the_number_it_is():
    assert (dates.shown(Fraction(1, 2)), dates.shown(Fraction(-3))) == ("1/2", "-3")


def test_a_day_where_a_number_belongs_and_a_number_where_a_day_belongs_are_findings():
    body = (
        "indicators:\n"
        "  - {code: m, name: 节点, kind: milestone, full: 5, target: 2025-06-30}\n"
        "  - {code: c, name: 完成, kind: completion, full: 5, target: 10}\n"
    )
    facts = "unit,m,c\n甲,12,2025-06-30\n乙,/,8\n"

    found = refused(results, body, facts)

    assert [(problem.code, problem.cell) for problem in found] == [
        ("facts.not_a_date", "B2"),
        ("facts.not_a_number", "C2"),
    ]


def test_facts_of_a_day_keep_their_text():
    facts = read("unit,m\n甲,2025-06-30\n")

    [row] = [row for row in facts.rows() if row.indicator == "m"]
    assert row.value == "2025-06-30"


def test_what_was_put_together_explains_itself_and_says_what_would_have_earned_more():
    body = (
        "indicators:\n"
        "  - {code: k, name: 位次, kind: keep_and_strive, full: 10, given_as: place, keep: 5, strive: 3, kept: 8}\n"
        "  - {code: m, name: 逾期, kind: milestone, full: 5, target: 2025-06-30, late: 0.5}\n"
        "  - {code: n, name: 提前, kind: milestone, full: 5, target: 2025-06-30, early: 0.1, early_cap: 1}\n"
        "  - {code: o, name: 按期, kind: milestone, full: 5, target: 2025-06-30, late: 0.5}\n"
        "  - {code: p, name: 形象, kind: progress, full: 10, stages: {开工: 30, 封顶: 60}}\n"
        "  - {code: g, name: 项目, kind: parts, full: 20}\n"
        "  - {code: j, name: 评委, kind: marks, full: 20}\n"
        "  - {code: f, name: 系数, kind: completion, full: 10, target: 100, factor: 1.2}\n"
        "  - {code: c, name: 条件, kind: completion, full: 10, target: 100, only_if: actual >= 50, if_not: 1}\n"
        "  - {code: b, name: 加分, kind: bonus, each: 1, multiplier: 2, cap: 6}\n"
        "  - {code: d, name: 有条件的加分, kind: bonus, each: 1, only_if: k >= 8}\n"
        "  - {code: s, name: 余地, kind: step, full: 60, at_target: 48, target: 15, up: 0.5, cap: full}\n"
    )
    facts = (
        "unit,indicator,event,field,value\n"
        "甲,k,,,4\n甲,m,,,2025-07-02\n甲,n,,,2025-06-28\n甲,o,,,2025-06-30\n甲,p,,,开工\n甲,p,,planned,封顶\n"
        "甲,g,路,actual,50\n甲,g,路,target,100\n甲,j,一,actual,12\n甲,j,二,actual,16\n甲,f,,,80\n甲,c,,,40\n"
        "甲,b,一件,count,1\n甲,d,一件,count,1\n甲,s,,,21\n"
    )

    found = {part.node: part for part in explain(results(body, facts), "甲").parts}

    assert {node: part.sentence.zh for node, part in found.items()} == {
        "k": "列第4名，保5争3，得9分",
        "m": "2025-07-02完成，应于2025-06-30完成，分值5分，加0分、扣1分，得4分",
        "n": "2025-06-28完成，应于2025-06-30完成，分值5分，加0.2分、扣0分，得5.2分",
        "o": "2025-06-30完成，应于2025-06-30完成，分值5分，加0分、扣0分，得5分",
        "p": "形象进度30%，计划60%，为计划的50%，满分10分，得5分",
        "g": "共1个分项，合成完成率50%，满分20分，得10分",
        "j": "2人评分，得14分",
        "f": "完成80，目标100，完成率80%，满分10分，得9.6分（已乘系数1.2）",
        "c": "不满足条件“actual >= 50”，按规定得1分",
        "b": "共1件，折算2分，加2分",
        "d": "共1件，折算1分，加1分",
        "s": "实际21，目标15，基本分48分，加3分、扣0分，得51分",
    }
    assert {node: part.next.zh for node, part in found.items() if part.next.zh} == {
        "k": "再降1多得1分；达到3（再降1）可得10分",
        "m": "按期（2025-06-30）完成可得5分",
        "n": "再提前一天多得0.1分",
        "o": "已得最高分",
        "f": "每多1多得0.12分；达到100（还差20）可得12分",
        "c": "达到100（还差60）可得10分",
        "b": "再有一件可加2分，最多还可加4分",
        "s": "每多1多得0.5分",
    }
    assert found["m"].sentence.en == "done 2025-07-02, due 2025-06-30: 5 points, plus 0, minus 1, give 4"
    assert found["m"].next.en == "done in time (2025-06-30) it would earn 5"


def test_a_reward_is_part_of_what_the_total_says():
    body = (
        "indicators: [{code: a, name: 得分, kind: direct, full: 100}]\n"
        "grades: {list: [{grade: 优, at_least: 90}, {grade: 良}]}\n"
        "rewards:\n"
        "  - {name: {zh: 奖金, en: Prize}, grade: 优, amount: 20000}\n"
        "  - {name: {zh: 优秀比例, en: Share of the best}, rank_to: 1, says: {zh: 提高到25%, en: raised to 25%}}\n"
    )

    total = explain(results(body, "unit,a\n甲,95\n乙,80\n"), "甲")

    assert total.sentence.zh == "得95分，满分100分，列第1名，等次优；奖金20000；优秀比例提高到25%"
    assert total.sentence.en == (
        "95 points of 100, place 1, grade 优; Prize 20000; Share of the best raised to 25%"
    )


def test_a_reward_of_a_grade_that_is_none_and_one_that_gives_nothing_are_findings():
    grades = "indicators: [{code: a, name: A, kind: direct, full: 100}]\ngrades: {list: [{grade: 优}]}\n"

    unknown = check(book(grades + "rewards: [{name: 奖金, grade: 良, amount: 1}]\n"))

    assert [problem.code for problem in unknown] == ["rulebook.unknown_grade"]
    assert findings(grades + "rewards: [{name: 奖金, grade: 优}]\n") == [("rulebook.required", 3)]


def test_how_far_more_can_be_earned_depends_on_the_cap_of_the_rule():
    body = (
        "indicators:\n"
        "  - {code: a, name: 加分封顶, kind: completion, full: 10, target: 100, bonus: 0.5, bonus_cap: 2}\n"
        "  - {code: b, name: 倍数封顶, kind: completion, full: 10, target: 100, cap: 1.1}\n"
        "  - {code: c, name: 不封顶, kind: completion, full: 10, target: 100, uncapped: yes}\n"
        "  - {code: d, name: 争取名次以上不封顶, kind: keep_and_strive, full: 10, given_as: place, keep: 5, strive: 3, kept: 8,"
        " up: 1, between: kept}\n"
        "  - {code: e, name: 由数据定系数, kind: bonus, each: 1, fields: [share], factor: share}\n"
        "  - {code: f, name: 补差, kind: bonus, each: 1, beyond_earlier: yes}\n"
        "  - {code: g, name: 未报, kind: milestone, full: 5, target: 2025-06-30, late: 1, missing: none}\n"
    )
    facts = (
        "unit,indicator,event,field,value\n"
        "甲,a,,,100\n甲,b,,,100\n甲,c,,,100\n甲,d,,,2\n甲,e,一件,count,1\n甲,e,,share,/\n甲,f,一件,count,1\n"
    )

    found = {part.node: part.next.zh for part in explain(results(body, facts), "甲").parts}

    assert found == {
        "a": "每多1多得0.5分；达到104（还差4）可得12分",
        "b": "每多1多得0.1分；达到110（还差10）可得11分",
        "c": "每多1多得0.1分",
        "d": "再降1多得1分",
        "e": "",
        "f": "",
        "g": "补上数据才能按实际计分：缺少“未报”的完成日期",
    }
