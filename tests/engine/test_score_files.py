"""Files in, files out, by every backend: the same rows whichever scores them, and refusals that name file and remedy."""

import json
import subprocess
import sys

import duckdb
import pytest

from gangmu.engine.score_files import score_files
from tests.engine.books import book, refused
from tests.engine.books import results as in_memory
from tests.factories.commands import surroundings

HERE = ["reference", "columnar", "duckdb"]
"""Backends that need no Java; Spark has tests of its own."""
GROUPS = "groups: {g: G, h: H}\n"
BODY = (
    "total: {round: 2}\nrank: {on: printed}\n"
    "grades: {list: [{grade: 优, share: 50%}, {grade: 中}]}\n"
    "indicators:\n"
    "  - {code: a, name: A, kind: completion, full: 60, target: 10}\n"
    "  - {code: b, name: B, kind: direct, full: 40, missing: none}\n"
)
CSV = "unit,group,a,b\nu1,g,9,30\nu2,g,12,40\nu3,h,7.5,\nu4,h,3,20.25\n"


def files(folder, csv):
    """The same facts as CSV and as a wide Parquet file of numbers."""
    table, parquet = folder / "facts.csv", folder / "facts.parquet"
    table.write_text(csv)
    duckdb.connect().execute(f"COPY (SELECT * FROM read_csv('{table}')) TO '{parquet}' (FORMAT parquet)")
    return table, parquet


def rows_of(scores):
    """Node rows without the reason, which only the reference words."""
    return sorted(
        tuple(
            str(part) for part in (row.unit, row.period, row.group, row.node, row.value, row.rank, row.grade)
        )
        for row in scores.node_rows()
    )


@pytest.mark.parametrize("backend", HERE)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_backend_gives_the_same_rows_and_writes_them(tmp_path, backend, ending):
    _, parquet = files(tmp_path, CSV)
    out = tmp_path / f"out.{ending}"

    found = score_files(book(BODY), parquet, backend, {"memory": "200MB", "threads": "1"})
    found.write(out)
    written = duckdb.sql(f"SELECT unit, node, value, rank, grade FROM '{out}'").fetchall()

    assert rows_of(found) == rows_of(in_memory(BODY, CSV))
    assert sorted((row.unit, row.total, row.rank, row.grade) for row in found.rows()) == [
        ("u1", "84.00", "2", "优"),
        ("u2", "100.00", "1", "优"),
        ("u3", "45.00", "3", "中"),
        ("u4", "38.25", "4", "中"),
    ]
    assert sorted((unit, node) for unit, node, *_ in written) == [
        (unit, node) for unit in ("u1", "u2", "u3", "u4") for node in ("a", "b", "total")
    ]
    assert {(unit, float(value)) for unit, node, value, *_ in written if node == "total"} == {
        ("u1", 84),
        ("u2", 100),
        ("u3", 45),
        ("u4", 38.25),
    }


def test_what_duckdb_does_not_write_and_backends_there_are_none_of_are_refused(tmp_path):
    _, parquet = files(tmp_path, CSV)

    [ending] = refused(score_files(book(BODY), parquet, "duckdb").write, tmp_path / "out.xlsx")
    [unknown] = refused(score_files, book(BODY), parquet, "abacus")
    [other] = refused(score_files(book(BODY), parquet, "columnar").write, tmp_path / "out.docx")

    assert (ending.code, ending.file, ending.remedy.en) == (
        "score.output",
        str(tmp_path / "out.xlsx"),
        "use .parquet or .csv",
    )
    assert (unknown.code, unknown.message.en) == (
        "score.backend",
        'there is no backend "abacus"; there are: reference, columnar, duckdb, spark',
    )
    assert (other.code, other.remedy.en) == ("score.output", "use .csv or .xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.csv", "facts.parquet"]


@pytest.mark.parametrize("backend", HERE)
def test_what_is_wrong_with_cells_and_with_what_they_say_is_told_at_once(tmp_path, backend):
    path = tmp_path / "facts.csv"
    path.write_text("unit,indicator,value\nu1,a,1\nu1,a,2\nu2,c,3\n")

    found = refused(score_files, book(BODY), path, backend)

    assert [(problem.code, problem.cell) for problem in found] == [
        ("facts.twice", "C3"),
        ("facts.unknown_indicator", "C4"),
    ]


IN_SQL = {
    "vetoes, a tie break and a table by group": (
        GROUPS
        + "total: {round: 1}\nrank: {within: all, tie_break: [b]}\n"
        + "vetoes: [{code: v, name: V, when: actual > 0}, {code: w, name: W, when: b < 1, effect: out}]\n"
        + "indicators:\n"
        + "  - {code: a, name: A, kind: completion, full: {g: 60, h: 40}, target: {u1: 5, otherwise: 10}}\n"
        + "  - {code: b, name: B, kind: direct, full: 40, missing: none}\n",
        "unit,group,a,b,v\nu1,g,9,30,0\nu2,g,8,20,0\nu3,h,12,28,1\nu4,h,3,0.5,0\nu5,h,6,24,0\n",
    ),
    "grades by a formula, by place and by a quota of each group": (
        GROUPS
        + "rank: {within: group, ties: mean}\n"
        + "grades: {of: total + b, list: [{grade: 优, places: {g: 1, h: 2}}, {grade: 良, rank_to: 2}, {grade: 中}]}\n"
        + "vetoes: [{code: v, name: V, effect: cap, grade: 良}, {code: w, name: W, effect: lower}]\n"
        + "indicators:\n  - {code: a, name: A, kind: direct, full: 10}\n"
        + "  - {code: b, name: B, kind: direct, full: 40}\n",
        "unit,group,a,b,v.count,w.count\nu1,g,9,30,,\nu2,g,8,31,1,\nu3,h,7,20,,1\nu4,h,3,24,,\nu5,h,1,1,,\n",
    ),
    "places looked up in a list": (
        "rank: {among: {kind: town}, ties: dense}\nindicators:\n"
        "  - {code: a, name: A, kind: rank_points, full: 10, points: [10, 8, 5], beyond: 1}\n"
        "  - {code: b, name: B, kind: rank_points, full: 10, points: [10, 8, 5], given_as: place, not_applicable: full}\n",
        "unit,kind,a,b\nu1,town,9,1\nu2,town,9,2\nu3,county,7,4\nu4,town,3,1\n",
    ),
    "units compared apart by an attribute": (
        "separate: city\nindicators:\n"
        "  - {code: a, name: A, kind: rank_points, full: 10, step: 2}\n"
        "  - {code: b, name: B, kind: group_mean, full: 10, each: 1, among: all}\n",
        "unit,city,a,b\nu1,1,9,3\nu2,1,8,4\nu3,2,7,5\nu4,2,6,6\nu5,2,6,9\n",
    ),
    "units compared apart by an attribute in words, over two periods": (
        "separate: city\nindicators:\n  - {code: a, name: A, kind: rank_points, full: 10, step: 2}\n",
        "unit,period,city,a\nu1,2024,x,9\nu2,2024,x,8\nu1,2025,x,7\nu2,2025,y,6\nu3,2025,y,6\n",
    ),
    "a section of parts not for everybody": (
        GROUPS
        + "total: {show: 1}\nsections:\n"
        + "  - {code: s, name: S, groups: [g], round: 1, indicators: [{code: a, name: A, kind: direct, full: 10}]}\n"
        + "indicators:\n  - {code: b, name: B, kind: direct, full: 10, cap: {g: 5, otherwise: 9}}\n",
        "unit,group,a,b\nu1,g,9.25,3\nu2,g,8,7\nu3,h,,10\n",
    ),
    "a mean over a named group": (
        GROUPS
        + "indicators:\n"
        + "  - {code: a, name: A, kind: formula, formula: 'actual - group_mean(actual, \"g\") + group_sum(actual)'}\n",
        "unit,group,a\nu1,g,9\nu2,g,8\nu3,h,10\n",
    ),
    "what only columns know: a logarithm, and a power": (
        "indicators:\n  - {code: a, name: A, kind: formula, formula: 'ln(actual) + power(actual, 3)'}\n",
        "unit,a\nu1,9\nu2,8\nu3,10\n",
    ),
}


@pytest.mark.parametrize("name", IN_SQL)
def test_duckdb_gives_the_rows_of_the_reference(tmp_path, name):
    body, csv = IN_SQL[name]
    _, parquet = files(tmp_path, csv)

    assert rows_of(score_files(book(body), parquet, "duckdb")) == rows_of(in_memory(body, csv))


@pytest.mark.parametrize(
    ("csv", "expected"),
    [
        ("unit,group,a,b\nu1,g,9,30\nu1,g,8,20\n", ["facts.twice"]),
        ("unit,group,a,b\nu1,g,9,30\nu2,x,8,20\n", ["facts.no_group"]),
    ],
)
def test_a_wide_table_of_millions_is_refused_by_the_first_units_that_do_not_fit(tmp_path, csv, expected):
    _, parquet = files(tmp_path, csv)

    found = refused(score_files, book(GROUPS + BODY), parquet, "duckdb")

    assert [problem.code for problem in found] == expected


def test_a_long_table_with_events_or_duplicates_is_left_to_the_columns(tmp_path):
    body = "indicators:\n  - {code: x, name: X, kind: deduction, full: 10, each: 2}\n"
    csv = "unit,indicator,event,field,value\nu1,x,e1,count,1\nu1,x,e2,count,2\nu2,x,e1,count,1\n"
    _, parquet = files(tmp_path, csv)

    found = score_files(book(body), parquet, "duckdb")

    assert rows_of(found) == rows_of(in_memory(body, csv))
    assert [(row.unit, row.total) for row in found.rows()] == [("u1", "4"), ("u2", "8")]


WITHOUT_DUCKDB = (
    "import sys; sys.modules['duckdb'] = None\nfrom gangmu.cli.main import main\nsys.exit(main(sys.argv[1:]))"
)


def test_whoever_has_no_duckdb_is_told_how_to_get_it(tmp_path):
    _, parquet = files(tmp_path, CSV)
    (tmp_path / "book.yaml").write_text(f"rulebook: t\ntitle: t\n{BODY}")

    argv = ["score", "--rulebook", str(tmp_path / "book.yaml"), "--facts", str(parquet), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DUCKDB, *argv], capture_output=True, text=True, env=surroundings()
    )

    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "score.no_duckdb"


def test_a_value_that_does_not_end_is_written_as_a_quotient(tmp_path):
    body = "indicators: [{code: x, name: X, kind: formula, formula: actual / 3}]\n"
    table, _ = files(tmp_path, "unit,x\nu1,1\n")

    score_files(book(body), table).write(tmp_path / "out.csv")

    assert (
        (tmp_path / "out.csv")
        .read_text(encoding="utf-8-sig")
        .splitlines()[1]
        .startswith("u1,,,total,1/3,0.3333,1")
    )
