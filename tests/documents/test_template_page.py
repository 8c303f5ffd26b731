"""The examples of docs/report-templates.md print what the page says."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from gangmu.documents import template
from gangmu.documents.numbers import DIRECTIONS
from gangmu.documents.template import Answer

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "report-templates.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `(.*?)` \| (.*?) \|$", PAGE.partition("## 例子")[2].partition("\n## ")[0], re.M)
GROWTH, RANK = ("yoy", "增速"), ("rank", "位次")


def answer(request):
    if request.figure == "工业增加值":
        return Answer(None, "%", 1, str(request))
    if request.figure == "新开工项目":
        return Answer(Decimal(126), "个", 0, "")
    if request.measure.startswith("计划"):
        assert request.period == "next"
        return Answer(Decimal(5), "%", 1, "")
    if request.measure in RANK:
        return Answer(Decimal(3), "位", 0, "")
    if request.measure in GROWTH:
        return Answer(Decimal("-0.4"), "%", 1, "")
    return Answer(Decimal("6123.4"), "亿元", 1, "")


@pytest.mark.parametrize(("source", "printed"), EXAMPLES)
def test_an_example_of_the_page_prints_what_the_page_says(source, printed):
    read = template.parse(source.replace("\\|", "|"))

    assert template.fill(read, answer).text == printed


def test_the_page_has_its_examples():
    assert len(EXAMPLES) == 11


def test_every_format_word_is_on_the_page():
    table = PAGE.partition("| 格式 | 印出来 |")[2].partition("\n\n")[0]
    documented = set(re.findall(r"`([^`]+)`", table))

    assert {*DIRECTIONS, "降幅", "约", "余", "补零", "千分位", "数"} - documented == set()
