"""Backups: one zip of a district, the database in Django's own serialisation so that both databases read it.

In the zip: `manifest.json`, `data/NNN_app.model.jsonl` (one row a line, in the order of dependencies) and `files/…`,
the folder without its database. Keys are left out unless asked for: who has them can sign in anyone's name.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from gangmu import __version__
from gangmu.cli.district import pending_migrations
from gangmu.problems import InputRefused, refuse
from gangmu.records import clock
from gangmu.records.checkpoints import load_or_make_key, public_key_of

FORMAT = "gangmu-backup/1"
MANIFEST = "manifest.json"
KEYS = "keys"
LEFT_OUT = (
    "gangmu.db",
    "gangmu.db-wal",
    "gangmu.db-shm",
    "gangmu.db-journal",
    "gangmu.before-upgrade.db",
    "static",
    "errors",
)
NOT_DUMPED = {"contenttypes.contenttype", "auth.permission", "sessions.session"}
"""Made anew by every database, or worthless tomorrow."""

_BATCH = 500
_MAX_MANIFEST = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. counts: model → rows; files: place in the folder → SHA-256."""

    version: str
    made_at: str
    database: str
    migrations: tuple[str, ...]
    counts: dict[str, int]
    files: dict[str, str]
    with_keys: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": self.version,
            "made_at": self.made_at,
            "database": self.database,
            "migrations": list(self.migrations),
            "counts": self.counts,
            "files": self.files,
            "with_keys": self.with_keys,
        }


def write(folder: Path, target: Path, *, with_keys: bool = False) -> Manifest:
    """Write a backup of the open district; it appears whole or not at all, readable by its owner alone.

    The rows are those of one moment, whoever is writing meanwhile. An existing file is refused.
    """
    if target.exists():
        raise refuse(
            "backup.exists",
            "文件已存在",
            "the file exists",
            "请换一个文件名",
            "choose another name",
            file=str(target),
        )
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _private(draft) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            counts = _dump(archive)
            files = {
                place: _store(archive, folder / place, place) for place in _places(folder, with_keys, target)
            }
            if not with_keys:
                files |= _store_public_key(archive, folder)
            manifest = Manifest(
                __version__,
                clock.now().isoformat(timespec="seconds"),
                connection.vendor,
                tuple(_shipped_migrations()),
                counts,
                files,
                with_keys,
            )
            archive.writestr(MANIFEST, json.dumps(manifest.as_json(), ensure_ascii=False, indent=1))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself, or `InputRefused`."""
    try:
        with zipfile.ZipFile(source) as archive:
            if archive.getinfo(MANIFEST).file_size > _MAX_MANIFEST:
                raise ValueError("manifest")
            said = json.loads(archive.read(MANIFEST))
        if said.pop("format") != FORMAT:
            raise ValueError("format")
        return Manifest(**{**said, "migrations": tuple(said["migrations"])})
    except OSError as error:
        raise refuse(
            "backup.unreadable",
            f"无法读取（{error.strerror}）",
            f"cannot be read ({error.strerror})",
            "请检查文件名",
            "check its name",
            file=str(source),
        ) from error
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise _no_backup(source) from error


def unpack_files(source: Path, manifest: Manifest, folder: Path) -> None:
    """The folder's files, each checked against its digest. `InputRefused` when one differs or points outside."""
    with zipfile.ZipFile(source) as archive:
        for place, digest in manifest.files.items():
            path = _inside(folder, place, source)
            path.parent.mkdir(parents=True, exist_ok=True)
            private = PurePosixPath(place).parts[0] == KEYS
            if private:
                path.parent.chmod(0o700)
            found = hashlib.sha256()
            with archive.open(f"files/{place}") as stored, _private(path) as out:
                for chunk in iter(lambda: stored.read(2**20), b""):
                    found.update(chunk)
                    out.write(chunk)
            if not private:
                path.chmod(0o644)
            if found.hexdigest() != digest:
                raise _damaged(source, place)


def load_rows(source: Path, manifest: Manifest) -> dict[str, int]:
    """Load every row into the open, empty database in one transaction; returns the counts found afterwards.

    `InputRefused` when the database holds something, when the backup is of another structure, or when counts differ.
    """
    _check_structure(source, manifest)
    _check_empty()
    with zipfile.ZipFile(source) as archive, transaction.atomic():
        for name in sorted(name for name in archive.namelist() if name.startswith("data/")):
            with archive.open(name) as stored:
                _load(io.TextIOWrapper(stored, encoding="utf-8"))
        connection.check_constraints()
        counts = {label: model._base_manager.count() for label, model in _dumped_models()}
        if counts != manifest.counts:
            differing = "、".join(label for label in counts if counts[label] != manifest.counts.get(label))
            raise _damaged(source, differing)
        _reset_sequences()
    return counts


def _dumped_models() -> Iterator[tuple[str, type[models.Model]]]:
    """Every table of ours, those pointed at before those that point."""
    configs = [(config, None) for config in apps.get_app_configs() if config.models_module is not None]
    for model in serializers.sort_dependencies(configs, allow_cycles=True):
        label = model._meta.label_lower
        if label not in NOT_DUMPED and not model._meta.proxy and model._meta.managed:
            yield label, model


def _dump(archive: zipfile.ZipFile) -> dict[str, int]:
    counts = {}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for index, (label, model) in enumerate(_dumped_models()):
            with archive.open(f"data/{index:03}_{label}.jsonl", "w", force_zip64=True) as stored:
                stream = io.TextIOWrapper(stored, encoding="utf-8")
                rows = _Counted(model._base_manager.order_by("pk").iterator(chunk_size=2000))
                serializers.serialize("jsonl", rows, stream=stream, ensure_ascii=False, cls=_ToTheMicrosecond)
                stream.flush()
            counts[label] = rows.count
    return counts


class _ToTheMicrosecond(DjangoJSONEncoder):
    """Django cuts moments to milliseconds; the log's digests are over microseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime.datetime) else super().default(o)


class _Counted:
    """An iterator that remembers how many it gave."""

    def __init__(self, rows: Iterator[models.Model]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[models.Model]:
        for row in self._rows:
            self.count += 1
            yield row


def _load(stream: io.TextIOWrapper) -> None:
    pending: list[models.Model] = []
    many: list[Any] = []
    for found in serializers.deserialize("jsonl", stream, handle_forward_references=False):
        pending.append(found.object)
        if found.m2m_data:
            many.append(found)
        if len(pending) >= _BATCH:
            _insert(pending)
    _insert(pending)
    for found in many:
        for name, related in found.m2m_data.items():
            getattr(found.object, name).set(related)


def _insert(pending: list[models.Model]) -> None:
    if pending:
        type(pending[0])._base_manager.bulk_create(pending)
        pending.clear()


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), [model for _, model in _dumped_models()])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _check_structure(source: Path, manifest: Manifest) -> None:
    if set(manifest.migrations) == set(_shipped_migrations()) and not pending_migrations():
        return
    raise refuse(
        "backup.version",
        f"备份由 {manifest.version} 版写成，数据库结构与本版本（{__version__}）不同",
        f"the backup was written by {manifest.version}; its structure differs from this version's ({__version__})",
        f"请先安装 gangmu=={manifest.version} 恢复，再升级",
        f"restore it with gangmu=={manifest.version} first, then upgrade",
        file=str(source),
    )


def _check_empty() -> None:
    filled = [label for label, model in _dumped_models() if model._base_manager.exists()]
    if filled:
        raise refuse(
            "restore.database_not_empty",
            f"数据库不是空的（{'、'.join(filled)}）",
            f"the database is not empty ({', '.join(filled)})",
            "请用 DATABASE_URL 指向一个新的空数据库",
            "let DATABASE_URL point to a new, empty database",
        )


def _shipped_migrations() -> list[str]:
    return sorted(
        f"{app.label}.{path.stem}"
        for app in apps.get_app_configs()
        for path in (Path(app.path) / "migrations").glob("[0-9]*.py")
    )


def _places(folder: Path, with_keys: bool, target: Path) -> Iterator[str]:
    """The files of the folder that belong into a backup, as places within it."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        top = place.parts[0]
        if top in LEFT_OUT or (top == KEYS and not with_keys and path.suffix != ".pub"):
            continue
        if path.is_file() and not path.is_symlink() and not _is_archive_of_ours(path, target):
            yield place.as_posix()


def _is_archive_of_ours(path: Path, target: Path) -> bool:
    """Backups kept within the folder are not backed up again."""
    if path.name.startswith(f".{target.name}."):
        return True
    if path.suffix != target.suffix or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return MANIFEST in archive.namelist()


def _store(archive: zipfile.ZipFile, path: Path, place: str) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, archive.open(f"files/{place}", "w", force_zip64=True) as stored:
        for chunk in iter(lambda: source.read(2**20), b""):
            digest.update(chunk)
            stored.write(chunk)
    return digest.hexdigest()


def _store_public_key(archive: zipfile.ZipFile, folder: Path) -> dict[str, str]:
    """The public half of the checkpoint key: a restored log must still verify where the key itself stayed behind."""
    if not (folder / KEYS / "checkpoint.key").exists():
        return {}
    public = public_key_of(load_or_make_key(folder / KEYS))
    place = f"{KEYS}/{public[:16]}.pub"
    if (folder / place).exists():
        return {}
    archive.writestr(f"files/{place}", public)
    return {place: hashlib.sha256(public.encode()).hexdigest()}


def _private(path: Path) -> IO[bytes]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(handle, "wb")


def _inside(folder: Path, place: str, source: Path) -> Path:
    parts = PurePosixPath(place).parts
    if not parts or place.startswith("/") or ".." in parts or "\\" in place or ":" in parts[0]:
        raise _no_backup(source)
    return folder.joinpath(*parts)


def _no_backup(source: Path) -> InputRefused:
    return refuse(
        "backup.not_a_backup",
        "不是 gangmu backup 写的备份文件",
        "is no backup written by gangmu backup",
        "请检查文件名",
        "check its name",
        file=str(source),
    )


def _damaged(source: Path, what: str) -> InputRefused:
    return refuse(
        "backup.damaged",
        f"备份已损坏或被改动：{what}",
        f"the backup is damaged or was changed: {what}",
        "请换一份备份",
        "use another backup",
        file=str(source),
    )
