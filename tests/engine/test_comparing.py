"""What changed between two versions of a rule book, in words of both languages, and whose scores move by how much."""

import pytest

from gangmu.engine import comparing, facts
from gangmu.engine.rulebook import load
from tests.factories.commands import gangmu

OLD = """\
rulebook: t
title: {zh: 办法, en: Rules}
groups:
  a: {zh: 甲组, en: Group A, members: [甲, 乙, 丙]}
total: {full: 30, round: 2}
sections:
  - code: s
    name: 经济
    clause: 第三条
    full: 20
    indicators:
      - {code: gdp, name: {zh: 增速, en: Growth}, clause: 第三条（一）, kind: step, full: 10, target: 6, up: 1, up_cap: 2, down: 1}
      - {code: old, name: 投资, clause: 第三条（二）, kind: completion, full: {甲: 10, 乙: 10, 丙: 10}}
  - code: w
    name: 工作
    full: 10
    indicators:
      - {code: poll, name: 测评, kind: bands, full: 10, bands: {">= 90": 10, "[80, 90)": 8, "< 80": 5}}
      - {code: gone, name: 报送, kind: deduction, full: 0, each: 1, floor: none}
vetoes: [{code: v, name: 事故, effect: cap, grade: 良好}]
rank: {on: printed}
grades: {quota: down, list: [{grade: 优秀, share: 34%, at_least: 25}, {grade: 良好, at_least: 20}, {grade: 一般}]}
examples: [{name: e, node: gdp, facts: {甲: {gdp: 6}}, expect: {甲: 10}}]
"""

EDITS = (
    ("up: 1, up_cap: 2,", "up: 1, up_cap: 3.0, measured: natural,"),
    ("target: 6,", "target: 7,"),
    ("clause: 第三条（一）", "clause: 第三条（三）"),
    ("code: old, name: 投资", "code: invest, name: 投资"),
    ("full: {甲: 10, 乙: 10, 丙: 10}", "full: {甲: 10, 乙: 9, 丁: 10}, missing: full"),
    ('">= 90": 10, "[80, 90)": 8,', '">= 90": 10, "[80, 90)": 7,'),
    ("      - {code: gone, name: 报送, kind: deduction, full: 0, each: 1, floor: none}\n", ""),
    ("effect: cap, grade: 良好", "effect: lower"),
    ("rank: {on: printed}", "rank: {on: value, ties: dense}"),
    ("quota: down", "quota: up"),
    ("share: 34%", "share: 50%"),
    ("round: 2", "round: 1"),
    ("members: [甲, 乙, 丙]", "members: [甲, 乙, 丙, 丁]"),
    ("rulebook: t\n", "rulebook: t\nmissing: average\n"),
    ("expect: {甲: 10}", "expect: {甲: 9}"),
)


def edited(*edits):
    text = OLD
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def said(text, language="zh"):
    return [change.text.say(language) for change in comparing.changes(load(OLD), load(text))]


def test_every_kind_of_change_is_said_with_its_clause():
    assert said(edited(*EDITS)) == [
        "办法：缺项怎么计分由不计分改为取平均",
        "总分：小数位（舍入）由2改为1",
        "“甲组”：成员单位由甲、乙、丙改为甲、乙、丙、丁",
        "第三条（三）“增速”：条款由第三条（一）改为第三条（三）",
        "第三条（三）“增速”：最多加几分由2改为3.0",
        "第三条（三）“增速”：目标值由6改为7",
        "第三条（二）“投资”：编码由 old 改为 invest",
        "第三条（二）“投资”：分值：删去丙 10，乙由10改为9，新增丁 10",
        "第三条（二）“投资”：缺项怎么计分由无改为得满分",
        "“测评”：各档与得分：[80, 90)由8改为7",
        "“事故”：后果由限制等次改为降等",
        "“事故”：最高可评等次由良好改为无",
        "排名：按什么排由打印值改为精确值",
        "排名：并列由并列占位（1,2,2,4）改为并列不占位（1,2,2,3）",
        "等次：名额舍入由舍去改为进一",
        "“优秀”：名额比例由34%改为50%",
        "“e”：应得分：甲由10改为9",
        "删去考核指标“报送”（扣分制，0分）",
    ]


def test_in_english_too():
    assert said(edited(EDITS[1], EDITS[4], EDITS[7]), "en") == [
        '第三条（一） "Growth": target 6 → 7',
        '第三条（二） "投资": full mark 丙 10 removed; 乙 10 → 9; 丁 10 added',
        '第三条（二） "投资": what a missing fact earns none → full mark',
        '"事故": effect grade capped → grades down',
        '"事故": best grade left 良好 → none',
    ]


def test_an_indicator_that_is_moved_or_added_is_said_as_such():
    line = '      - {code: poll, name: 测评, kind: bands, full: 10, bands: {">= 90": 10, "[80, 90)": 8, "< 80": 5}}\n'
    text = OLD.replace(line, "").replace("  - code: w\n", line + "  - code: w\n")
    text = text.replace(
        "vetoes:", "      - {code: n, name: 新增, clause: 九, kind: direct, full: 10}\nvetoes:"
    )

    assert said(text) == ["“测评”：由“工作”移到第三条“经济”", "新增考核指标九“新增”（直接给分，10分）"]


@pytest.mark.parametrize(
    "edit",
    [
        ("full: 20", "full: 20.0"),
        ("floor: none", "floor: none, missing: unscored"),
        ("rank: {", "rank: {best: high, "),
    ],
)
def test_what_means_the_same_is_no_change(edit):
    assert [text for text in said(edited(edit)) if "缺项" not in text] == []


FACTS = "unit,gdp,old,old.target,poll,gone.count\n甲,8,10,10,85,0\n乙,6,10,10,95,1\n丙,5,5,10,70,0\n"


def test_units_move_by_exactly_so_much_and_facts_of_a_renamed_indicator_are_kept():
    text = edited(EDITS[1], EDITS[3], EDITS[6], ("full: {甲: 10, 乙: 10, 丙: 10}", "full: 9"))

    found = comparing.moves(load(OLD), load(text), facts.read(FACTS.encode(), "f.csv"))

    assert [move.as_json() for move in found] == [
        {
            "type": "unit",
            "unit": "甲",
            "period": "",
            "old_total": "30",
            "new_total": "28",
            "difference": "-2",
            "old_rank": "1",
            "new_rank": "1",
            "old_grade": "优秀",
            "new_grade": "良好",
            "nodes": {"gdp": "-1", "invest": "-1"},
        },
        {
            "type": "unit",
            "unit": "乙",
            "period": "",
            "old_total": "29",
            "new_total": "28",
            "difference": "-1",
            "old_rank": "2",
            "new_rank": "1",
            "old_grade": "良好",
            "new_grade": "良好",
            "nodes": {"gdp": "-1", "invest": "-1"},
        },
        {
            "type": "unit",
            "unit": "丙",
            "period": "",
            "old_total": "19",
            "new_total": "17.5",
            "difference": "-1.5",
            "old_rank": "3",
            "new_rank": "3",
            "old_grade": "一般",
            "new_grade": "一般",
            "nodes": {"gdp": "-1", "invest": "-0.5"},
        },
    ]


def test_the_command_says_changes_and_moves_and_takes_exactly_two_files(tmp_path):
    (tmp_path / "a.yaml").write_text(OLD)
    (tmp_path / "b.yaml").write_text(edited(EDITS[1]))
    (tmp_path / "f.csv").write_text(FACTS)

    def run(*more):
        return gangmu("rulebook", "diff", "a.yaml", *more, cwd=tmp_path)

    words = run("b.yaml", "--facts", "f.csv")
    lines = run("b.yaml", "--facts", "f.csv", "--json").lines

    assert words.code == 0
    assert words.out.startswith("第三条（一）“增速”：目标值由6改为7\n")
    assert "gdp -1" in words.out
    assert [line["type"] for line in lines] == ["change", "unit", "unit", "unit"]
    assert (lines[0]["old"], lines[0]["new"], lines[0]["key"]) == ("6", "7", "target")
    assert run("a.yaml").out == "两版的内容相同\n"
    assert run("b.yaml", "--lang", "en").out == '第三条（一） "Growth": target 6 → 7\n'
    assert run().code == 2


MORE = (
    "rulebook: t\ntitle: 办法\n"
    "indicators:\n"
    "  - {code: a, name: A, kind: direct, full: 10}\n"
    "  - {code: f, name: F, kind: formula, formula: actual}\n"
    "vetoes: [{code: v, name: 事故}, {code: w, name: 腐败}]\n"
    "rewards: [{name: 奖金, amount: 100}, {name: 通报, rank_to: 1, says: 通报表扬}]\n"
    "holes: [{clause: 一, zh: 未定, en: open}]\n"
)


def test_vetoes_rewards_holes_and_the_kind_of_an_indicator_are_told_of_too():
    text = (
        MORE.replace("kind: direct", "kind: completion")
        .replace("  - {code: f, name: F, kind: formula, formula: actual}\n", "")
        .replace("{code: v, name: 事故}, {code: w, name: 腐败}", "{code: u, name: 事故}")
        .replace("amount: 100", "amount: 200")
        .replace(", {name: 通报, rank_to: 1, says: 通报表扬}", "")
        .replace("zh: 未定, en: open", "zh: 已定, en: settled")
    )

    found = comparing.changes(load(MORE), load(text))

    assert [change.text.zh for change in found] == [
        "“A”：计分方式由直接给分改为按完成率计分",
        "“事故”：编码由 v 改为 u",
        "“奖金”：数额由100改为200",
        "新增漏洞一“已定”",
        "删去考核指标“F”（自定公式）",
        "删去一票否决“腐败”",
        "删去奖惩“通报”",
        "删去漏洞一“未定”",
    ]
    assert found[0].as_json() == {
        "type": "change",
        "what": "changed",
        "part": "indicator",
        "code": "a",
        "clause": "",
        "key": "kind",
        "old": "direct",
        "new": "completion",
        "text_zh": "“A”：计分方式由直接给分改为按完成率计分",
        "text_en": '"A": rule kind direct points → completion',
    }


def test_a_unit_without_a_total_has_no_difference():
    old = load(MORE)
    new = load(MORE.replace("full: 10}", "full: 10, missing: none}"))

    [move] = comparing.moves(old, new, facts.read(b"unit,a,f\nu,,3\n", "f.csv"))

    assert (move.old_total, move.new_total, move.difference, move.nodes) == (None, 3, None, {})
