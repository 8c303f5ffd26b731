"""Published results come out of ordinary rule books to the published digits, ranks and grades."""

import csv
import gzip
import io
from fractions import Fraction
from pathlib import Path

import pytest

from gangmu.engine import facts
from gangmu.engine.rulebook import load
from gangmu.engine.scoring import score

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "data" / "cases"


def rulebook(name):
    path = ROOT / "rulebooks" / f"{name}.yaml"
    return load(path.read_text(), path.name)


def unpacked(name, case="undp-hdi"):
    return gzip.decompress((CASES / case / name).read_bytes())


def table(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.fixture(scope="module")
def index():
    return score(rulebook("undp-hdi-2022"), facts.read(unpacked("inputs.csv.gz"), "inputs.csv"))


def test_every_published_value_of_the_human_development_index_is_reproduced(index):
    published = {
        (row["unit"], row["period"]): Fraction(row["hdi"]) for row in table(unpacked("expected.csv.gz"))
    }

    computed = {(case.unit, case.period): Fraction(index.printed("total", case)) for case in index.cases}

    assert len(published) == 6171
    assert computed == published


def test_every_published_rank_and_grade_of_2022_is_reproduced(index):
    rows = table(unpacked("expected_rank_grade_2022.csv.gz"))
    published = {row["unit"]: (row["rank"], row["grade"]) for row in rows}

    computed = {
        row.unit: (row.rank, row.grade)
        for row in index.rows()
        if row.period == "2022" and row.rank is not None
    }

    assert len(published) == 193
    assert computed == published


def test_aggregates_of_countries_are_scored_but_not_ranked(index):
    world = next(row for row in index.rows() if (row.unit, row.period) == ("ZZK.WORLD", "2022"))

    assert (world.total, world.rank) == ("0.739", None)


@pytest.fixture(scope="module")
def of_gender():
    inputs = facts.read(unpacked("inputs.csv.gz", "undp-gdi"), "inputs.csv")
    return score(rulebook("undp-gdi-2022"), inputs)


def test_every_published_value_of_the_gender_development_index_is_reproduced(of_gender):
    rows = table(unpacked("expected.csv.gz", "undp-gdi"))
    published = {(row["unit"], row["period"]): Fraction(row["gdi"]) for row in rows}

    computed = {
        (case.unit, case.period): Fraction(of_gender.printed("total", case)) for case in of_gender.cases
    }

    assert len(published) == 5014
    assert computed == published


def test_the_indices_of_either_sex_agree_as_far_as_their_printed_inputs_tell(of_gender):
    by_key = {(case.unit, case.period): case for case in of_gender.cases}

    apart = [
        abs(of_gender.value(node, by_key[row["unit"], row["period"]]) - Fraction(row[name]))
        for row in table(unpacked("expected.csv.gz", "undp-gdi"))
        for node, name in (("female", "hdi_f"), ("male", "hdi_m"))
    ]

    assert len(apart) == 10028
    assert max(apart) <= Fraction(1, 10**9)


def test_every_published_group_of_the_gender_development_index_is_reproduced(of_gender):
    rows = table(unpacked("expected_group_2022.csv.gz", "undp-gdi"))
    published = {row["unit"]: row["group"] for row in rows}

    computed = {row.unit: row.grade for row in of_gender.rows() if row.period == "2022"}

    assert len(published) == 182
    assert {unit: computed[unit] for unit in published} == published


def test_every_score_and_rank_of_the_connectivity_index_is_reproduced():
    inputs = facts.read(unpacked("inputs.csv.gz", "asem-coinr"), "inputs.csv")
    results = score(rulebook("asem-connectivity-2018"), inputs)
    rows = {row["unit"]: row for row in table(unpacked("expected.csv.gz", "asem-coinr"))}
    columns = [name for name in rows["AUT"] if name not in ("unit", "name") and not name.startswith("rank_")]
    published = {
        (unit, name): (Fraction(row[name]), int(row[f"rank_{name}"]))
        for unit, row in rows.items()
        for name in columns
    }

    computed = {
        (case.unit, name): (Fraction(results.printed(node, case)), results.rank(node, case))
        for case in results.cases
        for name in columns
        for node in ["total" if name == "Index" else name]
    }

    assert len(published) == 561
    assert computed == published


def test_the_textbook_example_of_efficacy_coefficients_is_reproduced():
    results = score(rulebook("gongxiao"), facts.read(ROOT / "rulebooks" / "facts" / "gongxiao.csv"))
    expected = table((CASES / "gongxiao" / "expected.csv").read_bytes())

    computed = [
        {
            "unit": case.unit,
            **{node.code: Fraction(results.printed(node.code, case)) for node in results.book.nodes()},
            "rank": results.rank("total", case),
        }
        for case in results.cases
    ]

    assert computed == [
        {name: text if name == "unit" else Fraction(text) for name, text in row.items()} for row in expected
    ]
