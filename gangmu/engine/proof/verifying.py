"""Recomputing a bundle: everything in it is made once more and compared, and each difference is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gangmu.engine import rulebook
from gangmu.engine.facts import Facts
from gangmu.engine.proof import facts_given, plan_data
from gangmu.engine.proof.bundle import (
    BOOK,
    COLUMNS,
    DIGESTS,
    FACTS,
    FORMAT,
    PLAN,
    RESULTS,
    as_json,
    cells_of,
    digest,
)
from gangmu.engine.proof.reading import json_of
from gangmu.engine.proof.written_out import UnknownNodeError
from gangmu.engine.rulebook import RuleBook
from gangmu.engine.scoring import Results, score
from gangmu.problems import InputRefused, Problem, Problems
from gangmu.problems.verification import Verification

_KEY = (0, 1, 3)
"""Unit, period and node among COLUMNS."""


def verify(members: Mapping[str, str]) -> Verification:
    """Compare the members of a bundle with what comes out when they are made again from rule book and facts."""
    found = Verification()
    said = json_of(members[DIGESTS])
    _compare_files(members, said, found)
    book, facts = _book(members[BOOK], found), _facts(members[FACTS], found)
    if book is not None:
        _compare_digest("rulebook", BOOK, said, book.digest, found)
    if facts is not None:
        _compare_digest("facts", FACTS, said, facts.digest, found)
    results = _scored(book, facts, found) if book is not None and facts is not None else None
    if results is not None:
        _compare_plan(members[PLAN], results, found)
        _compare_results(members[RESULTS], results, found)
        _compare_digest("results", RESULTS, said, results.digest, found)
    return found


def _compare_files(members: Mapping[str, str], said: Mapping[str, Any], found: Verification) -> None:
    """The bytes of every member, by the digest written down; and that nothing else is written beside."""
    files = said.get("files")
    written = files if isinstance(files, dict) else {}
    for name in dict.fromkeys([*members, *written]):
        if name == DIGESTS:
            continue
        found.count("files")
        if name not in members:
            found.differ(
                "bundle.member",
                name,
                f"摘要里有 {name}，计分包里没有",
                f"{name} has a digest and is not there",
            )
        elif digest(members[name]) != written.get(name):
            found.differ(
                "bundle.file",
                name,
                f"{name} 与 {DIGESTS} 所记的摘要不符",
                f"{name} does not fit its digest in {DIGESTS}",
            )
    kept = {name: said.get(name) for name in ("rulebook", "facts", "results")}
    if members[DIGESTS] != as_json({"format": FORMAT, **kept, "files": written}):
        found.differ(
            "bundle.digests", DIGESTS, f"{DIGESTS} 不是原来的写法", f"{DIGESTS} is not as it was written"
        )


def _compare_digest(what: str, member: str, said: Mapping[str, Any], ours: str, found: Verification) -> None:
    found.count("digests")
    if said.get(what) != ours:
        found.differ(
            f"bundle.digest.{what}",
            member,
            f"{member} 的内容与 {DIGESTS} 所记的 {what} 摘要不符",
            f"what {member} says does not fit the digest of {what} in {DIGESTS}",
        )


def _book(text: str, found: Verification) -> RuleBook | None:
    try:
        return rulebook.load(text, BOOK)
    except InputRefused as refused:
        _refused(BOOK, refused.problems, found)
        return None


def _facts(text: str, found: Verification) -> Facts | None:
    problems = Problems()
    try:
        facts = facts_given.from_csv(text, FACTS, problems)
        problems.raise_if_any()
    except InputRefused as refused:
        _refused(FACTS, refused.problems, found)
    except (csv.Error, ValueError) as error:
        found.differ("bundle.facts", FACTS, f"{FACTS} 读不懂：{error}", f"{FACTS} cannot be read: {error}")
    else:
        return facts
    return None


def _scored(book: RuleBook, facts: Facts, found: Verification) -> Results | None:
    try:
        results = score(book, facts, grouped=False)
        results.digest  # noqa: B018 (ranks and grades are made when first asked for)
    except InputRefused as refused:
        _refused(FACTS, refused.problems, found)
    except (ArithmeticError, ValueError, RecursionError) as error:
        # A forged rule book can ask for what has no answer, such as weights of scorers that add up to nothing.
        said = f"{type(error).__name__}: {error}"
        found.differ(
            "bundle.scoring", BOOK, f"不能按 {BOOK} 计算：{said}", f"{BOOK} cannot be computed: {said}"
        )
    else:
        return results
    return None


def _refused(member: str, problems: Iterable[Problem], found: Verification) -> None:
    for problem in problems:
        found.differ(
            "bundle.refused",
            " ".join(part for part in (member, problem.cell) if part),
            f"{member} {problem.cell}：{problem.message.zh}",
            f"{member} {problem.cell}: {problem.message.en}",
        )


def _compare_plan(text: str, results: Results, found: Verification) -> None:
    """Entry by entry, so that the step that was changed is named."""
    try:
        ours = plan_data.as_data(results)
    except UnknownNodeError as error:
        found.differ(
            "bundle.plan", BOOK, f"{BOOK} 的规则写不成 {PLAN}：{error}", f"no {PLAN} can say {BOOK}: {error}"
        )
        return
    theirs = json_of(text)
    before = len(found.differs)
    for key in dict.fromkeys([*ours, *theirs]):
        if isinstance(ours.get(key), list) and isinstance(theirs.get(key), list):
            _compare_entries(key, ours[key], theirs[key], found)
            continue
        found.count("plan")
        if ours.get(key) != theirs.get(key):
            _plan_differs(key, found)
    if text != as_json(ours) and len(found.differs) == before:
        _plan_differs("json", found)


def _compare_entries(key: str, ours: list[Any], theirs: list[Any], found: Verification) -> None:
    found.count("plan", len(ours))
    for place, mine in enumerate(ours):
        if place >= len(theirs) or theirs[place] != mine:
            _plan_differs(f"{key} {_named(mine, place)}", found)
    if len(theirs) > len(ours):
        _plan_differs(f"{key} {len(ours) + 1}", found)


def _named(entry: Any, place: int) -> str:
    said = entry if isinstance(entry, dict) else {}
    name = said.get("name") or said.get("code") or said.get("unit") or place + 1
    return " ".join(name) if isinstance(name, list) else str(name)


def _plan_differs(what: str, found: Verification) -> None:
    found.differ(
        "bundle.plan",
        f"{PLAN} {what}",
        f"{PLAN} 的 {what} 不是 {BOOK} 的意思",
        f"{what} of {PLAN} is not what {BOOK} says",
    )


def _compare_results(text: str, results: Results, found: Verification) -> None:
    """Cell by cell. A row too few, too many or out of place is named as well."""
    ours = {_key(cells): cells for cells in map(cells_of, results.node_rows())}
    theirs = dict(_rows(text, found))
    for key, mine in ours.items():
        found.count("results", len(COLUMNS) - len(_KEY))
        if key not in theirs:
            _row_differs(key, "没有这一行", "this row is missing", found)
            continue
        for column, own, given in zip(COLUMNS, mine, theirs[key], strict=True):
            if own != given:
                zh = f"{column} 写的是“{given}”，重新计算得“{own}”"
                _row_differs(key, zh, f'{column} says "{given}", computed again it is "{own}"', found)
    for key in theirs.keys() - ours.keys():
        _row_differs(key, "多出这一行", "this row is one too many", found)
    if list(theirs) != list(ours) and theirs.keys() == ours.keys():
        found.differ(
            "bundle.results.order", RESULTS, f"{RESULTS} 的行序变了", f"the rows of {RESULTS} were moved"
        )


def _rows(text: str, found: Verification) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    seen: set[tuple[str, ...]] = set()
    try:
        for number, cells in enumerate(lines, 1):
            if number == 1 and tuple(cells) == COLUMNS:
                continue
            if number == 1 or len(cells) != len(COLUMNS) or _key(cells) in seen:
                zh, en = f"{RESULTS} 第{number}行不是结果", f"line {number} of {RESULTS} is no result"
                found.differ("bundle.results.line", f"{RESULTS} line {number}", zh, en)
                continue
            seen.add(_key(cells))
            yield _key(cells), tuple(cells)
    except csv.Error as error:
        found.differ(
            "bundle.results.unreadable",
            RESULTS,
            f"{RESULTS} 读不懂：{error}",
            f"{RESULTS} cannot be read: {error}",
        )


def _key(cells: Iterable[str]) -> tuple[str, ...]:
    said = tuple(cells)
    return tuple(said[place] for place in _KEY)


def _row_differs(key: tuple[str, ...], zh: str, en: str, found: Verification) -> None:
    place = " ".join(part for part in key if part)
    found.differ("bundle.results", f"{RESULTS} {place}", f"{place}：{zh}", f"{place}: {en}")
