"""`gangmu score`: a period of the district, or any rule book and facts."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli import what_if
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.engine.numbers import read
from gangmu.problems import Text, refuse

if TYPE_CHECKING:
    from gangmu.engine.rulebook import RuleBook
    from gangmu.engine.score_files import Scores
    from gangmu.engine.scoring import Results, Row

ABOUT = both(
    "考核计分：对本区的一个考核周期，或对任意考核办法和考核数据（不需要数据文件夹）。",
    "Score a cycle of the district, or any rule book and facts (no district is needed).",
)
TOLD = 20
"""Scores without a value that are told one by one."""
EXAMPLE = "gangmu score --rulebook rulebooks/gongxiao.yaml --facts facts.csv -o scores.xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_scored(parser)
    parser.add_argument(
        "--adopt",
        metavar="REASON",
        help=both("改用新导入的考核办法，并写明理由", "use the newer rule book; say why"),
    )
    parser.add_argument(
        "--backend",
        default="reference",
        metavar="B",
        help=both(
            "计算后端：reference、columnar、duckdb、spark，结果一位不差",
            "reference, columnar, duckdb or spark; the digits are the same",
        ),
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help=both(
            "写成 CSV、XLSX 或 Parquet（spark 写成 Parquet 文件夹）",
            "write CSV, XLSX or Parquet (spark: a folder of Parquet parts)",
        ),
    )
    parser.add_argument("--nodes", action="store_true", help=both("列出每个节点", "a row a node"))
    parser.add_argument(
        "--ranks",
        choices=("all", "total"),
        default="all",
        help=both(
            "文件中排出每个节点的名次，还是只排总分", "in the file: places of every node, or of the total"
        ),
    )
    parser.add_argument(
        "--memory",
        metavar="SIZE",
        help=both("duckdb、spark 的内存上限，如 400MB", "duckdb, spark: memory, such as 400MB"),
    )
    parser.add_argument(
        "--threads", type=int, metavar="N", help=both("duckdb、spark 的线程数", "duckdb, spark: threads")
    )
    what_if.add_arguments(parser)


def add_scored(parser: argparse.ArgumentParser) -> None:
    """What is scored: a period of the district, or files."""
    parser.add_argument(
        "period",
        nargs="?",
        metavar="PERIOD",
        help=both("考核周期，如 2025", "period of a cycle, such as 2025"),
    )
    add_files(parser)


def add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rulebook", type=Path, metavar="F", help=both("考核办法（YAML）", "rule book (YAML)")
    )
    parser.add_argument(
        "--facts",
        type=Path,
        metavar="F",
        help=both("考核数据（CSV、XLSX、Parquet 或文件夹）", "facts (CSV, XLSX, Parquet or a folder)"),
    )


def needs_district(args: argparse.Namespace) -> bool:
    return args.rulebook is None


def run(args: argparse.Namespace, out: Output) -> int:
    if what_if.asked(args):
        return _what_if(args, out)
    from gangmu.engine.score_files import InMemory

    scores = _of_files(args) if args.rulebook else InMemory(_of_district(args, out))
    if args.rulebook and isinstance(scores, InMemory):
        _tell_what_is_missing(scores.results, out)
    if args.output:
        scores.write(args.output, all_ranks=args.ranks == "all")
        out.hint(both(f"已写入 {args.output}", f"written to {args.output}"))
    if args.nodes and (out.json or not args.output):
        out.lines(row.as_json(out.language) for row in scores.node_rows())
    elif out.json:
        out.lines(row.as_json(out.language) for row in scores.rows())
    elif isinstance(scores, InMemory):
        _print(scores.results, {} if args.rulebook else unit_names(), out)
    return 0


def _what_if(args: argparse.Namespace, out: Output) -> int:
    """Of files, or of the run that stands for a cycle: asking scores nothing and keeps nothing."""
    if args.rulebook:
        return what_if.run(results_of(args), args.rulebook.read_text(encoding="utf-8"), {}, args, out)
    from gangmu.assessment import results
    from gangmu.cli.district import require

    require(args.actor, results.SEE_ALL)
    made = results.latest(args.period)
    return what_if.run(
        results.results_of(made),
        made.run.rulebook.text,
        unit_names(),
        args,
        out,
        lambda said: results.unit_named(said).code,
    )


def _tell_what_is_missing(results: Results, out: Output) -> None:
    """Beside the results, on stderr: which facts leave a score missing, at their cells."""
    from gangmu.engine.remarks import remarks

    found = list(remarks(results))
    for remark in found[:TOLD]:
        out.hint(remark.line(out.language))
    if len(found) > TOLD:
        out.hint(both(f"……共 {len(found)} 处没有得分", f"… {len(found)} scores are missing"))


def _of_files(args: argparse.Namespace) -> Scores:
    from gangmu.engine import score_files

    settings = {"memory": args.memory or "", "threads": str(args.threads or "")}
    return score_files.score_files(_book(args), _facts(args), args.backend, settings)


def _book(args: argparse.Namespace) -> RuleBook:
    from gangmu.engine import rulebook

    return rulebook.load_file(args.rulebook)


def _facts(args: argparse.Namespace) -> Path:
    if args.facts is None:
        raise refuse(
            "score.no_facts", "缺少考核数据", "there are no facts", "请加 --facts 文件", "add --facts FILE"
        )
    path: Path = args.facts
    return path


def results_of(args: argparse.Namespace) -> Results:
    """Results of the files named on the command line."""
    from gangmu.engine import score_files, scoring

    book = _book(args)
    return scoring.score(book, score_files.checked(book, _facts(args)))


def _of_district(args: argparse.Namespace, out: Output) -> Results:
    from gangmu.assessment import cycles, results, runs
    from gangmu.cli.district import require

    require(args.actor, "score.run")
    cycle = cycles.of_period(args.period, args.actor)
    newer = cycles.newer_rulebook(cycle)
    if newer is not None and args.adopt:
        require(args.actor, "rulebook.lock")
        cycles.adopt(cycle, newer, args.actor, args.adopt)
    elif newer is not None:
        out.hint(
            both(
                f"注意：{cycle.period} 仍按第{cycle.rulebook.version}版计分；改用第{newer.version}版请加 --adopt 理由",
                f"note: {cycle.period} rests on version {cycle.rulebook.version}; --adopt REASON uses {newer.version}",
            )
        )
    with out.progress(both("计分", "scoring")):
        made = runs.run(cycle, args.actor)
        return results.results_of(made)


def unit_names() -> dict[str, Text]:
    """The names of the district's units, by code."""
    from gangmu.org.models import Unit

    return {unit.code: Text(unit.name, unit.name_en or unit.name) for unit in Unit.objects.all()}


def _print(results: Results, units: Mapping[str, Text], out: Output) -> None:
    """A table a group, by rank."""
    groups = {group.code: group.name for group in results.book.groups}
    rows = list(results.rows())
    order = list(groups)
    tables = dict.fromkeys((row.period, row.group) for row in rows)
    for period, group in sorted(
        tables, key=lambda table: (table[0], order.index(table[1]) if table[1] in order else 0)
    ):
        mine = sorted((row for row in rows if (row.period, row.group) == (period, group)), key=_order)
        name = groups[group].say(out.language) if group in groups else ""
        headers = [
            both("名次", "rank"),
            both("单位", "unit"),
            both("总分", "total"),
            both("等次", "grade"),
            both("说明", "note"),
        ]
        table = [
            (row.rank, units.get(row.unit) or _name(results, row), row.total, row.grade, row.note)
            for row in mine
        ]
        out.table(headers, table, title=f"{period} {name}".strip(), right=(0, 2))


def _order(row: Row) -> tuple[bool, Fraction]:
    place = read(row.rank or "")
    return (place is None, place or Fraction(0))


def _name(results: Results, row: Row) -> str:
    from gangmu.engine.facts import Case

    return results.facts.attribute(Case(row.unit, row.period), "name") or row.unit
