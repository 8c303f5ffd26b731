"""A rule book as a workbook: nothing is lost on the way there and back, an edit comes back as that edit, findings are cells."""

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.engine import comparing, samples, yaml_text
from gangmu.engine.rulebook import load
from gangmu.engine.workbook import layout, reading, writing
from gangmu.engine.yaml_tree import Mapping, Scalar, Sequence, parse, plain
from gangmu.sheets.writing import workbook_bytes
from tests.engine.books import refused
from tests.engine.test_reference_page import BLOCKS
from tests.factories.commands import gangmu

TEXTS = [path.read_text(encoding="utf-8") for path in samples.files()]
TEXTS += [
    block if "rulebook:" in block else f"rulebook: page\ntitle: page\n{block}" for block in BLOCKS.values()
]
SAMPLE = next(iter(BLOCKS.values()))


def there_and_back(text):
    tree, cells = reading.tree(workbook_bytes(writing.sheets(parse(text))), "book.xlsx")
    assert list(cells.problems) == []
    return yaml_text.written(tree)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_shipped_book_and_every_block_of_the_reference_keeps_its_digest(text):
    back = there_and_back(text)

    assert load(back).digest == load(text).digest
    assert there_and_back(back) == back


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=12
) | st.sampled_from(
    [
        "",
        "~",
        "null",
        "yes",
        "1.50",
        "-5",
        "50%",
        "a：b",
        "a: b",
        "# x",
        "[a, b]",
        "{x: 1}",
        "=1+1",
        "'x",
        " x ",
    ]
)
VALUES = st.recursive(
    WORDS.map(lambda text: Scalar(text, 1, True)),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: Sequence(tuple(items), 1))
        | st.dictionaries(WORDS, inner, max_size=3).map(lambda entries: Mapping(entries, {}, 1))
    ),
    max_leaves=6,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_whatever_yaml_text_writes_is_read_as_the_same(value):
    tree = Mapping({"a": value}, {"a": 1}, 1)

    assert plain(parse(yaml_text.written(tree))) == plain(tree)


ENTRIES = st.dictionaries(
    st.sampled_from(
        [
            "kind",
            "full",
            "clause",
            "target",
            "bands",
            "levels",
            "missing",
            "groups",
            "strange",
            "cap",
            "round",
            "up",
        ]
    ),
    VALUES,
    max_size=5,
)


@given(ENTRIES, ENTRIES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_strange_entries_of_books_and_indicators_are_kept_too(of_indicator, of_book):
    name, code = Scalar("名称", 1), Scalar("a", 1)
    indicator = Mapping({**of_indicator, "code": code, "name": name, "kind": Scalar("step", 1)}, {}, 1)
    strange = {f"x_{key}": value for key, value in of_book.items()}
    tree = Mapping({"rulebook": Scalar("t", 1), **strange, "indicators": Sequence((indicator,), 1)}, {}, 1)

    back, _ = reading.tree(workbook_bytes(writing.sheets(tree)), "book.xlsx")

    assert plain(back) == plain(tree)


@pytest.fixture
def edited(tmp_path):
    """The sample as a workbook, changed by a function, and read again."""

    def run(change):
        path = tmp_path / "book.xlsx"
        path.write_bytes(workbook_bytes(writing.sheets(parse(SAMPLE))))
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)
        return path

    return run


def at(sheet, row, header):
    """The cell of a row (by the text in any of its cells) under a header."""
    column = next(cell.column for cell in sheet[1] if cell.value == header)
    number = next(cells[0].row for cells in sheet.iter_rows() if any(cell.value == row for cell in cells))
    return sheet.cell(number, column)


def said(path):
    _, book = reading.book(path)
    return [change.text.zh for change in comparing.changes(load(SAMPLE), book)]


EDITS = {
    "a full mark and its balance": (
        [("考核指标", "gdp", "分值", 31), ("考核指标", "invest", "分值", 29)],
        ["第三条（一）“地区生产总值增速”：分值由30改为31", "第三条（二）“固定资产投资”：分值由30改为29"],
    ),
    "a parameter": ([("考核指标", "gdp", "最多加几分", 4)], ["第三条（一）“地区生产总值增速”：最多加几分由3改为4"]),
    "a target by group": (
        [("考核指标", "items", "目标值", "economic：95\nsocial: 90")],
        ["第四条（一）“督查事项按期办结率”：目标值由100改为economic 95、social 90"],
    ),
    "a quota": ([("等次", "优秀", "名额比例", "40%")], ["“优秀”：名额比例由50%改为40%"]),
    "levels": (
        [("加扣分", "honour", "各级别得分", "国家级：4\n省级：2\n市级：1")],
        ["“表彰”：各级别加几分：国家级由3改为4"],
    ),
    "a choice": ([("考核办法", "排名·并列", "内容", "并列不占位（1,2,2,3）")], ["排名：并列由并列占位（1,2,2,4）改为并列不占位（1,2,2,3）"]),
    "a rule for what is missing": (
        [("考核办法", "缺项怎么计分", "内容", "得3分")],
        ["办法：缺项怎么计分由不计分改为points 3"],
    ),
    "the English of a title": (
        [("考核办法", "办法名称", "英文", "Rules")],
        ['办法：办法名称由英文"Yunxi annual assessment 2025 (sample)"改为英文"Rules"'],
    ),
    "a veto": ([("一票否决", "accident", "后果", "总分为零")], ["第六条“较大以上责任事故”：后果由限制等次改为总分为零"]),
    "a parameter without a column": (
        [("考核指标", "invest", "其他", "得分不封顶：是")],
        ["第三条（二）“固定资产投资”：得分不封顶由否改为是"],
    ),
    "nothing": ([], []),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_a_cell_comes_back_as_exactly_that_change(edited, name):
    cells, wanted = EDITS[name]

    def change(book):
        for sheet, row, header, value in cells:
            at(book[sheet], row, header).value = value

    assert said(edited(change)) == wanted


def test_a_new_row_is_a_new_indicator_whose_code_may_be_its_name(edited):
    def change(book):
        sheet = book["考核指标"]
        headers = [cell.value for cell in sheet[1]]
        row = {
            "所属内容": "重点工作",
            "条款": "第四条（二）",
            "名称": "信息报送",
            "计分方式": "扣分制",
            "分值": 5,
            "其他": "每次扣几分：0.5",
        }
        sheet.append([row.get(header) for header in headers])
        at(sheet, "items", "分值").value = 35

    assert said(edited(change)) == [
        "第四条（一）“督查事项按期办结率”：分值由40改为35",
        "新增考核指标第四条（二）“信息报送”（扣分制，5分）",
    ]


def test_sheets_headers_notes_and_choices_are_chinese(edited):
    book = openpyxl.load_workbook(edited(lambda book: None))

    assert book.sheetnames[:6] == ["考核办法", "分组", "考核内容", "考核指标", "加扣分", "一票否决"]
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["选项"]
    headers = [cell.value for cell in book["考核指标"][1]]
    assert headers[:9] == [
        "所属内容",
        "条款",
        "名称",
        "英文名称",
        "编码",
        "计分方式",
        "分值",
        "目标值",
        "每超一档加几分",
    ]
    assert all(cell.comment for cell in book["考核指标"][1])
    assert "按档加减分：每超一档加几分" in book["考核指标"]["I1"].comment.text
    places = {str(offer.sqref): offer.formula1 for offer in book["考核指标"].data_validations.dataValidation}
    assert places["F2:F5000"].startswith('"达标得分,')
    ties = {str(offer.sqref): offer.formula1 for offer in book["考核办法"].data_validations.dataValidation}
    assert "'选项'!$A$1:$A$4" in ties.values()
    assert places["A2:A5000"] == '"经济发展,重点工作,加扣分"'


WRONG = {
    "text for a number": (("考核指标", "gdp", "分值", "三十"), "rulebook.number"),
    "unknown kind": (("考核指标", "gdp", "计分方式", "按档加分"), "sheet.choice"),
    "unknown section": (("考核指标", "gdp", "所属内容", "经济"), "sheet.unknown_section"),
    "unknown choice": (("考核办法", "排名·并列", "内容", "随便"), "sheet.choice"),
    "code twice": (("考核指标", "invest", "编码", "gdp"), "rulebook.code_twice"),
    "unknown entry": (("考核指标", "invest", "其他", "颜色：红"), "rulebook.unknown_key"),
    "a formula's error": (("考核指标", "gdp", "目标值", "#REF!"), "cell.error_value"),
    "a misspelt group": (
        ("考核指标", "items", "目标值", "economic：95\nsocail：90"),
        "rulebook.unknown_group",
    ),
    "a grade nobody reaches": (("等次", "良好", "不低于", 95), "rulebook.grade_order"),
    "an unknown grade": (("一票否决", "accident", "最高可评等次", "中"), "rulebook.unknown_grade"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_cell_is_told_at_its_row_with_a_remedy(edited, name):
    (sheet, row, header, value), code = WRONG[name]
    place = []

    def change(book):
        cell = at(book[sheet], row, header)
        cell.value = value
        place.append(cell.coordinate)

    found = [problem for problem in refused(reading.book, edited(change)) if problem.code == code]

    assert [problem.sheet for problem in found] == [sheet]
    assert found[0].remedy.zh and found[0].remedy.en
    own_cell = not code.startswith("rulebook.grade") and code != "rulebook.unknown_grade"
    assert found[0].cell == place[0] if own_cell else found[0].cell[1:] == place[0][1:]


def test_a_sum_that_does_not_add_up_is_told_at_the_section_and_several_findings_at_once(edited):
    def change(book):
        at(book["考核指标"], "gdp", "分值").value = 29
        at(book["等次"], "优秀", "名额比例").value = "多"
        at(book["考核办法"], "地方", "项目").value = "地点在哪"

    first = refused(reading.book, edited(change))
    assert [(problem.sheet, problem.code) for problem in first] == [
        ("考核办法", "sheet.unknown_item"),
        ("等次", "rulebook.number"),
    ]

    def only_the_sum(book):
        at(book["考核指标"], "gdp", "分值").value = 29

    [problem] = refused(reading.book, edited(only_the_sum))
    assert (problem.sheet, problem.cell, problem.code) == ("考核内容", "E2", "rulebook.full")


def test_the_command_goes_both_ways_and_gives_a_wrong_workbook_back_marked(tmp_path):
    (tmp_path / "a.yaml").write_text(SAMPLE, encoding="utf-8")

    def run(*more):
        return gangmu("rulebook", "xlsx", *more, cwd=tmp_path)

    there, back = run("a.yaml", "-o", "a.xlsx"), run("a.xlsx", "-o", "b.yaml")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    at(book["考核指标"], "gdp", "分值").value = "三十"
    book.save(tmp_path / "wrong.xlsx")
    wrong = run("wrong.xlsx", "-o", "c.yaml", "--json")

    assert (there.code, back.code) == (0, 0)
    assert load((tmp_path / "b.yaml").read_text()).digest == load(SAMPLE).digest
    assert wrong.code == 1
    first = wrong.lines[0]
    assert (first["file"], first["sheet"], first["cell"], first["code"]) == (
        "wrong.xlsx",
        "考核指标",
        "G2",
        "rulebook.number",
    )
    assert first["remedy"]
    assert not (tmp_path / "c.yaml").exists()
    marked = openpyxl.load_workbook(tmp_path / "wrong.标错.xlsx")
    assert marked["考核指标"]["G2"].comment.text.startswith("【错误】")
    assert run("a.yaml").code == 2
    assert run("a.yaml", "-o", "a.docx").code == 1
    assert run("b.yaml", "a.yaml", "-o", "x.xlsx").code == 2


def test_a_workbook_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)

    done = gangmu("rulebook", "xlsx", path, "-o", tmp_path / "b.yaml", "--json")

    assert done.code == 1
    assert done.lines[-1]["code"] in ("sheet.not_a_rulebook", "file.empty")


def test_every_parameter_has_a_header_of_its_own():
    headers = layout.parameter_headers()

    assert len(set(headers.values())) == len(headers)


ODD = "rulebook: t\ntitle: t\nindicators: [{code: a, name: A, kind: direct, full: 1}]\n"


@pytest.mark.parametrize(
    "text",
    [
        ODD.replace("title: t", "title: {zh: 办法}"),
        ODD.replace("title: t", "title: {zh: ' 办法 ', en: Rules}"),
        ODD + "groups: {g: {zh: 甲组, members: [甲, 乙]}}\n",
        ODD + "groups: {g: {zh: '[甲]', members: [甲, 乙]}}\n",
        ODD + "source: ~\n",
        ODD + "total: {name: {zh: ' 总分'}, full: 1}\n",
        ODD + "examples: [{name: e, facts: {' 甲': {a: 1}}, expect: {' 甲': 1}}]\n",
        ODD + "examples: [{name: e, expect: {甲: missing}}]\n",
        ODD + "examples: [{name: e, facts: {甲: {}}, expect: {甲: missing, 乙: missing}}]\n",
    ],
)
def test_what_no_cell_can_hold_is_written_as_it_stands(text):
    assert load(there_and_back(text)).digest == load(text).digest


@pytest.mark.parametrize(
    "wrong",
    ["examples: [{name: e, facts: {甲: 5}, expect: {甲: 1}}]\n", "missing: {points: [1]}\n"],
)
def test_what_has_the_wrong_shape_goes_there_and_back_for_the_loader_to_refuse(wrong):
    text = ODD + wrong

    assert plain(parse(there_and_back(text))) == plain(parse(text))


def test_a_table_in_a_cell_may_be_written_with_any_colon(edited):
    def change(book):
        at(book["考核指标"], "items", "目标值").value = "economic:95\nsocial：90"

    assert said(edited(change)) == ["第四条（一）“督查事项按期办结率”：目标值由100改为economic 95、social 90"]


def test_what_else_a_group_says_stands_in_its_last_column(edited):
    def change(book):
        sheet = book["分组"]
        at(sheet, "social", "其他").value = "members：[甲局, 乙局]"

    assert said(edited(change)) == ["“社会部门”：成员单位由无改为甲局、乙局"]


def _again(book):
    sheet = book["分组"]
    sheet.append([cell.value for cell in sheet[2]])


def _section_again(book):
    sheet = book["考核内容"]
    sheet.append(["别的" if cell.value == "经济发展" else cell.value for cell in sheet[2]])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_again, [("分组", "A4", "sheet.twice")]),
        (_section_again, [("考核内容", "D5", "sheet.twice")]),
        (
            lambda book: setattr(book["分组"]["A1"], "value", "编号"),
            [("分组", "A1", "sheet.header_missing")],
        ),
        (
            lambda book: setattr(at(book["考核指标"], "invest", "其他"), "value", "颜色：[红"),
            [("考核指标", "O3", "rulebook.unknown_key")],
        ),
    ],
)
def test_rows_that_stand_twice_and_columns_that_are_gone_are_told(edited, change, expected):
    found = refused(reading.book, edited(change))

    assert [(problem.sheet, problem.cell, problem.code) for problem in found] == expected


def test_a_workbook_of_other_sheets_is_no_rule_book():
    from gangmu.sheets.writing import SheetOut

    found = refused(reading.tree, workbook_bytes([SheetOut("数据", ["unit"], [["甲"]])]), "other.xlsx")

    assert found[-1].code == "sheet.not_a_rulebook"
    assert found[-1].remedy.zh.startswith("请用 gangmu rulebook xlsx")
