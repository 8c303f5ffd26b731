"""A small district that is assessed: two departments and a subdistrict, scored by a rule book of a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from gangmu.assessment import cycles, runs
from gangmu.assessment.given import GivenFact, give
from gangmu.assessment.models import Cycle, CycleRun
from gangmu.ledgers.models import Entry
from gangmu.org.models import Unit
from gangmu.records.log import Actor
from gangmu.scoring import books
from gangmu.scoring.models import StoredRuleBook
from tests.factories import figures, org, projects

OFFICE = Actor(None, "目标办")

RULE_BOOK = """
rulebook: small
title: {zh: 小区考核办法, en: The small assessment}
year: "2025"
groups:
  bureaus: {name: {zh: 部门, en: Departments}, named: [经济部门]}
  streets: {name: {zh: 街道, en: Subdistricts}, named: [街道]}
total: {full: 100, round: 2}
sections:
  - code: economy
    name: {zh: 经济, en: The economy}
    clause: 第一条
    full: {bureaus: 60, streets: 30}
    indicators:
      - code: revenue
        name: {zh: 预算收入完成率, en: Revenue}
        clause: 第一条（一）
        kind: completion
        full: 30
        groups: [bureaus]
        figure: {code: budget_revenue, measure: value}
        target: planned
      - code: started
        name: {zh: 新开工项目, en: Projects started}
        clause: 第一条（二）
        kind: completion
        full: 30
        figure: {code: projects_started, measure: count}
        target: 2
  - code: work
    name: {zh: 重点工作, en: Key work}
    clause: 第二条
    full: {bureaus: 40, streets: 70}
    indicators:
      - {code: tasks, name: {zh: 工作评价, en: Work as judged}, clause: 第二条, kind: direct, full: {bureaus: 40, streets: 70}}
  - code: extra
    name: {zh: 加分, en: Bonus}
    clause: 第三条
    extra: yes
    indicators:
      - {code: honours, name: {zh: 表彰, en: Commendations}, clause: 第三条, kind: bonus, levels: {省级: 2, 市级: 1}, cap: 2}
vetoes:
  - {code: accident, name: {zh: 较大事故, en: A serious accident}, clause: 第四条, effect: cap, grade: 合格}
grades:
  list:
    - {grade: 优秀, at_least: 90, share: 50%}
    - {grade: 合格, at_least: 60}
    - {grade: 不合格, below: 60}
examples:
  - name: 开工一个得一半
    node: started
    facts: {甲: {group: 经济部门, started: 1}}
    expect: {甲: 15}
"""
"""甲局 79 = 27 + 15 + 36 + 1, 乙局 98 = 30 + 30 + 38, 丙街道 63 = 0 + 63 on the facts of `district`."""


@dataclass(frozen=True)
class District:
    """Its units, the one project of 甲局, and the stored rule book."""

    a: Unit
    b: Unit
    c: Unit
    project: Entry
    rulebook: StoredRuleBook

    @property
    def units(self) -> tuple[Unit, Unit, Unit]:
        return self.a, self.b, self.c


def stored(text: str = RULE_BOOK, file: str = "small.yaml") -> StoredRuleBook:
    return books.store(text, file, OFFICE)[0]


def district() -> District:
    """Revenue 9 and 12 of 10, one and two projects started, marks 36, 38 and 63, one commendation of the city."""
    a = org.unit("A", name="甲局", short_name="甲", group="经济部门", protocol_order=1)
    b = org.unit("B", name="乙局", short_name="乙", group="经济部门", protocol_order=2)
    c = org.unit("C", name="丙街道", short_name="丙", group="街道", protocol_order=3)
    org.unit("OFFICE", name="目标办", short_name="目标办", protocol_order=4)
    rulebook = stored()
    for unit, revenue in ((a, "9"), (b, "12")):
        figures.observed("budget_revenue", "2025", revenue, unit_id=unit.pk)
        figures.observed("budget_revenue", "2025", "10", unit_id=unit.pk, scenario="target", vintage="final")
    first = started(a, "一号园", "2025-05-06")
    started(b, "二号园", "2025-03-01")
    started(b, "三号园", "2025-07-01")
    for unit, mark in ((a, "36"), (b, "38"), (c, "63")):
        given(unit, "tasks", mark)
    given(a, "honours", "市级", event="先进集体", field="level", basis="市府〔2025〕3号")
    return District(a, b, c, first, rulebook)


def started(unit: Unit, title: str, on: str) -> Entry:
    stages = {"proposed": "2024-01-05", "early": "2024-06-01", "started": on}
    return projects.project(unit, title, stages)


def given(unit: Unit, indicator: str, value: str, period: str = "2025", **more: str) -> None:
    parts = {"event": "", "scorer": "", "field": "", **more}
    give([GivenFact(unit.pk, period, indicator, value=value, **parts)], OFFICE)  # type: ignore[arg-type]


def cycle(period: str = "2025") -> Cycle:
    return cycles.of_period(period, OFFICE)


def scored(period: str = "2025") -> CycleRun:
    with transaction.atomic():
        return runs.run(cycle(period), OFFICE)
