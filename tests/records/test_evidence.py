"""Evidence: kept by content, taken only if it is what it says, never shown in place."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import stat
import zipfile

import pytest

from gangmu.problems import InputRefused, refuse
from gangmu.records import evidence
from gangmu.records.log import Actor
from gangmu.records.models import Evidence, LogEntry

pytestmark = pytest.mark.django_db

OPERATOR = Actor(None, "操作员")
PDF = b"%PDF-1.7\n..."


@pytest.fixture(autouse=True)
def district(settings, tmp_path):
    settings.DISTRICT = dataclasses.replace(settings.DISTRICT, folder=tmp_path)
    return settings.DISTRICT


def archive(*names: str, content: bytes = b"<x/>") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return buffer.getvalue()


def keep(content: bytes, name: str, key: str = "projects/P-1") -> Evidence:
    return evidence.keep(content, name, "entry", key, OPERATOR)


def test_a_file_is_kept_by_its_digest_and_logged_with_the_row_it_proves(district):
    kept = keep(PDF, "开工令.pdf")

    digest = hashlib.sha256(PDF).hexdigest()
    path = district.evidence / digest[:2] / digest
    assert (kept.digest, kept.media_type, kept.size) == (digest, "application/pdf", len(PDF))
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    entry = LogEntry.objects.get()
    assert (entry.action, entry.subject_key, digest in entry.detail) == (
        "evidence.keep",
        "projects/P-1",
        True,
    )


def test_the_same_content_is_stored_once_and_belongs_to_each_row_it_proves(district):
    first, again, other = keep(PDF, "a.pdf"), keep(PDF, "b.pdf"), keep(PDF, "c.pdf", "projects/P-2")

    assert (first.pk, other.name) == (again.pk, "c.pdf")
    assert [kept.pk for kept in evidence.of("entry", "projects/P-1")] == [first.pk]
    assert len([path for path in district.evidence.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xff\xd8\xff\xe0....", "现场.JPG"),
        (b"\x89PNG\r\n\x1a\n....", "图.png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "图.webp"),
        (archive("word/document.xml", "[Content_Types].xml"), "方案.docx"),
        (archive("xl/workbook.xml"), "表.xlsx"),
        (archive("OFD.xml"), "文件.ofd"),
    ],
)
def test_the_kinds_on_the_short_list_are_taken(content, name):
    assert keep(content, name).name == name


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.pdf", "evidence.empty"),
        (b"MZ\x90\x00", "程序.exe", "evidence.not_taken"),
        (b"<html><script>", "页.html", "evidence.not_taken"),
        (b"<svg onload=x>", "图.svg", "evidence.not_taken"),
        (b"text", "没有后缀", "evidence.not_taken"),
        (b"<html><script>", "页.pdf", "evidence.not_what_it_says"),
        (b"MZ\x90\x00", "程序.pdf", "evidence.not_what_it_says"),
        (b"RIFF\x00\x00\x00\x00AVI ", "影.webp", "evidence.not_what_it_says"),
        (b"PK\x03\x04 broken", "方案.docx", "evidence.not_what_it_says"),
        (archive("xl/workbook.xml"), "方案.docx", "evidence.not_what_it_says"),
        (archive("word/document.xml", "word/vbaProject.bin"), "宏.docx", "evidence.not_what_it_says"),
        (archive("word/document.xml"), "宏.docm", "evidence.not_taken"),
        (b"%PDF-" + b"0" * evidence.LARGEST, "大.pdf", "evidence.too_large"),
        (
            archive("xl/workbook.xml", content=b"0" * (evidence.LARGEST_UNPACKED + 1)),
            "炸弹.xlsx",
            "evidence.too_large",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_on_the_list_or_not_what_it_says_is_refused_and_leaves_nothing(
    district, content, name, code
):
    with pytest.raises(InputRefused) as refused:
        keep(content, name)

    assert [p.code for p in refused.value.problems] == [code]
    assert (Evidence.objects.count(), LogEntry.objects.count(), district.evidence.exists()) == (0, 0, False)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/开工令.pdf", "开工令.pdf"),
        ("C:\\扫描\\开工令.pdf", "开工令.pdf"),
        ('a"b<c>\r\n.pdf', "abc.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_loses_its_folders_and_what_a_header_could_be_made_of(given, kept):
    assert keep(PDF, given).name == kept


def test_a_file_is_served_as_attachment_only():
    response = evidence.as_attachment(keep(PDF, "开工令.pdf"))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Type"] == "application/pdf"


def test_a_scan_sees_every_file_and_may_refuse_it(monkeypatch, district):
    seen = []

    def scan(content, name):
        seen.append(name)
        if b"EICAR" in content:
            raise refuse("evidence.virus", "有病毒", "a virus", "请杀毒", "clean it")

    monkeypatch.setattr(evidence, "_scans", [])
    evidence.register_scan(scan)
    keep(PDF, "好.pdf")
    with pytest.raises(InputRefused) as refused:
        keep(b"%PDF-EICAR", "坏.pdf")

    assert ([p.code for p in refused.value.problems], seen) == (["evidence.virus"], ["好.pdf", "坏.pdf"])


def test_evidence_that_was_changed_or_lost_is_found(district):
    good, changed, lost = keep(PDF, "a.pdf"), keep(PDF + b"1", "b.pdf"), keep(PDF + b"2", "c.pdf")
    evidence.path_of(changed.digest).write_bytes(b"%PDF-forged")
    evidence.path_of(lost.digest).unlink()

    assert evidence.damaged([good, changed, lost]) == [changed, lost]
