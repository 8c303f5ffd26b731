"""Excerpts of real work reports (tests/data/reports): what is found and bound, against a check by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from gangmu.documents.binding import Reading, read
from gangmu.documents.templating import Made, make

REPORTS = Path(__file__).resolve().parents[1] / "data" / "reports"
NAMES = sorted(path.name for path in REPORTS.iterdir())
LEVELS = {"count", "value", "sum"}  # one class when compared, by the convention


@dataclass(frozen=True)
class Excerpt:
    text: str
    made: Made
    readings: dict[int, Reading]
    annotated: dict[int, dict[str, str]]

    def share(self, agrees) -> float:
        """Of the annotated numbers that were found, the share for which the reading agrees with the annotation."""
        found = [(self.readings[at], row) for at, row in self.annotated.items() if at in self.readings]
        return sum(agrees(reading, row) for reading, row in found) / len(found)


@pytest.fixture(scope="module", params=NAMES)
def excerpt(request):
    folder = REPORTS / request.param
    text = (folder / "text.txt").read_text(encoding="utf-8").removesuffix("\n")
    with (folder / "annotation.csv").open(encoding="utf-8") as lines:
        annotated = {int(row["offset"]): row for row in csv.DictReader(lines)}
    return Excerpt(text, make(text), {r.number.start: r for r in read(text)}, annotated)


def same_measure(reading, row):
    return reading.measure == row["measure"] or {reading.measure, row["measure"]} <= LEVELS


def test_the_annotation_stands_where_the_text_has_the_numbers(excerpt):
    printed = {at: excerpt.text[at : at + len(row["printed"])] for at, row in excerpt.annotated.items()}

    assert printed == {at: row["printed"] for at, row in excerpt.annotated.items()}


def test_an_excerpt_has_forty_sentences_and_names_its_source(excerpt, request):
    sources = [yaml.safe_load((REPORTS / name / "source.yaml").read_text(encoding="utf-8")) for name in NAMES]

    assert excerpt.text.count("。") >= 40
    assert all({"title", "issuer", "published", "address", "excerpt"} <= set(source) for source in sources)


def test_filled_again_from_the_observations_the_text_is_the_same(excerpt):
    assert excerpt.made.refilled() == excerpt.text


def test_at_least_nine_in_ten_of_the_numbers_counted_by_hand_are_bound(excerpt):
    unbound = {one.offset for one in excerpt.made.unbound}
    bound = [at for at in excerpt.annotated if at in excerpt.readings and at not in unbound]

    assert len(bound) == excerpt.made.bound
    assert len(bound) / len(excerpt.annotated) >= 0.9


def test_every_number_that_is_not_bound_is_listed(excerpt):
    assert excerpt.made.found == excerpt.made.bound + len(excerpt.made.unbound)
    assert all(one.reason for one in excerpt.made.unbound)


def test_nothing_is_found_that_is_no_figure_number(excerpt):
    assert set(excerpt.readings) - set(excerpt.annotated) == set()


def test_readings_agree_with_the_check_by_hand(excerpt):
    assert excerpt.share(lambda reading, row: reading.concept == row["concept"]) >= 0.85
    assert excerpt.share(same_measure) >= 0.98
    assert excerpt.share(lambda reading, row: reading.period == row["period"]) >= 0.95
    assert excerpt.share(lambda reading, row: reading.planned == bool(row["planned"])) == 1
    assert excerpt.share(lambda reading, row: reading.number.unit == row["unit"]) == 1


def test_no_key_has_two_values(excerpt):
    values = defaultdict(set)
    for observed in excerpt.made.observations:
        values[observed.figure, observed.measure, observed.period].add(observed.value)

    assert [key for key, found in values.items() if len(found) > 1] == []


def test_observations_are_decimals_in_the_figures_own_unit():
    text = "2026年工作报告\n一、2025年工作回顾\n进出口总额达到1.5万亿元，下降0.4%；累计减税820万元。"

    made = make(text, year=2025)

    assert [(o.measure, o.period, str(o.value), o.unit) for o in made.observations] == [
        ("value", "2025", "15000", "亿元"),
        ("yoy", "2025", "-0.4", "%"),
        ("value", "2025", "820", "万元"),
    ]
    assert (
        made.template.splitlines()[2]
        == "进出口总额达到{{进出口总额.数值}}万亿元，{{进出口总额.增速|增长}}；累计减税{{减税.数值}}万元。"
    )


def test_two_numbers_for_one_key_are_both_left_as_printed_and_listed():
    made = make(
        "2026年工作报告\n一、2025年工作回顾\n全省生产总值跨越7万亿、8万亿、9万亿三个台阶。", year=2025
    )

    assert (made.found, made.bound, len(made.unbound)) == (3, 0, 3)
    assert {one.reason for one in made.unbound} == {"同一指标、取值方式和期间出现不同的数"}
