"""Blanks of an outline: which there are, of what kind, and what each asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import blanks as measured
from gangmu.documents import blank
from gangmu.documents.description import SURE, Known, describe
from gangmu.documents.finding import numbers

SENTENCES = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "blanks" / "sentences.yaml").read_text(encoding="utf-8")
)


def said(one):
    if one.kind != "figure":
        return one.kind
    fields = [one.concept, one.measure, one.unit_of_measure, one.period or ""]
    return " | ".join(fields) + (" | P" if one.planned else "")


@pytest.mark.parametrize("example", SENTENCES, ids=lambda example: example["text"][:24])
def test_each_blank_of_a_sentence_is_read(example):
    text = f"{example.get('heading', '')}\n{example['text']}"
    start = text.index("\n")

    found = describe(text, year=example.get("year"), filled=True)

    asked = [one for one in found if one.offset > start and (one.blank or one.measure == "fraction")]
    assert [said(one) for one in asked if not (one.kind == "figure" and one.text.isdigit())] == [
        " | ".join(part.strip() for part in line.split("|")) for line in example["blanks"]
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("增长X%，XX亿元，x.x%，xxxx万人", ["X", "XX", "x", "x", "xxxx"]),
        ("Ｘ个、×个、××个、＊＊个、**镇", ["Ｘ", "×", "××", "＊＊", "**"]),
        (
            "完成＿亿元、___家、□□户、（ ）%、（　　）人、【 】件",
            ["＿", "___", "□□", "（ ）", "（　　）", "【 】"],
        ),
        ("增长「待核」%，税收[待定]亿元，待核%", ["「待核」", "[待定]", "待核"]),
        ("完成   亿元，2025年 月 日", ["   ", " ", " "]),
        ("20XX年、202x年、1X亿元", ["XX", "x", "X"]),
        ("新能源电池产能XGWh", ["X"]),
    ],
)
def test_what_an_office_writes_for_a_number_still_to_come_is_a_blank(text, found):
    assert [text[start:end] for start, end in blank.spans(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "拍X光片", "X射线衍射仪", "沿X轴移动", "“5G+X”应用", "“1+N+X”体系", "“415X”集群", "型号X100", "2×66万千瓦机组",
        "“数据要素×”行动", "SpaceX、MAX", "file_name", "（含续建）", "□是 □否", "X型结构",
    ],
)  # fmt: skip
def test_an_x_that_asks_for_nothing_is_no_blank(text):
    assert blank.spans(text) == []


def test_a_marked_run_is_blank_at_its_numbers_or_as_a_whole():
    text = "覆盖率达95.5%，由张三负责"

    assert blank.spans(text, [(3, 8), (11, 13)]) == [(4, 8), (11, 13)]
    assert [one.kind for one in describe(text, marked=[(3, 8)])] == ["figure"]


def test_a_catalogue_figure_is_bound_where_name_and_unit_fit():
    gdp = Known("gdp", "地区生产总值", "亿元", 2, measures=("value", "yoy"))

    level, growth, other, unknown = describe(
        "2025年工作回顾\n地区生产总值X亿元，增长X%。地区生产总值X万吨。养蚕X张。",
        lambda words: gdp if words == "地区生产总值" else None,
    )

    assert [one.figure for one in (level, growth, other, unknown)] == ["gdp", "gdp", None, None]
    assert level.confidence >= SURE and growth.confidence >= SURE
    assert "亿元" in other.reason.zh and "目录中没有" in unknown.reason.zh
    assert unknown.proposal is not None and unknown.proposal["name_zh"] == "养蚕"


def test_without_a_year_no_period_is_made_up():
    assert [
        one.period for one in describe("20XX年，地区生产总值X亿元，增长X%。") if one.kind == "figure"
    ] == [None, None]


def test_of_annotated_excerpts_at_least_what_was_reached_is_read():
    for result in measured.results([], "development", filled=False):
        line = result.line()
        assert line["found"] >= 98 and line["kind"] >= 99
        assert line["concept"] >= 88
        assert line["measure and unit"] >= 99 and line["period"] >= 97 and line["planned"] == 100


PIECES = st.lists(
    st.sampled_from(
        [
            "X", "××", "（ ）", "___", "「待核」", "12.5", "2025年", "十四五", "从", "到", "增长", "分别", "，", "。", "、", "%", "亿元",
            "个", "倍", "万", "第", "位", "的", "和", "其中", "完成", "年均", "占", "“", "”", "\n", "地区生产总值", "项目", "1/4", "五年来",
            "一、", "城乡", "企业", "0", "多", "∶", "月", "前",
        ]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES | st.text(max_size=80))
def test_any_text_is_read_and_each_blank_stands_where_it_says(text):
    found = describe(text, filled=True)
    spans = [(one.offset, one.offset + len(one.text)) for one in found]

    assert all(text[start:end] == one.text for (start, end), one in zip(spans, found, strict=True))
    assert [one.offset for one in found] == sorted(one.offset for one in found)
    assert {number.start for number in numbers(text)} == {one.offset for one in found}
    assert all(0 <= one.confidence <= 1 for one in found)
    assert all(re.fullmatch(r"\d{4}[^/]*(/\d{4}.*)?", one.period) for one in found if one.period)
    assert [one for one in found if one.blank] == describe(text)
