"""What cannot be read is said all at once, with its line; a hostile file is refused before it is built."""

import pytest

from tests.engine.books import book, findings, refused, results

ONE = "indicators:\n  - {code: a, name: A, kind: direct, full: 10}\n"


def test_every_wrong_key_value_and_code_is_found_at_once_with_its_line():
    body = (
        "indicators:\n"
        "  - code: a\n"
        "    name: A\n"
        "    kind: complesion\n"
        "    full: ten\n"
        "  - {code: a, name: B, kind: direct, full: 5}\n"
        "  - {code: 1x, name: C, kind: direct}\n"
        "  - {name: D, kind: bands, full: 5, bands: {about 90: 5}}\n"
        "  - {code: e, name: E, kind: minmax, full: 1, clip: maybe, colour: red}\n"
        "rounding: sideways\n"
    )

    assert findings(body) == [
        ("rulebook.choice", 4),
        ("rulebook.number", 5),
        ("rulebook.code_twice", 6),
        ("rulebook.code", 7),
        ("rulebook.required", 7),
        ("rulebook.required", 8),
        ("rulebook.band", 8),
        ("rulebook.yes", 9),
        ("rulebook.unknown_key", 9),
        ("rulebook.choice", 10),
    ]


def test_a_wrong_word_is_answered_with_the_nearest_right_one_in_both_languages():
    [found] = [
        problem
        for problem in refused(
            book, "indicators:\n  - {code: a, name: 完成, clause: 第三条, kind: complesion, full: 1}\n"
        )
        if problem.code == "rulebook.choice"
    ]

    assert found.line("zh").startswith("book.yaml line 4：第三条“完成”：“kind”不能是“complesion”")
    assert found.remedy.zh == "是否就是“completion”"
    assert found.remedy.en == 'is it "completion"'


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: &x [1, 2]\nb: *x\n", "rulebook.alias", 1),
        ("a: !!python/object/apply:os.system [ls]\n", "rulebook.tag", 1),
        ("a: 1\nb: 2\na: 3\n", "rulebook.twice", 3),
        ("a: 1\n--- \nb: 2\n", "rulebook.several", 2),
        ("? [a, b]\n: 1\n", "rulebook.key", 1),
        ("a: [1, 2\n", "rulebook.syntax", 2),
        ("a: " + "[" * 60 + "]" * 60 + "\n", "rulebook.too_large", 1),
        ("a: 1\nb: \x01\n", "rulebook.control", 2),
        ("", "rulebook.empty", 1),
        ("- a\n", "rulebook.shape", 1),
    ],
)
def test_hostile_yaml_is_refused_with_the_line(text, code, line):
    from gangmu.engine.rulebook import load

    [found] = refused(load, text, "evil.yaml")

    assert (found.code, found.file, found.cell) == (code, "evil.yaml", f"line {line}")


def test_a_file_of_millions_of_characters_is_refused_before_it_is_parsed():
    from gangmu.engine.rulebook import load

    [found] = refused(load, "#" * 5_000_000, "big.yaml")

    assert found.code == "rulebook.too_large"


def test_words_that_yaml_takes_for_booleans_dates_or_numbers_stay_what_they_are():
    loaded = book(ONE + "rank: {on: printed}\nplace: no\nyear: 2025\nsource: 2025-01-01\n")

    assert (loaded.ranking.on, loaded.place, loaded.year, loaded.source) == (
        "printed",
        "no",
        "2025",
        "2025-01-01",
    )


def test_the_digest_is_of_what_is_said_not_of_how_it_is_laid_out():
    first = book("indicators:\n  - {code: a, name: A, kind: direct, full: 10}\n")
    second = book("# 说明\nindicators:\n  - full: 10\n    kind: direct\n    name: A\n    code: a\n")
    third = book("indicators:\n  - {code: a, name: A, kind: direct, full: 11}\n")

    assert first.digest == second.digest
    assert first.digest != third.digest


def test_a_book_without_indicators_is_refused():
    assert findings("sections: []\n") == [("rulebook.empty", -1)]


def test_a_rule_book_of_ten_thousand_lines_is_read():
    body = "indicators:\n" + "".join(
        f"  - code: x{n}\n    name: 指标{n}\n    clause: 第{n}条\n    kind: direct\n    full: 1\n"
        for n in range(2000)
    )

    assert len(list(book(body).indicators())) == 2000


def test_an_empty_entry_is_one_that_is_not_given():
    assert findings("indicators: [{code: a, name: A, kind: direct, full: }]\nplace:\n") == [
        ("rulebook.required", 1)
    ]
    assert book(ONE + "place:\nsource: ~\n").place == ""


def test_more_bands_than_anybody_reads_and_scorers_without_weight_are_refused():
    bands = ", ".join(f'"[{n}, {n + 1})": 1' for n in range(501))
    body = (
        "indicators:\n"
        f"  - {{code: a, name: A, kind: bands, full: 1, bands: {{{bands}}}}}\n"
        "  - {code: b, name: B, kind: direct, full: 1, scorers: {x: 0, y: 0}}\n"
    )

    assert findings(body) == [("rulebook.too_large", 2), ("rulebook.weights", 3)]


def test_a_file_is_read_as_it_was_saved_and_what_is_none_is_refused(tmp_path):
    from gangmu.engine.rulebook import load_file

    text = "rulebook: t\ntitle: 测试\n" + ONE
    for name, data in (("a.yaml", b"\xef\xbb\xbf" + text.encode()), ("b.yaml", text.encode("gb18030"))):
        (tmp_path / name).write_bytes(data)
        assert load_file(tmp_path / name).title.zh == "测试"

    assert [found.code for found in refused(load_file, tmp_path / "none.yaml")] == ["file.unreadable"]
    assert [found.code for found in refused(load_file, tmp_path / "a.xlsx")] == ["rulebook.kind"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("vetoes:\n  -\n", [("rulebook.required", 4)]),
        ("vetoes: {a: 1}\n", [("rulebook.shape", 3)]),
        ("groups: [a, b]\n", [("rulebook.shape", 3)]),
        ("rank: high\n", [("rulebook.shape", 3)]),
        ("place: [here]\n", [("rulebook.shape", 3)]),
        ("missing_marks: [[a]]\n", [("rulebook.shape", 3)]),
        ("examples: [{name: e, facts: {u: {a: {x: 1}}}, expect: {u: 1}}]\n", [("rulebook.shape", 3)]),
    ],
)
def test_an_entry_of_the_wrong_shape_is_refused_at_its_line(body, expected):
    assert findings(ONE + body) == expected


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        ("{code: a, name: A, full: 1}", ["rulebook.required"]),
        ("{code: a, name: A, kind: completion, full: 1, target: planned}", ["rulebook.figure"]),
        ("{code: a, name: A, kind: bands, full: 1, bands: {'[x, 90)': 1}}", ["rulebook.band"]),
        ("{code: a, name: A, kind: bands, full: 1, bands: {'[80, y)': 1}}", ["rulebook.band"]),
    ],
)
def test_an_indicator_that_says_too_little_or_no_interval_is_refused(indicator, expected):
    assert [code for code, _ in findings(f"indicators:\n  - {indicator}\n")] == expected


def test_the_code_of_a_rule_book_is_one_word():
    from gangmu.engine.rulebook import load

    [found] = refused(load, f"rulebook: a b\ntitle: t\n{ONE}", "book.yaml")

    assert (found.code, found.cell, found.message.zh) == ("rulebook.code", "line 1", "“a b”不能作编码")


def test_a_table_of_days_is_read_as_days_and_otherwise_stands_for_the_rest():
    body = (
        "indicators:\n"
        "  - {code: a, name: A, kind: milestone, full: 10, late: 1,\n"
        "     target: {u1: 2025-06-30, otherwise: 2025-07-31}}\n"
    )
    facts = "unit,a\nu1,2025-07-01\nu2,2025-07-01\n"

    assert [row.total for row in results(body, facts).rows()] == ["9", "10"]
