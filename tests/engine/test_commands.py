"""`gangmu rulebook`, `score` and `explain` on files: no district, exit codes, JSON of the interface."""

import csv

import pytest

from gangmu.engine import samples
from gangmu.engine.numbers import read
from gangmu.sheets.reading import read_workbook
from tests.factories.commands import gangmu

BOOK = samples.folder() / "gongxiao.yaml"
FACTS = samples.folder() / "facts" / "gongxiao.csv"
BROKEN = (
    "rulebook: broken\ntitle: broken\ntotal: {full: 10}\nindicators:\n"
    "  - {code: a, name: A, kind: direct, full: 9}\n"
    "examples: [{name: wrong, facts: {甲: {a: 5}}, expect: {甲: 6}}]\n"
)


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    return path


def test_the_shipped_rule_books_are_listed_as_json_lines_with_what_a_program_needs():
    done = gangmu("rulebook", "list", "--json")

    assert (done.code, done.err) == (0, "")
    assert {"file", "place", "year", "indicators", "examples", "holes", "real"} <= done.lines[0].keys()
    assert len(done.lines) == len(samples.files())
    assert all(line["real"] and line["holes"] for line in done.lines)


def test_check_answers_a_contradiction_with_exit_code_1_and_place_and_remedy(broken):
    done = gangmu("rulebook", "check", broken, "--json")

    assert done.code == 1
    assert (done.object["file"], done.object["cell"], done.object["code"]) == (
        str(broken),
        "line 3",
        "rulebook.full",
    )
    assert done.object["remedy"]


def test_test_answers_a_failing_example_with_exit_code_1_and_both_values(broken):
    done = gangmu("rulebook", "test", broken, "--json")

    assert done.code == 1
    assert {key: done.object[key] for key in ("example", "expected", "got", "ok")} == {
        "example": "wrong",
        "expected": "6",
        "got": "5",
        "ok": False,
    }


def test_score_prints_json_lines_of_totals_ranks_and_grades():
    done = gangmu("score", "--rulebook", BOOK, "--facts", FACTS, "--json")

    assert done.code == 0
    assert [(line["unit"], line["total"], line["rank"], line["grade"]) for line in done.lines] == [
        ("甲", "91.835", "1", None),
        ("乙", "68.173", "4", None),
        ("丙", "73.847", "3", None),
        ("丁", "82.185", "2", None),
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_score_writes_a_row_a_unit_and_node(tmp_path, ending):
    out = tmp_path / f"scores.{ending}"

    done = gangmu("score", "--rulebook", BOOK, "--facts", FACTS, "-o", out, "--nodes", "--json")
    rows = list(read_workbook(out).sheets[0].rows())

    assert done.code == 0
    assert [read(row.cell("printed").text) for row in rows] == [read(line["printed"]) for line in done.lines]
    assert len(rows) == 4 * 5


def test_score_refuses_bad_facts_whole_and_writes_nothing(tmp_path):
    facts = tmp_path / "bad.csv"
    with facts.open("w") as stream:
        csv.writer(stream).writerows(
            [["unit", "indicator", "value"], ["甲", "assets", "很多"], ["甲", "asset", "1"]]
        )

    done = gangmu("score", "--rulebook", BOOK, "--facts", facts, "-o", tmp_path / "out.csv", "--json")

    assert done.code == 1
    assert [(line["code"], line["cell"]) for line in done.lines] == [
        ("facts.not_a_number", "C2"),
        ("facts.unknown_indicator", "C3"),
    ]
    assert not (tmp_path / "out.csv").exists()


def test_explain_gives_the_tree_as_json_and_as_indented_sentences():
    tree = gangmu("explain", "甲", "--rulebook", BOOK, "--facts", FACTS, "--json").object
    node = tree["parts"][1]

    assert (tree["node"], tree["printed"], len(tree["parts"])) == ("total", "91.835", 4)
    assert {
        "node",
        "value",
        "formula",
        "inputs",
        "clause",
        "sentence_zh",
        "sentence_en",
        "next",
    } <= node.keys()
    assert node["value"] == "77.472"
    assert gangmu("explain", "甲", "assets", "--rulebook", BOOK, "--facts", FACTS, "--lang", "en").out == (
        "Net output per 100 of fixed assets: 60.5 between 52.2 and 71.2 gives a coefficient of 77.472;"
        " of 100 points 77.472\n"
        "  → 1 more earns 2.108 more; 71.2 (10.7 more) would earn 100\n"
    )


def test_explaining_an_unknown_unit_says_which_there_are():
    done = gangmu("explain", "戊", "--rulebook", BOOK, "--facts", FACTS)

    assert done.code == 1
    assert "甲、乙、丙、丁" in done.err


def test_files_that_are_missing_are_told_without_a_traceback(tmp_path):
    done = gangmu("score", "--rulebook", tmp_path / "none.yaml", "--facts", FACTS)

    assert (done.code, done.out) == (1, "")
    assert "none.yaml" in done.err
    assert "Traceback" not in done.err


def test_robustness_gives_settings_then_units_by_shaking_then_pairs():
    done = gangmu(
        "robustness", "--rulebook", BOOK, "--facts", FACTS, "--draws", "200", "--seed", "3", "--json"
    )

    assert done.code == 0
    kinds = [line["kind"] for line in done.lines]
    assert kinds == ["settings", *["unit"] * 16, *["pair"] * 3]
    assert {key: done.lines[0][key] for key in ("draws", "seed", "weights", "doubt")} == {
        "draws": {"weights": 200, "rounding": 200, "doubt": 200, "all": 200},
        "seed": 3,
        "weights": "0.1",
        "doubt": "0.01",
    }
    assert [
        (line["unit"], line["place"], line["p5"], line["p95"], line["stays"]) for line in done.lines[1:5]
    ] == [
        (unit, place, place, place, "1.0000")
        for unit, place in (("甲", "1"), ("丁", "2"), ("丙", "3"), ("乙", "4"))
    ]
    assert [
        (line["ahead"], line["behind"], line["turns"], line["firm"], line["decided_by"])
        for line in done.lines[-3:]
    ] == [
        ("甲", "丁", "0.0000", True, "productivity"),
        ("丁", "丙", "0.0000", True, "sales"),
        ("丙", "乙", "0.0000", True, "assets"),
    ]


def test_robustness_is_a_table_in_both_languages():
    words = (
        "robustness",
        "--rulebook",
        BOOK,
        "--facts",
        FACTS,
        "--draws",
        "50",
        "--weights",
        "20%",
        "--doubt",
        "5%",
    )

    chinese, english = gangmu(*words), gangmu(*words, "--lang", "en")

    assert "守住名次" in chinese.out and "抽样50次，种子20260101；权重±20%，数据误差5%" in chinese.out
    assert "90% within" in english.out and "50 draws, seed 20260101; weights ±20%, doubt 5%" in english.out


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--draws", "0", "robustness.draws"),
        ("--draws", "1000001", "robustness.draws"),
        ("--seed", "-1", "robustness.seed"),
        ("--weights", "100%", "robustness.share"),
        ("--weights", "许多", "robustness.share"),
        ("--doubt", "-1%", "robustness.share"),
        ("--doubt", "asset=1%", "robustness.indicator"),
    ],
)
def test_robustness_refuses_what_is_no_setting_with_a_remedy(option, value, code):
    done = gangmu("robustness", "--rulebook", BOOK, "--facts", FACTS, f"{option}={value}", "--json")

    assert (done.code, done.object["code"]) == (1, code)
    assert done.object["remedy"]
