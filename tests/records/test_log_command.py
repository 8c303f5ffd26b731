"""`gangmu log` and `gangmu user` as an administrator and an auditor use them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.factories.commands import gangmu


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "yunxi"
    assert gangmu("init", folder, "--name", "云溪区").code == 0
    assert gangmu("log", "seal", "--dir", folder).code == 0
    return folder


def newest_checkpoint(folder):
    return max((folder / "checkpoints").glob("*.json"))


def test_a_district_in_order_verifies_and_says_what_an_outside_checkpoint_adds(district):
    done = gangmu("log", "verify", "--dir", district, "--json")
    told = gangmu("log", "verify", "--dir", district, "--lang", "en")

    assert (done.code, done.object["ok"], done.object["differs"]) == (0, True, [])
    assert done.object["compared"] == sum(done.object["counts"].values()) > 0
    assert told.code == 0 and "No checkpoint from elsewhere" in told.err


def test_an_exported_bundle_verifies_far_from_the_district(district, tmp_path):
    bundle, kept = tmp_path / "log.jsonl.gz", tmp_path / "kept.json"
    exported = gangmu("log", "export", "-o", bundle, "--dir", district, "--json")
    shutil.copy(newest_checkpoint(district), kept)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = gangmu("log", "verify", bundle, "--checkpoint", kept, "--json", cwd=elsewhere)

    assert exported.object["entries"] == done.object["counts"]["entries"] > 0
    assert (done.code, done.object["ok"], done.object["counts"]["outside"]) == (0, True, 1)


def test_a_row_changed_behind_the_logs_back_ends_with_1_and_its_name(district, tmp_path):
    forged = tmp_path / "forged"
    shutil.copytree(district, forged)
    with closing(sqlite3.connect(forged / "gangmu.db")) as database, database:
        database.execute("UPDATE org_user SET is_active = 0 WHERE username = 'audit'")

    done = gangmu("log", "verify", "--dir", forged, "--json", "--lang", "en")

    assert done.code == 1
    assert done.object["differs"] == [
        {
            "code": "row.changed",
            "place": "user/audit",
            "message": "user/audit is not what the log last said of it",
        }
    ]


def test_a_user_is_added_with_a_password_shown_once_and_listed_without_it(district):
    added = gangmu(
        "user", "add", "lihua", "--name", "李华", "--role", "office_officer", "--dir", district, "--json"
    )
    listed = gangmu("user", "list", "--dir", district, "--json")
    again = gangmu("user", "password", "lihua", "--dir", district, "--json")
    closed = gangmu("user", "close", "lihua", "--dir", district, "--json")

    assert added.object["username"] == "lihua" and len(added.object["password"]) == 19
    assert again.object["password"] != added.object["password"]
    assert added.object["password"] not in listed.out
    assert [row for row in listed.lines if row["username"] == "lihua"] == [
        {
            "username": "lihua",
            "name": "李华",
            "unit": "",
            "roles": ["office_officer"],
            "role_names": ["目标办工作人员"],
            "active": True,
        }
    ]
    assert closed.object == {"username": "lihua", "active": False}


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("user", "add", "audit"), "user.exists"),
        (("user", "add", "x", "--role", "reporter"), "role.needs_unit"),
        (("user", "add", "x", "--role", "reporter", "--unit", "没有的局"), "unit.unknown"),
        (("user", "password", "nobody"), "user.unknown"),
        (("user", "add", "x", "--role", "leader", "--as", "system"), "permission.denied"),
        (("user", "add", "x", "--as", "audit"), "permission.denied"),
        (("log", "export", "-o", "x.jsonl", "--as", "office"), "permission.denied"),
        (("log", "verify", "gangmu.toml"), "bundle.unreadable"),
        (("log", "verify", "--checkpoint", "gangmu.toml"), "checkpoint.unreadable"),
    ],
)
def test_what_may_not_or_cannot_be_done_is_told_and_ends_with_1(district, argv, code):
    done = gangmu(*argv, "--json", cwd=district)

    assert (done.code, [line["code"] for line in done.lines]) == (1, [code])


@pytest.mark.parametrize("argv", [("log",), ("log", "export"), ("user",), ("user", "add"), ("log", "burn")])
def test_wrong_usage_ends_with_2(argv):
    assert gangmu(*argv).code == 2
