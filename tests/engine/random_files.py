"""Random rule books with their facts as Parquet files, for every backend that reads files."""

from decimal import Decimal

import duckdb
from hypothesis import strategies as st

from tests.engine import strategies
from tests.engine.test_against_plain_fractions import GROUP, UNITS, facts_of

FORMS = ["wide", "long", "doubles"]
PLAIN = sorted(set(strategies.PARAMETERS) - strategies.OF_EVENTS)
"""Kinds of rules whose facts are a number a field."""
TOPS = [
    "total: {round: 2}\nmissing: none\nrank: {ties: share}",
    "missing: average\nnot_applicable: shared_out\nrank: {ties: mean, on: value}",
    "total: {combine: mean, show: 2}\nmissing: full\nrank: {ties: dense, on: printed}\nrounding: half_even",
    "total: {combine: geometric, show: 3}\nmissing: unscored\nrank: {ties: last}",
    "total: {combine: min}\nmissing: {points: 3}\nrounding: up",
    "total: {combine: trimmed, round: 1}\nmissing: out\nrounding: down",
    "total: {combine: weighted, cap: 90, floor: -5, round: 0}\nnot_applicable: full",
]
GRADES = """
grades:
  quota: half_up
  list: [{grade: 优, share: 40%, at_least: 10}, {grade: 良, places: 2}, {grade: 中}]
"""


def _plain(by_unit):
    """Facts that a column of six decimals holds; the others are left out."""
    return {
        unit: {
            name: value if value is None or (abs(value) < 10**9 and 10**6 % value.denominator == 0) else None
            for name, value in fields.items()
        }
        for unit, fields in by_unit.items()
    }


@st.composite
def books_and_facts(draw, kinds):
    """A rule book of up to five indicators of some kinds, as text, and facts: code → unit → fields."""
    drawn = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5))
    books = {f"x{n}": (kind, draw(strategies.indicators(kind))) for n, kind in enumerate(drawn)}
    given_facts = {code: draw(strategies.facts(kind, UNITS)) for code, (kind, _) in books.items()}
    body = "\n".join(strategies.written(code, kind, parameters) for code, (kind, parameters) in books.items())
    top = draw(st.sampled_from(TOPS))
    text = f"rulebook: random\ntitle: random\ngroups: {{a: A, b: B}}\n{top}\n{GRADES}\nindicators:\n{body}\n"
    return text, given_facts


@st.composite
def books_and_tables(draw):
    """The same of plain kinds, with numbers that a column of six decimals holds."""
    text, given_facts = draw(books_and_facts(PLAIN))
    return text, {code: _plain(by_unit) for code, by_unit in given_facts.items()}


def written(given_facts, folder, form):
    """The facts as a Parquet file: wide with decimals of six places, wide with doubles, or the documented long form."""
    path = folder / "facts.parquet"
    if form == "long":
        _long(facts_of(given_facts), path)
    else:
        _wide(given_facts, path, form)
    return path


def _wide(given_facts, path, form):
    """The facts as a wide Parquet file: decimals of six places, or doubles."""
    names = sorted(
        {f"{code}.{name}" for code, units in given_facts.items() for row in units.values() for name in row}
    )
    number = "DOUBLE" if form == "doubles" else "DECIMAL(18, 6)"
    columns = ", ".join(f'"{name}" {number}' for name in names)
    connection = duckdb.connect()
    connection.execute(f'CREATE TABLE f (unit VARCHAR, "group" VARCHAR{", " + columns if columns else ""})')
    for unit in UNITS:
        values = [given_facts[name.partition(".")[0]][unit].get(name.partition(".")[2]) for name in names]
        row = [unit, GROUP[unit], *(None if value is None else _said(value, form) for value in values)]
        connection.execute(f"INSERT INTO f VALUES ({', '.join('?' * len(row))})", row)
    connection.execute(f"COPY f TO '{path}' (FORMAT parquet)")


def _said(value, form):
    return float(value) if form == "doubles" else Decimal(value.numerator) / Decimal(value.denominator)


def _long(facts, path):
    """The facts as the documented long form."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE f (unit VARCHAR, indicator VARCHAR, field VARCHAR, value VARCHAR)")
    for row in facts.rows():
        connection.execute(
            "INSERT INTO f VALUES (?, ?, ?, ?)", [row.unit, row.indicator, row.field, row.value]
        )
    connection.execute(f"COPY f TO '{path}' (FORMAT parquet)")


def cells(results):
    """All that the rows of results say but their reasons, which only the reference words, in some order."""
    rows = (
        (row.unit, row.group, row.node, row.value, row.printed, row.rank, row.grade)
        for row in results.node_rows()
    )
    return sorted(tuple(map(str, row)) for row in rows)
