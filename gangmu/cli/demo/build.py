"""The demo district's folder: begun, finished, or found finished already. Works before Django knows any district."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from gangmu.cli import layout
from gangmu.cli.demo import data_files
from gangmu.cli.district import is_district
from gangmu.config import district as folders
from gangmu.problems import refuse

MARK = "building"
"""A file that stands in the folder until the district is whole: a folder that has it was interrupted."""

MARK_TEXT = "演示区正在生成；生成完毕后本文件自动删除。The demo district is being built; this file goes when it is whole.\n"

SETTINGS = """# 云溪区是虚构的演示单位：单位、人员、企业、数据均为虚构。Yunxi is a fictional district, made for demonstration.
name = "{name}"
name_en = "{name_en}"
fictional = true

# 演示用的日期：数据由此往回生成三年。The demo's day: its three years are counted back from it.
today = "{today}"

office_name = "目标办"
leading_group_name = "考核领导小组"
allowed_hosts = ["127.0.0.1", "localhost", "[::1]"]
meeting_weekday = 6

# 同级区县：series.xlsx 的“地区”只认本区、全市、全省、全国和这里的名称。
# Sibling districts: besides own district, city, province and nation the areas that series.xlsx may name.
[areas]
{areas}
"""


def stands(folder: Path) -> bool:
    """Whether a whole demo district is there. `InputRefused` for a folder that is somebody's own."""
    if not is_district(folder) or _interrupted(folder):
        return False
    if not folders.load(folder).fictional:
        raise refuse(
            "demo.not_fictional",
            "这个文件夹是一个真实单位的数据，演示不会写入",
            "this folder is a real district's: the demo does not write into it",
            "请用 --dir 指定另一个文件夹",
            "name another folder with --dir",
            file=str(folder),
        )
    return True


def begin(folder: Path, today: datetime.date) -> None:
    """Lay out the folder with its settings; what an interrupted build left is removed first."""
    if _interrupted(folder):
        shutil.rmtree(folder)
    layout.check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(MARK_TEXT, encoding="utf-8")
    layout.make_folders(folder)
    (folder / "gangmu.toml").write_text(_settings(today), encoding="utf-8")


def _settings(today: datetime.date) -> str:
    own, siblings = data_files.read("units"), data_files.read("series")["siblings"]
    return SETTINGS.format(
        name=own["name"],
        name_en=own["name_en"],
        today=today.isoformat(),
        areas="\n".join(f'"{name}" = "{name_en}"' for name, name_en in siblings.items()),
    )


def refuse_a_database_in_use() -> None:
    """`InputRefused` when the database already holds units: DATABASE_URL may point at a real district's."""
    from gangmu.org.models import Unit

    if Unit.objects.exists():
        raise refuse(
            "demo.database_in_use",
            "DATABASE_URL 指向的数据库已有单位数据",
            "the database of DATABASE_URL already holds units",
            "演示请不设 DATABASE_URL，或指定一个空库",
            "leave DATABASE_URL unset for the demo, or name an empty database",
        )


def finish(folder: Path) -> None:
    """The district is whole."""
    (folder / MARK).unlink()


def _interrupted(folder: Path) -> bool:
    mark = folder / MARK
    return mark.is_file() and mark.read_text(encoding="utf-8") == MARK_TEXT
