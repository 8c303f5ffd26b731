"""Numbers in official Chinese, and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangmu.documents.numbers import Reading, Style, UnitMismatchError, converted, read, rounded, wording


@pytest.mark.parametrize(
    ("value", "given", "wanted", "result"),
    [
        ("1.5", "万亿元", "亿元", "15000"),
        ("15000", "亿元", "万亿元", "1.5"),
        ("228900", "人", "万人", "22.89"),
        ("6000", "家", "万个", "0.6"),
        ("1869.5", "万平方米", "平方米", "18695000"),
        ("910", "万亩", "亩", "9100000"),
        ("11560000000", "美元", "亿美元", "115.6"),
        ("21", "百分点", "个百分点", "21"),
    ],
)
def test_scales_are_converted_exactly(value, given, wanted, result):
    assert converted(Decimal(value), given, wanted) == Decimal(result)


def test_a_long_quotient_keeps_its_digits_when_its_scale_changes():
    value = Decimal("5.33333333333333333333333333333333333333")

    assert converted(value, "亿元", "万元") == Decimal("53333.3333333333333333333333333333333333")


@pytest.mark.parametrize(
    ("given", "wanted"), [("亿元", "万人"), ("亿元", "亿美元"), ("%", "个百分点"), ("亩", "公里")]
)
def test_units_of_different_things_are_never_converted(given, wanted):
    with pytest.raises(UnitMismatchError):
        converted(Decimal(1), given, wanted)


@pytest.mark.parametrize(
    ("value", "decimals", "result"),
    [("0.25", 1, "0.3"), ("-0.25", 1, "-0.3"), ("2.5", 0, "3"), ("-0.04", 1, "0.0"), ("99.995", 2, "100.00")],
)
def test_rounding_is_half_up_away_from_zero(value, decimals, result):
    assert str(rounded(Decimal(value), decimals)) == result


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "style", "before", "after", "printed"),
    [
        ("612.34", "亿元", 1, Style(), "", "", "612.3亿元"),
        ("612.00", "亿元", 2, Style(), "", "", "612亿元"),
        ("5.0", "%", 1, Style(zeros=True), "", "", "5.0%"),
        ("15000", "亿元", 1, Style(), "", "万亿元、", "1.5"),
        ("15000", "亿元", 1, Style(unit="万亿元"), "", "，", "1.5万亿元"),
        ("126", "个", 0, Style(), "", "个项目", "126"),
        ("126", "个", 0, Style(), "", "家企业", "126"),
        ("126", "个", 0, Style(), "", "项目", "126个"),
        ("228900", "人", 0, Style(decimals=2), "", "万人", "22.89"),
        ("5.26", "%", 1, Style(direction="增长"), "", "", "增长5.3%"),
        ("-0.41", "%", 1, Style(direction="增长"), "", "", "下降0.4%"),
        ("-0.04", "%", 1, Style(direction="增长"), "", "", "持平"),
        ("-2", "%", 1, Style(direction="同比增长"), "", "", "同比下降2%"),
        ("1.3", "个百分点", 1, Style(direction="提高"), "", "", "提高1.3个百分点"),
        ("-15.1", "%", 1, Style(fall=True), "", "%", "15.1"),
        ("2", "%", 1, Style(fall=True), "", "%", "-2"),
        ("3", "位", 0, Style(), "居全市", "", "第3位"),
        ("3", "位", 0, Style(), "居全市第", "位", "3"),
        ("3126", "个", 0, Style(over=True), "", "", "3100余个"),
        ("120", "个", 0, Style(over=True), "", "", "120个"),
        ("99.6", "亿元", 0, Style(about=True), "", "", "约100亿元"),
        ("12345.6", "亿元", 1, Style(grouped=True), "", "", "12,345.6亿元"),
        ("42", "%", 0, Style(bare=True), "", "", "42"),
    ],
)
def test_a_value_is_worded_as_an_official_report_words_it(
    value, unit, decimals, style, before, after, printed
):
    assert wording(Decimal(value), unit, decimals, style, before, after) == printed


@pytest.mark.parametrize(
    ("printed", "reading"),
    [
        ("5.3%", Reading(Decimal("5.3"), "%", 1)),
        ("增长5.3%", Reading(Decimal("5.3"), "%", 1, "增长")),
        ("同比下降0.4%", Reading(Decimal("-0.4"), "%", 1, "同比下降")),
        ("持平", Reading(Decimal(0), "", 0, "持平")),
        ("１２．５％", Reading(Decimal("12.5"), "%", 1)),
        ("约1,234.5亿元", Reading(Decimal("1234.5"), "亿元", 1, about=True)),
        ("2400余处", Reading(Decimal(2400), "处", 0, over=True)),
        ("第3位", Reading(Decimal(3), "位", 0)),
        ("若干", None),
    ],
)
def test_a_printed_number_is_read_back_with_sign_and_scale(printed, reading):
    assert read(printed) == reading


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["元", "万元", "亿元", "万亿元"]))
def test_what_is_printed_with_enough_decimals_reads_back_as_the_same_value(value, unit):
    printed = wording(value, "亿元", 2, Style(unit=unit, decimals=12))

    back = read(printed)

    assert back is not None
    assert back.in_unit("亿元") == value
