"""The .docx: layout of GB/T 9704-2012, measured; numbers that keep their identity; templates of one's own."""

from __future__ import annotations

import io
from decimal import Decimal

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt

from gangmu.documents import layout, template, word
from gangmu.documents.template import Answer
from gangmu.problems import InputRefused
from tests.factories.office import converted, pages

REPORT = """\
云溪区人民政府工作报告
——2026年1月20日在云溪区第十八届人民代表大会第六次会议上

各位代表：
现在，我代表区人民政府，向大会报告工作，请予审议。
一、2025年工作回顾
（一）经济运行稳中有进。全年完成地区生产总值{{gdp}}，{{growth|增长}}；固定资产投资增长{{none}}。
1.抓好项目。新开工项目{{projects}}个。
二、2026年工作安排
地区生产总值增长{{planned}}左右。
2026年1月20日
"""
GOLDEN = """\
云溪区人民政府工作报告
——2026年1月20日在云溪区第十八届人民代表大会第六次会议上

各位代表：
现在，我代表区人民政府，向大会报告工作，请予审议。
一、2025年工作回顾
（一）经济运行稳中有进。全年完成地区生产总值612.3亿元，下降0.4%；固定资产投资增长〔缺：固定资产投资 2025年 增速〕。
1.抓好项目。新开工项目126个。
二、2026年工作安排
地区生产总值增长5%左右。
2026年1月20日"""
NUMBERS = [
    ("gm_1f0c77aa_0001", "612.3亿元"),
    ("gm_1f0c77aa_0002", "下降0.4%"),
    ("gm_1f0c77aa_0003", "〔缺：固定资产投资 2025年 增速〕"),
    ("gm_1f0c77aa_0004", "126"),
    ("gm_1f0c77aa_0005", "5%"),
]


def answer(request):
    return {
        "gdp": Answer(Decimal("612.34"), "亿元", 1, "地区生产总值"),
        "growth": Answer(Decimal("-0.4"), "%", 1, "增速"),
        "planned": Answer(Decimal(5), "%", 1, "计划增速"),
        "projects": Answer(Decimal(126), "个", 0, "新开工项目"),
        "none": Answer(None, "%", 1, "固定资产投资 2025年 增速"),
    }[request.figure]


def written(tmp_path, text=REPORT):
    path = tmp_path / "report.docx"
    word.write(template.fill(template.parse(text), answer, identity="1f0c77aa"), path)
    return path


def test_the_text_of_the_file_is_the_filled_text(tmp_path):
    path = written(tmp_path)

    assert "\n".join(word.paragraph_texts(path.read_bytes())) == GOLDEN


def test_every_number_is_read_back_with_its_identity(tmp_path):
    path = written(tmp_path)

    assert word.read_bound(path) == NUMBERS
    assert word.identity_of(path.read_bytes()) == "1f0c77aa"


def test_page_margins_and_grid_are_those_of_the_standard(tmp_path):
    section = docx.Document(str(written(tmp_path))).sections[0]

    measures = [
        round(length / 36000, 1)
        for length in (
            section.page_width,
            section.page_height,
            section.top_margin,
            section.left_margin,
            section.page_width - section.left_margin - section.right_margin,
            section.page_height - section.top_margin - section.bottom_margin,
        )
    ]
    grid = section._sectPr.find(qn("w:docGrid"))

    assert measures == [210.0, 297.0, 37.0, 28.0, 156.0, 225.0]
    assert int(grid.get(qn("w:linePitch"))) * layout.LINES <= layout.TYPE_AREA[1]
    assert int(grid.get(qn("w:linePitch"))) * (layout.LINES + 1) > layout.TYPE_AREA[1]


def test_faces_sizes_and_indents_are_those_of_the_standard(tmp_path):
    document = docx.Document(str(written(tmp_path)))

    looks = [
        (
            paragraph.text[:6],
            paragraph.style.element.rPr.rFonts.get(qn("w:eastAsia")),
            paragraph.style.font.size.pt,
            paragraph.style.element.pPr.ind.get(qn("w:firstLineChars")),
            str(paragraph.style.paragraph_format.alignment).split()[0],
        )
        for paragraph in document.paragraphs
    ]

    assert looks == [
        ("云溪区人民政", "方正小标宋简体", 22.0, "0", "CENTER"),
        ("——2026", "楷体_GB2312", 16.0, "0", "CENTER"),
        ("", "仿宋_GB2312", 16.0, "0", "JUSTIFY"),
        ("各位代表：", "仿宋_GB2312", 16.0, "0", "JUSTIFY"),
        ("现在，我代表", "仿宋_GB2312", 16.0, "200", "JUSTIFY"),
        ("一、2025", "黑体", 16.0, "200", "JUSTIFY"),
        ("（一）经济运", "楷体_GB2312", 16.0, "200", "JUSTIFY"),
        ("1.抓好项目", "仿宋_GB2312", 16.0, "200", "JUSTIFY"),
        ("二、2026", "黑体", 16.0, "200", "JUSTIFY"),
        ("地区生产总值", "仿宋_GB2312", 16.0, "200", "JUSTIFY"),
        ("2026年1", "仿宋_GB2312", 16.0, "0", "RIGHT"),
    ]


def test_a_heading_that_runs_into_its_paragraph_keeps_its_face_up_to_the_full_stop(tmp_path):
    document = docx.Document(str(written(tmp_path)))

    heading, rest = document.paragraphs[6].runs[:2]

    assert (heading.text, heading._r.find(qn("w:rPr"))) == ("（一）经济运行稳中有进。", None)
    assert rest._r.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_fonts_that_may_be_absent_declare_what_stands_in_for_them(tmp_path):
    document = docx.Document(str(written(tmp_path)))
    table = next(r.target_part for r in document.part.rels.values() if r.reltype.endswith("/fontTable"))
    names = {font.name: font.instead for font in layout.FACES}

    declared = {
        font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val"))
        for font in docx.oxml.parse_xml(table.blob)
    }

    assert declared == {name: ";".join(instead) for name, instead in names.items()}


def test_page_numbers_stand_outside_right_on_odd_and_left_on_even_pages(tmp_path):
    document = docx.Document(str(written(tmp_path)))
    section = document.sections[0]

    def footer(part):
        [paragraph] = part.paragraphs
        fields = [field.get(qn("w:instr")).strip() for field in paragraph._p.iter(qn("w:fldSimple"))]
        texts = [t.text for t in paragraph._p.iter(qn("w:t"))]
        size = next(paragraph._p.iter(qn("w:sz"))).get(qn("w:val"))
        return str(paragraph.alignment).split()[0], fields, texts, size

    assert footer(section.footer) == ("RIGHT", ["PAGE"], ["— ", "1", " —"], "28")
    assert footer(section.even_page_footer) == ("LEFT", ["PAGE"], ["— ", "1", " —"], "28")
    assert document.settings.odd_and_even_pages_header_footer


def test_a_missing_value_is_highlighted_and_others_are_not(tmp_path):
    body = docx.Document(str(written(tmp_path))).element.body

    lit = [
        "".join(t.text for t in control.iter(qn("w:t")))
        for control in body.iter(qn("w:sdt"))
        if list(control.iter(qn("w:highlight")))
    ]

    assert lit == ["〔缺：固定资产投资 2025年 增速〕"]


def test_plain_text_controls_hold_digits_only(tmp_path):
    body = docx.Document(str(written(tmp_path))).element.body

    plain = [
        control.find(qn("w:sdtContent")).find(qn("w:r")).find(qn("w:t")).text
        for control in body.iter(qn("w:sdt"))
        if control.find(qn("w:sdtPr")).find(qn("w:text")) is not None
    ]

    assert plain == ["126", "5%"]


def test_numbers_survive_a_round_trip_through_libreoffice(tmp_path):
    again = converted(written(tmp_path), "docx", tmp_path)

    assert word.read_bound(again) == NUMBERS
    assert "\n".join(word.paragraph_texts(again.read_bytes())) == GOLDEN
    assert word.identity_of(again.read_bytes()) == "1f0c77aa"


def test_a_printed_page_holds_22_lines_of_28_characters_within_the_type_area(tmp_path):
    path = written(tmp_path, "题\n" + "国" * 28 * 60)

    page = pages(converted(path, "pdf", tmp_path))[1]
    lines, [foot] = page[:-1], page[-1:]

    assert [len(line.text) for line in lines] == [28] * 22
    assert foot.text == "—2—"
    assert all(abs(line.left - 28) <= 1 and abs(line.right - 184) <= 1 for line in lines)
    assert lines[0].top >= 37 - 1 and lines[-1].bottom <= 37 + 225 + 1
    assert foot.top > 37 + 225


def own_file(*paragraphs):
    document = docx.Document()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for text, bold in runs:
            paragraph.add_run(text).bold = bold
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "地区生产总值"
    table.cell(0, 1).text = "{{gdp}}"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_placeholder_split_over_runs_of_ones_own_file_is_filled_in_its_first_look(tmp_path):
    source = tmp_path / "own.docx"
    source.write_bytes(
        own_file([("完成{{g", True), ("dp", False), ("}}，{{growth", False), ("|增长}}。尾", True)])
    )

    document = template.fill(template.load(source), answer, identity="1f0c77aa")
    filled = tmp_path / "filled.docx"
    word.write(document, filled)

    assert word.paragraph_texts(filled.read_bytes()) == [
        "完成612.3亿元，下降0.4%。尾",
        "地区生产总值",
        "612.3亿元",
    ]
    assert word.read_bound(filled) == [
        ("gm_1f0c77aa_0001", "612.3亿元"),
        ("gm_1f0c77aa_0002", "下降0.4%"),
        ("gm_1f0c77aa_0003", "612.3亿元"),
    ]
    looks = [
        (
            "".join(t.text or "" for t in run.iter(qn("w:t"))),
            run.find(qn("w:rPr")).find(qn("w:b")).get(qn("w:val")) is None,
        )
        for run in docx.Document(str(filled)).paragraphs[0]._p.iter(qn("w:r"))
        if list(run.iter(qn("w:t"))) and "".join(t.text or "" for t in run.iter(qn("w:t")))
    ]
    assert looks == [("完成", True), ("612.3亿元", True), ("，", False), ("下降0.4%", False), ("。尾", True)]


def test_the_layout_of_ones_own_file_is_kept(tmp_path):
    document = docx.Document()
    document.sections[0].left_margin = Pt(99)
    document.add_paragraph("完成{{gdp}}")
    source = tmp_path / "own.docx"
    document.save(str(source))

    filled = tmp_path / "filled.docx"
    word.write(template.fill(template.load(source), answer, identity="1f0c77aa"), filled)

    assert docx.Document(str(filled)).sections[0].left_margin == Pt(99)


def test_a_file_that_is_no_docx_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "old.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 an old .doc")

    with pytest.raises(InputRefused) as refused:
        template.load(path)

    [problem] = refused.value.problems
    assert (problem.code, problem.file) == ("document.unreadable", "old.docx")
