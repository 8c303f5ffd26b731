"""The entry of the command line: finds the command, opens the district, answers every failure in one place."""

from __future__ import annotations

import argparse
import datetime
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from gangmu import __version__
from gangmu.cli.district import actor_named, is_district, language_of, open_district
from gangmu.cli.output import Output
from gangmu.cli.parser import USAGE_ERROR, Bilingual, Parser, both, parser_for, say
from gangmu.problems import InputRefused, Problem, Text

INTERRUPTED = 130

_PACKAGE = "gangmu.cli.commands"

SUMMARIES: Mapping[str, Bilingual] = {
    "init": both("新建一个区（县）的数据文件夹", "lay out a district's folder"),
    "demo": both("生成演示区并打开网页", "build the demo district and serve it"),
    "import": both("导入表格和考核办法", "import workbooks and rule books"),
    "serve": both("打开网页服务", "serve the portal"),
    "doctor": both("检查数据库、密钥、日志、字体", "check database, keys, log and fonts"),
    "backup": both("备份", "write a backup"),
    "restore": both("恢复到空文件夹", "restore a backup into an empty folder"),
    "user": both("账号：新建、改密码、列表", "accounts: add, password, list"),
    "figures": both("查看指标数据", "values of figures"),
    "trace": both("一个数从哪里来", "where a number comes from"),
    "ledgers": both("台账目录", "the registers"),
    "rulebook": both("考核办法：检查、试算、查看、比较", "rule books: check, test, show, compare"),
    "score": both("考核计分", "score a period, or a rule book and facts"),
    "explain": both("得分说明", "explain a score"),
    "bundle": both("计分包：写出可重新计算的依据和结果", "write a bundle that anyone can recompute"),
    "recompute": both("重新计算计分包并核对", "recompute a bundle and compare"),
    "robustness": both("位次稳不稳", "how firm the places are"),
    "cycle": both("考核周期：封存、重新开放、公布", "cycles: freeze facts, reopen, publish"),
    "log": both("操作日志：核验", "the log: verify it"),
    "report": both("按模板生成报告（Word）", "write a report from a template (Word)"),
    "blanks": both("找出文稿中的待填项和数字", "find blanks and numbers of a document"),
    "fill": both("填上文稿中的待填项", "fill the blanks of a document"),
    "template": both("把报告变成模板", "turn a report into a template"),
    "verify": both("核对已出具文件中的数字", "check the numbers of an issued document"),
}

COMMANDS: dict[str, str] = {name: f"{_PACKAGE}.{name}" for name in SUMMARIES} | {
    "import": f"{_PACKAGE}.import_"
}
"""Name → module, imported only when called."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 the input has findings or a check fails, 2 wrong usage."""
    _speak_utf8()
    try:
        return _main(list(sys.argv[1:] if argv is None else argv))
    except SystemExit as stop:  # argparse: help, or wrong usage already told
        return stop.code if isinstance(stop.code, int) else USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; stdout must not be flushed again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _main(said: list[str]) -> int:
    common, rest = _common_options().parse_known_args(said)
    common.dir = Path(common.dir)
    common.lang = language_of(common.dir, common.lang)
    out = Output(common.lang, common.json)
    if common.version:
        out.say(f"gangmu {__version__}")
        return 0
    name, arguments = (rest[0], rest[1:]) if rest else ("", [])
    if name in ("", "help", "-h", "--help"):
        out.say(overview(common.lang))
        return 0 if name else USAGE_ERROR
    if name not in COMMANDS:
        return _unknown_command(name, common.lang)
    try:
        return _run(name, arguments, common, out)
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get("GANGMU_DEBUG") == "1":
            raise
        out.problems(_findings(error, common.dir))
        return 1


def overview(language: str) -> str:
    """The commands, one a line, with the options common to all."""
    english = language.startswith("en")
    width = max(map(len, SUMMARIES)) + 2
    lines = [
        "usage: gangmu COMMAND … [--dir DIR] [--lang zh|en] [--as USER] [--json]"
        if english
        else "用法：gangmu 命令 … [--dir 文件夹] [--lang zh|en] [--as 账号] [--json]",
        "",
        *(f"  {name:<{width}}{summary.say(language)}" for name, summary in SUMMARIES.items()),
        "",
        "gangmu COMMAND --help tells more." if english else "gangmu 命令 --help 查看用法和例子。",
    ]
    return "\n".join(lines)


def _common_options() -> Parser:
    """Options that every command takes, before or after its name."""
    common = parser_for(language_of(Path(), None))(prog="gangmu", add_help=False)
    common.add_argument("--dir", default=".")
    common.add_argument("--lang", default=None)
    common.add_argument("--as", dest="as_user", default=None)
    common.add_argument("--json", action="store_true")
    common.add_argument("--version", action="store_true")
    return common


def _run(name: str, arguments: list[str], common: argparse.Namespace, out: Output) -> int:
    module = importlib.import_module(COMMANDS[name])
    args = _parser(name, module, common.lang).parse_args(arguments)
    for key, value in vars(common).items():
        setattr(args, key, value)
    if _needs_district(module, args):
        open_district(args.dir, args.lang)
        args.actor = actor_named(args.as_user)
    code: int = module.run(args, out)
    return code


def _parser(name: str, module: ModuleType, language: str) -> Parser:
    about: Bilingual | str = getattr(module, "ABOUT", SUMMARIES[name])
    example = getattr(module, "EXAMPLE", "")
    heading = both("例：", "Example: ").say(language)
    parser = parser_for(language)(
        prog=f"gangmu {name}",
        description=say(about, language),
        epilog=f"{heading}{say(example, language)}" if example else None,
    )
    module.add_arguments(parser)
    return parser


def _needs_district(module: ModuleType, args: argparse.Namespace) -> bool:
    decide = getattr(module, "needs_district", None)
    return bool(decide(args)) if decide else bool(getattr(module, "NEEDS_DISTRICT", True))


def _unknown_command(name: str, language: str) -> int:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = both(f"是否要用 {near[0]}？", f"Did you mean {near[0]}?").say(language) if near else ""
    wrong = both(f"没有命令“{name}”。", f'There is no command "{name}". ').say(language)
    Output(language).hint(f"{wrong}{hint}\n\n{overview(language)}")
    return USAGE_ERROR


def _findings(error: Exception, folder: Path) -> Sequence[Problem]:
    """What is told of a failure: the findings of refused input, or one line that says where the rest is written."""
    if isinstance(error, InputRefused):
        return error.problems
    expected = _expected(error, folder)
    if expected is not None:
        return [expected]
    log = _write_down(error, folder)
    return [
        Problem(
            "internal.error",
            Text(
                f"程序出错（{type(error).__name__}：{error}）",
                f"an error of the program ({type(error).__name__}: {error})",
            ),
            Text(
                f"详细记录：{log}；GANGMU_DEBUG=1 可直接显示",
                f"details: {log}; GANGMU_DEBUG=1 shows them here",
            ),
        )
    ]


def _expected(error: Exception, folder: Path) -> Problem | None:
    """Failures of the surroundings, told as findings: no right, no database, no room, no file."""
    if isinstance(error, OSError):
        return Problem(
            "system.file",
            Text(
                f"文件操作失败：{error.strerror or error}",
                f"a file operation failed: {error.strerror or error}",
            ),
            Text("请检查路径、权限和磁盘空间", "check path, permissions and disk space"),
            file=str(error.filename or ""),
        )
    if "django" not in sys.modules:
        return None
    from django.core.exceptions import PermissionDenied, ValidationError
    from django.db.utils import DatabaseError, OperationalError

    if isinstance(error, PermissionDenied):
        return Problem(
            "permission.denied",
            Text(f"没有权限：{error}", f"not permitted: {error}"),
            Text("请换有权限的账号（--as）", "use an account that may (--as)"),
        )
    if isinstance(error, ValidationError):
        text = "；".join(error.messages)
        return Problem("value.refused", Text(text, text))
    # The plain class is what a file that is no database raises; its other children are errors of the program.
    if isinstance(error, OperationalError) and is_district(folder) and not os.access(folder, os.W_OK):
        return Problem(
            "folder.read_only",
            Text("文件夹不能写入，SQLite 数据库无法打开", "the folder cannot be written, and SQLite needs that to open its file"),
            Text("请改文件夹的权限，或复制到能写的地方", "change its permissions, or copy it to where you may write"),
            file=str(folder),
        )  # fmt: skip
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return Problem(
            "database.unreachable",
            Text(f"数据库无法使用：{error}".strip(), f"the database cannot be used: {error}".strip()),
            Text("请运行 gangmu doctor 检查", "run gangmu doctor"),
        )
    return None


def _write_down(error: Exception, folder: Path) -> Path:
    """The whole traceback in the district's `errors/`, or in the temporary folder where there is no district."""
    name = f"gangmu-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}.log"
    home = folder / "errors" if is_district(folder) else Path(tempfile.gettempdir())
    home.mkdir(parents=True, exist_ok=True)
    path = home / name
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    path.chmod(0o600)
    return path


def _speak_utf8() -> None:
    """A bare C locale, and Windows, would refuse or garble Chinese on the way out."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
