"""Figures made of figures: formulas a district declares, sources a storey above registers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from gangmu.figures import catalogue
from gangmu.figures.values import trace, value
from tests.factories.figures import observed

pytestmark = pytest.mark.django_db

DECLARED = """
- code: per_head
  name_zh: 人均地区生产总值
  name_en: GRP per head
  unit_of_measure: 万元
  decimals: 2
  source: formula
  formula: "{gdp.value} ÷ {population.value}"
  measures: [value, yoy]
- code: itself
  name_zh: 自己
  name_en: Itself
  unit_of_measure: 个
  source: formula
  formula: "{itself.value} + 1"
  measures: [value]
- code: elsewhere
  name_zh: 别处
  name_en: Elsewhere
  unit_of_measure: 个
  source: nobody
  measures: [count]
"""


@pytest.fixture(autouse=True)
def _declared(settings, tmp_path):
    settings.DISTRICT = replace(settings.DISTRICT, folder=tmp_path)
    folder = settings.DISTRICT.declared / "figures"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(DECLARED, encoding="utf-8")
    yield
    catalogue.forget()


def test_a_formula_is_computed_exactly_and_traced_to_its_inputs():
    observed("gdp", "2025", "286")
    observed("population", "2025", "80")

    assert value("per_head", "2025").value == Decimal("3.575")
    assert [one.node.question.figure.code for one in trace("per_head", "2025").walk()] == [
        "per_head",
        "gdp",
        "population",
    ]


def test_measures_apply_to_formulas_as_to_any_figure():
    for year, gdp, people in (("2024", "250", "80"), ("2025", "286", "80")):
        observed("gdp", year, gdp)
        observed("population", year, people)

    assert value("per_head", "2025", "yoy").printed == "14.4"


def test_a_formula_with_a_missing_input_is_missing_for_the_same_reason():
    observed("gdp", "2025", "286")

    assert value("per_head", "2025").reason.zh == "缺常住人口 2025年 数值"


def test_division_by_zero_is_missing():
    observed("gdp", "2025", "286")
    observed("population", "2025", "0")

    assert value("per_head", "2025").reason.zh == "除数为零"


def test_a_formula_that_refers_to_itself_is_missing_and_says_so():
    assert value("itself", "2025").reason.zh == "自己的公式引用了自己"


def test_a_source_nobody_registered_is_missing_and_says_so():
    assert value("elsewhere", "2025").reason.zh == "来源“nobody”没有登记"
