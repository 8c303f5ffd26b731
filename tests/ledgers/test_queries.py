"""Questions to a ledger: counts and sums by both axes of time, equal to what one counts by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from gangmu.ledgers import entries, queries
from gangmu.ledgers.models import Entry, EntryVersion
from gangmu.ledgers.queries import Condition, Dated, RowRef, Selection
from gangmu.org.permissions import REPORTER
from gangmu.problems import InputRefused
from gangmu.records import sealing
from gangmu.records.models import LogEntry
from gangmu.records.periods import Period
from tests.factories import ledgers, org
from tests.factories.ledgers import CLERK, day

pytestmark = pytest.mark.django_db

PROJECTS = Selection("projects")
YEAR, NEXT_YEAR = Period.parse("2025"), Period.parse("2026")


def numbers(selection: Selection) -> list[str]:
    return [ref.number for ref in queries.refs(selection)]


def where(field: str, op: str, value: object = None) -> Selection:
    return Selection("projects", where=(Condition(field, op, value),))


@pytest.fixture
def units():
    return org.unit("A01", protocol_order=2), org.unit("A02", protocol_order=1)


@pytest.fixture
def three(units):
    """P-1 industry 200 million, P-2 service 0.5 million with a plan, P-3 urban and by another unit."""
    first, second = units
    ledgers.project(first, "P-1", key_level="provincial", due_on=day("2026-06-30"))
    ledgers.project(
        first, "P-2", **{"class": "service"}, total_investment=Decimal("0.05"), title="商业综合体"
    )
    ledgers.project(second, "P-3", **{"class": "urban"}, total_investment=Decimal("0.01"), title="道路", retail_area=Decimal("0.3"))  # fmt: skip


@pytest.mark.parametrize(
    ("field", "op", "value", "found"),
    [
        ("class", "eq", "service", ["P-2"]),
        ("class", "ne", "service", ["P-1", "P-3"]),
        ("class", "in", ["service", "urban"], ["P-2", "P-3"]),
        ("key_level", "ne", "municipal", ["P-1"]),
        ("key_level", "missing", None, ["P-2", "P-3"]),
        ("key_level", "present", None, ["P-1"]),
        ("total_investment", "gte", Decimal("0.05"), ["P-1", "P-2"]),
        ("total_investment", "gt", Decimal("0.05"), ["P-1"]),
        ("total_investment", "lt", 1, ["P-2", "P-3"]),
        ("total_investment", "eq", Decimal("0.010"), ["P-3"]),
        ("due_on", "lte", day("2026-06-30"), ["P-1"]),
        ("unit", "eq", "A02", ["P-3"]),
        ("number", "in", ("P-1", "P-9"), ["P-1"]),
        ("stage", "eq", "proposed", ["P-1", "P-2", "P-3"]),
        ("title", "eq", "道路", ["P-3"]),
    ],
)
def test_a_condition_finds_what_fulfils_it(three, field, op, value, found):
    assert numbers(where(field, op, value)) == found


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (where("colour", "eq", "red"), "field.unknown"),
        (where("class", "like", "x"), "condition.operator"),
        (Selection("projects", dated=Dated(stage="launched")), "stage.unknown"),
        (Selection("projects", at_stage=("launched",)), "stage.unknown"),
        (Selection("projects", dated=Dated(line="payments")), "field.unknown"),
        (Selection("roads"), "ledger.unknown"),
        (Selection("grievances", where=(Condition("petitioner", "present"),)), "field.sensitive"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, code):
    with pytest.raises(InputRefused) as refused:
        queries.count(asked)

    assert [problem.code for problem in refused.value.problems] == [code]


def test_sums_are_exact_to_the_last_digit(units):
    for n in range(30):
        ledgers.project(units[0], f"S-{n}", total_investment=Decimal("0.01"))
    ledgers.project(units[0], "S-large", total_investment=Decimal("90071992547409.93"))

    assert queries.total(PROJECTS, "total_investment") == Decimal("90071992547410.23")


def test_a_sum_of_nothing_is_missing_and_not_zero(three):
    assert queries.total(where("class", "eq", "industry"), "retail_area") is None
    assert queries.total(PROJECTS, "retail_area") == Decimal("0.3")


def test_lines_are_summed_by_the_period_they_are_dated_in(units):
    one, other = ledgers.project(units[0], "P-1"), ledgers.project(units[1], "P-2")
    for month, amount in (("2024-12", 1000), ("2025-01", "100.5"), ("2025-03", "20.25"), ("2025-04", 3)):
        ledgers.invest(one, month, amount)
    ledgers.invest(other, "2025-02", 7)

    def invested(period: str, **more: object) -> Decimal | None:
        return queries.total(replace(PROJECTS, period=Period.parse(period), **more), "investment.amount")

    assert invested("2025-Q1") == Decimal("127.75")
    assert invested("2025-M01/2025-M02") == Decimal("107.5")
    assert invested("2025", unit="A01") == Decimal("123.75")
    assert invested("2025-Q4") is None


def test_a_stage_dates_an_entry_by_the_day_it_was_first_reached(units):
    leader = org.person(units[0])
    entry = ledgers.started_project(units[0], "2025-03-05", "P-1", leader=leader)
    entries.move(entry, "completed", day("2025-12-20"), CLERK)
    entries.move(entry, "continued", day("2026-01-15"), CLERK)
    entries.move(entry, "completed", day("2026-03-01"), CLERK)

    def dated(stage: str, period: str) -> list[str]:
        return numbers(Selection("projects", dated=Dated(stage=stage), period=Period.parse(period)))

    assert dated("started", "2025-M03") == ["P-1"]
    assert dated("started", "2025-M04") == []
    assert dated("completed", "2025") == ["P-1"]
    assert dated("completed", "2026") == []


def test_the_stock_is_what_stood_at_the_end_of_the_period(units):
    leader = org.person(units[0])
    entry = ledgers.started_project(units[0], "2025-03-05", "P-1", leader=leader)
    entries.move(entry, "continued", day("2026-01-01"), CLERK)

    def standing_at(stage: str, period: str) -> int:
        return queries.count(Selection("projects", at_stage=(stage,), period=Period.parse(period)))

    assert [standing_at("early", f"2025-M0{month}") for month in (1, 2, 3)] == [1, 1, 0]
    assert [standing_at("started", period) for period in ("2025-M02", "2025-Q1", "2025", "2026-M01")] == [
        0,
        1,
        1,
        0,
    ]
    assert standing_at("continued", "2026") == 1


def test_an_entry_is_no_part_of_the_stock_before_it_had_begun(units):
    ledgers.project(units[0], "P-1")

    assert queries.count(replace(PROJECTS, period=Period.parse("2024"))) == 0
    assert queries.count(replace(PROJECTS, period=YEAR)) == 1


def test_moves_of_one_day_leave_the_last_stage_standing(units):
    entry = ledgers.project(units[0], "P-1")
    entries.move(entry, "ended", day("2025-01-10"), CLERK, values={"ended_because": "选址变更"})

    assert queries.count(Selection("projects", at_stage=("proposed",), period=YEAR)) == 0
    assert queries.count(Selection("projects", at_stage=("ended",), period=YEAR)) == 1


def test_a_field_or_a_line_dates_an_entry(units):
    entry = ledgers.project(units[0], "P-1")
    ledgers.project(units[0], "P-2", registered_on=day("2026-02-01"))
    ledgers.invest(entry, "2025-03", 1)
    ledgers.invest(entry, "2025-04", 1)

    assert numbers(Selection("projects", dated=Dated(field="registered_on"), period=NEXT_YEAR)) == ["P-2"]
    assert numbers(Selection("projects", dated=Dated(line="investment"), period=YEAR)) == ["P-1"]
    assert numbers(Selection("projects", dated=Dated(line="investment"), period=NEXT_YEAR)) == []


def test_on_time_is_yes_no_or_not_decided(units):
    for number, due, closed in (("G-1", "2026-01-12", "2026-01-12"), ("G-2", "2026-01-12", "2026-01-13"), ("G-3", "2026-01-12", None)):  # fmt: skip
        entry = ledgers.grievance(units[0], number, due_on=day(due))
        if closed:
            for stage in ("accepted", "handling"):
                entries.move(entry, stage, day("2026-01-06"), CLERK)
            entries.move(entry, "closed", day(closed), CLERK, values={"result": "已修复"})

    def on_time(op: str, value: object = None) -> list[str]:
        return numbers(Selection("grievances", where=(Condition("on_time", op, value),)))

    assert on_time("eq", True) == ["G-1"]
    assert on_time("eq", False) == ["G-2"]
    assert on_time("present") == ["G-1", "G-2"]
    assert on_time("missing") == ["G-3"]
    assert queries.listing(Selection("grievances"), ["number", "on_time"]) == [
        {"number": "G-1", "on_time": True},
        {"number": "G-2", "on_time": False},
        {"number": "G-3", "on_time": None},
    ]


def test_every_question_can_be_asked_as_of_a_moment(units):
    entry = ledgers.project(units[0], "P-1", retail_area=Decimal(2))
    ledgers.invest(entry, "2025-03", 100)
    known = entries.standing(entry).recorded_from
    entries.change_line(entry, "investment", "2025-03-01", {"amount": Decimal(130)}, CLERK)
    entries.change(entry, {"retail_area": Decimal(3), "unit": units[1]}, CLERK)
    ledgers.project(units[0], "P-2")

    then, now = Selection("projects", period=YEAR, as_of=known), Selection("projects", period=YEAR)

    assert [queries.count(one) for one in (then, now)] == [1, 2]
    assert [queries.total(one, "investment.amount") for one in (then, now)] == [Decimal(100), Decimal(130)]
    assert [queries.total(one, "retail_area") for one in (then, now)] == [Decimal(2), Decimal(3)]
    assert queries.listing(then, ["number", "unit", "version"]) == [
        {"number": "P-1", "unit": "A01", "version": 2}
    ]


def test_distinct_counts_values_and_no_missing_ones(three):
    assert queries.distinct(PROJECTS, "unit") == 2
    assert queries.distinct(PROJECTS, "key_level") == 1


def test_references_name_version_and_position_in_the_log(units):
    entry = ledgers.project(units[0], "P-1")
    entries.change(entry, {"headquarters": "东部指挥部"}, CLERK)
    unsealed = queries.refs(PROJECTS)

    sealing.seal()

    position = LogEntry.objects.get(subject_key="projects/P-1/2").position
    assert position is not None
    assert unsealed == [RowRef("projects", "P-1", 2, None, "云溪智造产业园")]
    assert queries.refs(PROJECTS) == [RowRef("projects", "P-1", 2, position, "云溪智造产业园")]


def test_a_list_is_sorted_with_missing_values_last_and_units_in_official_order(three):
    def listed(*order: str) -> list[object]:
        return [row["number"] for row in queries.listing(PROJECTS, ["number"], order)]

    assert listed("due_on") == ["P-1", "P-2", "P-3"]
    assert listed("-due_on") == ["P-1", "P-2", "P-3"]
    assert listed("-total_investment") == ["P-1", "P-2", "P-3"]
    assert listed("unit", "-number") == ["P-3", "P-2", "P-1"]
    assert listed("-class") == ["P-3", "P-2", "P-1"]
    assert listed("stage", "-number") == ["P-3", "P-2", "P-1"]


def test_a_reader_lists_what_he_may_see(three, units):
    among = Entry.objects.visible_to(org.user(REPORTER, units[1]))

    assert queries.listing(PROJECTS, ["number", "class"], among=among) == [
        {"number": "P-3", "class": "urban"}
    ]
    assert queries.count_among(PROJECTS, among) == 1


def test_a_page_of_a_list(three):
    page = queries.listing(PROJECTS, ["number"], ["-number"], limit=1, offset=1)

    assert page == [{"number": "P-2"}]


@pytest.mark.parametrize("size", [1, 12])
def test_every_question_costs_the_same_for_1_and_12_entries(units, size, django_assert_num_queries):
    for n in range(size):
        ledgers.invest(ledgers.project(units[0], f"P-{n}", key_level="provincial"), "2025-03", 1)
    among = Entry.objects.visible_to(org.user(REPORTER, units[0]))
    asked = Selection(
        "projects", where=(Condition("class", "eq", "industry"),), period=YEAR, at_stage=("proposed",)
    )
    layout = 1  # the columns of the register, until they are known to stand in the database

    with django_assert_num_queries(3 * (layout + 1)):
        assert queries.count(replace(asked, at_stage=())) == size
        assert queries.total(asked, "investment.amount") == size
        assert len(queries.refs(asked)) == size
    with django_assert_num_queries(layout + 1):
        assert len(queries.listing(asked, ["number", "title", "unit_name", "class", "due_on"], ["due_on"], among=among)) == size  # fmt: skip


def test_a_version_that_was_replaced_never_counts_twice(units):
    entry = ledgers.project(units[0], "P-1")
    for n in range(3):
        entries.change(entry, {"headquarters": f"指挥部{n}"}, CLERK)

    assert EntryVersion.objects.count() == 4
    assert queries.total(PROJECTS, "total_investment") == Decimal(20000)
