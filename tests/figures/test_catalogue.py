"""The catalogue is checked whole; a district adds to it and overrides it without code."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gangmu.figures import catalogue
from gangmu.figures.figure import Ledger
from gangmu.figures.measures import Measure
from gangmu.figures.units_of_measure import name_of, unit_of
from gangmu.problems import InputRefused

FORTY = Path(__file__).parent / "forty.csv"


@pytest.fixture
def declared(tmp_path):
    """A district's folder of declarations; writing a file there makes it count."""

    def write(text: str, name: str = "own.yaml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        catalogue.forget()
        return tmp_path

    yield write
    catalogue.forget()


def test_the_forty_figures_are_declared_as_the_list_of_figures_has_them():
    with FORTY.open(encoding="utf-8") as file:
        listed = [(r["code"], r["name_zh"], r["name_en"], r["unit_of_measure"]) for r in csv.DictReader(file)]

    figures = catalogue.load(None)

    assert sorted(listed) == sorted(
        (f.code, f.name_zh, f.name_en, f.unit_of_measure) for f in figures.values()
    )


def test_every_figure_says_its_coverage_and_definition_in_both_languages():
    lacking = [
        f.code
        for f in catalogue.load(None).values()
        if not all((f.coverage.zh, f.coverage.en, f.definition.zh, f.definition.en))
    ]

    assert lacking == []


def test_a_district_overrides_single_keys_and_adds_figures(declared):
    folder = declared(
        """
- code: gdp
  aliases: [云溪区生产总值]
- code: per_head
  name_zh: 人均地区生产总值
  name_en: GRP per head
  unit_of_measure: 万元
  source: formula
  formula: "{gdp.value} ÷ {population.value}"
  measures: [value]
"""
    )

    figures = catalogue.load(folder)

    assert (figures["gdp"].aliases, figures["gdp"].unit_of_measure) == (("云溪区生产总值",), "亿元")
    assert (len(figures), figures["per_head"].name_zh) == (41, "人均地区生产总值")


def test_every_mistake_is_found_at_once_with_file_and_line(declared):
    folder = declared(
        """- code: gdp
  nature: flows
- code: one
  name_zh: 一
  name_en: One
  unit_of_measurement: 个
  source: ledger:projects
  select: {dated: {stage: begun}}
  quantities:
    count: {}
    sum(cost): {sum: cost}
  measures: [count, growth_rate]
- code: two
  name_zh: 市场主体
  name_en: Two
  unit_of_measure: 个
  source: formula
  formula: "exec('x')"
  measures: [value]
- name_zh: 无编码
"""
    )

    with pytest.raises(InputRefused) as refused:
        catalogue.load(folder)

    assert [(p.code, p.file, p.cell) for p in refused.value.problems] == [
        ("figure.no_code", "declared/figures/own.yaml", "line 20"),
        ("figure.nature", "declared/figures/own.yaml", "line 2"),
        ("figure.unknown_key", "declared/figures/own.yaml", "line 6"),
        ("figure.missing_key", "declared/figures/own.yaml", "line 3"),
        ("figure.measure", "declared/figures/own.yaml", "line 12"),
        ("figure.ledger_field", "declared/figures/own.yaml", "line 9"),
        ("figure.ledger_field", "declared/figures/own.yaml", "line 9"),
        ("figure.formula", "declared/figures/own.yaml", "line 18"),
    ]


def test_two_figures_cannot_share_a_name(declared):
    folder = declared(
        """
- {code: two, name_zh: 市场主体, name_en: Two, unit_of_measure: 个, source: series, measures: [value]}
"""
    )

    with pytest.raises(InputRefused, match="都叫“市场主体”"):
        catalogue.load(folder)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("GDP", "gdp"),
        ("一般财政预算收入", "budget_revenue"),
        ("Population", "population"),
        ("农村居民人均纯收入", "rural_income"),
    ],
)
def test_a_figure_is_found_by_any_of_its_names(words, code):
    assert catalogue.find(words).code == code


def test_the_nearest_names_are_offered():
    assert catalogue.nearest("城镇居民人均收入")[0] == "urban_income"


def test_no_ledger_figure_is_without_quantities():
    ledgers = [f.source for f in catalogue.load(None).values() if isinstance(f.source, Ledger)]

    assert len(ledgers) == 16
    assert all(source.quantities for source in ledgers)


def test_every_unit_of_measure_of_the_catalogue_has_its_english():
    units = {figure.unit_of_measure for figure in catalogue.catalogue().values()}
    units |= {
        unit_of(figure, Measure.parse(measure))
        for figure in catalogue.catalogue().values()
        for measure in figure.measures
    }

    assert {
        unit: name_of(unit).en for unit in units if not name_of(unit).en.replace("²", "2").isascii()
    } == {}
