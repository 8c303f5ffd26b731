"""`gangmu demo`: a fictional district, built and taken through its year: figures, scores, the report, the portal."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.commands.serve import DEFAULT_PORT, serve_portal
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import refuse

if TYPE_CHECKING:
    from gangmu.records.log import Actor

ABOUT = both(
    "生成虚构的演示区（云溪区），当面走一遍全年主要工作：算指标、计得分、出报告，然后打开网页。"
    "已经生成过的不重做，其间录入的内容保留。默认文件夹 demo。",
    "Build a fictional district, do the main job of its year in front of you (figures, scores, the report) and serve "
    "the portal. What was built is not built again, and what people entered stays. Default folder: demo.",
)
EXAMPLE = "gangmu demo --units 30 --no-serve"
NEEDS_DISTRICT = False
FOLDER = Path("demo")
UNITS = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=both("网页端口，默认 8000", "port, default 8000")
    )
    parser.add_argument(
        "--units",
        type=int,
        default=UNITS,
        metavar="N",
        help=both("被考核单位数，默认 60", "assessed units, default 60"),
    )
    parser.add_argument(
        "--no-serve", action="store_true", help=both("生成完毕即结束，不打开网页", "end when all is written")
    )
    parser.add_argument(
        "--today",
        metavar="DAY",
        help=both("演示区的“今天”，默认真实日期", "the district's day, the real one by default"),
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.cli import district
    from gangmu.cli.demo import build

    folder = FOLDER if args.dir == Path() else args.dir
    fresh = not build.stands(folder)
    if fresh:
        _check_units(args.units)
        _build(folder, _day(args.today), args.units, args.lang, out)
    else:
        out.hint(
            both(
                f"演示区已在 {folder}，直接更新。",
                f"The demo district is in {folder}: it is brought up to date.",
            )
        )
        district.open_district(folder, args.lang)
    from gangmu.cli.demo import showing, sign_ins  # these speak Django, which now knows the district

    shown = showing.year(folder, sign_ins.office(), out)
    if out.json:
        out.object({"folder": str(folder), "built": fresh, **shown})
    if not args.no_serve:
        serve_portal(out, port=args.port, ready=lambda address: _served(address, out))
    return 0


def _check_units(count: int) -> None:
    from gangmu.cli.demo.units import LEAST_UNITS, MOST_UNITS

    if not LEAST_UNITS <= count <= MOST_UNITS:
        raise refuse(
            "demo.units",
            f"单位数 {count} 不在 {LEAST_UNITS} 至 {MOST_UNITS} 之间",
            f"{count} units: between {LEAST_UNITS} and {MOST_UNITS} can be made",
            "请改 --units",
            "change --units",
        )


def _day(said: str | None) -> datetime.date:
    if not said:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(said)
    except ValueError as error:
        raise refuse(
            "demo.today",
            f"“{said}”不是日期",
            f"“{said}” is not a day",
            "请写成 --today 2026-03-16",
            "write --today 2026-03-16",
        ) from error


def _build(folder: Path, today: datetime.date, units: int, language: str, out: Output) -> None:
    """From an empty folder to a whole district: its files, its database, its sign-ins."""
    from gangmu.cli import district
    from gangmu.cli.commands.init import make_keys
    from gangmu.cli.demo import build

    build.begin(folder, today)
    district.set_up(folder, language)
    from gangmu.cli import importing
    from gangmu.cli.demo import files, sign_ins  # these speak Django, which now knows the district

    with out.progress(both("① 建立文件夹和数据库", "1 folder and database")) as step:
        district.migrate()
        make_keys(folder)
        step()
    build.refuse_a_database_in_use()
    wanted = files.DemoDistrict(today, units)
    with out.progress(
        both("② 生成虚构的云溪区：单位、序列、目标、台账、考核办法", "2 making up the district"),
        files.WORKBOOKS,
    ) as step:
        files.write(wanted, folder, step)
    actor: Actor = district.actor_named(None)
    sources = importing.files_of(folder)
    with out.progress(both("③ 按普通文件导入", "3 importing its files"), len(sources)) as step:
        importing.import_files(sources, actor, step=step)
    with out.progress(both("④ 开通演示账号", "4 sign-ins")) as step:
        sign_ins.add_all(wanted.roster, actor)
        step()
    build.finish(folder)


def _served(address: str, out: Output) -> None:
    out.say(both(f"网页地址：{address}（Ctrl+C 停止）", f"The portal is at {address} (Ctrl+C stops it)"))
