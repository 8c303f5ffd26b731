"""`gangmu restore FILE --dir DIR`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import refuse

if TYPE_CHECKING:
    from gangmu.cli.archive import Manifest

ABOUT = both(
    "把备份恢复到一个空文件夹（--dir）；恢复后核对行数并核验日志。",
    "Restore a backup into an empty folder (--dir); counts are compared and the log is verified afterwards.",
)
EXAMPLE = "gangmu restore backup-2026-03-16.zip --dir yunxi-restored"
NEEDS_DISTRICT = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help=both("备份文件", "the backup"))


def run(args: argparse.Namespace, out: Output) -> int:
    _require_empty(args.dir)
    try:
        with out.progress(both("正在恢复", "restoring")):
            manifest, counts = _restored(args)
    except BaseException:
        _emptied(args.dir)
        raise
    differing = _log_findings(out.language)
    rows = sum(counts.values())
    if out.json:
        out.object(
            {
                "ok": not differing,
                "rows": rows,
                "files": len(manifest.files),
                "made_at": manifest.made_at,
                "differs": differing,
            }
        )
    else:
        out.say(
            both(
                f"已恢复 {manifest.made_at} 的备份：{rows} 行，{len(manifest.files)} 个文件，行数一致。",
                f"Restored the backup of {manifest.made_at}: {rows} rows and {len(manifest.files)} files; counts agree.",
            )
        )
        out.say(
            both("日志核验未通过，请运行 gangmu log verify", "The log does not verify; run gangmu log verify")
            if differing
            else both("日志核验通过。", "The log verifies.")
        )
    return 1 if differing else 0


def _restored(args: argparse.Namespace) -> tuple[Manifest, dict[str, int]]:
    from gangmu.cli import archive, district

    manifest = archive.read_manifest(args.file)
    args.dir.mkdir(parents=True, exist_ok=True)
    archive.unpack_files(args.file, manifest, args.dir)
    district.set_up(args.dir, args.lang)
    district.migrate()
    loaded = archive.load_rows(args.file, manifest)
    district.renew_statistics()
    return manifest, loaded


def _log_findings(language: str) -> list[dict[str, str]]:
    """What `gangmu log verify` would say of the restored log and rows."""
    from gangmu.records import verifying

    return [difference.as_json(language) for difference in verifying.verify().differs]


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            "folder.taken",
            "文件夹不是空的",
            "the folder is not empty",
            "请用 --dir 指定一个新的文件夹",
            "name a new folder with --dir",
            file=str(folder),
        )


def _emptied(folder: Path) -> None:
    """Take away the half of a restore: the folder was empty when it began."""
    if "django" in sys.modules:
        from django.conf import settings

        if settings.configured:
            from django.db import connections

            connections.close_all()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
