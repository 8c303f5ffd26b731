"""Issued documents as pages: every number leads to its trace as it stood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gangmu.org.permissions import REPORTER
from tests.factories import portal, reports
from tests.factories.figures import observed

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Client:
    return portal.signed_in(portal.account())


def test_a_report_shows_its_text_and_marks_what_was_missing(officer: Client, tmp_path: Path) -> None:
    observed("gdp", "2025", "1286.42")
    observed("gdp", "2025", "5.6", "yoy")
    issued = reports.issued(tmp_path / "r.docx")

    page = officer.get(f"/reports/{issued.pk}/")

    text = page.content.decode()
    assert "<h1>云溪区工作报告</h1>" in text
    assert "1286.42亿元</a>" in text or "1286.42</a>" in text
    assert len(page.context["missing"]) == 2
    assert "2 处缺数" in text


def test_a_number_leads_to_its_trace_as_it_stood_when_issued(officer: Client, tmp_path: Path) -> None:
    observed("gdp", "2025", "1286.42")
    issued = reports.issued(tmp_path / "r.docx")
    observed("gdp", "2025", "1300.00")

    [trace] = [
        trace
        for _kind, runs in officer.get(f"/reports/{issued.pk}/").context["paragraphs"]
        for run, trace in runs
        if trace and run.figure == "gdp" and run.period == "2025" and run.measure == "value"
    ]

    level = officer.get(trace).context["level"]
    assert level.number.text() == "1286.42"
    assert officer.get("/trace/gdp/2025/?measure=value").context["level"].number.text() == "1300.00"


def test_reports_are_listed_with_their_numbers(officer: Client, tmp_path: Path) -> None:
    reports.issued(tmp_path / "r.docx")

    [row] = json.loads(officer.get("/reports/?format=json").content)["rows"]

    assert (row["title"], row["period"], row["numbers"], row["missing"]) == ("云溪区工作报告", "2025", 4, 4)


def test_a_reporter_of_a_unit_does_not_read_reports(tmp_path: Path) -> None:
    issued = reports.issued(tmp_path / "r.docx")
    reporter = portal.signed_in(portal.account("li", REPORTER, of=portal.unit()))

    assert reporter.get(f"/reports/{issued.pk}/").status_code == 403


def test_a_report_costs_the_same_for_4_and_40_numbers(officer: Client, tmp_path: Path) -> None:
    costs = []
    for name, text in (("short", reports.TEXT), ("long", reports.TEXT + reports.TEXT.split("\n", 2)[2] * 9)):
        issued = reports.issued(tmp_path / f"{name}.docx", text)
        officer.get(f"/reports/{issued.pk}/")
        with CaptureQueriesContext(connection) as queries:
            officer.get(f"/reports/{issued.pk}/")
        costs.append(len(queries))

    assert costs[0] == costs[1]
