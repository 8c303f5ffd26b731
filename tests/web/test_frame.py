"""The frame of every page, rendered whole with each component once."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client, RequestFactory

import gangmu.web
from gangmu.problems import Problem, Text
from gangmu.web.forms import Field, with_problems
from tests.web import gallery

STATIC = Path(gangmu.web.__file__).parent / "static" / "web"


def rendered() -> str:
    request = RequestFactory().get("/ledgers/projects/")
    context = gallery.context()
    context["projects"].asked(request)
    source = (Path(__file__).parent / "templates" / "gallery.html").read_text(encoding="utf-8")
    return engines["django"].from_string(source).render({**context, "district": settings.DISTRICT}, request)


def test_a_page_says_where_period_unit_and_freshness() -> None:
    page = rendered()

    standing = page[
        page.index('<dl class="standing">') : page.index("</dl>", page.index('<dl class="standing">'))
    ]
    words = re.sub(r"<[^>]+>|\s", "", standing)
    assert words == "期间2025年2025年2024年单位全区数据截至2026年3月16日09:30"


def test_no_page_carries_inline_style_or_script() -> None:
    page = rendered()

    assert re.findall(r"\sstyle=|<style|\son\w+=|javascript:", page) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []


def test_every_control_has_a_label_and_every_problem_is_tied_to_its_field() -> None:
    page = rendered()
    form = page[page.index('<div class="fields">') :]

    controls = set(re.findall(r'<(?:input|select|textarea)[^>]* id="(f-[^"]+)"', form))
    labelled = set(re.findall(r'<label for="(f-[^"]+)"', form)) | {"f-public"}
    assert controls == labelled
    assert 'aria-describedby="f-total-problem" aria-invalid="true"' in form
    assert '<a href="#f-total">总投资</a>' in page


def test_problems_find_their_field_by_name_or_label_and_the_rest_is_kept() -> None:
    fields = [Field("total", "总投资"), Field("name", "项目名称")]
    problems = [
        Problem("a", Text("不是数。", "no number."), Text("请写成 12.8。", "write 12.8."), cell="总投资"),
        Problem("b", Text("必须填写。", "required."), cell="name"),
        Problem("c", Text("已被他人修改。", "changed by someone else.")),
    ]

    found, general = with_problems(fields, problems)

    assert [one.problems for one in found] == [("不是数。 请写成 12.8。",), ("必须填写。",)]
    assert general == ["已被他人修改。"]


def test_first_load_of_style_and_script_stays_under_200_kb_compressed() -> None:
    files = [*STATIC.glob("*.css"), *STATIC.glob("*.js"), *STATIC.glob("vendor/*.js")]

    assert len(files) >= 7
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 200_000


def test_the_style_sheets_stay_small_and_take_every_colour_from_the_tokens() -> None:
    sheets = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.css")}

    assert sum(text.count("\n") for text in sheets.values()) < 1500
    strays = {
        name: re.findall(r"#[0-9a-f]{3,8}\b", text)
        for name, text in sheets.items()
        if name not in ("tokens.css", "print.css")
    }
    assert {name: found for name, found in strays.items() if found} == {}


def test_there_are_five_sizes_and_two_weights() -> None:
    sheets = "".join(
        path.read_text(encoding="utf-8") for path in STATIC.glob("*.css") if path.name != "print.css"
    )

    first = (STATIC / "tokens.css").read_text(encoding="utf-8").split("@media")[0]
    tokens = re.findall(r"--(note|body|lead|head|figure): [\d.]+rem;", first)
    assert tokens == ["note", "body", "lead", "head", "figure"]
    assert set(re.findall(r"font-weight: ([^;]+);", sheets)) == {"var(--plain)", "var(--strong)"}


@pytest.mark.parametrize(("ink", "paper"), [("--ink-faint", "--paper"), ("--ink-soft", "--wash"), ("--red", "--red-wash"),
    ("--amber", "--amber-wash"), ("--green", "--green-wash"), ("--indigo", "--paper"), ("--sheet", "--vermilion"),
    ("--ink-faint", "--wash")])  # fmt: skip
def test_text_has_contrast_enough_to_be_read(ink: str, paper: str) -> None:
    tokens = dict(
        re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", (STATIC / "tokens.css").read_text(encoding="utf-8"))
    )

    assert contrast(tokens[ink], tokens[paper]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.django_db
def test_every_answer_forbids_foreign_and_inline_code() -> None:
    policy = Client().get("/sign-in/").headers["Content-Security-Policy"]

    assert "script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_the_language_is_the_readers_choice_not_the_browsers() -> None:
    browser = Client(headers={"Accept-Language": "en-US"})

    assert browser.get("/sign-in/").headers["Content-Language"] == "zh-hans"
    browser.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert browser.get("/sign-in/").headers["Content-Language"] == "en"
