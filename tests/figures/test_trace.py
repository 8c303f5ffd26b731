"""The trace of a value goes down to observations and ledger rows, with their places in the log."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gangmu.figures.values import trace
from gangmu.records import sealing
from gangmu.records.models import LogEntry
from tests.factories import org
from tests.factories.figures import observed
from tests.factories.projects import project

pytestmark = pytest.mark.django_db


def test_the_trace_of_computed_growth_as_it_is_printed():
    observed("building_tax", "2024", "4", source="区税务局")
    observed("building_tax", "2025", "5", source="区税务局", vintage="final")
    sealing.seal()

    tree = trace("building_tax", "2025", "yoy").as_json()

    outline = {key: tree[key] for key in ("figure", "measure", "period", "value", "printed", "unit_of_measure", "status", "vintage", "rule", "sentence_zh", "rows")}  # fmt: skip
    assert outline == {
        "figure": "building_tax",
        "measure": "yoy",
        "period": "2025",
        "value": "25",
        "printed": "25.0",
        "unit_of_measure": "%",
        "status": "ok",
        "vintage": "preliminary",
        "rule": "growth",
        "sentence_zh": "由两期数值计算：（本期 ÷ 上年同期 − 1）× 100",
        "rows": [],
    }
    assert [
        (
            one["period"],
            one["value"],
            one["observation"]["source"],
            one["observation"]["vintage"],
            one["observation"]["log"],
        )
        for one in tree["inputs"]
    ] == [
        ("2025", "5", "区税务局", "final", _position("2025")),
        ("2024", "4", "区税务局", "preliminary", _position("2024")),
    ]


def test_the_trace_of_a_count_names_its_rows_with_version_and_log():
    unit = org.unit("GXJ", name="工业和信息化局", short_name="工信局")
    entry = project(unit, "甲", {"early": "2024-02-01", "started": "2025-03-10"})
    sealing.seal()

    tree = trace("projects_started", "2025").as_json()

    [row] = tree["rows"]
    assert (row["ledger"], row["number"], row["version"]) == ("projects", entry.number, 2)
    assert LogEntry.objects.get(position=row["log"]).subject_key == f"projects/{entry.number}/2"


def test_a_rate_shows_both_sides():
    unit = org.unit("GXJ", name="工业和信息化局", short_name="工信局")
    project(unit, "甲", {"started": "2025-03-10"}, {"2025-04": "50"}, key_level="municipal")

    tree = trace("key_projects", "2025", "rate(invested/planned_investment)").as_json()

    assert [(one["rule"], one["value"]) for one in tree["inputs"]] == [
        ("numerator", "50"),
        ("denominator", None),
    ]
    assert tree["status"] == "missing"


def test_every_value_of_a_trace_equals_the_value_asked_for_by_itself():
    for year, number in (("2024", "265"), ("2025", "286.4")):
        observed("gdp", year, number)
        observed("gdp", year, "1000", area="全市")

    found = trace("gdp", "2025", "share(parent)")

    assert [(one.node.question.area, one.node.value) for one in found.walk()] == [
        ("own", Decimal("28.64")), ("own", Decimal("286.4")), ("全市", Decimal(1000))
    ]  # fmt: skip


def _position(period: str) -> int | None:
    return LogEntry.objects.get(
        subject_kind="observation", subject_key__startswith=f"building_tax/{period}/"
    ).position
