"""Numbers about goals through the command line, as they were known at a moment: figures, trace and report."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from gangmu.goals import importing
from gangmu.sheets.writing import SheetOut, write_workbook
from tests.factories.commands import gangmu
from tests.factories.databases import empty_database

UNITS = [
    ["A01", "云溪区发展和改革局", "发改局", "综合部门", 1],
    ["A02", "云溪区财政局", "财政局", "综合部门", 2],
]
GOALS = [
    {"编码": "1", "名称": "稳增长", "类型": "总目标", "期间": "2025", "责任单位": "发改局"},
    {"编码": "2", "名称": "增收入", "类型": "总目标", "期间": "2025", "责任单位": "财政局"},
]
District = tuple[Path, dict[str, str], list[str]]

TEMPLATE = "年度报告\n共有{{responsible_units.count}}个责任单位。\n"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


def _goals(folder: Path, goals: list[dict[str, str]]) -> Path:
    header = [words[0] for words in importing.GOALS.values()]
    rows = [[goal.get(name) for name in header] for goal in goals]
    write_workbook(folder / "goals.xlsx", [SheetOut("目标", header, rows)])
    return folder / "goals.xlsx"


@pytest.fixture
def moments(tmp_path: Path) -> Iterator[District]:
    """A district whose goal book was empty, then had one goal, then two, then one again by an undo: a moment of each."""
    folder = tmp_path / "yunxi"
    with empty_database(tmp_path) as address:
        place = {"DATABASE_URL": address}

        def done(*argv: object) -> dict[str, object]:
            ended = gangmu(*argv, "--dir", folder, "--json", **place)
            assert ended.code == 0, ended.err
            return ended.object

        assert gangmu("init", folder, "--name", "云溪区", **place).code == 0
        write_workbook(
            folder / "units.xlsx", [SheetOut("单位", ["编码", "名称", "简称", "考核分组", "排序"], UNITS)]
        )
        done("import", folder / "units.xlsx")
        told = [_now()]
        done("import", _goals(folder, GOALS[:1]))
        told.append(_now())
        batch = done("import", _goals(folder, GOALS))["batch"]
        told.append(_now())
        done("import", "--undo", batch)
        yield folder, place, told


def test_figures_trace_and_report_answer_with_what_was_known(moments: District, tmp_path: Path) -> None:
    folder, place, told = moments
    (tmp_path / "模板.txt").write_text(TEMPLATE, encoding="utf-8")

    answers = []
    for number, as_of in enumerate([*(["--as-of", moment] for moment in told), []]):
        asked = ("responsible_units", "2025", "--dir", folder, "--json", *as_of)
        [figure] = gangmu("figures", asked[0], "--period", *asked[1:], **place).lines
        trace = gangmu("trace", *asked, **place).object
        paper = tmp_path / f"{number}.txt"
        report = ("report", tmp_path / "模板.txt", "-o", paper, "--period", "2025", "--dir", folder, *as_of)
        assert gangmu(*report, **place).code == 0
        rows = [(row["number"], row["version"]) for row in trace["rows"]]
        answers.append((figure["printed"], rows, paper.read_text(encoding="utf-8").splitlines()[1]))

    one = ("1", [("2025/1", 1)], "共有1个责任单位。")
    assert answers == [
        (None, [], "共有〔缺：目标责任单位 2025年 数量〕个责任单位。"),
        one,
        ("2", [("2025/1", 1), ("2025/2", 1)], "共有2个责任单位。"),
        one,
    ]
    assert gangmu("log", "verify", "--dir", folder, "--json", **place).object["ok"] is True
