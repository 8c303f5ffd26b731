"""Deadlines: which days count, what stops them, who extends them."""

from __future__ import annotations

from datetime import date

import pytest

from gangmu.problems import InputRefused
from gangmu.records.deadlines import Clock, Extension, Pause, Rule, days_left, due, extend

PERMIT = Rule(
    20, Clock.WORKING, "accepted", pauses=("补正", "专家评审"), extension=Extension(10, "本机关负责人")
)
PETITION = Rule(60, Clock.PLAIN, "registered", extension=Extension(30, "本机关负责人"))


@pytest.mark.parametrize(
    ("rule", "started", "ends"),
    [
        (Rule(1), date(2026, 3, 16), date(2026, 3, 17)),
        (Rule(5), date(2026, 2, 12), date(2026, 2, 26)),
        (Rule(1), date(2026, 9, 18), date(2026, 9, 20)),  # the Sunday is worked
        (PETITION, date(2026, 3, 16), date(2026, 5, 15)),
        (Rule(15, Clock.PLAIN), date(2026, 4, 18), date(2026, 5, 3)),  # ends in a holiday, stays there
        (Rule(15, Clock.PLAIN, rolls=True), date(2026, 4, 18), date(2026, 5, 6)),  # moves behind it
    ],
)
def test_the_day_of_the_event_is_not_counted_and_only_the_clocks_days_are(rule, started, ends):
    assert due(rule, started) == ends


def test_days_of_a_pause_do_not_count():
    without = due(PERMIT, date(2026, 3, 2))
    with_pause = due(PERMIT, date(2026, 3, 2), [Pause("补正", date(2026, 3, 9), date(2026, 3, 16))])

    assert (without, with_pause) == (date(2026, 3, 30), date(2026, 4, 7))


def test_overlapping_pauses_stop_the_clock_once():
    pauses = [
        Pause("补正", date(2026, 3, 9), date(2026, 3, 13)),
        Pause("专家评审", date(2026, 3, 11), date(2026, 3, 16)),
    ]

    assert due(PERMIT, date(2026, 3, 2), pauses) == date(2026, 4, 7)


def test_while_the_clock_stands_no_day_is_known():
    assert due(PERMIT, date(2026, 3, 2), [Pause("补正", date(2026, 3, 9))]) is None


def test_a_pause_the_rule_does_not_know_is_refused():
    with pytest.raises(InputRefused) as refused:
        due(PERMIT, date(2026, 3, 2), [Pause("领导出差", date(2026, 3, 9), date(2026, 3, 16))])

    assert [p.code for p in refused.value.problems] == ["deadline.no_such_pause"]


def test_an_extension_is_counted_by_the_same_clock():
    assert due(PERMIT, date(2026, 3, 2), extended_by=10) == date(2026, 4, 14)


@pytest.mark.parametrize(
    ("rule", "asked_on", "days", "before", "code"),
    [
        (Rule(5), date(2026, 3, 1), 3, 0, "deadline.extended_enough"),
        (PERMIT, date(2026, 3, 1), 3, 1, "deadline.extended_enough"),
        (PERMIT, date(2026, 4, 1), 3, 0, "deadline.asked_late"),
        (PERMIT, date(2026, 3, 1), 11, 0, "deadline.extended_too_long"),
        (PERMIT, date(2026, 3, 1), 0, 0, "deadline.extended_too_long"),
    ],
)
def test_an_extension_is_asked_in_time_not_too_often_and_not_too_long(rule, asked_on, days, before, code):
    with pytest.raises(InputRefused) as refused:
        extend(rule, date(2026, 3, 30), asked_on, days, before)

    assert [p.code for p in refused.value.problems] == [code]


def test_an_extension_asked_on_the_last_day_may_be_granted():
    assert extend(PERMIT, date(2026, 3, 30), date(2026, 3, 30), 10) is None


@pytest.mark.parametrize(
    ("clock", "today", "left"),
    [
        (Clock.PLAIN, date(2026, 3, 16), 4),
        (Clock.WORKING, date(2026, 3, 16), 4),
        (Clock.PLAIN, date(2026, 3, 13), 7),
        (Clock.WORKING, date(2026, 3, 13), 5),
        (Clock.WORKING, date(2026, 3, 20), 0),
        (Clock.WORKING, date(2026, 3, 21), -1),  # a Saturday: late, though no working day has gone by
        (Clock.PLAIN, date(2026, 3, 23), -3),
        (Clock.WORKING, date(2026, 3, 23), -1),
    ],
)
def test_days_left_until_a_friday(clock, today, left):
    assert days_left(clock, today, date(2026, 3, 20)) == left
