"""What the log proves: each kind of tampering is found and named, and what only an outside checkpoint finds."""

from __future__ import annotations

import dataclasses
import json
import shutil
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from gangmu.org.models import Unit
from gangmu.org.roster import Writing
from gangmu.problems import InputRefused
from gangmu.records import checkpoints, sealing, verifying
from gangmu.records.log import LEAF_COLUMNS, Change, leaf_digest, record
from gangmu.records.models import Checkpoint, LogEntry, LogHead
from tests.factories.log import OPERATOR, logged, sql

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def district(settings, tmp_path):
    """A district's folder of its own: keys and checkpoints of one test say nothing about another's."""
    settings.DISTRICT = dataclasses.replace(settings.DISTRICT, folder=tmp_path)
    return settings.DISTRICT


def found(outside=()):
    return [(difference.code, difference.place) for difference in verifying.verify(outside).differs]


def outside_copy(district, size):
    return checkpoints.read(district.checkpoints / f"{size:012}.json")


def test_a_log_in_order_verifies_and_says_what_it_compared():
    logged("甲", "乙", "丙")
    assert sealing.seal() == 3
    logged("丁")
    assert sealing.seal() == 1
    logged("尚未封存")

    verification = verifying.verify()

    assert verification.as_json("en") == {
        "ok": True,
        "compared": 9,
        "differs": [],
        "counts": {"checkpoints": 2, "outside": 2, "entries": 4, "unsealed": 1},
    }


def test_an_empty_log_verifies():
    assert sealing.seal() == 0
    assert verifying.verify().ok
    assert not Checkpoint.objects.exists()


def test_a_changed_entry_is_named():
    entries = logged("甲", "乙", "丙")
    sealing.seal()

    sql("UPDATE records_logentry SET actor_name = 'someone else' WHERE id = %s", entries[1].pk)

    assert found() == [("log.entry_changed", "1"), ("log.root", "3"), ("log.rebuilt", "3"), ("log.head", "3")]


def test_an_entry_changed_together_with_its_digest_is_found_by_the_checkpoint_after_it():
    logged("甲", "乙")
    sealing.seal()
    entry = logged("丙")[0]
    sealing.seal()

    entry.detail = '{"说":"改过"}'
    digest = leaf_digest([getattr(entry, column) for column in LEAF_COLUMNS])
    sql("UPDATE records_logentry SET detail = %s, digest = %s WHERE id = %s", entry.detail, digest, entry.pk)

    assert found() == [("log.root", "3"), ("log.rebuilt", "3"), ("log.head", "3")]
    assert "第 2 至 2 条" in verifying.verify().differs[0].message.zh


def test_an_entry_changed_before_it_was_sealed_is_named():
    entry = logged("甲")[0]

    sql("UPDATE records_logentry SET reason = 'because' WHERE id = %s", entry.pk)

    assert found() == [("log.entry_changed", f"id {entry.pk}")]


def test_a_deleted_entry_is_named():
    entries = logged("甲", "乙", "丙")
    sealing.seal()

    sql("DELETE FROM records_logentry WHERE id = %s", entries[1].pk)

    assert ("log.entry_missing", "1") in found()


def test_the_last_entries_cut_off_are_found_by_the_checkpoint():
    logged("甲", "乙")
    sealing.seal()
    cut = logged("丙", "丁")
    sealing.seal()

    for entry in cut:
        sql("DELETE FROM records_logentry WHERE id = %s", entry.pk)

    assert ("log.cut", "4") in found()


def test_the_last_entries_cut_off_with_their_checkpoint_are_found_by_the_copy_in_the_folder():
    logged("甲", "乙")
    sealing.seal()
    before = LogHead.objects.get()
    cut = logged("丙")[0]
    sealing.seal()

    sql("DELETE FROM records_logentry WHERE id = %s", cut.pk)
    sql("DELETE FROM records_checkpoint WHERE size = 3")
    sql("UPDATE records_loghead SET size = %s, peaks = %s", before.size, before.peaks)

    assert found() == [("log.outside_cut", "3")]


def rebuild(district, change):
    """Forge the whole log with the key at hand: change it, then seal it anew and leave no other copy."""
    sql("UPDATE records_logentry SET position = NULL")
    change()
    for entry in LogEntry.objects.all():
        digest = leaf_digest([getattr(entry, column) for column in LEAF_COLUMNS])
        sql("UPDATE records_logentry SET digest = %s WHERE id = %s", digest, entry.pk)
    sql("DELETE FROM records_checkpoint")
    sql("DELETE FROM records_loghead")
    shutil.rmtree(district.checkpoints)
    sealing.seal()


def test_a_log_rebuilt_with_the_key_is_found_with_an_outside_checkpoint_and_only_so(district):
    entries = logged("甲", "乙", "丙")
    sealing.seal()
    kept_elsewhere = outside_copy(district, 3)

    rebuild(
        district,
        lambda: sql("UPDATE records_logentry SET actor_name = 'nobody' WHERE id = %s", entries[0].pk),
    )

    assert found() == []
    assert found([kept_elsewhere]) == [("log.rebuilt", "3")]


def test_a_log_rebuilt_shorter_is_found_with_an_outside_checkpoint(district):
    entries = logged("甲", "乙", "丙")
    sealing.seal()
    kept_elsewhere = outside_copy(district, 3)

    rebuild(district, lambda: sql("DELETE FROM records_logentry WHERE id = %s", entries[2].pk))

    assert found([kept_elsewhere]) == [("log.outside_cut", "3")]


def test_a_log_that_only_grew_is_consistent_with_every_older_outside_checkpoint(district):
    kept = []
    for size, note in enumerate("甲乙丙丁戊", start=1):
        logged(note)
        sealing.seal()
        kept.append(outside_copy(district, size))

    assert found(kept) == []


def test_checkpoints_signed_with_a_strangers_key_are_found(district):
    logged("甲")
    sealing.seal()
    own = (district.keys / "checkpoint.key").read_bytes()
    (district.keys / "checkpoint.key").unlink()
    rebuild(district, lambda: sql("UPDATE records_logentry SET actor_name = 'nobody'"))
    (district.keys / "checkpoint.key").write_bytes(own)

    assert found() == [("checkpoint.key", "1"), ("checkpoint.key", "1")]  # in the database and in the folder


def test_a_key_used_formerly_stays_trusted_as_a_pub_file(district):
    logged("甲")
    sealing.seal()
    former = outside_copy(district, 1).public_key
    (district.keys / "checkpoint.key").unlink()
    logged("乙")
    sealing.seal()

    assert [code for code, _ in found()] == ["checkpoint.key", "checkpoint.key"]
    (district.keys / "2025.pub").write_text(former + "\n", encoding="ascii")
    assert found() == []


def test_a_changed_checkpoint_has_no_valid_signature(district):
    logged("甲")
    sealing.seal()
    file = district.checkpoints / "000000000001.json"

    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "root": "00" * 32}))
    sql("UPDATE records_checkpoint SET at = '2020-01-01T00:00:00+00:00'")

    assert found() == [("checkpoint.signature", "1"), ("checkpoint.signature", "1"), ("log.rebuilt", "1")]


def test_a_file_that_is_no_checkpoint_is_named_and_does_not_stop_the_check(district):
    logged("甲")
    sealing.seal()
    (district.checkpoints / "zz.json").write_text('{"format": "something else"}')

    assert found() == [("checkpoint.unreadable", "zz.json")]


def test_positions_given_without_a_checkpoint_are_found():
    logged("甲")
    sealing.seal()
    late = logged("乙")[0]

    sql("UPDATE records_logentry SET position = 1 WHERE id = %s", late.pk)

    assert found() == [("log.checkpoint_missing", "1"), ("log.head", "2")]


def put_unit(**fields):
    content = {
        "code": "QF",
        "name": "区发改局",
        "name_en": "",
        "short_name": "发改",
        "kind": "政府",
        "group": "",
        "protocol_order": 1,
        "is_office": False,
        "parent": None,
        "valid_from": None,
        "valid_to": None,
        "succeeded_by": None,
    }
    with transaction.atomic():
        writing = Writing(OPERATOR)
        writing.put("unit", {**content, **fields})
        writing.finish()


def test_a_row_changed_added_or_deleted_behind_the_logs_back_is_named():
    put_unit()
    put_unit(code="CZ", name="区财政局", protocol_order=2)
    assert found() == []

    sql("UPDATE org_unit SET protocol_order = 9 WHERE code = 'QF'")
    sql("DELETE FROM org_unit WHERE code = 'CZ'")
    Unit.objects.create(code="X", name="凭空多出的局", short_name="X", kind="政府", protocol_order=3)

    assert sorted(found()) == [
        ("row.changed", "unit/QF"),
        ("row.deleted", "unit/CZ"),
        ("row.not_logged", "unit/X"),
    ]


def test_a_row_changed_and_deleted_through_its_door_is_in_order():
    put_unit()
    put_unit(protocol_order=9)
    with transaction.atomic():
        writing = Writing(OPERATOR)
        writing.remove("unit", "QF")
        writing.finish()

    assert found() == []


def test_an_entry_that_commits_after_a_later_one_was_sealed_is_sealed_the_next_time():
    """Ids are given before commit: a sealer that took all ids up to N would lose the late one."""
    late, early = logged("先取号", "后取号先提交")
    sql("DELETE FROM records_logentry WHERE id = %s", late.pk)  # not yet committed, as another sees it

    first = sealing.seal()
    late.save(force_insert=True)
    second = sealing.seal()

    assert (first, second, late.pk < early.pk) == (1, 1, True)
    sealed = LogEntry.objects.order_by("position").values_list("subject_key", flat=True)
    assert list(sealed) == ["后取号先提交", "先取号"]
    assert found() == []


@pytest.fixture
def database_on_disk(tmp_path):
    """SQLite in memory locks tables in a way that no file does: threads get a copy of it as a file."""
    if connection.vendor != "sqlite":
        yield
        return
    own = connection.settings_dict["NAME"]
    sql(f"VACUUM INTO '{tmp_path / 'copy.db'}'")
    connection.settings_dict["NAME"] = str(tmp_path / "copy.db")
    yield
    connection.settings_dict["NAME"] = own


def in_threads(*acts):
    """Run each in a thread with connections of its own; what they gave, in order. A failure is raised here."""

    def run(act):
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_sealers_at_once_leave_one_log_without_gap_or_repetition(database_on_disk):
    def write_and_seal():
        sealed = 0
        for _ in range(5):
            logged(f"由线程 {threading.get_ident()} 所写")
            sealed += sealing.seal()
        return sealed

    def positions():
        sealed = LogEntry.objects.order_by("position").values_list("position", flat=True)
        return list(sealed), found()

    counts = in_threads(*[write_and_seal] * 4)

    assert sum(counts) == 20
    assert in_threads(positions) == [(list(range(20)), [])]


def test_a_server_seals_what_was_written_while_it_ran(database_on_disk):
    def serve():
        with sealing.regularly(seconds=3600):
            logged("甲", "乙")
        return LogEntry.objects.filter(position=None).count(), found()

    assert in_threads(serve) == [(0, [])]


def test_a_server_goes_on_when_sealing_fails_for_a_while(database_on_disk, district, caplog):
    def serve():
        logged("甲")
        sealing.seal()
        sql("UPDATE records_loghead SET peaks = %s", "00" * 32)
        with sealing.regularly(seconds=3600):
            logged("乙")
        return LogEntry.objects.filter(position=None).count()

    assert in_threads(serve) == [1]
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("gangmu.records.sealing", "ERROR")
    ]


def test_sealing_stops_when_its_own_state_was_altered():
    logged("甲")
    sealing.seal()
    sql("UPDATE records_loghead SET peaks = %s", "00" * 32)
    logged("乙")

    with pytest.raises(InputRefused) as refused:
        sealing.seal()

    assert [p.code for p in refused.value.problems] == ["log.head_differs"]
    assert LogEntry.objects.filter(position=None).count() == 1


def test_the_key_is_its_owners_alone_and_a_lost_copy_is_written_again(district):
    logged("甲")
    sealing.seal()
    key = district.keys / "checkpoint.key"
    copy = district.checkpoints / "000000000001.json"
    written = copy.read_text()
    copy.unlink()
    logged("乙")
    sealing.seal()

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert copy.read_text() == written
    assert sorted(path.name for path in Path(district.checkpoints).iterdir()) == [
        "000000000001.json",
        "000000000002.json",
    ]


def test_the_log_is_written_inside_the_transaction_of_its_change_or_not_at_all():
    with pytest.raises(RuntimeError):
        record(OPERATOR, Change("note.write", "note", "无事务"))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(OPERATOR, Change("note.write", "note", "回滚"))
        raise ZeroDivisionError

    assert not LogEntry.objects.exists()


def test_an_entry_is_never_changed_or_deleted_through_its_model():
    entry = logged("甲")[0]

    for act in (
        entry.delete,
        LogEntry.objects.all().delete,
        lambda: LogEntry.objects.filter(pk=entry.pk).update(reason="改"),
    ):
        with pytest.raises(TypeError):
            act()
