"""Two real reports, end to end: declarations, import of the observations, figures, template, the same text."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from gangmu.documents import template_files
from gangmu.documents.templating import make
from gangmu.figures import catalogue, importing
from gangmu.problems import Problems
from gangmu.reports.filling import fill
from gangmu.reports.outlines import known
from gangmu.sheets.reading import read_workbook
from tests.factories.figures import CLERK, batch

REPORTS = Path(__file__).resolve().parents[1] / "data" / "reports"
NAMES = sorted(path.name for path in REPORTS.iterdir())

pytestmark = pytest.mark.django_db


@pytest.fixture
def declared(settings, tmp_path):
    """A district whose declared figures are a report's own."""
    settings.DISTRICT = replace(settings.DISTRICT, folder=tmp_path)
    folder = tmp_path / "declared" / "figures"
    folder.mkdir(parents=True)
    yield folder
    catalogue.forget()


@pytest.fixture(params=NAMES)
def report(request, declared):
    folder = REPORTS / request.param
    (declared / "figures.yaml").write_text(
        (folder / "figures.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    catalogue.forget()
    return folder


def imported(folder):
    problems = Problems()
    importing.run(read_workbook(folder / "series.csv", "series.csv"), problems, CLERK, batch())
    assert list(problems) == []


def test_the_template_filled_from_the_figures_is_the_report_to_the_character(report):
    imported(report)

    filled = fill(report / "template.txt", "2025")

    assert filled.document.text + "\n" == (report / "text.txt").read_text(encoding="utf-8")
    assert filled.missing == ()


def test_without_one_observation_exactly_its_numbers_are_missing(report, tmp_path):
    rows = (report / "series.csv").read_text(encoding="utf-8-sig").splitlines()
    left_out = next(row for row in csv.DictReader(rows) if row["取值方式"] == "value")
    kept = [row for row in rows if not row.startswith(f"{left_out['指标']},value,{left_out['期间']},")]
    (tmp_path / "series.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    imported(tmp_path)

    filled = fill(report / "template.txt", "2025")

    requests = [number.asked.request for number in filled.missing]
    assert {(r.figure, r.measure, r.period) for r in requests} == {
        (left_out["指标"], "value", left_out["期间"])
    }
    assert filled.document.text.count("〔缺：") == len(requests)


def test_the_committed_files_are_what_the_report_makes_today(declared):
    catalogue.forget()
    for name in NAMES:
        folder = REPORTS / name
        made = make((folder / "text.txt").read_text(encoding="utf-8"), known)

        assert made.template + "\n" == (folder / "template.txt").read_text(encoding="utf-8")
        with (folder / "unbound.csv").open(encoding="utf-8-sig") as lines:
            committed = [(int(row["位置"]), row["数字"], row["原因"]) for row in csv.DictReader(lines)]
        assert [(u.offset, u.printed, u.reason) for u in made.unbound] == committed
        observed = [list(map(str, row)) for row in template_files.series(made, "").rows]
        with (folder / "series.csv").open(encoding="utf-8-sig") as lines:
            assert [row[:-1] for row in list(csv.reader(lines))[1:]] == [row[:-1] for row in observed]
