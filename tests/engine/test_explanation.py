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


KINDS = (
    "indicators:\n"
    "  - {code: low, name: 能耗, kind: efficacy, full: 10, best: low}\n"
    "  - {code: band, name: 测评, kind: bands, full: 10, bands: {'>= 90': 10, '[80, 90)': 8, '< 80': 5}}\n"
    "  - {code: capped, name: 创新, kind: bonus, each: 2, cap: 2}\n"
    "  - {code: poll, name: 民主测评, kind: votes, full: 10, answers: {好: 100, 差: 0}}\n"
    "  - {code: most, name: 项目, kind: proportional_to_best, full: 10}\n"
    "  - {code: gone, name: 不适用项, kind: direct, full: 10, not_applicable: full}\n"
)
KIND_FACTS = (
    "unit,indicator,event,field,value\n"
    "u1,low,,,0.5\nu1,band,,,85\nu1,capped,e1,count,1\nu1,poll,,好,3\nu1,poll,,差,1\nu1,most,,,40\nu1,gone,,,/\n"
    "u2,low,,,0.4\nu2,band,,,95\nu2,poll,,好,3\nu2,poll,,差,0\nu2,most,,,50\nu2,gone,,,7\nu3,low,,,0.6\n"
)


@pytest.mark.parametrize(
    ("unit", "code", "sentence", "advice"),
    [
        (
            "u1",
            "low",
            "实际0.5，满意值0.4，不允许值0.6，功效系数80，满分10分，得8分",
            "每降0.01多得0.2分；达到0.4（再降0.1）可得10分",
        ),
        ("u1", "band", "数值85，按所在档得8分", "达到90（还差5）可得10分"),
        ("u1", "capped", "共1件，折算2分，加2分", "已得最高分"),
        ("u2", "capped", "共0件，折算0分，加0分", "再有一件可加2分，最多还可加2分"),
        ("u1", "poll", "有效票4张，平均75分，满分10分，得7.5分", ""),
        (
            "u1",
            "most",
            "数值40，第一名50，为第一名的80%，满分10分，得8分",
            "每多1多得0.2分；达到50（还差10）可得10分",
        ),
        ("u1", "gone", "不适用，按规定得满分，得10分", ""),
        ("u2", "band", "数值95，按所在档得10分", "已得最高分"),
    ],
)
def test_every_sort_of_rule_speaks_and_advises_in_its_own_way(unit, code, sentence, advice):
    found = explain(results(KINDS, KIND_FACTS), unit, code)

    assert (found.sentence.zh, found.next.zh) == (sentence, advice)
