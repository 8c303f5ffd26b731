"""The working days of each year's holiday arrangement."""

from __future__ import annotations

import calendar
import datetime
from datetime import date

import pytest

from gangmu.problems import InputRefused
from gangmu.records import workdays

FULL_YEARS = {2023: 249, 2024: 251, 2025: 248, 2026: 248}
"""Working days of the year: 365 or 366 less weekends and statutory holidays (11 until 2024, then 13)."""


def days_of(year: int) -> list[date]:
    start = date(year, 1, 1)
    return [start + datetime.timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365)]


@pytest.mark.parametrize("year", sorted(FULL_YEARS))
def test_a_years_working_days_are_its_days_less_weekends_and_statutory_holidays(year):
    assert sum(workdays.is_workday(day) for day in days_of(year)) == FULL_YEARS[year]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2022, 12, 31), False),  # the new year's holiday of 2023 begins in 2022
        (date(2023, 10, 8), True),  # a Sunday worked in exchange
        (date(2025, 10, 8), False),  # the eighth day of a merged holiday, a Wednesday
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 23), False),
        (date(2026, 3, 16), True),
        (date(2026, 3, 21), False),
    ],
)
def test_holidays_and_exchanged_weekends_decide_before_the_weekday(day, works):
    assert workdays.is_workday(day) is works


def test_counting_working_days_forwards_and_backwards_meets_in_the_middle():
    before_the_festival, after = date(2026, 2, 13), date(2026, 2, 28)

    assert workdays.add_workdays(before_the_festival, 6) == after
    assert workdays.add_workdays(after, -6) == before_the_festival
    assert workdays.workdays_between(before_the_festival, after) == 6
    assert workdays.workdays_between(after, before_the_festival) == -6


def test_a_year_without_an_arrangement_counts_weekdays_and_says_so():
    monday_in_october = date(2031, 10, 6)

    assert workdays.is_workday(monday_in_october)
    assert not workdays.arranged(monday_in_october)
    assert workdays.arranged(date(2026, 10, 6))


def test_a_district_adds_next_years_arrangement_as_a_file(settings, tmp_path):
    settings.DISTRICT = with_holidays(settings.DISTRICT, tmp_path, working="2027-02-20")

    assert not workdays.is_workday(date(2027, 1, 1))
    assert workdays.is_workday(date(2027, 2, 20))
    assert workdays.arranged(date(2027, 6, 1))


def test_a_working_weekend_that_is_no_weekend_is_refused_with_its_file(settings, tmp_path):
    settings.DISTRICT = with_holidays(settings.DISTRICT, tmp_path, working="2027-02-17")

    with pytest.raises(InputRefused) as refused:
        workdays.is_workday(date(2027, 1, 1))

    assert [(p.code, p.file) for p in refused.value.problems] == [
        ("holidays.working_weekend", str(tmp_path / "declared/holidays/2027.yaml"))
    ]


def with_holidays(district, folder, working):
    import dataclasses

    holidays = folder / "declared" / "holidays"
    holidays.mkdir(parents=True)
    (holidays / "2027.yaml").write_text(
        "year: 2027\nnotice: 试\nchecked: true\n"
        "days_off: [{name: 元旦, from: 2027-01-01, to: 2027-01-03}]\n"
        f"working_weekends: [{working}]\n",
        encoding="utf-8",
    )
    return dataclasses.replace(district, folder=folder)
