"""Whether facts fit a rule book: unknown indicators, text where a number belongs, units in no group, stray scorers."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from gangmu.engine import dates
from gangmu.engine.facts import Case, Fact, Facts, Row
from gangmu.engine.kinds import kinds
from gangmu.engine.nearest import nearest
from gangmu.engine.planning import Plan, Reads
from gangmu.engine.reference import SLASH
from gangmu.engine.rulebook import RuleBook
from gangmu.problems import Problems, Text


def check(plan: Plan, facts: Facts, groups: Mapping[Case, str]) -> Problems:
    """Every finding, each at its cell."""
    problems = Problems()
    reads = _with_declared(plan.reads(), plan.book)
    known = frozenset(
        {node.code for node in plan.book.nodes()}
        | {veto.code for veto in plan.book.vetoes}
        | plan.book.inputs.keys()
        | reads.keys()
    )
    for (_, _, indicator), entries in facts.table.items():
        for (event, scorer), fields in entries.items():
            for name, fact in fields.items():
                if indicator not in known:
                    _unknown(fact, known, problems)
                elif not fact.row.loose or indicator in reads:
                    _one(reads.get(indicator, Reads()), name, event, scorer, fact, problems)
    _columns(reads, facts, known, problems)
    _levels(plan, facts, problems)
    _dates(plan.book, facts, problems)
    _groups(plan.book, facts, groups, problems)
    return problems


def _with_declared(reads: dict[str, Reads], book: RuleBook) -> dict[str, Reads]:
    """A field the rule book declares may be given though no formula reads it, such as votes that do not count."""
    for node in book.indicators():
        if node.code in reads and not reads[node.code].events:
            known = reads[node.code]
            reads[node.code] = replace(known, numbers=known.numbers | frozenset(node.fields))
    return reads


def _unknown(fact: Fact, known: frozenset[str], problems: Problems) -> None:
    """A column of a wide table may be an attribute; a fact of a long table names an indicator or nothing."""
    said = fact.row.indicator
    if fact.row.loose or not said:
        return
    near = nearest(said, known)
    problems.add(
        fact.row.problem(
            "unknown_indicator",
            Text(f"考核办法里没有指标“{said}”", f'the rule book has no indicator "{said}"'),
            Text(f"是否就是“{near}”", f'is it "{near}"')
            if near
            else Text("请删去或更正", "remove or correct it"),
        )
    )


def _columns(reads: Mapping[str, Reads], facts: Facts, known: Set[str], problems: Problems) -> None:
    """A misspelt column of a wide table would pass for an attribute: found where what it is like has no fact at all."""
    given = {indicator for _, _, indicator in facts.table}
    strangers = {
        fact.row.indicator.lower(): fact
        for (_, _, indicator), entries in facts.table.items()
        if indicator not in known
        for fields in entries.values()
        for fact in fields.values()
        if fact.row.loose
    }
    for code in sorted(reads.keys() - given):
        said = nearest(code.lower(), strangers, 0.8)
        if not said:
            continue
        column = strangers[said].row.indicator
        problems.add(
            strangers[said].row.problem(
                "misspelt_column",
                Text(
                    f"没有一个单位有“{code}”的数据，却有一列叫“{column}”",
                    f'no unit has a fact of "{code}", yet there is a column "{column}"',
                ),
                Text(
                    f"是否就是“{code}”？若另是单位的属性，请换个名称",
                    f'is it "{code}"? If it is an attribute of the units, call it otherwise',
                ),
            )
        )


def _one(reads: Reads, name: str, event: str, scorer: str, fact: Fact, problems: Problems) -> None:
    of_events = bool(event) or (reads.events and name not in reads.numbers | reads.texts)
    wanted = reads.event_numbers if of_events else reads.numbers
    texts = reads.event_texts if of_events else reads.texts
    said = fact.row.indicator
    if event and not reads.events:
        problems.add(
            fact.row.problem(
                "no_events",
                Text(
                    f"“{said}”不按事项计分，却有事项“{event}”",
                    f'"{said}" is not scored by events, yet "{event}" is given',
                ),
                Text("请去掉事项一列的内容", "leave the event empty"),
            )
        )
    elif scorer and not event and not reads.scorers and not reads.events:
        problems.add(
            fact.row.problem(
                "scorers",
                Text(
                    f"“{said}”没有规定多个评分人怎么合成",
                    f'"{said}" does not say how marks of scorers are combined',
                ),
                Text(
                    "请在考核办法中写 scorers:，或去掉评分人",
                    "say `scorers:` in the rule book, or leave it out",
                ),
            )
        )
    elif name in wanted and name not in texts and fact.number is None and fact.text not in SLASH:
        problems.add(
            fact.row.problem(
                "not_a_number",
                Text(
                    f"“{said}”的 {name} 应是数，写的是“{fact.text}”",
                    f'{name} of "{said}" is a number, not "{fact.text}"',
                ),
                Text(
                    "请写数；不适用写 /；没有数据留空，或在考核办法中写 missing_marks:",
                    "write a number; `/` where it does not apply; nothing where unknown, or name the mark under"
                    " missing_marks: in the rule book",
                ),
            )
        )
    elif not of_events and name not in wanted | texts and not fact.row.loose:
        known = sorted(wanted | texts)
        problems.add(
            fact.row.problem(
                "unknown_field",
                Text(
                    f"“{said}”没有字段“{name}”；有：{'、'.join(known)}",
                    f'"{said}" has no field "{name}"; it has: {", ".join(known)}',
                ),
                Text("请更正字段", "correct the field"),
            )
        )


def _levels(plan: Plan, facts: Facts, problems: Problems) -> None:
    """A level that the rule book does not know would leave the score undefined: said at its cell instead."""
    tables = {
        node.code: tuple(node.levels.values())
        for node in plan.book.indicators()
        if node.levels and node.kind != "votes"
    }
    for (_, _, indicator), entries in facts.table.items():
        for of_field, table in tables.get(indicator, ()):
            known = [said for said, _ in table]
            for fields in entries.values():
                fact = fields.get(of_field)
                if fact is not None and fact.text not in known and fact.text not in SLASH:
                    problems.add(
                        fact.row.problem(
                            "unknown_level",
                            Text(
                                f"“{fact.text}”不是规定的级别：{'、'.join(known)}",
                                f'"{fact.text}" is none of {", ".join(known)}',
                            ),
                            Text("请更正", "correct it"),
                        )
                    )


def _dates(book: RuleBook, facts: Facts, problems: Problems) -> None:
    """A day stands where the kind of the indicator reads one, and nowhere else."""
    days = {
        node.code: {fact.name: fact.date for fact in kinds()[node.kind].fields} for node in book.indicators()
    }
    for (_, _, indicator), entries in facts.table.items():
        for fields in entries.values():
            for name, fact in fields.items():
                is_day, wanted = dates.read(fact.text) is not None, days.get(indicator, {}).get(name)
                if wanted is None or is_day == wanted or fact.text in SLASH:
                    continue
                zh, en = ("日期", "a date") if wanted else ("数", "a number")
                remedy = (
                    Text("请写成 2025-06-30", "write it as 2025-06-30")
                    if wanted
                    else Text("请写数", "write a number")
                )
                problems.add(
                    fact.row.problem(
                        "not_a_date" if wanted else "not_a_number",
                        Text(
                            f"“{indicator}”的 {name} 应是{zh}，写的是“{fact.text}”",
                            f'{name} of "{indicator}" is {en}, not "{fact.text}"',
                        ),
                        remedy,
                    )
                )


def _groups(book: RuleBook, facts: Facts, groups: Mapping[Case, str], problems: Problems) -> None:
    if not book.groups or all(groups.values()):
        return
    first_rows: dict[str, Row] = {}
    for row in facts.rows():
        first_rows.setdefault(row.unit, row)
    codes = "、".join(group.code for group in book.groups)
    for case, group in groups.items():
        if group or case.unit not in first_rows:
            continue
        said = facts.attribute(case, book.group_by)
        message = Text(
            f"{case.unit} 不在任何考核分组" + (f"（写的是“{said}”）" if said else ""),
            f"{case.unit} is in no group" + (f' (it says "{said}")' if said else ""),
        )
        remedy = Text(
            f"请给出 {book.group_by}，分组有：{codes}",
            f"give {book.group_by}, one of {codes}, or list it as a member",
        )
        problems.add(first_rows[case.unit].problem("no_group", message, remedy))
