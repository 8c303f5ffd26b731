"""`gangmu rulebook`: check, test, show and list rule books."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.district import is_district, open_district
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import InputRefused, Problem, Text, refuse

if TYPE_CHECKING:
    from fractions import Fraction

    from gangmu.engine.comparing import Move
    from gangmu.engine.rulebook import Indicator, RuleBook, Section

ABOUT = both(
    "考核办法：check 查矛盾，test 跑算例，show 看内容，list 列出（不给文件时是随软件附带的），diff 比较两版，"
    "xlsx 与表格互转，schema 输出编辑器用的 JSON Schema。",
    "Rule books: check for contradictions, test the examples, show, list (the shipped ones unless files are given),"
    " diff two versions, xlsx from and to a workbook, schema for editors.",
)
EXAMPLE = "gangmu rulebook test rulebooks/ruian-2012.yaml"
NEEDS_DISTRICT = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=list(_ACTIONS), help=both("要做什么", "what to do"))
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help=both("YAML 文件或文件夹", "YAML files or folders")
    )
    parser.add_argument(
        "--facts",
        type=Path,
        metavar="F",
        help=both("diff：考核数据，看哪些单位的得分会变", "diff: facts, to see which scores move"),
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help=both("xlsx：写到哪里", "xlsx: the file to write")
    )
    parser.set_defaults(wrong_usage=parser.error)


def run(args: argparse.Namespace, out: Output) -> int:
    return _ACTIONS[args.action](args.files, args, out)


def _paths(said: list[Path], problems: list[Problem]) -> Iterator[Path]:
    from gangmu.engine import samples

    for path in said or samples.files():
        if not path.is_dir():
            yield path
            continue
        inside = sorted(each for each in path.iterdir() if each.suffix.lower() in (".yaml", ".yml"))
        yield from inside
        if not inside:
            problems.append(
                Problem(
                    "rulebook.none",
                    Text("文件夹里没有考核办法（.yaml）", "there is no rule book (.yaml) in the folder"),
                    Text("请检查路径", "check the path"),
                    str(path),
                )
            )


def _load(said: list[Path], problems: list[Problem]) -> list[RuleBook]:
    """The books that can be read; what is wrong with the others is collected, not raised one at a time."""
    from gangmu.engine import rulebook

    books = []
    for path in _paths(said, problems):
        try:
            books.append(rulebook.load_file(path))
        except InputRefused as refused:
            problems.extend(refused.problems)
    return books


def _check(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine.check import check

    problems: list[Problem] = []
    figures = _known_figures(args)
    for book in _load(paths, problems):
        found = list(check(book, figures))
        problems.extend(found)
        if not found:
            out.say(both(f"{book.file}：没有发现矛盾", f"{book.file}: no contradiction found"))
    out.problems(problems)
    return 1 if problems else 0


def _known_figures(args: argparse.Namespace) -> Collection[str]:
    """The catalogue of the district the command stands in; elsewhere the shipped one."""
    from gangmu.figures import catalogue

    if is_district(args.dir):
        open_district(args.dir, args.lang)
        return catalogue.catalogue().keys()
    return catalogue.shipped_codes()


def _test(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine import examples

    problems: list[Problem] = []
    outcomes = []
    for book in _load(paths, problems):
        try:
            outcomes += examples.run(book)
        except InputRefused as refused:
            problems.extend(refused.problems)
    if out.json:
        out.lines(outcome.as_json() for outcome in outcomes)
    elif outcomes:
        rows = [
            (
                o.file,
                o.example,
                o.unit,
                o.expected,
                o.got,
                both("通过", "holds") if o.ok else both("不符", "FAILS"),
            )
            for o in outcomes
        ]
        headers = [
            both("文件", "file"),
            both("算例", "example"),
            both("单位", "unit"),
            both("应得", "expected"),
            both("算得", "got"),
            both("结果", "result"),
        ]
        out.table(headers, rows, right=(3, 4))
        held = sum(outcome.ok for outcome in outcomes)
        out.say(both(f"{len(outcomes)} 项中 {held} 项通过", f"{held} of {len(outcomes)} hold"))
    if problems:
        out.problems(problems)
    return 0 if not problems and all(outcome.ok for outcome in outcomes) else 1


def _list(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    problems: list[Problem] = []
    books = _load(paths, problems)
    if out.json:
        out.lines(_summary(book) for book in books)
    else:
        english = out.language.startswith("en")
        rows = [
            (
                Path(book.file).name,
                book.title.say(out.language),
                book.place,
                book.year,
                len(list(book.indicators())),
                len(book.examples),
                len(book.holes),
                book.real,
            )
            for book in books
        ]
        headers = ["文件", "考核办法", "地方", "年份", "指标", "算例", "漏洞", "真实文件"]
        in_english = ["file", "rule book", "place", "year", "indicators", "examples", "holes", "real"]
        out.table(in_english if english else headers, rows, right=(4, 5, 6))
    if problems:
        out.problems(problems)
    return 1 if problems else 0


def _summary(book: RuleBook) -> dict[str, object]:
    return {
        "file": book.file,
        "rulebook": book.code,
        "title_zh": book.title.zh,
        "title_en": book.title.en,
        "place": book.place,
        "year": book.year,
        "indicators": len(list(book.indicators())),
        "examples": len(book.examples),
        "holes": len(book.holes),
        "real": book.real,
        "source": book.source,
        "digest": book.digest,
    }


def _show(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    problems: list[Problem] = []
    for book in _load(paths, problems):
        rows = [_row(book, node, depth, out.language) for node, depth in _walk(book.total, 0)]
        if out.json:
            out.object(
                {
                    **_summary(book),
                    "nodes": rows,
                    "hole_texts": [hole.text.say(out.language) for hole in book.holes],
                }
            )
        else:
            _print(book, rows, out)
    if problems:
        out.problems(problems)
    return 1 if problems else 0


def _walk(section: Section, depth: int) -> Iterator[tuple[Section | Indicator, int]]:
    from gangmu.engine.rulebook import Section as SectionType

    yield section, depth
    for part in section.parts:
        if isinstance(part, SectionType):
            yield from _walk(part, depth + 1)
        else:
            yield part, depth + 1


def _row(book: RuleBook, node: Section | Indicator, depth: int, language: str) -> dict[str, object]:
    from gangmu.engine.expressions import Const, Lookup
    from gangmu.engine.kinds import kinds
    from gangmu.engine.numbers import exact
    from gangmu.engine.rulebook import Indicator as IndicatorType

    full = ""
    if isinstance(node.full, Const):
        full = exact(node.full.value)
    elif isinstance(node.full, Lookup):
        full = "、".join(
            f"{key} {exact(value.value)}" for key, value in node.full.table if isinstance(value, Const)
        )
    kind = (
        kinds()[node.kind].name.say(language)
        if isinstance(node, IndicatorType)
        else node.formula or node.combine
    )
    return {
        "depth": depth,
        "node": node.code,
        "name": node.name.say(language),
        "clause": node.clause,
        "full": full,
        "kind": kind,
        "line": node.line,
    }


def _print(book: RuleBook, rows: list[dict[str, object]], out: Output) -> None:
    out.say(f"{book.title.say(out.language)} · {book.place} · {book.year}")
    if book.source:
        out.say(book.source)
    headers = [
        both("条款", "clause"),
        both("内容", "what"),
        both("编码", "code"),
        both("分值", "full"),
        both("计分方式", "rule kind"),
    ]
    out.table(
        headers,
        [
            (
                row["clause"],
                "　" * int(str(row["depth"])) + str(row["name"]),
                row["node"],
                row["full"],
                row["kind"],
            )
            for row in rows
        ],
        right=(3,),
    )
    for veto in book.vetoes:
        out.say(both(f"一票否决：{veto.clause} {veto.name.zh}", f"veto: {veto.clause} {veto.name.en}"))
    for hole in book.holes:
        out.say(
            both(
                f"漏洞 {hole.clause or '全文'}：{hole.text.zh}（读作：{hole.reading.zh}）",
                f"hole {hole.clause or 'all'}: {hole.text.en} (read as: {hole.reading.en})",
            )
        )


def _diff(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine import comparing, facts

    if len(paths) != 2:
        args.wrong_usage(both("diff 要有两个文件", "diff takes two files").say(out.language))
    problems: list[Problem] = []
    books = _load(paths, problems)
    if len(books) < 2:
        out.problems(problems)
        return 1
    old, new = books
    changes = comparing.changes(old, new)
    moves = comparing.moves(old, new, facts.read(args.facts)) if args.facts else []
    if out.json:
        out.lines([*(change.as_json() for change in changes), *(move.as_json() for move in moves)])
        return 0
    for change in changes:
        out.say(change.text)
    if not changes:
        out.say(both("两版的内容相同", "both versions say the same"))
    if args.facts:
        _print_moves(moves, out)
    return 0


def _print_moves(moves: list[Move], out: Output) -> None:
    from gangmu.engine.numbers import exact

    if not moves:
        out.say(both("没有单位的得分变动", "no unit's score moves"))
        return
    headers = [
        both("单位", "unit"),
        both("期间", "period"),
        both("原得分", "old score"),
        both("新得分", "new score"),
        both("变动", "moves by"),
        both("名次", "rank"),
        both("等次", "grade"),
        both("变动的指标", "indicators"),
    ]
    rows = [
        (
            move.unit,
            move.period,
            *("" if value is None else exact(value) for value in (move.old_total, move.new_total)),
            "" if move.difference is None else _signed(move.difference),
            _arrow(*("" if rank is None else exact(rank) for rank in (move.old_rank, move.new_rank))),
            _arrow(move.old_grade or "", move.new_grade or ""),
            "、".join(f"{code} {_signed(by)}" for code, by in move.nodes.items()),
        )
        for move in moves
    ]
    out.table(headers, rows, right=(2, 3, 4))


def _signed(value: Fraction) -> str:
    from gangmu.engine.numbers import exact

    return f"+{exact(value)}" if value > 0 else exact(value)


def _arrow(old: str, new: str) -> str:
    return old if old == new else f"{old or '—'} → {new or '—'}"


def _xlsx(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    """Either way, as the endings of the names say."""
    if len(paths) != 1 or args.output is None:
        args.wrong_usage(both("xlsx 要有一个文件和 -o", "xlsx takes one file and -o OUT").say(out.language))
    path, target = paths[0], args.output
    ways = {(".yaml", ".xlsx"): _to_workbook, (".yml", ".xlsx"): _to_workbook}
    ways.update({(".xlsx", ".yaml"): _from_workbook, (".xlsx", ".yml"): _from_workbook})
    convert = ways.get((path.suffix.lower(), target.suffix.lower()))
    if convert is None:
        raise refuse(
            "rulebook.output",
            f"不能把 {path.suffix or path.name} 转成 {target.suffix or target.name}",
            f"cannot turn {path.suffix or path.name} into {target.suffix or target.name}",
            "请用 .yaml 转 .xlsx，或 .xlsx 转 .yaml",
            "turn .yaml into .xlsx, or .xlsx into .yaml",
            file=str(path),
        )
    return convert(path, target, out)


def _to_workbook(path: Path, target: Path, out: Output) -> int:
    from gangmu.engine import rulebook, yaml_tree
    from gangmu.engine.workbook.writing import sheets
    from gangmu.sheets.writing import write_workbook

    text = rulebook.text_of(path)
    rulebook.load(text, str(path))
    tree = yaml_tree.parse(text, str(path))
    assert isinstance(tree, yaml_tree.Mapping)  # else `load` had refused it
    write_workbook(target, sheets(tree))
    out.hint(both(f"已写入 {target}", f"written to {target}"))
    return 0


def _from_workbook(path: Path, target: Path, out: Output) -> int:
    """The YAML of a workbook; a workbook with findings is given back marked, and nothing is written."""
    from gangmu.engine import yaml_text
    from gangmu.engine.workbook import reading
    from gangmu.sheets.marking import mark_beside
    from gangmu.sheets.whole import whole

    try:
        tree, _ = reading.book(path)
    except InputRefused as refused:
        copy = mark_beside(path, refused.problems, out.language)
        out.problems(refused.problems)
        if copy is not None:
            out.hint(both(f"已在副本中标出：{copy}", f"marked in a copy: {copy}"))
        return 1
    with whole(target) as draft:
        draft.write_text(yaml_text.written(tree), encoding="utf-8")
    out.hint(both(f"已写入 {target}", f"written to {target}"))
    return 0


def _schema(paths: list[Path], args: argparse.Namespace, out: Output) -> int:
    """The JSON Schema itself, whatever the language: it is a file for editors."""
    import json

    from gangmu.engine.schema import schema

    if paths:
        args.wrong_usage(both("schema 不要文件", "schema takes no file").say(out.language))
    print(json.dumps(schema(), ensure_ascii=False, indent=2), file=out.stdout)
    return 0


_ACTIONS: Mapping[str, Callable[[list[Path], argparse.Namespace, Output], int]] = {
    "check": _check,
    "test": _test,
    "show": _show,
    "list": _list,
    "diff": _diff,
    "xlsx": _xlsx,
    "schema": _schema,
}
