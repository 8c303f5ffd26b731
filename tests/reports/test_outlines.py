"""`gangmu blanks` and `gangmu fill`, run as people run them."""

from __future__ import annotations

import json
import subprocess
import sys

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX

from gangmu.documents import word
from tests.factories.commands import gangmu, surroundings

OUTLINE = (
    "云溪区政府工作报告\n"
    "一、2025年工作回顾\n"
    "全区地区生产总值XX亿元，同比增长X%；固定资产投资增长X%。医院拍X光片X张。\n"
    "二、2026年工作安排\n"
    "地区生产总值增长X%左右，引进XX同志任职。\n"
)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    done = gangmu("init", folder)
    assert done.code == 0, done.err
    (folder / "series.csv").write_text(
        "指标,取值方式,期间,数值\n地区生产总值,,2025,612.34\n地区生产总值,增速,2025,-0.4\n", encoding="utf-8"
    )
    done = gangmu("import", folder / "series.csv", "--dir", folder)
    assert done.code == 0, done.err
    (folder / "提纲.txt").write_text(OUTLINE, encoding="utf-8")
    return folder


def test_each_blank_is_a_line_at_its_place_in_the_very_text(tmp_path):
    path = tmp_path / "提纲.txt"
    path.write_bytes(("\ufeff" + OUTLINE.replace("\n", "\r\n")).encode())

    told = gangmu("blanks", path, "--json", cwd=tmp_path)
    text = gangmu("blanks", path, "--text", cwd=tmp_path)

    assert told.code == 0, told.err
    assert text.out == OUTLINE
    assert all(text.out[one["offset"] :].startswith(one["text"]) for one in told.lines)
    assert [
        (one["kind"], one["figure"], one["measure"], one["planned"], one["unit_of_measure"], one["period"])
        for one in told.lines
    ] == [
        ("figure", "gdp", "value", False, "亿元", "2025"),
        ("figure", "gdp", "yoy", False, "%", "2025"),
        ("figure", "fixed_asset_investment", "yoy", False, "%", "2025"),
        ("figure", None, "count", False, "张", "2025"),
        ("figure", "gdp", "yoy", True, "%", "2026"),
        ("name", None, "", False, "", None),
    ]
    assert set(told.lines[0]) == {
        "offset", "text", "kind", "concept", "figure", "measure", "planned", "unit_of_measure", "period", "area",
        "threshold", "filters", "qualifier", "confidence", "reason",
    }  # fmt: skip
    assert told.lines[3]["proposal"]["name_zh"] == told.lines[3]["concept"]


def test_numbers_that_stand_in_the_text_are_listed_when_asked_for(tmp_path):
    (tmp_path / "a.txt").write_text("2025年地区生产总值612.3亿元，增长X%。", encoding="utf-8")

    blanks = gangmu("blanks", "a.txt", "--json", cwd=tmp_path)
    both = gangmu("blanks", "a.txt", "--filled", "--json", cwd=tmp_path)

    assert [one["text"] for one in blanks.lines] == ["X"]
    assert [(one["text"], one["kind"], one.get("printed")) for one in both.lines] == [
        ("2025", "date", "2025"),
        ("612.3", "figure", "612.3"),
        ("X", "figure", None),
    ]


def test_an_outline_may_come_from_standard_input(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gangmu", "blanks", "-", "--json"],
        input="粮食产量（ ）亿斤。".encode("gb18030"),
        cwd=tmp_path,
        env=surroundings(),
        capture_output=True,
        check=True,
    )

    [line] = [json.loads(one) for one in done.stdout.decode().splitlines()]
    assert (line["text"], line["concept"], line["unit_of_measure"], line["period"]) == (
        "（ ）",
        "粮食产量",
        "亿斤",
        None,
    )


def test_an_outline_is_filled_and_what_is_not_sure_stays_open(district):
    told = gangmu(
        "fill",
        district / "提纲.txt",
        "-o",
        district / "报告.txt",
        "--period",
        "2025",
        "--json",
        "--dir",
        district,
    )

    assert told.code == 0, told.err
    assert {key: told.object[key] for key in ("blanks", "filled", "missing", "asked")} == {
        "blanks": 6,
        "filled": 2,
        "missing": 2,
        "asked": 2,
    }
    assert (district / "报告.txt").read_text(encoding="utf-8").splitlines()[2] == (
        "全区地区生产总值612.34亿元，同比下降0.4%；固定资产投资〔缺：固定资产投资 2025年 增速〕。医院拍X光片〔待核：X〕张。"
    )
    assert [one["text"] for one in told.object["asked_blanks"]] == ["X", "XX"]


def test_a_docx_keeps_its_looks_and_its_numbers_are_bound(district, tmp_path):
    file = docx.Document()
    paragraph = file.add_paragraph("2025年地区生产总值")
    bold = paragraph.add_run("X")
    bold.bold = True
    paragraph.add_run("亿元，固定资产投资增长（ ")
    paragraph.add_run("）%，覆盖率达")
    marked = paragraph.add_run("95")
    marked.font.highlight_color = WD_COLOR_INDEX.YELLOW
    paragraph.add_run("%。")
    table = file.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "地区生产总值增长", "下降X%"
    file.save(tmp_path / "提纲.docx")

    listed = gangmu("blanks", tmp_path / "提纲.docx", "--json", "--dir", district)
    told = gangmu(
        "fill",
        tmp_path / "提纲.docx",
        "-o",
        tmp_path / "报告.docx",
        "--period",
        "2025",
        "--json",
        "--dir",
        district,
    )
    verified = gangmu("verify", tmp_path / "报告.docx", "--json", "--dir", district)

    assert [one["text"] for one in listed.lines] == ["X", "（ ）", "95", "X"]
    assert told.code == 0, told.err
    assert [line["state"] for line in verified.lines] == ["same"] * told.object["filled"] + [
        "same"
    ] * told.object["missing"]
    filled = docx.Document(tmp_path / "报告.docx")
    text, marks = word.text_and_marks((tmp_path / "报告.docx").read_bytes())
    assert text.startswith("2025年地区生产总值612.34亿元，固定资产投资〔缺：")
    assert "95" in [text[start:end] for start, end in marks]
    [control] = filled.paragraphs[0]._p.xpath("./w:sdt[.//w:t='612.34']//w:rPr/w:b")
    assert control is not None
