"""A district from `init` to `restore`, as its operator lives it: real processes, real files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from gangmu.sheets.writing import SheetOut, write_workbook
from tests.factories.commands import Done, gangmu
from tests.factories.databases import empty_database

UNIT_HEADERS = ["编码", "名称", "简称", "类别", "考核分组", "排序", "上级单位"]
UNITS = [
    ["A01", "云溪区发展和改革局", "发改局", "政府", "综合部门", 1, None],
    ["A02", "云溪区财政局", "财政局", "政府", "综合部门", 2, None],
]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("districts") / "yunxi"
    done = gangmu("init", folder, "--name", "云溪区")
    assert done.code == 0, done.err
    return folder


@pytest.fixture
def district(laid_out: Path, tmp_path: Path) -> Path:
    """A district of its own for each test, copied from one laid out once."""
    folder = tmp_path / "yunxi"
    shutil.copytree(laid_out, folder)
    return folder


def write_units(folder: Path, rows: Sequence[Sequence[Any]], headers: Sequence[str] = UNIT_HEADERS) -> Path:
    write_workbook(folder / "units.xlsx", [SheetOut("单位", headers, rows)])
    return folder / "units.xlsx"


def rows_of(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "gangmu.db") as database:
        (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def imported(folder: Path, *argv: object) -> Done:
    return gangmu("import", *argv, "--dir", folder, "--json")


def test_init_lays_a_district_out_with_sign_ins_and_private_keys(tmp_path: Path) -> None:
    done = gangmu("init", tmp_path / "甲区", "--name", "甲区", "--json")

    assert done.code == 0, done.err
    said = done.object
    assert sorted(said["sign_ins"]) == ["audit", "office", "security", "system"]
    assert {
        "gangmu.toml",
        "units.xlsx",
        "series.xlsx",
        "goals.xlsx",
        "facts.xlsx",
        "ledgers/projects.xlsx",
    } <= set(said["files"])
    assert not (tmp_path / "甲区/gangmu.before-upgrade.db").exists()
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "甲区/keys").iterdir()} == {
        "secret.key": 0o600,
        "checkpoint.key": 0o600,
    }
    with sqlite3.connect(tmp_path / "甲区/gangmu.db") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_init_again_changes_nothing(district: Path) -> None:
    before = {
        path: path.read_bytes()
        for path in district.rglob("*")
        if path.is_file() and "gangmu.db" not in path.name
    }

    done = gangmu("init", district, "--json")

    assert (done.code, done.object["files"], done.object["sign_ins"]) == (0, [], {})
    assert {path: path.read_bytes() for path in before} == before
    assert rows_of(district, "org_user") == 4


def test_what_init_lays_out_imports_without_a_finding(district: Path) -> None:
    done = imported(district)

    assert done.code == 0, done.err + done.out


def test_an_import_brings_rows_once_and_is_sealed(district: Path) -> None:
    units = write_units(district, UNITS)

    first = imported(district, units).object
    again = imported(district, units).object

    assert (first["created"], first["changed"], first["files"][0]["file"]) == (2, 0, "units.xlsx")
    assert (again["batch"], again["created"], again["changed"], again["unchanged"]) == (None, 0, 0, 2)
    assert rows_of(district, "org_unit") == 2
    assert [line["batch"] for line in imported(district, "--list").lines] == [first["batch"]]
    assert list((district / "checkpoints").iterdir()) != []


def test_an_import_lets_the_database_count_its_rows_again(tmp_path: Path, other_database: str) -> None:
    """Without that PostgreSQL plans its sums for the empty tables of before."""
    folder = tmp_path / "yunxi"
    place = {"DATABASE_URL": other_database}
    gangmu("init", folder, "--name", "云溪区", **place)

    done = gangmu("import", write_units(folder, UNITS), "--dir", folder, **place)

    assert (done.code, counted_rows(other_database, "org_unit")) == (0, 2), done.err


def counted_rows(address: str, table: str) -> int:
    """How many rows the planner of a database believes a table to have."""
    if address.startswith("sqlite"):
        with sqlite3.connect(address.removeprefix("sqlite:///")) as database:
            (stat,) = database.execute(
                "SELECT stat FROM sqlite_stat1 WHERE tbl = ? LIMIT 1", [table]
            ).fetchone()
        return int(stat.split()[0])
    with psycopg.connect(address) as server:
        found = server.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table]).fetchone()
    return int(found[0]) if found else 0


def test_a_check_takes_nothing(district: Path) -> None:
    done = imported(district, write_units(district, UNITS), "--check")

    assert (done.code, done.object["batch"], done.object["created"]) == (0, None, 2)
    assert rows_of(district, "org_unit") == 0


def test_findings_of_all_files_are_told_at_once_and_nothing_is_taken(district: Path) -> None:
    write_units(
        district,
        [*UNITS, ["A03", None, "丙", "政府", "综合部门", "第三", None], ["合计", None, None, None, None, 3]],
    )
    (district / "facts.xlsx").write_bytes(b"not a workbook")

    done = imported(district)

    assert done.code == 1
    assert {(line["file"], line["cell"], line["code"]) for line in done.lines} == {
        ("facts.xlsx", "", "file.not_a_workbook"),
        ("units.xlsx", "B4", "cell.empty"),
        ("units.xlsx", "F4", "number.not_a_number"),
    }
    assert rows_of(district, "org_unit") == 0
    assert rows_of(district, "records_importbatch") == 0


def test_the_users_own_file_comes_back_marked_and_imports_once_mended(district: Path) -> None:
    units = write_units(district, [*UNITS, ["A03", None, "丙局", "政府", "综合部门", 3, None]])
    assert imported(district, units).code == 1
    copy = district / "units.标错.xlsx"

    book = openpyxl.load_workbook(copy)
    marked = [cell.value for cell in book["单位"]["H"]]
    book["单位"]["B4"] = "丙局"
    book.save(copy)

    assert marked == ["错误", None, None, "“名称”没有填写 此列必须填写"]
    assert imported(district, copy).object["created"] == 3


def test_a_missing_header_names_sheet_and_headers(district: Path) -> None:
    done = imported(district, write_units(district, [["A01"]], ["代号"]))

    assert done.code == 1
    assert {(line["sheet"], line["code"]) for line in done.lines} == {("单位", "sheet.header_missing")}
    assert all("表头有：代号" in line["message"] for line in done.lines)


def test_a_file_that_nothing_recognises_is_a_finding(district: Path) -> None:
    write_workbook(district / "x.xlsx", [SheetOut("工资", ["姓名"], [["甲"]])])

    done = imported(district, district / "x.xlsx", district / "nowhere.xlsx")
    alone = imported(district, district / "x.xlsx")

    assert [line["code"] for line in done.lines] == ["file.missing"]
    assert [line["code"] for line in alone.lines] == ["file.not_recognised"]


def test_a_folder_of_files_is_imported_and_csv_too(district: Path, tmp_path: Path) -> None:
    folder = tmp_path / "收到的表"
    folder.mkdir()
    (folder / "units.csv").write_bytes("编码,名称,简称\nA01,发展和改革局,发改局\n".encode("gb18030"))
    write_workbook(folder / "~$units.xlsx", [SheetOut("锁", [])])

    done = imported(district, folder)

    assert (done.code, done.object["created"]) == (0, 1), done.out
    assert [file["file"] for file in done.object["files"]] == [str(folder / "units.csv")]


def test_an_import_is_undone_as_a_whole_and_only_once(district: Path) -> None:
    batch = imported(district, write_units(district, UNITS)).object["batch"]

    undone = imported(district, "--undo").object
    again = imported(district, "--undo", batch)

    assert (undone["undone"], undone["rows"]) == (batch, 2)
    assert rows_of(district, "org_unit") == 0
    assert [line["code"] for line in again.lines] == ["batch.undone"]
    assert gangmu("log", "verify", "--dir", district, "--json").object["ok"] is True


def test_who_may_not_import_is_told_who_may(district: Path) -> None:
    done = gangmu("import", write_units(district, UNITS), "--dir", district, "--as", "audit", "--json")

    assert (done.code, [line["code"] for line in done.lines]) == (1, ["permission.denied"])
    assert rows_of(district, "org_unit") == 0


def test_an_unknown_account_is_a_finding(district: Path) -> None:
    done = gangmu("import", "--dir", district, "--as", "nobody", "--json")

    assert (done.code, [line["code"] for line in done.lines]) == (1, ["user.unknown"])


def test_doctor_finds_a_healthy_district_and_says_what_is_wrong_with_another(district: Path) -> None:
    imported(district, write_units(district, UNITS))
    healthy = gangmu("doctor", "--dir", district, "--json")

    (district / "keys/secret.key").chmod(0o644)
    with sqlite3.connect(district / "gangmu.db") as database:
        database.execute("UPDATE org_unit SET name = '偷改' WHERE code = 'A01'")
    ill = gangmu("doctor", "--dir", district, "--json")

    assert (healthy.code, {line["state"] for line in healthy.lines} - {"warning"}) == (0, {"ok"})
    assert ill.code == 1
    assert [line["check"] for line in ill.lines if line["state"] == "failed"] == ["keys", "log"]


def test_a_database_file_that_is_none_is_a_finding(district: Path) -> None:
    for left in district.glob("gangmu.db*"):
        left.unlink()
    (district / "gangmu.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)
    (district / "gangmu.db").chmod(0o600)

    imported_into = imported(district)
    doctor = gangmu("doctor", "--dir", district, "--json")

    assert (imported_into.code, [line["code"] for line in imported_into.lines]) == (
        1,
        ["database.unreachable"],
    )
    assert (doctor.code, [line["check"] for line in doctor.lines if line["state"] == "failed"]) == (
        1,
        ["database"],
    )


def test_a_place_that_cannot_be_written_is_a_finding() -> None:
    nowhere = Path("/proc/gangmu")  # not even the superuser makes a folder there

    done = gangmu("init", nowhere, "--json")

    assert (done.code, [line["code"] for line in done.lines]) == (1, ["system.file"])


def test_a_backup_restores_into_an_empty_folder_and_its_log_verifies(district: Path, tmp_path: Path) -> None:
    imported(district, write_units(district, UNITS))
    written = gangmu("backup", tmp_path / "b.zip", "--dir", district, "--json")

    restored = gangmu("restore", tmp_path / "b.zip", "--dir", tmp_path / "restored", "--json")

    assert written.code == 0, written.err
    assert restored.code == 0, restored.err + restored.out
    assert (restored.object["ok"], restored.object["rows"]) == (True, written.object["rows"])
    assert rows_of(tmp_path / "restored", "org_unit") == 2
    assert imported(tmp_path / "restored", district / "units.xlsx").object["unchanged"] == 2
    assert (
        imported(tmp_path / "restored", write_units(district, [*UNITS, ["A09", "新局", "新局"]])).object[
            "created"
        ]
        == 1
    )
    # Sealed with a new key: the old one stayed behind, but its public half came along.
    assert gangmu("log", "verify", "--dir", tmp_path / "restored", "--json").object["ok"] is True


@pytest.fixture
def other_database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the kind this run of the suite is about."""
    with empty_database(tmp_path) as address:
        yield address


def test_a_backup_of_sqlite_restores_into_the_database_of_database_url_and_back(
    district: Path, tmp_path: Path, other_database: str
) -> None:
    imported(district, write_units(district, UNITS))
    gangmu("backup", tmp_path / "1.zip", "--dir", district)

    there = gangmu(
        "restore", tmp_path / "1.zip", "--dir", tmp_path / "there", "--json", DATABASE_URL=other_database
    )
    again = gangmu(
        "backup", tmp_path / "2.zip", "--dir", tmp_path / "there", "--json", DATABASE_URL=other_database
    )
    back = gangmu("restore", tmp_path / "2.zip", "--dir", tmp_path / "back", "--json")

    assert (there.code, again.code, back.code) == (0, 0, 0), there.err + again.err + back.err
    assert not (tmp_path / "there/gangmu.db").exists()
    assert back.object["ok"] is True
    assert back.object["rows"] == there.object["rows"] + 1  # the second backup is in the log itself
    assert rows_of(tmp_path / "back", "org_unit") == 2


def test_restore_refuses_a_folder_that_is_not_empty(district: Path, tmp_path: Path) -> None:
    gangmu("backup", tmp_path / "b.zip", "--dir", district)

    done = gangmu("restore", tmp_path / "b.zip", "--dir", district, "--json")

    assert (done.code, [line["code"] for line in done.lines]) == (1, ["folder.taken"])


def test_a_restore_that_fails_leaves_nothing_behind(district: Path, tmp_path: Path) -> None:
    gangmu("backup", tmp_path / "b.zip", "--dir", district)
    whole = (tmp_path / "b.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[: len(whole) // 2])

    done = gangmu("restore", tmp_path / "b.zip", "--dir", tmp_path / "restored", "--json")

    assert (done.code, [line["code"] for line in done.lines]) == (1, ["backup.not_a_backup"])
    assert not (tmp_path / "restored").exists() or list((tmp_path / "restored").iterdir()) == []
