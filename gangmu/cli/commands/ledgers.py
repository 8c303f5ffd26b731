"""`gangmu ledgers`: the declared registers, how full they are, which figures rest on them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import Text

if TYPE_CHECKING:
    from gangmu.ledgers.declarations import Citation, Register

ABOUT = both(
    "列出各台账：字段、阶段、记录数、由它计算的指标、所依据的法规。",
    "List the registers: fields, stages, entries, the figures computed from them, the regulation they rest on.",
)
EXAMPLE = "gangmu ledgers --json"

UNCHECKED = Text("（待核）", " (to be checked)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help=both("只看一个台账的字段", "the fields of one register alone")
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.ledgers import declarations

    require(args.actor, "ledger.see")
    if args.code:
        _fields(declarations.get(args.code), out)
        return 0
    rows = list(_registers(out.language))
    if out.json:
        out.lines(rows)
        return 0
    english = out.language.startswith("en")
    out.table(
        [
            both("编码", "code"),
            both("台账", "ledger"),
            both("字段", "fields"),
            both("明细", "lines"),
            both("阶段", "stages"),
            both("记录", "entries"),
            both("指标", "figures"),
            both("法规", "regulation"),
        ],
        [
            [
                row["ledger"],
                row["name_en" if english else "name_zh"],
                row["fields"],
                row["lines"],
                row["stages"],
                row["entries"],
                len(row["figures"]),
                row["regulation"],
            ]
            for row in rows
        ],
        right=(2, 3, 4, 5, 6),
    )
    return 0


def _registers(language: str) -> Iterator[dict[str, Any]]:
    from gangmu.figures.catalogue import catalogue
    from gangmu.ledgers import declarations, queries

    sizes = queries.sizes()
    figures = list(catalogue().values())
    for register in declarations.registers().values():
        yield {
            "ledger": register.code,
            "name_zh": register.name_zh,
            "name_en": register.name_en,
            "fields": len(register.fields),
            "lines": len(register.lines),
            "stages": len(register.stages),
            "clocks": len(register.clocks),
            "entries": sizes.get(register.code, 0),
            "figures": [figure.code for figure in figures if figure.kept_in == register.code],
            "regulation": "；".join(_cited(one, language) for one in register.regulation),
        }


def _cited(citation: Citation, language: str) -> str:
    unchecked = "" if citation.checked else UNCHECKED.say(language)
    return f"{citation.name.say(language)} {citation.article}{unchecked}"


def _fields(register: Register, out: Output) -> None:
    """The fields of a register and of its lines, one a row."""
    places = [("", register.name, one) for one in register.by_code.values()]
    places += [(f"{kind.code}.", kind.name, one) for kind in register.lines for one in kind.fields]
    if out.json:
        out.lines(
            {
                "field": f"{head}{one.code}",
                "name_zh": one.name_zh,
                "name_en": one.name_en,
                "kind": one.kind,
                "unit_of_measure": one.unit_of_measure,
                "required": one.required,
                "required_from": one.required_from,
                "sensitive": one.sensitive,
                "choices": [choice.code for choice in one.choices],
            }
            for head, _, one in places
        )
        return
    out.table(
        [both("字段", "field"), both("名称", "name"), both("类型", "kind"), both("计量单位", "unit"), both("在", "of")],
        [(f"{head}{one.code}", one.name, one.kind, one.unit_of_measure, where) for head, where, one in places],
    )  # fmt: skip
