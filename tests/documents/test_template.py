"""Placeholders: what they ask, how they are refused, what they print."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gangmu.documents import template
from gangmu.documents.model import Kind, Request
from gangmu.documents.numbers import Style
from gangmu.documents.template import Answer
from gangmu.problems import InputRefused


def asked(text):
    return [(p.request, p.style) for p in template.parse(text).placeholders()]


@pytest.mark.parametrize(
    ("source", "request_", "style"),
    [
        ("{{gdp}}", Request("gdp"), Style()),
        ("{{gdp.yoy|增长}}", Request("gdp", "yoy"), Style(direction="增长")),
        ("{{ 地区生产总值.增速@2024 | 1 }}", Request("地区生产总值", "增速", "2024"), Style(decimals=1)),
        ("{{gdp.planned yoy@next}}", Request("gdp", "planned yoy", "next"), Style()),
        ("{{gdp.增速@去年、全国}}", Request("gdp", "增速", "prev", "全国"), Style()),
        ("{{x.count@2025-Q2，单位：发改局}}", Request("x", "count", "2025-Q2", unit="发改局"), Style()),
        ("{{x.value@2021/2025}}", Request("x", "value", "2021/2025"), Style()),
        ("{{p.sum(invested)|亿元|1}}", Request("p", "sum(invested)"), Style(unit="亿元", decimals=1)),
        (
            "{{p[class=industry].count|余}}",
            Request("p", "count", filters=(("class", "eq", "industry"),)),
            Style(over=True),
        ),
        (
            "｛｛p［投资>=1，class=工业］．合计（完成投资）｜补零｝｝",
            Request("p", "合计(完成投资)", filters=(("投资", "gte", "1"), ("class", "eq", "工业"))),
            Style(zeros=True),
        ),
    ],
)
def test_a_placeholder_says_what_is_asked_and_how_it_is_printed(source, request_, style):
    assert asked(f"甲{source}乙") == [(request_, style)]


@pytest.mark.parametrize(
    "source",
    [
        "{{gdp}}",
        "{{地区生产总值.增速@prev|增长|1}}",
        "{{p[class=industry].count@2025、全市|余}}",
        "{{x.计划增速@next|%|0}}",
    ],
)
def test_a_placeholder_is_written_back_as_it_was_read(source):
    [(request_, style)] = asked(source)

    assert template.source_of(request_, style) == source


def test_every_finding_of_a_template_is_told_at_once_with_its_line():
    with pytest.raises(InputRefused) as refused:
        template.parse("标题\n{{}}和{{a.b.c@@}}\n\n未闭合{{gdp\n{{ok}}", "年报.txt")

    found = [(p.code, p.file, p.cell) for p in refused.value.problems]
    assert found == [
        ("template.placeholder", "年报.txt", "line 2"),
        ("template.unclosed", "年报.txt", "line 4"),
    ]


def answer(request):
    return {
        "gdp": Answer(Decimal("612.34"), "亿元", 1, "地区生产总值"),
        "growth": Answer(Decimal("-0.4"), "%", 1, "增速"),
        "none": Answer(None, "%", 1, "固定资产投资 2025年 增速"),
        "people": Answer(None, "", 0, "名单", "甲、乙"),
    }[request.figure]


def test_a_filled_document_prints_values_missing_ones_visibly_and_lists_in_words():
    read = template.parse("题\n完成{{gdp}}，{{growth|增长}}；投资{{none}}%；{{people}}获奖。")

    document = template.fill(read, answer, identity="1f0c77aa")

    assert document.text == "题\n完成612.3亿元，下降0.4%；投资〔缺：固定资产投资 2025年 增速〕%；甲、乙获奖。"
    assert [(b.id, b.missing) for b in document.bound()] == [
        ("gm_1f0c77aa_0001", False),
        ("gm_1f0c77aa_0002", False),
        ("gm_1f0c77aa_0003", True),
        ("gm_1f0c77aa_0004", False),
    ]


def test_a_unit_that_measures_something_else_is_refused_with_its_place():
    read = template.parse("题\n完成{{gdp|万人}}", "年报.txt")

    with pytest.raises(InputRefused) as refused:
        template.fill(read, answer)

    [problem] = refused.value.problems
    assert (problem.code, problem.file, problem.cell) == ("template.placeholder", "年报.txt", "line 2")
    assert "亿元" in problem.message.zh


def test_paragraphs_are_known_by_their_opening_and_place():
    text = (
        "政府工作报告\n——2026年1月20日在代表大会上\n区长　张明远\n\n各位代表：\n现在报告工作。\n一、2025年工作回顾\n"
        "（一）稳增长。完成。\n1.工业\n（1）细则\n5.3%的增速\n2026年1月20日"
    )

    assert [p.kind for p in template.parse(text).paragraphs] == [
        Kind.TITLE,
        Kind.SUBTITLE,
        Kind.SUBTITLE,
        Kind.BLANK,
        Kind.ADDRESSEE,
        Kind.BODY,
        Kind.HEADING_1,
        Kind.HEADING_2,
        Kind.HEADING_3,
        Kind.HEADING_4,
        Kind.BODY,
        Kind.SIGNATURE,
    ]


def test_a_line_that_ends_in_a_colon_is_an_addressee_only_at_the_head():
    text = "通报\n各街道办事处，区政府各部门：\n情况如下。\n主要目标包括：\n各位代表："

    assert [p.kind for p in template.parse(text).paragraphs] == [
        Kind.TITLE,
        Kind.ADDRESSEE,
        Kind.BODY,
        Kind.BODY,
        Kind.ADDRESSEE,
    ]
