"""Registers as declared: what ships is whole, and what is wrong is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gangmu.ledgers import declarations
from gangmu.problems import InputRefused

HAZARDS = """
code: hazards
name_zh: 隐患台账
name_en: Hazards
noun_zh: 隐患
noun_en: hazard
numbering: {prefix: YH}
happened: found_on
fields:
  - {code: found_on, name_zh: 发现日期, name_en: Found on, kind: day, required: true}
  - {code: grade, name_zh: 等级, name_en: Grade, kind: choice, choices: [
      {code: common, name_zh: 一般, name_en: common}, {code: major, name_zh: 重大, name_en: major}]}
stages:
  - {code: found, name_zh: 发现, name_en: found, next: [closed]}
  - {code: closed, name_zh: 销号, name_en: closed, done: true, ends: true, who: [verifier]}
"""


def findings(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as refused:
        declarations.parse(text, "hazards.yaml")
    return [(problem.cell, problem.message.en) for problem in refused.value.problems]


def test_the_shipped_registers_are_those_of_the_spine():
    shipped = declarations.load(None)

    assert {code: register.name_zh for code, register in shipped.items()} == {
        "grievances": "群众诉求",
        "projects": "项目库",
        "supervision": "督查事项",
    }


@pytest.mark.parametrize(
    ("register", "names"),
    [
        ("projects", {"项目代码", "重点级别", "入库纳统日期", "形象进度", "开工认定依据", "包联区领导", "属地街道", "指挥部", "牵头部门", "手续办理", "土地保障", "水电气暖等配套", "资金保障"}),
        ("supervision", {"来源", "配合单位", "反馈频次", "办结时限", "批示领导"}),
        ("grievances", {"上级系统编号", "初次或重复", "三到位一处理", "领导包案", "办理层级", "满意度"}),
    ],
)  # fmt: skip
def test_a_register_has_the_fields_that_officers_miss_first(register, names):
    declared = {field.name_zh for field in declarations.load(None)[register].fields}

    assert names - declared == set()


def test_supervision_goes_through_the_steps_of_practice():
    register = declarations.load(None)["supervision"]

    assert [stage.name_zh for stage in register.stages] == [
        "拟办", "立项", "交办", "改派", "签收", "办理", "反馈", "审核", "退办", "办结", "销号", "归档", "长期坚持",
    ]  # fmt: skip


def test_every_sensitive_field_has_a_mask():
    unmasked = [
        f"{register}.{field.code}"
        for register in declarations.load(None).values()
        for field in register.fields
        if field.sensitive and not field.mask
    ]

    assert unmasked == []


def test_every_stage_can_be_moved_to_by_someone_and_every_other_stage_is_reached():
    for register in declarations.load(None).values():
        reached = {code for stage in register.stages for code in stage.next}

        assert [stage.code for stage in register.stages if not stage.who] == []
        assert {stage.code for stage in register.stages} - reached - {register.first_stage.code} == set()


def test_a_register_of_a_few_lines_is_enough():
    register = declarations.parse(HAZARDS)

    assert register.name_zh == "隐患台账"
    assert register.unit.name_zh == "责任单位"
    assert register.by_code["found_on"].column == "happened_on"
    assert register.done_stages == {"closed"}


def test_a_district_adds_registers_of_its_own(tmp_path: Path):
    (tmp_path / "hazards.yaml").write_text(HAZARDS, encoding="utf-8")

    registers = declarations.load(tmp_path)

    assert sorted(registers) == ["grievances", "hazards", "projects", "supervision"]


def test_every_mistake_is_found_at_once_with_its_line():
    wrong = (
        HAZARDS.replace("happened: found_on", "happened: fond_on")
        .replace("kind: day", "kind: date")
        .replace("next: [closed]", "next: [close]")
        .replace("who: [verifier]", "who: [inspector]")
    )

    assert findings(wrong) == [
        ("line 10", "“date” (kind) is unknown"),
        ("line 15", "“inspector” (who) is unknown"),
        ("line 8", "“fond_on” (happened) is unknown"),
        ("line 14", "“close” (next) is unknown"),
    ]


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("{code: Grade, name_zh: 级, name_en: G, kind: text}", "code Grade must be lower-case letters, digits and underscores, at most 39"),
        ("{code: area, name_zh: 面积, name_en: Area, kind: decimal}", "field area lacks decimals"),
        ("{code: area, name_zh: 面积, name_en: Area, kind: decimal, decimals: 6}", "decimals must lie between 0 and 4"),
        ("{code: who, name_zh: 谁, name_en: Who, kind: text, sensitive: true, public: true}", "field who a sensitive field is a text and never public"),
        ("{code: level, name_zh: 级别, name_en: Level, kind: choice}", "field level has no choices"),
        ("{code: stage, name_zh: 状态, name_en: State, kind: text}", "stage stands twice in fields"),
        ("{code: note, name_zh: 等级, name_en: Note, kind: text}", "等级 stands twice in fields"),
        ("{code: note, name_zh: 备注, name_en: Note, colour: red}", "“colour” (colour) is unknown"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused(line, finding):
    wrong = HAZARDS.replace("stages:", f"  - {line}\nstages:", 1)

    assert finding in [message.replace("field area decimals", "decimals") for _, message in findings(wrong)]


def test_what_is_not_yaml_is_a_finding_with_its_line():
    assert [place for place, _ in findings("code: [a\nname_zh: b")] == ["line 2"]


def test_an_unknown_register_is_answered_with_the_nearest():
    with pytest.raises(InputRefused) as refused:
        declarations.get("project")

    assert refused.value.problems[0].remedy.zh == "最接近的是：projects"
