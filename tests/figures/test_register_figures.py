"""The figures that registers give: each measure of the list of figures, computed from entries that are counted by hand.

`figures.csv` holds code, names, unit of measure, measures and source of the 101 figures of the design paper
(`figures.csv` beside the mission): facts alone.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from gangmu.figures import catalogue
from gangmu.figures import importing as series_importing
from gangmu.figures.measures import Measure
from gangmu.figures.models import Scenario
from gangmu.figures.requests import Request
from gangmu.figures.values import Value, many, rows, value
from gangmu.ledgers import queries
from gangmu.problems import Problems
from gangmu.records.periods import Period
from gangmu.sheets.reading import read_workbook
from gangmu.sheets.writing import SheetOut, workbook_bytes
from tests.factories import org
from tests.factories.figures import CLERK, batch, observed
from tests.factories.registers import entry

pytestmark = pytest.mark.django_db

with (Path(__file__).parent / "figures.csv").open(encoding="utf-8") as _file:
    LISTED = list(csv.DictReader(_file))
OF_LEDGERS = [row for row in LISTED if row["source"].startswith("ledger:")]


def measures(row: dict[str, str]) -> list[str]:
    return [said.strip() for said in row["measures"].split(",")]


@pytest.fixture
def district(settings):
    """Entries of every register that feeds a figure, in 2025 (and 2024 where growth is asked for)."""
    unit = org.unit("GXJ")
    for number, value_ in (("P1", "20000"), ("P2", "30000")):
        entry(
            "projects",
            number,
            unit,
            [("early", "2025-01-10"), ("started", "2025-02-10"), ("completed", "2025-11-10")],
            {
                "investment": [{"month": "2025-03", "amount": "1000"}],
                "planned_investment": [{"year": "2025", "amount": "2000"}],
            },
            **{
                "class": {"P1": "industry", "P2": "service"}[number],
                "total_investment": value_,
                "key_level": "provincial",
                "retail_area": "1.5",
                "office_area": "2",
            },
        )
    started = [("early", "2024-01-10"), ("started", "2024-02-10"), ("continued", "2025-01-02")]
    money = {"investment": [{"month": "2025-04", "amount": "500"}]}
    entry("projects", "P3", unit, started, money, **{"class": "urban", "total_investment": "10000"})
    entry("projects", "P4", unit, [("early", "2025-05-10")], total_investment="50000")

    joint = {"kind": "item", "joint": True, "item": "filing", "project": "P1", "due_on": "2025-03-20"}
    entry(
        "approvals",
        "A1",
        unit,
        [("submitted", "2025-03-01"), ("accepted", "2025-03-03"), ("granted", "2025-03-18")],
        **joint,
    )
    entry(
        "approvals",
        "A2",
        unit,
        [("submitted", "2025-03-01"), ("accepted", "2025-03-03"), ("granted", "2025-03-28")],
        **joint,
    )
    entry("approvals", "A3", unit, **{**joint, "joint": False})

    funds = {
        "domestic_funds": [
            {"month": "2025-02", "amount": "6000", "evidence": "bank_slip"},
            {"month": "2025-03", "amount": "6000", "evidence": "bank_slip"},
            {"month": "2024-03", "amount": "10000", "evidence": "bank_slip"},
        ],
        "foreign_funds": [
            {"month": "2025-02", "amount": "3000", "evidence": "bank_slip"},
            {"month": "2024-02", "amount": "2000", "evidence": "bank_slip"},
        ],
    }
    signed = [("reported", "2025-01-05"), ("talking", "2025-01-20"), ("signed", "2025-04-01")]
    entry("investment_leads", "Z1", unit, signed, funds, total_investment="120000")
    entry("investment_leads", "Z2", unit, signed, total_investment="15000")
    entry("investment_leads", "Z3", unit, signed, total_investment="5000")
    entry("investment_leads", "Z4", unit, [("reported", "2025-02-05")])

    for number, kind, level, on in (
        ("L1", "key_lab", "national", "2025-05-01"),
        ("L2", "key_lab", "national", "2023-05-01"),
        ("L3", "engineering_centre", "provincial", "2025-05-01"),
        ("L4", "tech_centre", "provincial", "2025-05-01"),
        ("L5", "rd_centre", "municipal", "2024-05-01"),
    ):
        entry(
            "innovation_platforms",
            number,
            unit,
            [("applied", on), ("recognised", on)],
            kind=kind,
            level=level,
        )
    for number, kind, level in (
        ("H1", "science_award", "national"),
        ("H2", "commendation", "provincial"),
        ("H3", "commendation", "municipal"),
    ):
        entry(
            "honours",
            number,
            unit,
            [("reported", "2025-06-01"), ("confirmed", "2025-06-10")],
            kind=kind,
            level=level,
            title={"H1": "国家科技进步二等奖"}.get(number, number),
        )
    entry("enterprises", "Q1", unit)
    entry("enterprises", "Q2", unit)
    for number, enterprise, by in (("V1", "Q1", "leader"), ("V2", "Q1", "leader"), ("V3", "Q2", "officer")):
        entry(
            "enterprise_visits",
            number,
            unit,
            [("planned", "2025-03-03"), ("visited", "2025-03-05")],
            enterprise=enterprise,
            by=by,
        )
    handled = [("received", "2025-03-03"), ("assigned", "2025-03-03"), ("handling", "2025-03-04")]
    for number, end in (("R1", "2025-03-06"), ("R2", "2025-04-06"), ("R3", "")):
        path = [*handled, ("answered", end)] if end else handled
        entry("enterprise_requests", number, unit, path, hard="simple", due_on="2025-03-10")
    entry("places", "C1", unit)
    entry("places", "C2", unit)
    postings = [
        {"posted_on": "2025-05-01", "community": "C1"},
        {"posted_on": "2025-05-02", "community": "C2"},
    ]
    standard = [("reviewed", "2025-03-03"), ("standardised", "2025-04-03")]
    entry(
        "service_items", "S1", unit, standard, {"postings": postings}, steps_before="6", steps_after="3",
    )  # fmt: skip
    entry(
        "service_items", "S2", unit, standard, {"postings": [{"posted_on": "2025-06-01", "community": "C1"}]},
        steps_before="5", steps_after="4",
    )  # fmt: skip
    in_use = [("registered", "2025-03-03"), ("listed", "2025-03-10"), ("in_use", "2025-09-01")]
    entry("premises", "X1", unit, in_use, floor_area="12000", land_area="20")
    entry("premises", "X2", unit, [("registered", "2025-03-03")], floor_area="8000", land_area="10.5")
    matches = [{"matched_on": "2025-04-01", "partner": one, "result": "contract"} for one in ("甲", "乙")]
    entry("offers", "O1", unit, lines={"matches": matches})
    won = [
        ("planned", "2025-01-03"),
        ("applied", "2025-02-03"),
        ("examined", "2025-03-03"),
        ("granted", "2025-05-03"),
    ]
    entry("funding_applications", "F1", unit, won, granted="8000")
    entry("funding_applications", "F2", unit, won, granted="4000")

    spent = {"money": [{"month": "2025-03", "spent": "3000"}]}
    carried = [("collected", "2025-01-03"), ("carried_out", "2025-02-03")]
    done = [*carried, ("completed", "2025-10-03")]
    jobs = {
        "progress": [{"month": "2025-03", "done": "12000"}, {"month": "2025-04", "done": "3000"}],
        **spent,
    }
    entry("livelihood", "M1", unit, carried, jobs, kind="routine", field="employment", indicator="new_jobs")
    again = {"progress": [{"month": "2025-03", "done": "260"}]}
    entry(
        "livelihood", "M2", unit, carried, again, kind="routine", field="employment", indicator="reemployed"
    )
    entry("livelihood", "M3", unit, [("collected", "2025-12-20")], kind="household", field="employment")
    entry(
        "livelihood", "M4", unit, done, spent, kind="facility", field="elderly", facility="home", beds="120"
    )
    entry("livelihood", "M5", unit, done, kind="facility", field="elderly", facility="centre", beds="30")

    improved = [("listed", "2025-01-03"), ("started", "2025-03-03"), ("completed", "2025-08-03")]
    for place, (kind, more) in enumerate(
        {
            "main_road": {},
            "back_street": {},
            "old_estate": {},
            "facility": {"places": "12"},
            "green": {"area": "35000"},
            "market": {},
            "road_section": {},
            "shops": {"shops": "80"},
        }.items()
    ):
        entry("sites", f"J{place}", unit, improved, kind=kind, **more)
    rated = [("applied", "2025-01-03"), ("first_rated", "2025-03-03"), ("second_rated", "2025-04-03")]
    starred = [*rated, ("publicised", "2025-05-03"), ("starred", "2025-06-03")]
    entry("estates", "E1", unit, starred, star="five")
    entry("estates", "E2", unit, starred, star="three")
    entry("estates", "E3", unit, starred, star="none")
    houses = [
        ("surveyed", "2025-01-03"),
        ("opinions", "2025-01-10"),
        ("risk", "2025-02-20"),
        ("signed", "2025-05-01"),
    ]
    entry("acquisitions", "D1", unit, houses, track="collective", project="P1")
    entry("acquisitions", "D2", unit, houses, track="collective", project="P1")
    entry("acquisitions", "D3", unit, houses[:1], track="collective", project="P2")
    month = {
        "month": "2025-06", "started_area": "12.5", "completed_area": "8", "invested": "45000", "homes": "2500",
        "rehoused": "1800",
    }  # fmt: skip
    building = [("listed", "2024-01-03"), ("acquiring", "2024-03-03"), ("started", "2025-03-03")]
    entry("renewal", "N1", unit, building, {"progress": [month]}, kind="village")
    entry("renewal", "N2", unit, building[:2], kind="shanty")

    level = {"lane": "hotline", "received_on": "2025-03-03", "due_on": "2025-03-10"}
    resolved = [
        ("registered", "2025-03-03"),
        ("accepted", "2025-03-03"),
        ("handling", "2025-03-04"),
        ("closed", "2025-03-06"),
    ]
    entry(
        "grievances",
        "G1",
        unit,
        resolved,
        level="community",
        satisfaction="satisfied",
        leader_case=True,
        **level,
    )
    entry("grievances", "G2", unit, resolved[:3], level="district", **level)

    for number, object_ in (("I1", "enterprise"), ("I2", "enterprise"), ("I3", "community")):
        entry(
            "safety_inspections",
            number,
            unit,
            [("planned", "2025-03-03"), ("inspected", "2025-03-04")],
            object=object_,
        )
    fixed = [
        ("found", "2025-03-04"),
        ("ordered", "2025-03-04"),
        ("fixed", "2025-03-10"),
        ("closed", "2025-03-12"),
    ]
    entry("hazards", "Y1", unit, fixed)
    entry("hazards", "Y2", unit, fixed[:2], due_on="2025-03-20")
    dead = [
        {"counted_on": "2025-07-02", "kind": "dead", "people": "1"},
        {"counted_on": "2025-07-20", "kind": "grave", "people": "2"},
    ]
    entry("safety_accidents", "K1", unit, [("reported", "2025-07-01")], {"casualties": dead})
    for number, kind in (
        ("B1", "study"),
        ("B2", "lecture"),
        ("B3", "lesson"),
        ("B4", "oath"),
        ("B5", "study"),
    ):
        entry(
            "activities", number, unit, [("reported", "2025-04-01"), ("confirmed", "2025-04-10")], kind=kind
        )
    measures_ = [{"set_on": "2025-03-05", "measure": one} for one in ("一", "二", "三")]
    closed = [
        *(("found", "2025-03-03"), ("assigned", "2025-03-04"), ("rectifying", "2025-03-05")),
        *(("submitted", "2025-05-01"), ("closed", "2025-05-10")),
    ]
    entry("rectifications", "T1", unit, closed, {"measures": measures_}, source="audit")
    entry("rectifications", "T2", unit, closed[:2], source="self_check")
    for number, lot, people in (("W1", "2025-1", "12"), ("W2", "2025-2", "8")):
        entry(
            "appointments",
            number,
            unit,
            [("reported", "2025-04-01"), ("confirmed", "2025-04-02")],
            batch=lot,
            people=people,
        )
    answered = [
        ("assigned", "2025-02-03"),
        ("accepted", "2025-02-05"),
        ("handling", "2025-02-06"),
        ("answered", "2025-04-01"),
    ]
    entry("proposals", "O1", unit, answered, satisfaction="satisfied", reply_class="a")
    entry("proposals", "O2", unit, answered[:3])
    entry(
        "supervision",
        "U1",
        unit,
        [("assigned", "2025-03-03"), ("accepted", "2025-03-03")],
        source="minutes",
        due_on="2025-03-10",
    )
    for row in OF_LEDGERS:
        for said in measures(row):
            measure = Measure.parse(said)
            assert measure is not None, said
            if measure.planned:
                asked = Request(row["code"], "2025", said)
                observed(
                    row["code"],
                    "2025",
                    "7",
                    many([asked])[0].measure.removeprefix("planned "),
                    scenario=Scenario.TARGET.value,
                )
            elif measure.argument == "published":
                observed(row["code"], "2025", "2", "rank")
    return unit


EXPECTED = {
    "joint_approvals": "2 50 2",
    "leads": "4 75",
    "outside_capital": "1.2 20 7 7",
    "foreign_capital": "0.3 50 7 7",
    "contracts_signed": "2 1",
    "national_labs": "1 2",
    "provincial_labs": "1 1",
    "tech_centres": "1 1",
    "rd_centres": "1 7",
    "national_awards": "1 1",
    "honours": "3 3",
    "enterprise_visits": "1 2",
    "enterprise_requests": "66.7 3 33.3",
    "service_items": "2",
    "process_steps_cut": "4",
    "flowchart_communities": "2",
    "idle_area": "2",
    "idle_land": "30.5",
    "idle_matched": "1 1.2",
    "supply_demand_matches": "2",
    "special_funds": "1.2 2",
    "livelihood_spending": "0.6 0.6",
    "new_jobs": "1.5 7",
    "reemployed": "260 7",
    "zero_job_households": "1",
    "elderly_homes": "1 7",
    "elderly_beds": "150 7",
    "elderly_centres": "1 7",
    "main_roads": "1",
    "back_streets": "1",
    "old_estates": "1",
    "public_facilities": "12",
    "green_area": "3.5",
    "markets_improved": "1",
    "road_sections": "1",
    "shops_improved": "80",
    "estates_rated": "3",
    "estates_starred": "2 2",
    "acquisition_projects": "1",
    "acquisition_houses": "2",
    "renewal_started_area": "12.5 7",
    "renewal_completed_area": "8 7",
    "renewal_invested": "4.5",
    "renewal_villages": "1 7",
    "renewal_shanties": "1 7",
    "homes_built": "0.25 7",
    "households_rehoused": "0.18 7",
    "grievances_received": "2",
    "grievances_resolved": "50 50 100",
    "grievances_in_community": "100",
    "hard_cases": "1 100",
    "safety_inspections": "3",
    "enterprises_inspected": "2",
    "hazards_fixed": "1 50 1",
    "safety_casualties": "3",
    "study_sessions": "2",
    "lectures": "1",
    "party_lessons": "1",
    "oath_events": "1",
    "problems_found": "2",
    "measures_set": "3",
    "rectification_rate": "50",
    "appointment_batches": "2",
    "appointments": "20",
    "supervision_items": "1 0 1",
    "proposals_answered": "2 50 50 100",
    "major_projects": "3 6",
    "projects_started": "2 0.2 5 7",
    "projects_continued": "1 0.05 1 7",
    "projects_completed": "2 0.2",
    "projects_early": "7 5",
    "projects_industry": "1 2 7",
    "projects_service": "1 3 7",
    "projects_urban": "1 1 7",
    "key_projects": "2 50 2",
    "new_retail_area": "3",
    "new_office_area": "4",
}
"""Each figure with its measures in listed order, counted by hand over the entries above."""


def test_every_figure_of_the_list_is_declared_with_its_measures():
    figures = catalogue.load(None)
    found = {f.code: (f.name_zh, f.name_en, f.unit_of_measure) for f in figures.values()}

    assert found == {r["code"]: (r["name_zh"], r["name_en"], r["unit_of_measure"]) for r in LISTED}
    lacking = []
    for row in OF_LEDGERS:
        figure = figures[row["code"]]
        assert f"ledger:{figure.kept_in}" == row["source"]
        said = {str(Measure.parse(one)) for one in figure.measures}
        wanted = {str(Measure.parse(one)) for one in measures(row)}
        lacking += [(row["code"], one) for one in wanted - said]
    assert lacking == []


def test_every_measure_of_a_ledger_figure_computes_from_entries(district):
    asked = [Request(row["code"], "2025", said) for row in OF_LEDGERS for said in measures(row)]

    found: dict[str, list[Value]] = {}
    for one in many(asked):
        found.setdefault(one.figure, []).append(one)

    assert {c: [one.reason.zh for one in some if one.status != "ok"] for c, some in found.items() if any(
        one.status != "ok" for one in some)} == {}  # fmt: skip
    computed = {code: " ".join(_plain(one) for one in some) for code, some in found.items()}
    assert computed == EXPECTED


def _plain(found: Value) -> str:
    assert found.value is not None
    return f"{round(found.value, 4 if found.unit_of_measure != '%' else 1).normalize():f}"


def test_a_spending_is_split_by_field_and_a_count_by_star(district):
    spending = value("livelihood_spending", "2025", "sum(spent by field)")
    stars = value("estates_starred", "2025", "count(by star)")

    assert [(part.code, part.name.zh, part.value) for part in spending.parts] == [
        ("employment", "就业", Decimal("0.3")),
        ("elderly", "养老", Decimal("0.3")),
    ]
    assert [(part.code, part.value) for part in stars.parts] == [("five", 1), ("three", 1)]


def test_the_names_of_awards_are_the_titles_of_their_entries(district):
    assert [part.code for part in value("national_awards", "2025", "names").parts] == ["国家科技进步二等奖"]


def test_what_is_counted_by_its_lines_traces_to_the_entries(district):
    found = rows("measures_set", "2025", "sum(measures)")

    assert [(row.ledger, row.number) for row in found] == [("rectifications", "T1")]


def test_parts_of_a_sum_are_those_of_the_units_too(district):
    selection = queries.Selection(
        "livelihood", dated=queries.Dated(line="money"), period=Period.parse("2025")
    )

    assert queries.total_by_unit(selection, "money.spent") == {"GXJ": Decimal(6000)}
    assert queries.total_by(selection, "money.spent", "field") == {
        "employment": Decimal(3000),
        "elderly": Decimal(3000),
    }


@pytest.mark.parametrize("code", [row["code"] for row in OF_LEDGERS])
def test_no_ledger_figure_can_be_loaded_as_a_series(code):
    sheet = SheetOut("数据", ["指标", "期间", "数值"], [[code, "2025", Decimal(1)]])
    problems = Problems()

    counts = series_importing.run(
        read_workbook(workbook_bytes([sheet]), "series.xlsx"), problems, CLERK, batch()
    )

    assert ([found.code for found in problems.found], counts.created) == (["figure.not_a_series"], 0)
