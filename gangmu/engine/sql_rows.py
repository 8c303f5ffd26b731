"""The rows of results as SQL: unit, period, group, node, value, printed, rank, grade."""

from __future__ import annotations

from collections.abc import Sequence

from gangmu.engine.columns import CODES, WITH_VALUE
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import TOTAL
from gangmu.engine.sql_scores import GRADED_UNITS, SCORES, Scored, decimals_of, place_of
from gangmu.engine.values import OUTSIDE

NODES, GROUPS, PERIODS, GRADES = "node_code", "group_code", "period_code", "grade_name"
"""Types of words that repeat in millions of rows."""


def node_rows(plan: Plan, scored: Scored, *, all_ranks: bool) -> str:
    """The rows of results as SQL: unit, period, group, node, value, printed, rank, grade."""
    parts = [place for place, node in enumerate(scored.nodes) if node.code != TOTAL]
    whole = total_rows(plan, scored)
    if not parts:
        return whole
    rows = _part_rows(plan, scored, parts)
    rank = "CAST(NULL AS INTEGER)"
    if all_ranks:
        rows, rank = _placed(plan, rows), "place"
    grade = f"CAST(NULL AS {scored.dialect.word(GRADES)})"
    return f"{_row(scored, 'node', 'v', 'v' if scored.one_print else 'p', rank, grade)} FROM ({rows}) UNION ALL {whole}"


def _row(scored: Scored, node: str, value: str, printed: str, rank: str, grade: str) -> str:
    return (
        f"SELECT unit, period, grp_name AS {scored.dialect.quoted('group')}, {node} AS node, {scored.decimal(value)}"
        f" AS value, {scored.decimal(printed)} AS printed, {rank} AS rank, {grade} AS grade"
    )


def total_rows(plan: Plan, scored: Scored) -> str:
    """The same rows of the total alone."""
    total = next(place for place, node in enumerate(scored.nodes) if node.code == TOTAL)
    words, grading = scored.dialect, plan.book.grading
    grade = f"CAST(NULL AS {words.word(GRADES)})"
    if grading:
        cases = " ".join(f"WHEN {n} THEN {words.text(each.name)}" for n, each in enumerate(grading.grades))
        grade = f"CAST(CASE grade {cases} END AS {words.word(GRADES)})"
    rank = _halved("place") if plan.book.ranking.ties == "mean" else "place"
    node = f"CAST({words.text(TOTAL)} AS {words.word(NODES)})"
    value, printed = (scored.cell(total, kind) for kind in "np")
    return (
        f"{_row(scored, node, value, printed, rank, grade)}"
        f" FROM {SCORES} JOIN (SELECT unit, period, place, grade FROM {GRADED_UNITS}) graded USING (unit, period)"
    )


def _halved(place: str) -> str:
    return f"CAST({place} AS DECIMAL(11, 0)) * CAST(0.5 AS DECIMAL(1, 1))"


def _part_rows(plan: Plan, scored: Scored, parts: Sequence[int]) -> str:
    """A row a unit and node below the total, those outside left out; numbers still scaled."""
    ranking = plan.book.ranking
    nodes = [scored.nodes[place] for place in parts]
    values, prints = ([scored.cell(place, kind) for place in parts] for kind in "np")
    lists = {"v": values}
    if not scored.one_print:
        lists["p"] = prints
    if any(node.may_be_outside for node in nodes):
        lists["state"] = [
            f"s{place}" if scored.nodes[place].may_be_outside else f"CAST({WITH_VALUE} AS SMALLINT)"
            for place in parts
        ]
    if ranking.on == "printed":
        lists["shown"] = [
            prints[n] if decimals_of(plan, node.code) is not None else values[n]
            for n, node in enumerate(nodes)
        ]
    words = scored.dialect
    carried = ["unit", "period", "grp_name", "realm", "grp", f"{_eligible(plan)} AS eligible"]
    codes = [node.code for node in nodes]
    rows = words.unfolded(carried, ("node", words.word(NODES), codes), lists, SCORES)
    return f"SELECT * FROM ({rows}) WHERE state <> {CODES[OUTSIDE]}" if "state" in lists else rows


def _eligible(plan: Plan) -> str:
    return " AND ".join(["NOT is_out", *(f"among{n}" for n in range(len(plan.book.ranking.among)))])


def _placed(plan: Plan, rows: str) -> str:
    """The rows with the place of each node's value."""
    ranking = plan.book.ranking
    population = "node, realm" if ranking.within == "all" else "node, realm, grp"
    judged = "shown" if ranking.on == "printed" else "v"
    place = place_of(ranking, population, [judged + (" DESC" if ranking.best == "high" else " ASC")])
    if ranking.ties == "mean":
        place = _halved(place)
    with_place = f"SELECT *, {place} AS place FROM ({rows}) WHERE eligible AND {judged} IS NOT NULL"
    return (
        f"{with_place} UNION ALL SELECT *, NULL FROM ({rows}) WHERE NOT (eligible AND {judged} IS NOT NULL)"
    )
