"""What a district's folder holds at its beginning: settings, keys, empty workbooks, samples a person can edit."""

from __future__ import annotations

import importlib.resources
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gangmu.cli.district import is_district
from gangmu.problems import InputRefused, refuse
from gangmu.sheets.writing import SheetOut, write_workbook

FOLDERS = (
    "ledgers",
    "evidence",
    "declared/rulebooks",
    "declared/figures",
    "declared/registers",
    "templates",
    "checkpoints",
)
PRIVATE = ("keys",)
STARTER = importlib.resources.files("gangmu.cli") / "starter"
SAMPLES = {
    "gangmu.toml": "gangmu.toml",
    "rulebook.yaml": "declared/rulebooks/example.yaml",
    "report.txt": "templates/年度工作报告.txt",
}
"""Starter file → its place in the folder."""


def check_free(folder: Path) -> None:
    """`InputRefused` when the folder holds something and is no district: nothing of anyone's is mixed with ours."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise _taken(folder, "已有同名文件", "a file of that name exists")
    if not is_district(folder) and any(folder.iterdir()):
        raise _taken(
            folder, "文件夹不是空的，也不是单位的数据文件夹", "the folder is neither empty nor a district's"
        )


def lay_out(folder: Path, name: str = "") -> list[Path]:
    """Make the folders and the sample files that are not there yet; returns the files written.

    What exists is never touched, so that it may be called again after an upgrade.
    """
    check_free(folder)
    make_folders(folder)
    fresh = not is_district(folder)
    return [
        _copied(starter, folder / place, name)
        for starter, place in SAMPLES.items()
        if fresh and not (folder / place).exists()
    ]


def make_folders(folder: Path) -> None:
    """The folders of a district that are not there yet."""
    for part in FOLDERS:
        (folder / part).mkdir(parents=True, exist_ok=True)
    for part in PRIVATE:
        (folder / part).mkdir(mode=0o700, exist_ok=True)


def write_templates(folder: Path, templates: Iterable[Mapping[str, Sequence[SheetOut]]]) -> list[Path]:
    """The storeys' empty workbooks, where there is no file of that name yet; returns the files written."""
    written = []
    for offered in templates:
        for name, sheets in offered.items():
            path = folder / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_workbook(path, sheets)
                written.append(path)
    return written


def _copied(starter: str, path: Path, name: str) -> Path:
    with importlib.resources.as_file(STARTER / starter) as source:
        shutil.copyfile(source, path)
    if starter == "gangmu.toml" and name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        text = path.read_text(encoding="utf-8").replace('name = "未命名区"', f'name = "{quoted}"', 1)
        path.write_text(text, encoding="utf-8")
    return path


def _taken(folder: Path, zh: str, en: str) -> InputRefused:
    return refuse("folder.taken", zh, en, "请换一个新的文件夹", "choose a new folder", file=str(folder))
