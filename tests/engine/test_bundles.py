"""Bundles: the same content is the same file, one changed digit is found and named, and hostile ones are refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.engine import expressions as x
from gangmu.engine import facts, rulebook, samples
from gangmu.engine.proof import bundle, facts_given, reading, recompute, writing_plan, written_out
from gangmu.engine.proof.verifying import verify
from gangmu.engine.scoring import score
from gangmu.problems import InputRefused
from tests.engine import books
from tests.factories.commands import gangmu, surroundings

BOOK = samples.folder() / "gongxiao.yaml"
FACTS = samples.folder() / "facts" / "gongxiao.csv"
TEXT = BOOK.read_text()
RESULTS = score(rulebook.load(TEXT), facts.read(FACTS))
MEMBERS = bundle.make(RESULTS, TEXT)
PROVEN = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
SCORED = (
    bundle.BOOK,
    bundle.FACTS,
    bundle.RESULTS,
    bundle.DIGESTS,
    bundle.PLAN,
    bundle.README,
    bundle.PROGRAM,
)


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "scores.zip"
    bundle.write(MEMBERS, path)
    return path


def codes(path):
    with pytest.raises(InputRefused) as refused:
        reading.read(path)
    return [(problem.code, problem.sheet) for problem in refused.value.problems]


def zipped(path, members):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
    return path


def test_a_bundle_recomputes_and_says_how_much_was_compared(packed):
    found = verify(reading.read(packed))

    assert found.as_json("en") == {
        "ok": True,
        "compared": found.compared,
        "differs": [],
        "counts": {"files": 6, "digests": 3, "plan": 51, "results": 100},
    }


def test_the_same_content_is_the_same_file_whatever_the_order_of_the_facts():
    rows = list(facts.read(FACTS).rows())
    by_unit = sorted(rows, key=lambda row: (["甲", "乙", "丙", "丁"].index(row.unit), row.value))
    again = score(rulebook.load(TEXT), facts.Facts.of(by_unit, []))

    assert bundle.packed(bundle.make(again, TEXT)) == bundle.packed(MEMBERS)


@given(data=st.data())
@PROVEN
def test_a_changed_digit_anywhere_is_found_and_its_member_named(data):
    name = data.draw(st.sampled_from(SCORED))
    text = MEMBERS[name]
    at = data.draw(st.sampled_from([place for place, letter in enumerate(text) if letter in "0123456789"]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[at]]))
    changed = {**MEMBERS, name: text[:at] + digit + text[at + 1 :]}

    try:
        found = verify(changed)
    except Exception as error:  # the whole point is that nothing but a difference comes out
        raise AssertionError(f"{name} {at} {digit}") from error

    assert any(name in difference.place or name in difference.message.zh for difference in found.differs)


@given(data=st.data())
@PROVEN
def test_a_changed_byte_of_the_file_is_found_or_changes_nothing(data, tmp_path_factory):
    whole = bundle.packed(MEMBERS)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path = tmp_path_factory.mktemp("byte") / "scores.zip"
    path.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])

    try:
        members = reading.read(path)
    except InputRefused:
        return

    assert members == MEMBERS or not verify(members).ok


@given(data=st.data())
@PROVEN
def test_results_forged_with_fitting_digests_are_named_cell_by_cell(data):
    lines = MEMBERS[bundle.RESULTS].splitlines(keepends=True)
    row = data.draw(st.integers(1, len(lines) - 1))
    at = data.draw(st.sampled_from([n for n, letter in enumerate(lines[row]) if letter in "0123456789"]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != lines[row][at]]))
    lines[row] = lines[row][:at] + digit + lines[row][at + 1 :]

    found = verify(with_fitting_digest({**MEMBERS, bundle.RESULTS: "".join(lines)}, bundle.RESULTS))

    assert found.differs
    assert all(one.code.startswith("bundle.results") for one in found.differs)


@pytest.mark.parametrize("member", [bundle.BOOK, bundle.PLAN])
def test_a_rule_or_a_step_forged_with_fitting_digests_is_named(member):
    was, is_now = ("ratio: 4", "ratio: 3") if member == bundle.BOOK else ('"value": "100"', '"value": "101"')
    forged = MEMBERS[member].replace(was, is_now, 1)

    found = verify(with_fitting_digest({**MEMBERS, member: forged}, member))

    assert {"bundle.plan"} <= {one.code for one in found.differs}


def with_fitting_digest(members, name):
    said = json.loads(members[bundle.DIGESTS])
    said["files"][name] = bundle.digest(members[name])
    if name == bundle.BOOK:
        said["rulebook"] = rulebook.load(members[name]).digest
    return {**members, bundle.DIGESTS: bundle.as_json(said)}


def test_rows_removed_added_and_moved_are_named():
    first, second, *rest = MEMBERS[bundle.RESULTS].splitlines(keepends=True)[1:]
    head = MEMBERS[bundle.RESULTS].splitlines(keepends=True)[0]

    def found(lines):
        text = "".join([head, *lines])
        return [
            one.message.en
            for one in verify(with_fitting_digest({**MEMBERS, bundle.RESULTS: text}, bundle.RESULTS)).differs
        ]

    unit, _, _, node, *_ = first.split(",")
    assert found([second, *rest]) == [f"{unit} {node}: this row is missing"]
    assert found([first, second, *rest, "戊,,,total,1,1,1,\r\n"]) == ["戊 total: this row is one too many"]
    assert found([second, first, *rest]) == ["the rows of results.csv were moved"]
    assert found([first, first, second, *rest]) == ["line 3 of results.csv is no result"]


def test_a_bundle_that_is_none_is_refused_by_name(tmp_path):
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"no zip at all")
    assert codes(path) == [("bundle.unreadable", "")]

    path.write_bytes(bundle.packed(MEMBERS)[:-40])
    assert codes(path) == [("bundle.unreadable", "")]


def test_missing_foreign_and_doubled_members_are_all_told_at_once(tmp_path):
    members = [(name, text) for name, text in MEMBERS.items() if name not in (bundle.FACTS, bundle.PLAN)]
    strange = [("../../etc/passwd", "x"), ("/tmp/x", "x"), ("sub/facts.csv", "x"), (bundle.BOOK, "x")]

    path = zipped(tmp_path / "bundle.zip", [*members, *strange])

    assert codes(path) == [
        ("bundle.unknown_member", "../../etc/passwd"),
        ("bundle.unknown_member", "/tmp/x"),
        ("bundle.unknown_member", "sub/facts.csv"),
        ("bundle.twice", bundle.BOOK),
        ("bundle.missing", bundle.FACTS),
        ("bundle.missing", bundle.PLAN),
    ]
    assert [one.name for one in tmp_path.iterdir()] == ["bundle.zip"]


def test_a_zip_bomb_is_read_no_further_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_MEMBER", 100_000)
    members = {**{name: text.encode() for name, text in MEMBERS.items()}, bundle.FACTS: b"0" * 30_000_000}

    path = zipped(tmp_path / "bomb.zip", members.items())

    assert path.stat().st_size < 200_000
    assert codes(path) == [("bundle.too_large", bundle.FACTS)]


@pytest.mark.parametrize("member", [bundle.BOOK, bundle.FACTS, bundle.PLAN, bundle.RESULTS, bundle.DIGESTS])
def test_another_encoding_is_told_with_its_line(tmp_path, member):
    data = {name: text.encode() for name, text in MEMBERS.items()}
    data[member] = b"ok\n" + "考核".encode("gb18030")

    path = zipped(tmp_path / "bundle.zip", data.items())

    assert codes(path) == [("bundle.encoding", member)]


@pytest.mark.parametrize(
    ("member", "text"),
    [
        (bundle.BOOK, "rulebook: [unclosed"),
        (bundle.BOOK, "&a [*a]"),
        (bundle.BOOK, ""),
        (bundle.FACTS, ""),
        (bundle.FACTS, "unit,value\n甲,1\n"),
        (bundle.FACTS, MEMBERS[bundle.FACTS].replace(",", ";")),
        (bundle.FACTS, MEMBERS[bundle.FACTS] + '甲,,"unclosed'),
        (bundle.FACTS, MEMBERS[bundle.FACTS] * 2),
        (bundle.FACTS, MEMBERS[bundle.FACTS] + "甲,,x,,,actual," + "9" * 200_000 + "\r\n"),
        (bundle.PLAN, "[" * 100_000),
        (bundle.PLAN, "[]"),
        (bundle.PLAN, '{"steps": 1, "units": {}, "nodes": "x"}'),
        (bundle.RESULTS, ""),
        (bundle.RESULTS, "a,b\n1,2\n"),
        (bundle.RESULTS, '"'),
        (bundle.DIGESTS, '{"format": "gangmu-bundle/1", "files": []}'),
        (bundle.DIGESTS, '{"format": "gangmu-bundle/1", "files": {"x": 1}, "rulebook": {}}'),
    ],
)
def test_nonsense_in_a_member_is_a_difference_and_no_traceback(tmp_path, member, text):
    path = zipped(tmp_path / "bundle.zip", {**MEMBERS, member: text}.items())

    done = gangmu("recompute", path, "--json")

    assert done.code == 1
    assert done.object["ok"] is False
    assert any(member in one["place"] for one in done.object["differs"])
    assert "Traceback" not in done.err


def test_an_encrypted_or_strangely_packed_member_is_damaged(tmp_path):
    whole = bytearray(bundle.packed(MEMBERS))
    entry = whole.index(b"PK\x01\x02")
    whole[entry + 10] = 99  # a method of compression that nobody has
    path = tmp_path / "bundle.zip"
    path.write_bytes(whole)

    assert codes(path) == [("bundle.damaged", bundle.README)]


def test_a_folder_is_read_without_following_links(tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name, text in MEMBERS.items():
        (folder / name).write_bytes(text.encode())
    (folder / "__pycache__").mkdir()
    assert verify(reading.read(folder)).ok

    (folder / bundle.FACTS).unlink()
    (folder / bundle.FACTS).symlink_to(FACTS)
    assert codes(folder) == [("bundle.no_file", bundle.FACTS)]


NAMED = """
total: {round: 2}
indicators:
  - {code: press, name: 曝光, kind: bonus, full: 10, levels: {省级: 2, 市级: 1}, highest_only: yes}
  - {code: peers, name: 互评, kind: direct, full: 10, scorers: mean}
  - {code: leaders, name: 领导, kind: direct, full: 10, scorers: {书记: 0.6, 区长: 0.4}}
vetoes: [{code: accident, name: 事故, effect: out}]
"""
NAMED_FACTS = """unit,indicator,event,scorer,field,value
甲,,,,phone,13812345678
甲,press,表彰张三,,level,省级
甲,press,表彰张三,,matter,李四的事
甲,press,又表彰张三,,level,市级
甲,press,又表彰张三,,matter,李四的事
甲,peers,,王五,,8
甲,peers,,赵六,,９%
甲,leaders,,书记,,9
甲,leaders,,区长,,8
乙,peers,,王五,,7
乙,leaders,,书记,,9
乙,leaders,,区长,,7
乙,accident,张三坠楼,,note,家属电话
"""


def test_no_name_of_an_event_or_a_scorer_and_no_unread_column_is_handed_on():
    results = books.results(NAMED, NAMED_FACTS)
    members = bundle.make(results, "rulebook: test\ntitle: 测试\n" + NAMED)

    assert [
        name for name in ("张三", "李四", "王五", "赵六", "电话", "138") if name in "".join(members.values())
    ] == []
    assert members[bundle.FACTS].splitlines()[1:] == [
        "甲,,leaders,,书记,actual,9",
        "甲,,leaders,,区长,actual,8",
        "甲,,peers,,评分人1,actual,8",
        "甲,,peers,,评分人2,actual,0.09",
        "甲,,press,事项2,,level,市级",
        "甲,,press,事项2,,matter,同项1",
        "甲,,press,事项3,,level,省级",
        "甲,,press,事项3,,matter,同项1",
        "乙,,accident,事项1,,stands,1",
        "乙,,leaders,,书记,actual,9",
        "乙,,leaders,,区长,actual,7",
        "乙,,peers,,评分人1,actual,7",
    ]
    assert json.loads(members[bundle.DIGESTS])["results"] == results.digest
    assert verify(members).ok


def test_with_names_the_facts_are_those_that_were_scored():
    results = books.results(NAMED, NAMED_FACTS)

    members = bundle.make(results, "rulebook: test\ntitle: 测试\n" + NAMED, names=True)

    assert json.loads(members[bundle.DIGESTS])["facts"] == results.facts.digest
    assert verify(members).ok


DATED = """rulebook: test
title: 测试
indicators:
  - {code: plan, name: 方案, kind: milestone, full: 10, target: 2018-07-31, late: 0.5}
  - {code: press, name: 曝光, kind: bonus, full: 10, each: 2, fields: [own], only_if: own >= 1}
"""
DATED_FACTS = """unit,indicator,event,field,value
甲,plan,,,2018年8月3日
甲,press,,own,1
甲,press,一,count,2
乙,plan,,,2018-07-30
乙,press,,own,1
丙,plan,,,/
"""


def test_days_are_handed_on_as_days_and_own_facts_beside_events_make_none(tmp_path):
    book, given = tmp_path / "book.yaml", tmp_path / "facts.csv"
    book.write_text(DATED)
    given.write_text(DATED_FACTS)
    out = tmp_path / "scores.zip"

    gangmu("bundle", "--rulebook", book, "--facts", given, "-o", out)
    done, by_itself = gangmu("recompute", out, "--json"), alone(recompute.__file__, out, cwd=tmp_path)

    members = reading.read(out)
    assert "甲,,plan,,,actual,2018-08-03" in members[bundle.FACTS].splitlines()
    printed = [row.split(",")[:6] for row in members[bundle.RESULTS].splitlines()]
    assert [row[5] for row in printed if row[3] == "press"] == ["4", "0", ""]
    assert (done.code, done.object["ok"], by_itself.returncode) == (0, True, 0), by_itself.stdout


def test_texts_with_line_ends_commas_and_quotes_survive():
    rows = [
        facts.Row('甲,\r\n"区"', "", "", "", "", "name", "a\rb\u2028c"),
        facts.Row("乙", "", "", "", "", "", ""),
    ]
    kept = facts.Facts.of(rows, [])

    again = facts_given.from_csv(facts_given.as_csv(kept), "facts.csv", [])

    assert (again.digest, again.cases()) == (kept.digest, kept.cases())


def test_a_node_that_the_plan_cannot_hold_is_refused_not_left_out():
    class Strange(x.Expression):
        pass

    with pytest.raises(written_out.UnknownNodeError, match="Strange"):
        writing_plan.Writer(RESULTS).tree(Strange())


def test_a_rule_that_is_too_much_for_a_bundle_is_refused_with_a_remedy():
    body = (
        'indicators:\n  - {code: a, name: A, kind: formula, formula: "all_winsorised(actual, 500, 2, 3.5)"}\n'
    )

    [problem] = books.refused(bundle.make, books.results(body, "unit,a\nu,1\n"), "")

    assert problem.code == "bundle.unknown_node"
    assert problem.remedy.zh


def test_every_node_kind_of_the_engine_can_be_written():
    kinds = {kind for kind in vars(x).values() if isinstance(kind, type) and issubclass(kind, x.Expression)}

    assert kinds - {x.Expression} == writing_plan.KINDS


def test_the_program_has_two_hundred_lines_and_imports_nothing_but_the_standard_library():
    lines = bundle.program().splitlines()
    imported = {
        name.split(".")[0]
        for line in lines
        if line.startswith(("import ", "from "))
        for name in line.removeprefix("from ").removeprefix("import ").split(" import ")[0].split(", ")
    }

    assert len(lines) <= 200
    assert imported <= sys.stdlib_module_names


def alone(path, *arguments, cwd):
    return subprocess.run(
        [sys.executable, "-I", path, *arguments], cwd=cwd, env=surroundings(), capture_output=True, text=True
    )


def test_the_program_runs_alone_on_a_zip_and_on_the_folder_it_stands_in(packed, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)

    of_folder, of_zip = (
        alone(folder / "recompute.py", cwd=tmp_path),
        alone(folder / "recompute.py", packed, cwd=tmp_path),
    )

    assert (of_folder.returncode, of_folder.stdout) == (0, "80 compared, 0 differ / 已比对，不符 0 处\n")
    assert (of_zip.returncode, of_zip.stdout) == (0, of_folder.stdout)


def test_the_program_names_what_differs(packed, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    text = (folder / "results.csv").read_text()
    (folder / "results.csv").write_text(text.replace("91.835", "91.836", 1))

    done = alone(folder / "recompute.py", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "results.csv: SHA-256"
    assert "甲 total printed: 22959/250 ≠ 18367/200" in done.stdout


def test_the_commands_write_and_recompute(tmp_path):
    out = tmp_path / "scores.zip"

    written = gangmu("bundle", "--rulebook", BOOK, "--facts", FACTS, "-o", out, "--json")
    again = gangmu("recompute", out, "--json")

    assert (written.code, written.object["file"]) == (0, str(out))
    assert out.read_bytes() == bundle.packed(MEMBERS)
    assert (again.code, again.object["ok"], again.object["compared"], again.object["differs"]) == (
        0,
        True,
        160,
        [],
    )
    assert gangmu("recompute", tmp_path / "none.zip").code == 1


def test_zip_of_bytes_can_be_listed_by_any_tool():
    with zipfile.ZipFile(io.BytesIO(bundle.packed(MEMBERS))) as archive:
        assert archive.testzip() is None
        assert [entry.filename for entry in archive.infolist()] == [
            name for name in bundle.MEMBERS if name != "log.json"
        ]
