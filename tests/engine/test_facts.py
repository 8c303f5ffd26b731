"""Facts files: long and wide, every error at its cell, and whether they fit the rule book."""

from fractions import Fraction

from gangmu.engine import facts
from gangmu.engine.facts import Case
from gangmu.engine.scoring import score
from gangmu.sheets.writing import SheetOut, workbook_bytes
from tests.engine.books import book, read, refused, results

BOOK = (
    "groups: {a: A组, b: B组}\n"
    "indicators:\n"
    "  - {code: gdp, name: GDP, kind: completion, full: 10}\n"
    "  - {code: votes, name: 测评, kind: direct, full: 10}\n"
    "  - {code: honour, name: 表彰, kind: bonus, levels: {国家级: 3, 省级: 2}}\n"
)
WIDE = "unit,group,gdp,gdp.target,votes\nu1,a,90,100,8\nu2,B组,120,100,9\n"
LONG = (
    "单位,期间,指标,事项,评分人,字段,数值\n"
    "u1,,,,,group,a\nu1,,gdp,,,,90\nu1,,gdp,,,target,100\nu1,,votes,,,,8\n"
    "u2,,,,,group,B组\nu2,,gdp,,,actual,120\nu2,,gdp,,,target,100\nu2,,votes,,,,9\n"
)


def places(problems):
    return [(problem.code, problem.file, problem.sheet, problem.cell) for problem in problems]


def test_the_wide_and_the_long_form_give_the_same_facts_and_results():
    wide, long = results(BOOK, WIDE), results(BOOK, LONG)

    assert [row.as_json() for row in wide.rows()] == [row.as_json() for row in long.rows()]
    assert wide.digest == long.digest


def test_a_workbook_is_read_like_a_csv_with_the_cell_of_every_fact():
    rows = [["u1", "a", Fraction(90).numerator, 100, 8]]
    data = workbook_bytes([SheetOut("数据", ["unit", "group", "gdp", "gdp.target", "votes"], rows)])

    found = facts.read(data, "facts.xlsx")
    fact = found.entries(Case("u1"), "gdp")["", ""]["target"]

    assert (fact.number, fact.row.file, fact.row.sheet, fact.row.cell) == (100, "facts.xlsx", "数据", "D2")


def test_duplicates_and_rows_without_a_unit_are_refused_together_at_their_cells():
    csv = "unit,indicator,field,value\nu1,gdp,,1\nu1,gdp,actual,2\n,gdp,,3\nu1,gdp,target,\nu1,gdp,target,5\n"

    found = refused(read, csv)

    assert places(found) == [("facts.twice", "facts.csv", "", "D3"), ("facts.no_unit", "facts.csv", "", "A4")]


def test_facts_that_do_not_fit_the_rule_book_are_refused_all_at_once():
    csv = (
        "unit,indicator,event,scorer,field,value\n"
        "u1,,,,group,a\n"
        "u1,gdpp,,,,1\n"
        "u1,gdp,,,,很多\n"
        "u1,gdp,,,goal,5\n"
        "u1,gdp,e1,,,5\n"
        "u1,votes,,甲,,5\n"
        "u1,honour,e1,,level,市级\n"
        "u2,,,,group,c\n"
        "u2,votes,,,,5\n"
    )

    found = refused(score, book(BOOK), read(csv))

    assert places(found) == [
        ("facts.unknown_indicator", "facts.csv", "", "F3"),
        ("facts.not_a_number", "facts.csv", "", "F4"),
        ("facts.unknown_field", "facts.csv", "", "F5"),
        ("facts.no_events", "facts.csv", "", "F6"),
        ("facts.scorers", "facts.csv", "", "F7"),
        ("facts.unknown_level", "facts.csv", "", "F8"),
        ("facts.no_group", "facts.csv", "", "F9"),
    ]
    assert all(problem.remedy.zh and problem.remedy.en for problem in found)


def test_a_file_that_is_neither_long_nor_wide_says_what_would_be_right():
    [found] = refused(read, "name,value\nu1,1\n")

    assert found.code == "facts.no_unit"
    assert found.remedy.zh.startswith("长表：unit,period,indicator")


def test_a_fact_without_a_period_holds_for_all_periods_of_its_unit():
    body = "indicators:\n  - {code: gdp, name: GDP, kind: completion, full: 10}\n"
    csv = "unit,period,indicator,field,value\nu1,,gdp,target,100\nu1,2024,gdp,,50\nu1,2025,gdp,,80\n"

    rows = [(row.period, row.total) for row in results(body, csv).rows()]

    assert rows == [("2024", "5"), ("2025", "8")]


def test_the_digest_of_facts_is_of_values_not_of_how_they_are_written_or_ordered():
    assert read("unit,gdp\nu1,1.50\nu2,2\n").digest == read("unit,gdp\nu1,１.5\nu2,2.0\n").digest
    assert read("unit,gdp\nu1,1.5\n").digest != read("unit,gdp\nu1,1.6\n").digest


def test_a_folder_gives_the_facts_of_its_tables_and_of_nothing_else(tmp_path):
    import duckdb

    (tmp_path / "a.csv").write_text("unit,gdp\nu1,1.5\n")
    (tmp_path / "b.xlsx").write_bytes(
        workbook_bytes([SheetOut("说明", [], []), SheetOut("数据", ["unit", "votes"], [["u1", 3]])])
    )
    (tmp_path / "notes.txt").write_text("unit,gdp\nu1,9\n")
    duckdb.connect().execute(
        "COPY (SELECT 'u1' AS unit, 0.25::DOUBLE AS rate, 1.50::DECIMAL(9, 2) AS share, NULL::VARCHAR AS gone)"
        f" TO '{tmp_path / 'c.parquet'}' (FORMAT parquet)"
    )

    found = facts.read(tmp_path)
    told = {row.indicator: (row.value, row.file, row.sheet, row.cell) for row in found.rows()}

    assert told == {
        "gdp": ("1.5", str(tmp_path / "a.csv"), "", "B2"),
        "votes": ("3", str(tmp_path / "b.xlsx"), "数据", "B2"),
        "rate": ("0.25", str(tmp_path / "c.parquet"), "", "B2"),
        "share": ("1.50", str(tmp_path / "c.parquet"), "", "C2"),
    }


def test_empty_rows_and_columns_without_a_name_are_passed_over():
    long = read("unit,indicator,value,note\nu1,gdp,1,\n,,,见附件\nu2,gdp,2,\n")
    wide = read("unit,period,gdp,\nu1,,1,\n,2025,,\nu2,,2,\n")

    assert long.digest == wide.digest == read("unit,gdp\nu1,1\nu2,2\n").digest


def test_a_wide_row_without_a_unit_is_refused_at_its_cell():
    assert places(refused(read, "unit,gdp\nu1,1\n,2\n")) == [("facts.no_unit", "facts.csv", "", "A3")]


def test_a_file_without_any_fact_is_refused():
    assert places(refused(read, "unit,gdp\n")) == [("facts.empty", "facts.csv", "", "")]


def test_a_cell_that_holds_an_error_is_refused_at_its_place(tmp_path):
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.active.append(["unit", "gdp", "votes"])
    workbook.active.append(["u1", "#REF!", 3])
    workbook.save(tmp_path / "facts.xlsx")

    [found] = refused(facts.read, tmp_path / "facts.xlsx")

    assert (found.cell, found.sheet, bool(found.remedy.zh)) == ("B2", "Sheet", True)
