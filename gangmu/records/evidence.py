"""Evidence files: kept by the digest of their content, checked by what they are, served as attachments only."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse

from gangmu.problems import InputRefused, refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, record
from gangmu.records.models import Evidence

LARGEST = 20 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024

Scan = Callable[[bytes, str], None]
"""Looks at a file's content and name; raises InputRefused for what must not come in (a virus scanner)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: its endings, how its content begins, parts an archive of it has."""

    media_type: str
    endings: tuple[str, ...]
    begins: bytes
    at: int = 0
    holds: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = (
    Kind("application/pdf", (".pdf",), b"%PDF-"),
    Kind("image/jpeg", (".jpg", ".jpeg"), b"\xff\xd8\xff"),
    Kind("image/png", (".png",), b"\x89PNG\r\n\x1a\n"),
    Kind("image/webp", (".webp",), b"WEBP", at=8),
    Kind(f"{_OFFICE}wordprocessingml.document", (".docx",), b"PK\x03\x04", holds="word/document.xml"),
    Kind(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), b"PK\x03\x04", holds="xl/workbook.xml"),
    Kind("application/ofd", (".ofd",), b"PK\x03\x04", holds="OFD.xml"),
)
"""A short list on purpose: nothing that a browser or an office runs. Macros (.docm, .xlsm) are not on it."""

_scans: list[Scan] = []


def register_scan(scan: Scan) -> None:
    """Have every file looked at before it is kept. Called once, when the process starts."""
    _scans.append(scan)


@transaction.atomic
def keep(content: bytes, name: str, subject_kind: str, subject_key: str, actor: Actor) -> Evidence:
    """Keep a file as evidence of a row; the same file of the same row is kept once.

    InputRefused when it is empty, too large, not of an allowed kind, not what its name says, or a scan objects.
    """
    name = _plain_name(name)
    kind = _kind_of(content, name)
    for scan in _scans:
        scan(content, name)
    digest = hashlib.sha256(content).hexdigest()
    known = of(subject_kind, subject_key).filter(digest=digest).first()
    if known is not None:
        return known
    _write(path_of(digest), content)
    kept = Evidence.objects.create(
        digest=digest,
        name=name,
        media_type=kind.media_type,
        size=len(content),
        subject_kind=subject_kind,
        subject_key=subject_key,
        at=clock.now(),
        by=actor.user,
    )
    detail = {"evidence": digest, "name": name, "size": len(content)}
    record(actor, Change("evidence.keep", subject_kind, subject_key, detail=detail))
    return kept


def of(subject_kind: str, subject_key: str) -> QuerySet[Evidence]:
    """The evidence of a row. Whether a reader may see the row is asked by the storey that owns it."""
    return Evidence.objects.filter(subject_kind=subject_kind, subject_key=subject_key)


def path_of(digest: str) -> Path:
    """Where a content is kept: evidence/ab/abcdef…"""
    folder: Path = settings.DISTRICT.evidence
    return folder / digest[:2] / digest


def as_attachment(kept: Evidence) -> FileResponse:
    """The file as a download, never shown in place: the browser is told neither to open nor to guess."""
    response = FileResponse(
        path_of(kept.digest).open("rb"), as_attachment=True, filename=kept.name, content_type=kept.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def damaged(kept: Iterable[Evidence]) -> list[Evidence]:
    """Those whose file is gone or no longer has the content that was kept."""
    return [one for one in kept if not _is_whole(path_of(one.digest), one.digest)]


def _is_whole(path: Path, digest: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; a content that is there already is the same one."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    draft.write_bytes(content)
    draft.chmod(0o640)
    draft.replace(path)


def _plain_name(name: str) -> str:
    """The last part of a name, without characters that a system or a header gives a meaning."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')
    ending = PurePath(plain).suffix[:20]
    return plain[: 200 - len(ending)].removesuffix(ending) + ending


def _kind_of(content: bytes, name: str) -> Kind:
    if not content:
        raise refuse("evidence.empty", f"{name} 是空文件", f"{name} is empty", "请重新选择", "choose again")
    if len(content) > LARGEST:
        raise _too_large(name, f"{len(content) / 2**20:.1f} MB", f"{LARGEST // 2**20} MB")
    ending = PurePath(name).suffix.lower()
    kind = next((one for one in KINDS if ending in one.endings), None)
    if kind is None:
        raise _not_taken(name)
    if content[kind.at : kind.at + len(kind.begins)] != kind.begins or not _holds(content, kind, name):
        raise refuse(
            "evidence.not_what_it_says",
            f"{name} 的内容不是 {ending} 文件",
            f"the content of {name} is no {ending} file",
            "请用原来的程序另存后再上传，不要改后缀",
            "save it again from its program; do not rename it",
        )
    return kind


def _holds(content: bytes, kind: Kind, name: str) -> bool:
    """An archive holds what its kind does, no macro, and no more than can be unpacked."""
    if not kind.holds:
        return True
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        return False
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _too_large(name, "解压后过大", f"{LARGEST_UNPACKED // 2**20} MB")
    names = {part.filename for part in parts}
    return kind.holds in names and not any(part.endswith("vbaProject.bin") for part in names)


def _not_taken(name: str) -> InputRefused:
    endings = " ".join(ending for kind in KINDS for ending in kind.endings)
    return refuse(
        "evidence.not_taken",
        f"不接收这类文件：{name}",
        f"files of this kind are not taken: {name}",
        f"可上传：{endings}",
        f"taken are: {endings}",
    )


def _too_large(name: str, size: str, most: str) -> InputRefused:
    return refuse(
        "evidence.too_large",
        f"{name} 太大（{size}），最多 {most}",
        f"{name} is too large ({size}); at most {most}",
        "请压缩图片或拆分文件",
        "compress the picture or split the file",
    )
