"""Opening a bundle: a zip or its unpacked folder, from anyone. Nothing is unpacked, and nothing is taken on trust."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from gangmu.engine.proof.bundle import DIGESTS, FORMAT, LOG, MEMBERS
from gangmu.problems import InputRefused, Problem, Problems, Text, refuse

MAX_MEMBER = 64 * 2**20
"""Bytes of the longest member that is read; the bundle of a district has a few hundred thousand."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError)
"""What `zipfile` raises for damaged, encrypted and strangely compressed members."""


def read(path: Path) -> dict[str, str]:
    """The members by name. InputRefused names everything that keeps it from being a bundle."""
    problems = Problems()
    source = _folder(path, problems) if path.is_dir() else _zip(path, problems)
    found = {name: text for name, data in source if (text := _text(data, name, path, problems)) is not None}
    for name in MEMBERS:
        if name not in found and name != LOG and not any(one.sheet == name for one in problems):
            problems.add(_problem("missing", f"缺少 {name}", f"{name} is missing", path, name))
    problems.raise_if_any()
    if json_of(found[DIGESTS]).get("format") != FORMAT:
        raise InputRefused(
            (_problem("format", f"不是 {FORMAT} 格式", f"is not of the format {FORMAT}", path, DIGESTS),)
        )
    return found


def json_of(text: str) -> dict[str, Any]:
    """The object that a text says; empty where it says none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _zip(path: Path, problems: Problems) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE as error:
        raise refuse(
            "bundle.unreadable",
            "不是计分包，或已损坏",
            "is no bundle, or is damaged",
            "请给出 gangmu bundle 写出的文件，或其解压后的文件夹",
            "give a file that gangmu bundle wrote, or its unpacked folder",
            file=str(path),
        ) from error
    with archive:
        seen: set[str] = set()
        for entry in archive.infolist():
            name = entry.filename
            if _belongs(name, seen, path, problems):
                data = _read_member(archive, entry, path, problems)
                if data is not None:
                    yield name, data


def _belongs(name: str, seen: set[str], path: Path, problems: Problems) -> bool:
    """A bundle holds its members, each once, and nothing else: no folders, no ways out of them."""
    if name not in MEMBERS:
        said = name[:80]
        problems.add(
            _problem("unknown_member", f"不该有的内容“{said}”", f'"{said}" does not belong here', path, said)
        )
    elif name in seen:
        problems.add(_problem("twice", f"{name} 有两份", f"{name} is there twice", path, name))
    else:
        seen.add(name)
        return True
    return False


def _read_member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, problems: Problems
) -> bytes | None:
    try:
        with archive.open(entry) as stream:
            return _limited(stream, entry.filename, path, problems)
    except _UNREADABLE:
        name = entry.filename
        problems.add(_problem("damaged", f"{name} 已损坏", f"{name} is damaged", path, name))
        return None


def _folder(path: Path, problems: Problems) -> Iterator[tuple[str, bytes]]:
    """Hidden files and what a run of the program leaves behind are passed over."""
    for file in sorted(path.iterdir()):
        name = file.name
        if name.startswith((".", "__")):
            continue
        if not _belongs(name, set(), path, problems):
            continue
        if file.is_symlink() or not file.is_file():
            problems.add(_problem("no_file", f"{name} 不是文件", f"{name} is no file", path, name))
            continue
        with file.open("rb") as stream:
            data = _limited(stream, name, path, problems)
        if data is not None:
            yield name, data


def _limited(stream: IO[bytes], name: str, path: Path, problems: Problems) -> bytes | None:
    """At most so much is read, whatever the zip says of its size."""
    data = stream.read(MAX_MEMBER + 1)
    if len(data) <= MAX_MEMBER:
        return data
    limit = MAX_MEMBER // 2**20
    problems.add(
        _problem("too_large", f"{name} 超过 {limit} MiB", f"{name} is larger than {limit} MiB", path, name)
    )
    return None


def _text(data: bytes, name: str, path: Path, problems: Problems) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.add(
            _problem(
                "encoding",
                f"{name} 第{line}行不是 UTF-8 文本",
                f"line {line} of {name} is no UTF-8 text",
                path,
                name,
            )
        )
        return None


def _problem(code: str, zh: str, en: str, path: Path, member: str) -> Problem:
    remedy = Text("请向出具者要一份完好的计分包", "ask whoever made it for an intact bundle")
    return Problem(f"bundle.{code}", Text(zh, en), remedy, str(path), member)
