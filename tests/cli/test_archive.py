"""A backup holds everything, is refused when anything of it changed, and goes back whole or not at all."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from gangmu.cli import archive
from gangmu.org.models import RoleGrant, Unit, User
from gangmu.problems import InputRefused
from gangmu.records.log import Actor, Change, record
from gangmu.records.models import LogEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A district with two units of which one is part of the other, an account, a log entry, files and keys."""
    home = tmp_path / "district"
    for place, content in {
        "gangmu.toml": "name = '云溪区'",
        "evidence/ab/abcdef": "证据",
        "keys/secret.key": "秘密",
        "gangmu.db": "not taken",
    }.items():
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_text(content, encoding="utf-8")
    office = Unit.objects.create(
        code="A02", name="区发展和改革局", short_name="发改局", kind="gov", protocol_order=2
    )
    Unit.objects.create(
        code="A01",
        name="物价科",
        short_name="物价科",
        kind="gov",
        protocol_order=1,
        parent=office,
        valid_from=datetime.date(2025, 1, 1),
    )
    user = User.objects.create_user("office", "a-long-password", "目标办")
    RoleGrant.objects.create(user=user, role="office_head")
    with transaction.atomic():
        record(Actor.of(user), Change("unit.create", "unit", "A01", "0" * 64, {"名称": "物价科"}))
    return home


def everything() -> list[list[tuple[object, ...]]]:
    return [
        list(Unit.objects.order_by("pk").values_list()),
        list(User.objects.order_by("pk").values_list()),
        list(RoleGrant.objects.values_list()),
        list(LogEntry.objects.order_by("pk").values_list()),
    ]


def emptied() -> None:
    """A database as migrations leave it."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def rewritten(source: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(source) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    target = source.with_name("changed.zip")
    target.write_bytes(buffer.getvalue())
    return target


def codes(refused: pytest.ExceptionInfo[InputRefused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_rows_and_files_come_back_as_they_were(folder: Path, tmp_path: Path) -> None:
    before = everything()
    written = archive.write(folder, tmp_path / "b.zip")
    emptied()

    manifest = archive.read_manifest(tmp_path / "b.zip")
    archive.unpack_files(tmp_path / "b.zip", manifest, tmp_path / "restored")
    counts = archive.load_rows(tmp_path / "b.zip", manifest)

    assert manifest == written
    assert everything() == before
    assert counts == written.counts
    assert (counts["org.unit"], counts["org.user"], counts["records.logentry"]) == (2, 1, 1)
    assert sorted(
        p.relative_to(tmp_path / "restored").as_posix() for p in (tmp_path / "restored").rglob("*.*")
    ) == ["gangmu.toml"]
    assert (tmp_path / "restored/evidence/ab/abcdef").read_text(encoding="utf-8") == "证据"


def test_new_rows_after_a_restore_get_new_numbers(folder: Path, tmp_path: Path) -> None:
    archive.write(folder, tmp_path / "b.zip")
    taken = set(Unit.objects.values_list("pk", flat=True))
    emptied()
    archive.load_rows(tmp_path / "b.zip", archive.read_manifest(tmp_path / "b.zip"))

    unit = Unit.objects.create(code="A03", name="新", short_name="新", kind="gov", protocol_order=3)

    assert unit.pk not in taken


def test_keys_stay_behind_unless_asked_for(folder: Path, tmp_path: Path) -> None:
    without = archive.write(folder, tmp_path / "without.zip")
    with_keys = archive.write(folder, tmp_path / "with.zip", with_keys=True)
    archive.unpack_files(tmp_path / "with.zip", with_keys, tmp_path / "restored")

    assert list(without.files) == ["evidence/ab/abcdef", "gangmu.toml"]
    assert list(with_keys.files) == ["evidence/ab/abcdef", "gangmu.toml", "keys/secret.key"]
    assert (tmp_path / "restored/keys/secret.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "with.zip").stat().st_mode & 0o777 == 0o600


def test_a_backup_within_the_folder_is_not_backed_up_again(folder: Path) -> None:
    first = archive.write(folder, folder / "1.zip")
    second = archive.write(folder, folder / "2.zip")

    assert list(first.files) == list(second.files)


def test_an_existing_file_is_never_overwritten(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"mine")

    with pytest.raises(InputRefused) as refused:
        archive.write(folder, tmp_path / "b.zip")

    assert codes(refused) == ["backup.exists"]
    assert (tmp_path / "b.zip").read_bytes() == b"mine"


def test_a_database_that_holds_something_is_never_loaded_into(folder: Path, tmp_path: Path) -> None:
    manifest = archive.write(folder, tmp_path / "b.zip")

    with pytest.raises(InputRefused) as refused:
        archive.load_rows(tmp_path / "b.zip", manifest)

    assert codes(refused) == ["restore.database_not_empty"]


def test_a_row_taken_out_of_a_backup_is_found_and_nothing_is_loaded(folder: Path, tmp_path: Path) -> None:
    archive.write(folder, tmp_path / "b.zip")
    emptied()

    def drop_the_log(parts: dict[str, bytes]) -> None:
        name = next(name for name in parts if name.endswith("records.logentry.jsonl"))
        parts[name] = b""

    changed = rewritten(tmp_path / "b.zip", drop_the_log)

    with pytest.raises(InputRefused) as refused:
        archive.load_rows(changed, archive.read_manifest(changed))

    assert codes(refused) == ["backup.damaged"]
    assert Unit.objects.count() == 0


def test_a_changed_file_is_found(folder: Path, tmp_path: Path) -> None:
    archive.write(folder, tmp_path / "b.zip")
    changed = rewritten(
        tmp_path / "b.zip", lambda parts: parts.update({"files/evidence/ab/abcdef": b"forged"})
    )

    with pytest.raises(InputRefused) as refused:
        archive.unpack_files(changed, archive.read_manifest(changed), tmp_path / "restored")

    assert codes(refused) == ["backup.damaged"]


@pytest.mark.parametrize(
    "place", ["../outside", "/etc/outside", "a/../../outside", "C:\\outside", "..\\outside"]
)
def test_a_file_that_points_outside_is_refused(place: str, folder: Path, tmp_path: Path) -> None:
    archive.write(folder, tmp_path / "b.zip")

    def point_outside(parts: dict[str, bytes]) -> None:
        said = json.loads(parts["manifest.json"])
        said["files"] = {place: "0" * 64}
        parts["manifest.json"] = json.dumps(said).encode()
        parts[f"files/{place}"] = b"x"

    changed = rewritten(tmp_path / "b.zip", point_outside)

    with pytest.raises(InputRefused) as refused:
        archive.unpack_files(changed, archive.read_manifest(changed), tmp_path / "restored")

    assert codes(refused) == ["backup.not_a_backup"]


def test_a_backup_of_another_structure_is_refused_with_the_version_to_use(
    folder: Path, tmp_path: Path
) -> None:
    archive.write(folder, tmp_path / "b.zip")
    emptied()

    def age(parts: dict[str, bytes]) -> None:
        said = json.loads(parts["manifest.json"])
        parts["manifest.json"] = json.dumps(
            {**said, "version": "0.0.9", "migrations": ["org.0001_old"]}
        ).encode()

    changed = rewritten(tmp_path / "b.zip", age)

    with pytest.raises(InputRefused) as refused:
        archive.load_rows(changed, archive.read_manifest(changed))

    assert [problem.remedy.zh for problem in refused.value.problems] == [
        "请先安装 gangmu==0.0.9 恢复，再升级"
    ]


@pytest.mark.parametrize("content", [b"", b"PK", b"hello"])
def test_what_is_no_backup_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(content)

    with pytest.raises(InputRefused) as refused:
        archive.read_manifest(tmp_path / "b.zip")

    assert codes(refused) == ["backup.not_a_backup"]
