"""What a careful analyst writes by hand: the year's figures of a demo district, in SQL against its database.

    python -m bench.peers.catalogue_sql DATABASE YEAR OUT

Series as they stand (the latest vintage of December, the fourth quarter or the year), issued growth and rank, targets,
shares of the city; counts, sums and rates over the three registers. Where each declared field is kept is looked up once.
Written without the catalogue, so that the two can be compared: one JSON object `figure measure` → decimal text.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from decimal import Decimal
from pathlib import Path

OPEN = "9999-12-31 00:00:00"
MICRO, TENTHOUSANDTH = Decimal("0.000001"), Decimal("0.0001")
SERIES = [
    "gdp",
    "gdp_national_growth",
    "industry_value_added",
    "retail_sales",
    "budget_revenue",
    "urban_income",
    "rural_income",
    "service_value_added",
    "modern_service_share",
    "emerging_industry_share",
    "exports",
    "building_tax",
    "population",
    "market_entities",
    "general_taxpayers",
    "primary_schools",
    "industrial_zones",
    "health_record_coverage",
    "security_network_coverage",
]
ISSUED_GROWTH = [
    "gdp",
    "industry_value_added",
    "fixed_asset_investment",
    "retail_sales",
    "budget_revenue",
    "urban_income",
    "rural_income",
    "service_value_added",
    "exports",
    "building_tax",
]
PLANNED_GROWTH = [
    "gdp",
    "industry_value_added",
    "fixed_asset_investment",
    "retail_sales",
    "budget_revenue",
    "urban_income",
    "rural_income",
]
CHANGES = [
    "modern_service_share",
    "emerging_industry_share",
    "population",
    "market_entities",
    "general_taxpayers",
    "primary_schools",
    "health_record_coverage",
    "security_network_coverage",
]
CITY_SHARES = ("gdp", "budget_revenue", "population")

OBSERVED = f"""
SELECT value FROM figures_observation
WHERE figure = ? AND measure = ? AND area = ? AND scenario = ? AND recorded_to = '{OPEN}' AND status = 'ok'
  AND period IN (? || '-M12', ? || '-Q4', ?)
ORDER BY CASE vintage WHEN 'census' THEN 3 WHEN 'final' THEN 2 WHEN 'preliminary' THEN 1 ELSE 0 END DESC LIMIT 1
"""


class District:
    """One open database, one year."""

    def __init__(self, path: str, year: int) -> None:
        self.rows = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.year = year
        self.columns = {
            (ledger, kind, field): name
            for ledger, kind, field, name in self.rows.execute(
                "SELECT ledger, kind, field, name FROM ledgers_slot"
            )
        }

    def one(self, sql: str, *values: object) -> int:
        return int(self.rows.execute(sql, values).fetchone()[0] or 0)

    def observed(
        self, figure: str, measure: str = "value", area: str = "own", scenario: str = "actual", back: int = 0
    ) -> Decimal | None:
        year = str(self.year - back)
        row = self.rows.execute(OBSERVED, (figure, measure, area, scenario, year, year, year)).fetchone()
        return None if row is None else Decimal(row[0]) * MICRO

    def column(self, ledger: str, field: str, kind: str = "") -> str:
        return self.columns[ledger, kind, field]


def series(district: District) -> dict[str, Decimal | None]:
    found = {f"{figure} value": district.observed(figure) for figure in SERIES}
    found |= {f"{figure} yoy": district.observed(figure, "yoy") for figure in ISSUED_GROWTH}
    found |= {
        f"{figure} planned yoy": district.observed(figure, "yoy", scenario="target")
        for figure in PLANNED_GROWTH
    }
    for figure in CHANGES:
        now, before = district.observed(figure), district.observed(figure, back=1)
        found[f"{figure} change"] = None if now is None or before is None else now - before
    for figure in CITY_SHARES:
        own, city = district.observed(figure), district.observed(figure, area="全市")
        found[f"{figure} share(parent)"] = None if own is None or not city else own / city * 100
    service, gdp = district.observed("service_value_added"), district.observed("gdp")
    found["service_value_added share(gdp)"] = None if service is None or not gdp else service / gdp * 100
    return found


def projects(district: District) -> dict[str, Decimal | None]:
    total, kind = district.column("projects", "total_investment"), district.column("projects", "class")
    level, year = district.column("projects", "key_level"), str(district.year)
    amount = district.column("projects", "amount", "investment")
    planned = district.column("projects", "amount", "planned_investment")
    now = f"v.ledger = 'projects' AND v.recorded_to = '{OPEN}'"
    event = f"s.entry_id = v.entry_id AND s.recorded_to = '{OPEN}'"
    at = f"EXISTS (SELECT 1 FROM ledgers_stageevent s WHERE {event} AND s.stage {{}} AND s.happened_on <= '{year}-12-31' AND s.left_on > '{year}-12-31')"
    first = f"(SELECT min(s.happened_on) FROM ledgers_stageevent s WHERE {event} AND s.stage = '{{}}') BETWEEN '{year}-01-01' AND '{year}-12-31'"
    building, done = at.format("IN ('started', 'continued')"), at.format("= 'completed'")
    under_way = f"({building} OR ({first.format('completed')} AND {done}))"
    chosen = {
        "major_projects": f"v.{total} >= 100000000 AND {under_way}",
        "projects_started": first.format("started"),
        "projects_continued": at.format("= 'continued'"),
        "projects_completed": first.format("completed"),
        "projects_early": at.format("= 'early'"),
        "projects_industry": f"v.{kind} = 'industry' AND {under_way}",
        "projects_service": f"v.{kind} = 'service' AND {under_way}",
        "projects_urban": f"v.{kind} = 'urban' AND {under_way}",
        "key_projects": f"v.{level} IN ('provincial', 'municipal') AND {under_way}",
    }
    summed = f"""SELECT sum(l.{{}}) FROM ledgers_line l JOIN ledgers_entryversion v ON v.entry_id = l.entry_id
        WHERE l.ledger = 'projects' AND l.kind = '{{}}' AND l.recorded_to = '{OPEN}'
        AND l.happened_on BETWEEN '{year}-01-01' AND '{year}-12-31' AND {now} AND {{}}"""
    found: dict[str, Decimal | None] = {}
    for figure, which in chosen.items():
        found[f"{figure} count"] = Decimal(
            district.one(f"SELECT count(*) FROM ledgers_entryversion v WHERE {now} AND {which}")
        )
        if figure != "key_projects":
            whole = district.one(f"SELECT sum(v.{total}) FROM ledgers_entryversion v WHERE {now} AND {which}")
            found[f"{figure} sum(total_investment)"] = whole * TENTHOUSANDTH / 10_000
        if figure != "projects_early":
            invested = district.one(summed.format(amount, "investment", which)) * TENTHOUSANDTH / 10_000
            found[f"{figure} sum(invested)"] = invested
    plan = (
        district.one(summed.format(planned, "planned_investment", chosen["key_projects"]))
        * TENTHOUSANDTH
        / 10_000
    )
    found["key_projects sum(planned_investment)"] = plan
    invested = found["key_projects sum(invested)"] or Decimal(0)
    found["key_projects rate(invested/planned_investment)"] = invested / plan * 100 if plan else None
    return found


def rates(district: District) -> dict[str, Decimal | None]:
    year = district.year
    received = f"""FROM ledgers_entryversion v WHERE v.ledger = 'grievances' AND v.recorded_to = '{OPEN}'
        AND v.happened_on BETWEEN '{year}-01-01' AND '{year}-12-31'"""
    closed = f"""EXISTS (SELECT 1 FROM ledgers_stageevent s WHERE s.entry_id = v.entry_id AND s.recorded_to = '{OPEN}'
        AND s.stage IN ('closed', 'ended') AND s.happened_on <= '{year}-12-31' AND s.left_on > '{year}-12-31')"""
    hard = f"v.{district.column('grievances', 'leader_case')} IN ('true', '1')"
    level, content = district.column("grievances", "level"), district.column("grievances", "satisfaction")

    def count(which: str = "1 = 1") -> int:
        return district.one(f"SELECT count(*) {received} AND {which}")

    def rate(part: str, whole: str = "1 = 1") -> Decimal | None:
        of = count(whole)
        return Decimal(count(f"{part} AND {whole}")) / of * 100 if of else None

    return {
        "grievances_received count": Decimal(count()),
        "grievances_resolved rate": rate(closed),
        "grievances_resolved rate(satisfaction)": rate(
            f"v.{content} IN ('satisfied', 'acceptable')", f"v.{content} IS NOT NULL"
        ),
        "grievances_in_community rate": rate(f"v.{level} = 'community'", closed),
        "hard_cases count": Decimal(count(hard)),
        "hard_cases rate": rate(closed, hard),
    }


def main(path: str, year: str, out: str) -> None:
    district = District(path, int(year))
    found = series(district) | projects(district) | rates(district)
    said = {name: str(value) for name, value in found.items() if value is not None}
    Path(out).write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
