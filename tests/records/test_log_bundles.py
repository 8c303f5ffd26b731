"""A log exported and verified elsewhere: with neither Django nor a database."""

from __future__ import annotations

import dataclasses
import gzip
import json
import subprocess
import sys

import pytest

from gangmu.problems import InputRefused
from gangmu.records import bundles, checkpoints, sealing, verifying
from tests.factories.log import logged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def district(settings, tmp_path):
    settings.DISTRICT = dataclasses.replace(settings.DISTRICT, folder=tmp_path, name="云溪区")
    return settings.DISTRICT


@pytest.fixture
def bundle(tmp_path):
    """Four entries under two checkpoints, and one that is not sealed and so not exported."""
    logged("甲", "乙")
    sealing.seal()
    logged("丙", "丁")
    sealing.seal()
    logged("尚未封存")
    file = tmp_path / "log.jsonl"
    assert verifying.export(file) == 4
    return file


def lines_of(file):
    return file.read_text(encoding="utf-8").splitlines()


def found(file, outside=()):
    return [(difference.code, difference.place) for difference in bundles.verify(file, outside).differs]


def without(file, *numbers):
    lines = [line for number, line in enumerate(lines_of(file), start=1) if number not in numbers]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_bundle_verifies_and_says_what_it_compared(bundle):
    assert bundles.verify(bundle).as_json("en") == {
        "ok": True,
        "compared": 6,
        "differs": [],
        "counts": {"checkpoints": 2, "outside": 0, "entries": 4},
    }


def test_a_bundle_verifies_on_a_machine_without_django(bundle, district):
    blocked = "import sys; sys.modules['django'] = None; from gangmu.records import bundles; sys.exit(bundles.main(sys.argv[1:]))"
    outside = district.checkpoints / "000000000002.json"

    done = subprocess.run(
        [sys.executable, "-c", blocked, str(bundle), str(outside)], capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["counts"] == {"checkpoints": 2, "entries": 4, "outside": 1}


def test_a_bundle_may_be_gzipped(bundle, tmp_path):
    packed = tmp_path / "log.jsonl.gz"
    verifying.export(packed)

    assert gzip.decompress(packed.read_bytes()) == bundle.read_bytes()
    assert found(packed) == []


def test_a_changed_entry_is_named(bundle):
    bundle.write_text(bundle.read_text(encoding="utf-8").replace("乙", "己"), encoding="utf-8")

    assert found(bundle) == [("log.entry_changed", "1"), ("log.root", "2")]


def test_a_deleted_entry_is_named(bundle):
    without(bundle, 3)

    assert ("log.entry_missing", "1") in found(bundle)


def test_the_last_entries_cut_off_are_found(bundle):
    without(bundle, 4, 5)

    assert found(bundle) == [("log.cut", "4"), ("log.cut", "4")]


def test_entries_and_checkpoint_cut_off_together_are_found_only_with_an_outside_checkpoint(bundle, district):
    without(bundle, 4, 5, 7)
    header, *rest = lines_of(bundle)
    bundle.write_text("\n".join([header.replace('"size":4', '"size":2'), *rest]) + "\n", encoding="utf-8")
    kept_elsewhere = checkpoints.read(district.checkpoints / "000000000004.json")

    assert found(bundle) == []
    assert found(bundle, [kept_elsewhere]) == [("log.outside_cut", "4")]


def test_a_repeated_entry_is_named(bundle):
    lines = lines_of(bundle)
    bundle.write_text("\n".join([*lines[:3], lines[2], *lines[3:]]) + "\n", encoding="utf-8")

    assert ("log.entry_repeated", "2") in found(bundle)


def test_a_bundle_of_another_signer_is_found_when_the_key_is_known(bundle, district):
    own = checkpoints.read(district.checkpoints / "000000000002.json").public_key

    assert bundles.verify(bundle, trusted_keys=[own]).ok
    assert [d.code for d in bundles.verify(bundle, trusted_keys=["00" * 32]).differs] == [
        "checkpoint.key"
    ] * 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json\n",
        b'{"format":"gangmu-log/9","algorithm":"sha256","size":0}\n',
        b'{"format":"gangmu-log/1","algorithm":"sha256","size":1}\n{"position":0}\n',
        b"\xff\xfe\x00",
        b'{"format":"gangmu-log/1","algorithm":"sha256","size":1}\n[1]\n',
    ],
)
def test_what_is_no_bundle_is_refused_with_its_file(tmp_path, content):
    file = tmp_path / "x.jsonl"
    file.write_bytes(content)

    with pytest.raises(InputRefused) as refused:
        bundles.verify(file)

    assert [(p.code, p.file) for p in refused.value.problems] == [("bundle.unreadable", str(file))]


def test_a_missing_or_damaged_file_is_refused(tmp_path):
    damaged = tmp_path / "x.jsonl.gz"
    damaged.write_bytes(gzip.compress(b'{"format":"gangmu-log/1"}\n')[:-6])

    for file in (tmp_path / "nowhere.jsonl", damaged):
        with pytest.raises(InputRefused):
            bundles.verify(file)


def test_no_password_and_no_key_is_in_a_bundle(bundle, district):
    text = bundle.read_text(encoding="utf-8")
    key = (district.keys / "checkpoint.key").read_text(encoding="ascii").splitlines()[1]

    assert key not in text
