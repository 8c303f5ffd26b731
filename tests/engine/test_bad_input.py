"""What people and strangers hand in: each ends with exit code, place and remedy; no traceback, nothing half-written."""

import pytest

from gangmu.engine.remarks import remarks
from tests.engine.books import results
from tests.factories.commands import gangmu

HEAD = "rulebook: t\ntitle: t\n"
ONE = HEAD + "indicators: [{code: a, name: A, kind: direct, full: 1}]\n"


def formula(text):
    return (
        HEAD + f'indicators:\n  - {{code: a, name: A, kind: formula, formula: "{text}"}}\n'
        "examples: [{name: e, facts: {u: {a: 3}}, expect: {u: 1}}]\n"
    )


FIELDS = ", ".join(f"f{n}" for n in range(60))
GROWING = HEAD + (
    f"indicators:\n  - code: a\n    name: A\n    kind: formula\n    fields: [{FIELDS}]\n"
    + "".join(f"    f{n}: f{n - 1} + f{n - 1}\n" for n in range(1, 60))
    + "    formula: f59\n"
)

HOSTILE = {
    "empty": (b"", "rulebook.empty", "line 1"),
    "blank": (b"  \n", "rulebook.empty", "line 1"),
    "no mapping": (b"- a\n- b\n", "rulebook.shape", "line 1"),
    "a workbook": (b"PK\x03\x04abc", "rulebook.control", "line 1"),
    "noise": (bytes(range(256)) * 20, "file.not_text", ""),
    "control character": (ONE.encode() + b'about: "\x01"\n', "rulebook.control", "line 4"),
    "no character": (b"rulebook: t\x00\n", "file.not_text", ""),
    "half a character": (HEAD.encode() + b'about: "\\ud800"\n', "rulebook.syntax", "line 3"),
    "tabs": (b"rulebook: t\n\ttitle: t\n", "rulebook.syntax", "line 2"),
    "deep lists": ((HEAD + "a: " + "[" * 10_000 + "]" * 10_000).encode(), "rulebook.syntax", "line 3"),
    "deep mappings": (
        (HEAD + "a: " + "{a: " * 10_000 + "}" * 10_000).encode(),
        "rulebook.too_large",
        "line 3",
    ),
    "alias": (b"a: &a [x, x]\nb: [*a, *a]\n", "rulebook.alias", "line 1"),
    "tag": (b"a: !!python/object/apply:os.system [ls]\n", "rulebook.tag", "line 1"),
    "several": ((ONE + "---\na: 1\n").encode(), "rulebook.several", "line 4"),
    "thirty million characters": ((HEAD + "about: " + "x" * 30_000_000).encode(), "rulebook.too_large", ""),
    "huge number": (ONE.replace("full: 1", "full: 1e999999999").encode(), "rulebook.number", "line 3"),
    "deep formula": (formula("(" * 900 + "1" + ")" * 900).encode(), "rulebook.formula", "line 4"),
    "formula of 10,000 brackets": (
        formula("(" * 10_000 + "1" + ")" * 10_000).encode(),
        "rulebook.formula",
        "line 4",
    ),
    "formula of 100 kB": (formula("1+" * 50_000 + "1").encode(), "rulebook.formula", "line 4"),
    "long quotient": (formula("/".join(["actual"] * 200)).encode(), "rulebook.formula", "line 4"),
    "a billion decimals": (formula("round(actual, 1000000000)").encode(), "rulebook.formula", "line 4"),
    "parameters that double each other": (GROWING.encode(), "rulebook.formula", "line 21"),
    "scorers without weight": (
        ONE.replace("full: 1", "full: 1, scorers: {x: 0}").encode(),
        "rulebook.weights",
        "line 3",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_careless_rule_book_is_answered_with_place_and_remedy(tmp_path, name):
    data, code, line = HOSTILE[name]
    path = tmp_path / "book.yaml"
    path.write_bytes(data)

    done = gangmu("rulebook", "check", path, "--json")

    assert (done.code, done.err) == (1, "")
    first = done.lines[0]
    assert (first["code"], first["cell"], first["file"]) == (code, line, str(path))
    assert first["remedy"]


@pytest.mark.parametrize(
    "text",
    [
        "power(actual, 1000000000)",
        "power(actual, 1e9)",
        "power(actual, 1000000.5)",
        "power(power(power(power(power(actual, 64), 64), 64), 64), 64)",
    ],
)
def test_a_power_beyond_all_measure_is_no_score_and_says_so(tmp_path, text):
    path, facts = tmp_path / "book.yaml", tmp_path / "facts.csv"
    path.write_text(formula(text))
    facts.write_text("unit,a\nu,3\n")

    done = gangmu("score", "--rulebook", path, "--facts", facts, "--json")

    assert (done.code, done.object["total"], done.object["note"]) == (0, None, "结果的位数过多，请核对公式")


def test_squares_of_squares_over_many_indicators_end_too(tmp_path):
    path, facts = tmp_path / "book.yaml", tmp_path / "facts.csv"
    chain = "".join(
        f"  - {{code: p{n}, name: P, kind: formula, formula: p{n - 1} * p{n - 1}}}\n" for n in range(1, 60)
    )
    path.write_text(HEAD + "indicators:\n  - {code: p0, name: P, kind: formula, formula: actual}\n" + chain)
    facts.write_text("unit,p0\nu,3\n")

    done = gangmu("score", "--rulebook", path, "--facts", facts, "--json", "--nodes")

    assert done.code == 0
    assert done.lines[-1]["note"] == "结果的位数过多，请核对公式"


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + ONE.encode(), ONE.replace("A", "指标").encode("gb18030")])
def test_a_byte_order_mark_and_gb_18030_are_read(tmp_path, data):
    path = tmp_path / "book.yaml"
    path.write_bytes(data)

    assert gangmu("rulebook", "check", path).code == 0


def test_findings_of_all_files_are_told_at_once_those_that_are_missing_too(tmp_path):
    (tmp_path / "a.yaml").write_text(ONE.replace("direct", "dirct"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04")

    done = gangmu(
        "rulebook",
        "check",
        *(tmp_path / name for name in ("a.yaml", "empty", "b.xlsx", "none.yaml")),
        "--json",
    )

    assert done.code == 1
    assert {line["code"] for line in done.lines} == {
        "rulebook.choice",
        "rulebook.none",
        "rulebook.kind",
        "file.unreadable",
    }


def test_wrong_usage_is_exit_code_2():
    assert gangmu("rulebook", "chekc").code == 2
    assert gangmu("rulebook", "check", "--colour").code == 2


BOOK = HEAD + (
    "groups: {a: A, b: B}\n"
    "indicators:\n"
    "  - {code: done, name: 完成, kind: completion, full: 10}\n"
    "  - {code: grown, name: 增长, kind: growth, full: 10, target: 5, up: 1, down: 1}\n"
    "  - {code: place, name: 标准化, kind: minmax, full: 10}\n"
    "grades: {list: [{grade: 优, places: 2}, {grade: 良}]}\n"
)


@pytest.fixture
def scored(tmp_path):
    def run(facts, *more):
        (tmp_path / "book.yaml").write_text(BOOK)
        (tmp_path / "facts.csv").write_text(facts)
        return gangmu("score", "--rulebook", "book.yaml", "--facts", "facts.csv", *more, cwd=tmp_path)

    return run


def test_every_wrong_fact_is_found_at_once_and_nothing_is_written(scored, tmp_path):
    facts = "unit,indicator,field,value\n甲,,group,a\n甲,done,,5\n甲,done,,6\n甲,grown,base,很多\n甲,donne,,4\n乙,done,,5\n"

    done = scored(facts, "-o", "out.xlsx", "--json")

    assert done.code == 1
    assert [(line["code"], line["cell"]) for line in done.lines] == [
        ("facts.twice", "D4"),
        ("facts.not_a_number", "D5"),
        ("facts.unknown_indicator", "D6"),
        ("facts.no_group", "D7"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.yaml", "facts.csv"]


def test_a_target_of_zero_a_missing_year_a_group_of_one_and_a_quota_too_large_are_told_beside_the_scores(
    scored,
):
    facts = (
        "unit,group,done,done.target,grown,grown.base,place\n"
        "甲,a,5,0,3,2,4\n"
        "乙,a,5,-2,3,,6\n"
        "丙,b,5,10,3,2,4\n"
    )

    done = scored(facts, "--json")

    assert (done.code, [line["total"] for line in done.lines]) == (0, [None, None, None])
    assert done.err.splitlines() == [
        "facts.csv D2：甲 “完成”没有得分：目标值是0，算不出得分。请核对数据；本单位没有此项的写 /",
        "facts.csv D3：乙 “完成”没有得分：目标值是-2，算不出得分。请核对数据；本单位没有此项的写 /",
        "facts.csv E3：乙 “增长”没有得分：缺少“增长”的基期。请补上；缺项另有规定的，在考核办法中写 missing:",
        "facts.csv G4：丙 “标准化”没有得分：组内只有一个单位，无从比较。请核对数据；本单位没有此项的写 /",
        "book.yaml line 8：b 等次“优”有2个名额，只有1个单位。请核对名额和参加考核的单位",
    ]


def test_an_output_that_cannot_be_written_leaves_what_was_there(scored, tmp_path):
    (tmp_path / "out.csv").write_text("old")

    done = scored("unit,group,done\n甲,c,5\n", "-o", "out.csv")
    wrong = scored("unit,group,done,done.target\n甲,a,5,5\n", "-o", "out.docx")

    assert (done.code, wrong.code) == (1, 1)
    assert (tmp_path / "out.csv").read_text() == "old"
    assert not (tmp_path / "out.docx").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    from gangmu.sheets.writing import SheetOut, write_csv, write_workbook

    def rows():
        yield ["a"]
        raise RuntimeError("in the middle")

    for write, name in ((write_csv, "t.csv"), (lambda path, sheet: write_workbook(path, [sheet]), "t.xlsx")):
        with pytest.raises(RuntimeError):
            write(tmp_path / name, SheetOut("t", ["a"], rows()))

    assert list(tmp_path.iterdir()) == []


def test_remarks_name_cell_reason_and_remedy_in_both_languages():
    found = [
        (problem.code, problem.cell, problem.message.en)
        for problem in remarks(
            results(
                BOOK.removeprefix(HEAD),
                "unit,group,done,done.target,grown,grown.base,place\n甲,a,5,0,3,2,4\n乙,a,5,10,3,,6\n丙,b,5,10,3,2,4\n丁,b,,,,,\n",
            )
        )
    ]

    assert found == [
        ("facts.undefined", "D2", '甲 "完成" has no score: target is 0, which gives no score'),
        ("facts.missing", "B5", '丁 "完成" has no score: target of 完成 is missing'),
        ("facts.missing", "E3", '乙 "增长" has no score: base of 增长 is missing'),
        ("facts.missing", "B5", '丁 "增长" has no score: base of 增长 is missing'),
        ("facts.undefined", "G4", '丙 "标准化" has no score: the rule book does not say what then'),
        ("facts.undefined", "B5", '丁 "标准化" has no score: the rule book does not say what then'),
    ]


def test_a_unit_alone_and_a_quota_too_large_are_remarked():
    found = list(
        remarks(
            results(
                BOOK.removeprefix(HEAD),
                "unit,group,done,done.target,grown,grown.base,place\n丙,b,5,10,3,2,4\n",
            )
        )
    )

    assert [problem.message.en for problem in found] == [
        '丙 "标准化" has no score: it is alone in its group, there is nothing to compare with',
        'b grade "优" has 2 places for 1 units',
    ]
