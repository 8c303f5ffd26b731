"""`gangmu demo` from an empty folder to the report, and once more: real processes, real files, twelve units."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gangmu.cli.demo.build import MARK, MARK_TEXT
from tests.factories.commands import DEMO_DAY, demo, gangmu, surroundings

REPORT = "年度工作报告.docx"

pytestmark = pytest.mark.slow


def verified(folder: Path) -> list[dict[str, Any]]:
    return gangmu("verify", folder / REPORT, "--dir", folder, "--json").lines


def states(folder: Path) -> list[str]:
    return [line["state"] for line in verified(folder)]


def test_the_first_run_does_the_whole_year(first: tuple[Path, dict[str, Any]]) -> None:
    folder, said = first

    assert (said["built"], said["year"], said["scored"], said["missing"]) == (True, "2025", 12, 1)
    assert said["bound"] >= 130
    assert len(said["sign_ins"]) == 14
    assert (folder / REPORT).is_file()
    assert not (folder / MARK).exists()


def test_every_number_of_the_report_is_bound_and_holds(first: tuple[Path, dict[str, Any]]) -> None:
    found = states(first[0])

    assert len(found) >= 100
    assert set(found) == {"same"}


def test_the_log_proves_that_nothing_was_changed_behind_it(first: tuple[Path, dict[str, Any]]) -> None:
    done = gangmu("log", "verify", "--dir", first[0], "--json")

    assert (done.code, done.object["differs"]) == (0, [])


def test_the_district_says_that_it_is_fictional(first: tuple[Path, dict[str, Any]]) -> None:
    settings = (first[0] / "gangmu.toml").read_text(encoding="utf-8")

    assert "fictional = true" in settings
    assert f'today = "{DEMO_DAY}"' in settings


def test_its_own_files_imported_once_more_change_nothing(built: Path) -> None:
    done = gangmu("import", "--dir", built, "--json")

    assert (done.code, done.object["created"], done.object["changed"]) == (0, 0, 0)


def test_a_second_run_builds_nothing_and_keeps_the_report(built: Path) -> None:
    before = (built / REPORT).read_bytes()

    done = demo(built, "--json")

    assert (done.object["built"], done.object["sealed"]) == (False, 0)
    assert (built / REPORT).read_bytes() == before


def test_what_people_entered_in_between_stays_and_moves_the_report(built: Path) -> None:
    path = built / "ledgers" / "grievances.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["群众诉求"]
    headers = {cell.value: cell.column for cell in sheet[1]}
    row = next(r for r in range(2, sheet.max_row + 1) if str(sheet.cell(r, 1).value).startswith("SQ-2025"))
    topic = sheet.cell(row, headers["诉求类别"])
    topic.value = "教育" if topic.value != "教育" else "住房物业"
    book.save(path)
    assert gangmu("import", path, "--dir", built, "--json").object["changed"] == 1
    moved = states(built).count("no_longer_current")

    done = demo(built, "--json")

    assert moved >= 1
    assert done.object["built"] is False
    assert set(states(built)) == {"same"}


def test_an_interrupted_build_is_begun_again(built: Path) -> None:
    mark = built / MARK
    mark.write_text(MARK_TEXT, encoding="utf-8")
    (built / "gangmu.db").write_bytes(b"half")

    done = demo(built, "--json")

    assert (done.code, done.object["built"]) == (0, True)
    assert not mark.exists()


def test_a_real_district_is_not_written_into(tmp_path: Path) -> None:
    gangmu("init", tmp_path / "real", "--name", "某区")

    done = demo(tmp_path / "real", "--json")

    assert (done.code, done.lines[0]["code"]) == (1, "demo.not_fictional")


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")

    done = demo(tmp_path, "--json")

    assert (done.code, done.lines[0]["code"]) == (1, "folder.taken")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_too_few_units_are_refused(tmp_path: Path) -> None:
    done = gangmu("demo", "--no-serve", "--units", 3, "--dir", tmp_path / "demo", "--json")

    assert (done.code, done.lines[0]["code"]) == (1, "demo.units")
    assert not (tmp_path / "demo").exists()


def test_the_items_under_way_are_somebodys_duty(first: tuple[Path, dict[str, Any]]) -> None:
    with sqlite3.connect(first[0] / "gangmu.db") as database:
        (open_duties,) = database.execute(
            "SELECT count(*) FROM records_duty WHERE done_at IS NULL"
        ).fetchone()

    assert open_duties >= 20


ENTER = """
import sys
from datetime import date
from pathlib import Path
from gangmu.cli.district import actor_named, open_district
open_district(Path(sys.argv[1]), "zh-hans")
from gangmu.ledgers import entries
from gangmu.ledgers.declarations import get
entered = {
    "title": "暖气不热", "unit": "CGJ", "lane": "hotline", "channel": "phone", "received_on": date(2025, 12, 30),
    "topic": "utilities", "community": "桂花社区", "level": "community",
}
print(entries.create(get("grievances"), entered, actor_named(None)).number)
"""


def test_an_entry_made_in_between_stays_and_is_counted_in_the_report(built: Path) -> None:
    received = ("figures", "grievances_received", "--period", "2025", "--measure", "count", "--dir", built, "--json")  # fmt: skip
    before = int(gangmu(*received).object["value"])
    entered = subprocess.run(
        [sys.executable, "-c", ENTER, built], env=surroundings(), capture_output=True, text=True, timeout=120
    )
    assert entered.returncode == 0, entered.stderr
    moved = [line for line in verified(built) if line["state"] == "no_longer_current"]

    done = demo(built, "--json")

    assert done.object["built"] is False
    assert int(gangmu(*received).object["value"]) == before + 1
    assert (f"{before}件", f"{before + 1}件") in {(line["issued"], line["current"]) for line in moved}
    assert {line["state"] for line in verified(built)} == {"same"}
