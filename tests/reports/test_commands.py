"""`gangmu report`, `gangmu verify` and `gangmu template`, run as people run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.commands import gangmu

EXCERPT = Path(__file__).resolve().parents[1] / "data" / "reports" / "jilin-2026" / "text.txt"


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    done = gangmu("init", folder)
    assert done.code == 0, done.err
    (folder / "series.csv").write_text(
        "指标,取值方式,期间,数值\n地区生产总值,,2025,612.34\n地区生产总值,增速,2025,5.3\n", encoding="utf-8"
    )
    done = gangmu("import", folder / "series.csv", "--dir", folder)
    assert done.code == 0, done.err
    (folder / "年报.txt").write_text(
        "工作报告\n地区生产总值{{地区生产总值}}，{{地区生产总值.增速|增长}}；固定资产投资{{固定资产投资.增速|增长}}。\n",
        encoding="utf-8",
    )
    return folder


def test_a_report_is_written_told_and_verified(district):
    told = gangmu(
        "report",
        district / "年报.txt",
        "-o",
        district / "a.docx",
        "--period",
        "2025",
        "--json",
        "--dir",
        district,
    )
    verified = gangmu("verify", district / "a.docx", "--json", "--dir", district)

    assert told.code == 0, told.err
    assert {key: told.object[key] for key in ("blanks", "filled", "missing", "asked")} == {
        "blanks": 3,
        "filled": 2,
        "missing": 1,
        "asked": 0,
    }
    assert told.object["missing_figures"] == ["固定资产投资 2025年 增速"]
    assert verified.code == 0, verified.err
    assert [
        (line["figure"], line["printed"], line["issued"], line["current"], line["state"])
        for line in verified.lines
    ] == [
        ("gdp", "612.34亿元", "612.34亿元", "612.34亿元", "same"),
        ("gdp", "增长5.3%", "增长5.3%", "增长5.3%", "same"),
        (
            "fixed_asset_investment",
            "〔缺：固定资产投资 2025年 增速〕",
            "〔缺：固定资产投资 2025年 增速〕",
            "〔缺：固定资产投资 2025年 增速〕",
            "same",
        ),
    ]


def test_verifying_ends_with_one_when_a_figure_moved_on(district):
    gangmu("report", district / "年报.txt", "-o", district / "b.docx", "--period", "2025", "--dir", district)
    (district / "series_later.csv").write_text(
        "指标,取值方式,期间,数值\n地区生产总值,增速,2025,5.6\n", encoding="utf-8"
    )
    assert gangmu("import", district / "series_later.csv", "--dir", district).code == 0

    verified = gangmu("verify", district / "b.docx", "--json", "--dir", district)

    assert verified.code == 1
    assert [line["state"] for line in verified.lines] == ["same", "no_longer_current", "same"]


def test_a_wrong_template_ends_with_one_and_every_finding(district):
    (district / "错.txt").write_text("题\n{{没有这个指标}}\n{{gdp.增数}}\n", encoding="utf-8")

    told = gangmu(
        "report",
        district / "错.txt",
        "-o",
        district / "c.docx",
        "--period",
        "2025",
        "--json",
        "--dir",
        district,
    )

    assert told.code == 1
    assert [(line["cell"].split()[1], line["code"]) for line in told.lines] == [
        ("2", "figure.unknown"),
        ("3", "measure.unknown"),
    ]
    assert not (district / "c.docx").exists()


def test_a_report_becomes_a_template_without_a_district(tmp_path):
    told = gangmu("template", EXCERPT, "-o", tmp_path / "made", "--json", "--dir", tmp_path)

    assert told.code == 0, told.err
    assert {key: told.object[key] for key in ("year", "found", "bound", "identical")} == {
        "year": 2025,
        "found": 140,
        "bound": 135,
        "identical": True,
    }
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [
        "figures.yaml",
        "series.xlsx",
        "template.txt",
        "unbound.csv",
    ]
