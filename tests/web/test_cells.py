"""What stands in a cell, on the screen and in a file."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from gangmu.problems import Text
from gangmu.records.lamps import Colour
from gangmu.web import cells
from gangmu.web.cells import Bar, LampCell, Link, Number


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("5.25", 1, "5.3"),
        ("-5.25", 1, "−5.3"),
        ("-0.04", 1, "0.0"),
        ("1286.4", None, "1286.4"),
        ("12450", 0, "12450"),
        ("1E+3", None, "1000"),
    ],
)
def test_a_number_is_printed_half_up_with_a_true_minus(value: str, decimals: int | None, text: str) -> None:
    assert cells.printed(Decimal(value), decimals) == text


def test_a_missing_number_is_a_dash_that_tells_its_reason_and_an_empty_cell_in_a_file() -> None:
    missing = Number(None, 1, reason="市统计局尚未反馈")

    assert missing.html() == (
        '<span class="missing" tabindex="0" aria-label="市统计局尚未反馈">—'
        '<span class="tip" role="tooltip">市统计局尚未反馈</span></span>'
    )
    assert missing.plain() is None


def test_a_number_leads_to_its_trace_and_a_file_gets_all_its_digits() -> None:
    number = Number(Decimal("18.3571"), 2, trace="/trace/gdp/2025/")

    assert number.html() == '<a class="num" href="/trace/gdp/2025/" data-panel>18.36</a>'
    assert number.plain() == Decimal("18.3571")


def test_a_lamp_says_its_colour_by_shape_and_word() -> None:
    assert [LampCell(colour).html() for colour in (*Colour, None)] == [
        '<span class="lamp lamp-red"><span class="lamp-shape" aria-hidden="true">▲</span>红灯</span>',
        '<span class="lamp lamp-amber"><span class="lamp-shape" aria-hidden="true">■</span>黄灯</span>',
        '<span class="lamp lamp-green"><span class="lamp-shape" aria-hidden="true">●</span>绿灯</span>',
        '<span class="lamp lamp-none"><span class="lamp-shape" aria-hidden="true">○</span>未亮灯</span>',
    ]


def test_what_people_typed_never_becomes_markup() -> None:
    typed = '<img src=x onerror="alert(1)">'
    safe = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"

    assert cells.html(typed) == safe
    assert cells.html(Link(typed, "/x/")) == f'<a href="/x/">{safe}</a>'
    assert cells.html(Number(None, reason=typed)).count(safe) == 2


def test_a_bar_never_leaves_its_cell() -> None:
    widths = [Bar(None if v is None else Decimal(v), Decimal(8)).width for v in (None, "-1", "0", "2", "9")]

    assert widths == ["0", "0", "0", "25.00", "100.00"]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("", None),
        (None, None),
        (Link("区发改局", "/x/"), "区发改局"),
        (LampCell(Colour.RED), "红灯"),
        (datetime.date(2026, 3, 16), datetime.date(2026, 3, 16)),
        (Decimal("0.10"), Decimal("0.10")),
    ],
)
def test_a_file_gets_values_not_decoration(value: object, plain: object) -> None:
    assert cells.plain(value) == plain


def test_words_recorded_in_chinese_are_marked_within_an_english_page():
    with override("en"):
        assert cells.recorded("滨河路<拆迁>") == '<span lang="zh-Hans">滨河路&lt;拆迁&gt;</span>'
        assert cells.recorded("Binhe Road") == "Binhe Road"
        assert cells.named(Text("发改委", "Development Commission")) == "Development Commission"
        assert cells.named(Text("发改委", "发改委")) == '<span lang="zh-Hans">发改委</span>'
    with override("zh-hans"):
        assert cells.recorded("滨河路<拆迁>") == "滨河路&lt;拆迁&gt;"


def test_a_stored_sentence_is_read_in_the_readers_language_and_an_old_one_as_it_stands():
    with override("en"):
        said = cells.sentence("反馈进展：%(title)s", {"title": "滨河路 100% 拆迁"})
        assert said == 'Reply: <span lang="zh-Hans">滨河路 100% 拆迁</span>'
        assert (
            cells.sentence("反馈进展：滨河路 100% 拆迁", {})
            == '<span lang="zh-Hans">反馈进展：滨河路 100% 拆迁</span>'
        )
    with override("zh-hans"):
        assert cells.sentence("反馈进展：%(title)s", {"title": "滨河路 <b>"}) == "反馈进展：滨河路 &lt;b&gt;"
        assert cells.sentence("", {}) == ""
