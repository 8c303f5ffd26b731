"""Whoever reads English gets English: Chinese stands only where a record's own words do, marked as Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from gangmu.cli.demo import data_files
from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHINESE = re.compile("[\u3001-\u303f\u3400-\u9fff\uff01-\uff65]")
PAGES = {
    "officer": (
        "/", "/goals/2025/", "/goals/2026/", "/figures/?period=2025", "/figures/gdp/2025/", "/figures/population/2025/",
        "/figures/new_retail_area/2025/", "/figures/projects_started/2025/", "/trace/key_projects/2025/",
        "/trace/responsible_units/2025/", "/scores/2025/", "/scores/2025/FGW/", "/scores/2025/JD01/", "/one-page/2026/",
        "/ledgers/projects/", "/ledgers/supervision/",
    ),
    "fgw": ("/", "/goals/2026/", "/scores/2025/FGW/"),
    "mayor": ("/",),
}  # fmt: skip
"""Who → the pages looked at: homes of office, unit and leader, goals, figures, ranking, score sheets, lists."""

WORDS = """() => {
  const found = { outside: [], marked: [] };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (element.closest("script, style, template")) continue;
    found[element.closest("[lang]").lang.startsWith("zh") ? "marked" : "outside"].push(text.data.trim());
  }
  for (const element of document.querySelectorAll("[title], [aria-label], [data-label], [placeholder], [alt]"))
    if (!element.closest("[lang]").lang.startsWith("zh"))
      for (const name of ["title", "aria-label", "data-label", "placeholder", "alt"])
        found.outside.push(element.getAttribute(name) || "");
  return found;
}"""
"""The words of a page, those within an element marked as Chinese apart."""


def named() -> set[str]:
    """What has an English name: units, posts, goals, districts, units of measure. It is never left in Chinese.

    The goal office is not among them: facts.xlsx names it, in its own words, as one of those who give marks.
    """
    units, goals = data_files.read("units"), data_files.read("goals")
    found = {units["name"], *data_files.read("posts"), *data_files.read("series")["siblings"]}
    found |= {word for unit in units["units"] for word in (unit["name"], unit["short"])}
    found |= {one["name"] for goal in goals["goals"] for one in (goal, *goal["targets"])}
    return found | {
        "亿元",
        "万元",
        "万平方米",
        "万人",
        "个",
        "项",
        "件",
        "位",
        "全市",
        "全国",
        "全省",
        "优秀",
        "良好",
        "合格",
    }


@pytest.fixture
def english(visitor: Visitor) -> Iterator[Callable[[str], Page]]:
    """Signs somebody in and switches to English; at the end back to Chinese, since an account keeps its language."""

    def reading(who: str) -> Page:
        visitor.sign_in(who)
        return switched(visitor, "en")

    yield reading
    visitor.go("/")
    switched(visitor, "zh-hans")


def switched(visitor: Visitor, language: str) -> Page:
    if not visitor.wide:
        visitor.page.click(".menu summary")
    visitor.page.click(f"button[value={language}]:visible")
    visitor.looks_right()
    return visitor.page


@pytest.mark.parametrize("who", PAGES)
def test_an_english_page_says_in_chinese_only_what_was_recorded_so(
    visitor: Visitor, english: Callable[[str], Page], who: str
) -> None:
    english(who)

    left, unnamed = {}, {}
    for path in PAGES[who]:
        words = visitor.go(path).evaluate(WORDS)
        left[path] = sorted({text for text in words["outside"] if CHINESE.search(text)})
        unnamed[path] = sorted(named() & set(words["marked"]))

    assert {path: texts for path, texts in left.items() if texts} == {}
    assert {path: texts for path, texts in unnamed.items() if texts} == {}
