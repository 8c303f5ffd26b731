"""Every node explains itself and says what would have raised it."""

import pytest

from gangmu.engine.explanation import explain
from tests.engine.books import refused, results

BOOK = (
    "total: {full: 40, round: 2}\n"
    "sections:\n"
    "  - code: work\n"
    "    name: {zh: 重点工作, en: Key work}\n"
    "    clause: 第三条\n"
    "    full: 40\n"
    "    indicators:\n"
    "      - {code: gdp, name: {zh: 总产值, en: Output}, clause: （一）, kind: completion, full: 20, unit_of_measure: 亿元}\n"
    "      - {code: place, name: {zh: 位次, en: Place}, clause: （二）, kind: rank_points, full: 10, step: 2}\n"
    "      - {code: late, name: {zh: 逾期, en: Late}, clause: （三）, kind: deduction, full: 10, each: 3}\n"
    "  - code: extra\n"
    "    name: {zh: 加分, en: Bonus}\n"
    "    extra: yes\n"
    "    cap: 2\n"
    "    indicators:\n"
    "      - {code: honour, name: {zh: 表彰, en: Honours}, kind: bonus, levels: {国家级: 3, 省级: 2}}\n"
)
FACTS = (
    "unit,indicator,event,field,value\n"
    "甲局,,,name,甲局全称\n"
    "甲局,gdp,,,90\n甲局,gdp,,target,100\n甲局,place,,,5\n甲局,late,e1,count,1\n甲局,honour,h1,level,国家级\n"
    "乙局,gdp,,,100\n乙局,gdp,,target,100\n乙局,place,,,7\n"
)


@pytest.fixture(scope="module")
def computed():
    return results(BOOK, FACTS)


def node(computed, unit, code):
    return explain(computed, unit, code)


def test_a_node_tells_value_clause_sentence_inputs_with_their_cells_and_what_would_raise_it(computed):
    found = node(computed, "甲局", "gdp").as_json()

    assert found["sentence_zh"] == "完成90，目标100，完成率90%，满分20分，得18分"
    assert found["sentence_en"] == "90 of a target of 100 is 90%; of 20 points 18 are earned"
    assert found["next"] == "每多1亿元多得0.2分；达到100亿元（还差10）可得20分"
    assert (found["node"], found["value"], found["printed"], found["full"], found["clause"]) == (
        "gdp",
        "18",
        "18",
        "20",
        "（一）",
    )
    assert {(given["name"], given["value"], given["place"]) for given in found["inputs"]} >= {
        ("actual", "90", "facts.csv E3"),
        ("target", "100", "facts.csv E4"),
        ("ratio", "0.9", ""),
    }


@pytest.mark.parametrize(
    ("unit", "code", "said"),
    [
        ("乙局", "gdp", "已得最高分"),
        ("甲局", "place", "达到7（还差2）可得10分"),
        ("甲局", "late", "扣分最多的一件若没有发生，可多得3分"),
        ("乙局", "late", "已得最高分"),
        ("乙局", "honour", "再有一件可按级别加2至3分"),
    ],
)
def test_advice_is_what_the_plan_itself_gives_for_other_facts(computed, unit, code, said):
    assert node(computed, unit, code).next.zh == said


def test_a_capped_section_and_the_total_say_how_they_came_about(computed):
    assert node(computed, "甲局", "extra").sentence.zh == "各项合计3分，按规定计2分"
    assert node(computed, "甲局", "total").sentence.zh == "得35.00分，满分40分，列第2名"
    assert node(computed, "甲局", "total").sentence.en == "35.00 points of 40, place 2"


def test_the_tree_follows_the_book_and_a_unit_may_be_named_by_its_name(computed):
    tree = explain(computed, "甲局全称")

    assert [each.node for each in tree.walk()] == ["total", "work", "gdp", "place", "late", "extra", "honour"]
    assert tree.parts[0].clause == "第三条"


def test_what_is_missing_is_said_and_what_to_do_about_it():
    computed = results(BOOK, FACTS.replace("甲局,gdp,,target,100\n", ""))

    found = node(computed, "甲局", "gdp")

    assert found.value is None
    assert found.sentence.zh == "没有得分：缺少“总产值”的目标值"
    assert found.next.zh == "补上数据才能按实际计分：缺少“总产值”的目标值"
    assert node(computed, "甲局", "total").sentence.zh == "没有得分：缺少“总产值”的目标值"


def test_unknown_units_and_nodes_are_answered_with_those_there_are(computed):
    assert "甲局、乙局" in refused(explain, computed, "丙局")[0].remedy.zh
    assert "gdp" in refused(explain, computed, "甲局", "gdpp")[0].remedy.zh
