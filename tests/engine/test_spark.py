"""Spark SQL on this machine gives the digits of the reference: random rule books and facts, a shipped book, the job."""

import csv
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gangmu.engine import facts as facts_files
from gangmu.engine import spark_scores
from gangmu.engine.jobs import spark_job
from gangmu.engine.rulebook import load
from gangmu.engine.score_files import InSql, score_files
from gangmu.engine.scoring import score
from gangmu.problems import InputRefused
from tests.engine import random_files
from tests.engine.test_against_plain_fractions import PROVEN, UNITS, facts_of

ROOT = Path(__file__).parents[2]
MADE = settings(PROVEN, max_examples=3, phases=(Phase.explicit, Phase.reuse, Phase.generate))
BOOK = """
rulebook: test
title: test
groups: {east: 东, west: "O'Brien \\\\ west"}
total: {round: 2}
rank: {ties: mean, among: {kind: county}}
grades: {quota: half_up, list: [{grade: 优, share: 40%}, {grade: 良, at_least: 50}, {grade: 中}]}
vetoes:
  - {code: weak, name: weak, effect: lower, when: gdp < 58}
indicators:
  - {code: gdp, name: gdp, kind: completion, full: 60, round: 2}
  - {code: place, name: place, kind: rank_points, full: 40, step: 1.5, floor: 10}
"""


@pytest.fixture(scope="module", autouse=True)
def session():
    # Tables of four rows: compiling a program for each query takes longer than to answer it.
    builder = (
        spark_scores.library().SparkSession.builder.master("local[2]").config(map=dict(spark_scores.LOCAL))
    )
    small = {"spark.sql.codegen.wholeStage": "false", "spark.sql.adaptive.enabled": "false"}
    session = builder.config(map=small).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.conf.set("spark.sql.shuffle.partitions", "2")
    yield session
    session.stop()


@pytest.mark.parametrize("form", random_files.FORMS)
@given(data=st.data())
@MADE
def test_files_come_out_the_same(form, data, tmp_path_factory):
    text, given_facts = data.draw(random_files.books_and_tables())
    path = random_files.written(given_facts, tmp_path_factory.mktemp("facts"), form)

    expected = score(load(text), facts_of(given_facts))
    found = score_files(load(text), path, "spark")

    assert random_files.cells(found) == random_files.cells(expected)


@pytest.mark.parametrize("top", random_files.TOPS)
def test_every_way_of_putting_together_and_ranking_comes_out_the_same(top, tmp_path):
    body = (
        "  - {code: a, name: a, kind: completion, full: 60, target: 8, show: 1}\n"
        "  - {code: b, name: b, kind: rank_points, full: 40, step: 3, groups: [a]}\n"
    )
    text = f"rulebook: t\ntitle: t\ngroups: {{a: A, b: B}}\n{top}\n{random_files.GRADES}\nindicators:\n{body}"
    given_facts = {
        "a": dict(zip(UNITS, ({"actual": Fraction(n)} for n in (7, 9, 7, 3, 8)), strict=True)),
        "b": dict(zip(UNITS, ({"actual": n and Fraction(n)} for n in (2, 2, None, 5, 1)), strict=True)),
    }
    path = random_files.written(given_facts, tmp_path, "wide")

    expected = score(load(text), facts_of(given_facts))
    found = score_files(load(text), path, "spark")

    assert random_files.cells(found) == random_files.cells(expected)


def wide_of(table, path):
    """A shipped file of facts, whose values are a number a field, as a wide Parquet file of decimals."""
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    said = {
        (
            row["unit"],
            f"{row['indicator']}.{row['field'] or 'actual'}" if row["indicator"] else row["field"],
        ): row["value"]
        for row in rows
    }
    columns = sorted({name for _, name in said})
    numbers = [name for name in columns if "." in name]
    kinds = ", ".join(f'"{name}" {"DECIMAL(18, 6)" if name in numbers else "VARCHAR"}' for name in columns)
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE f (unit VARCHAR, {kinds})")
    for unit in dict.fromkeys(row["unit"] for row in rows):
        values = [said.get((unit, name)) for name in columns]
        connection.execute(f"INSERT INTO f VALUES ({', '.join('?' * (1 + len(columns)))})", [unit, *values])
    connection.execute(f"COPY f TO '{path}' (FORMAT parquet)")


def test_a_shipped_rule_book_comes_out_the_same(tmp_path):
    """The one whose published facts are a number a field throughout; events go to the columnar interpreter."""
    book = load((ROOT / "rulebooks" / "yuedu-2020.yaml").read_text(encoding="utf-8"))
    table = ROOT / "rulebooks" / "facts" / "yuedu-2020.csv"
    wide_of(table, tmp_path / "facts.parquet")

    found = score_files(book, tmp_path / "facts.parquet", "spark")

    assert isinstance(found, InSql)
    assert random_files.cells(found) == random_files.cells(score(book, facts_files.read(table)))


def odd(folder, grade="grade"):
    """A rule book and wide facts, quoted wherever a name can need it: a CSV and a Parquet file of the same."""
    table, path, book = folder / "facts.csv", folder / "facts.parquet", folder / "book.yaml"
    table.write_text(
        "unit,period,group,kind,gdp.actual,gdp.target,place\n"
        "O'Neill \\ ${x},2025,东,county,95.5,100,3\n"
        "乙,2025,O'Brien \\ west,county,120,100,3\n"
        "丙,2025,O'Brien \\ west,county,,100,7\n"
        "丁,2025,O'Brien \\ west,city,80,0,-2\n"
        "戊,2025,O'Brien \\ west,county,80,90,3\n",
        encoding="utf-8",
    )
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{table}', all_varchar = true)) TO '{path}' (FORMAT parquet)"
    )
    book.write_text(BOOK, encoding="utf-8")
    return book, table, path


@pytest.mark.parametrize(("backend", "kind"), [("spark", 1), ("spark", 2), ("duckdb", 2)])
def test_names_that_need_quoting_and_texts_that_are_numbers(backend, kind, tmp_path):
    files = odd(tmp_path)
    book = load(BOOK)

    found = score_files(book, files[kind], backend)

    assert isinstance(found, InSql)
    assert random_files.cells(found) == random_files.cells(score(book, facts_files.read(files[1])))


def test_the_job_of_a_cluster_writes_what_the_command_writes(tmp_path):
    book, _, facts = odd(tmp_path)
    score_files(load(BOOK), facts, "spark").write(tmp_path / "command.parquet")

    assert spark_job.main([str(book), str(facts), str(tmp_path / "job.parquet")]) == 0

    written = [
        duckdb.sql(f"SELECT * FROM '{tmp_path}/{name}.parquet/*.parquet' ORDER BY ALL").fetchall()
        for name in ("command", "job")
    ]
    assert written[0] == written[1]
    assert len(written[0]) == 5 * 3


def test_the_job_says_what_is_wrong(tmp_path, capsys):
    book, _, facts = odd(tmp_path)
    geometric = tmp_path / "geometric.yaml"
    geometric.write_text(
        BOOK.replace("{round: 2}\nrank", "{combine: geometric, round: 2}\nrank"), encoding="utf-8"
    )

    codes = [
        spark_job.main([str(geometric), str(facts), str(tmp_path / "out")]),
        spark_job.main([str(tmp_path / "none.yaml"), str(facts), str(tmp_path / "out")]),
        spark_job.main([str(book), str(tmp_path / "none.parquet"), str(tmp_path / "out")]),
    ]

    assert codes == [2, 2, 2]
    assert [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()[1::2]] == [
        "whole numbers of 64 bits cannot be proven to carry this rule book over these facts; use gangmu score "
        "--backend columnar on one machine",
        "cannot be read (No such file or directory); check its name and permissions",
        "Spark cannot read the facts; check the path; every machine of the cluster must be able to read it",
    ]
    assert not (tmp_path / "out").exists()


def test_spark_writes_parquet_only(tmp_path):
    _, table, _ = odd(tmp_path)

    with pytest.raises(InputRefused) as refused:
        score_files(load(BOOK), table, "spark").write(tmp_path / "out.csv")

    assert [problem.code for problem in refused.value.problems] == ["score.output"]
