"""The nation's rules as a careful user writes them in DuckDB: exact, ten-thousandths in, hundredths out.

python -m bench.peers.engine_duckdb FOLDER
"""

from __future__ import annotations

import sys

import duckdb

CENTS = {
    "completion": ("w * least(a, t)", "t"),
    "growth": ("w * greatest(0, least(100 * p, 200 * a - 140 * p))", "(100 * p)"),
    "bands": (
        "w * CASE WHEN a * 100 >= t * 95 THEN 100 WHEN a * 100 >= t * 85 THEN 90"
        " WHEN a * 100 >= t * 70 THEN 75 ELSE 60 END",
        "100",
    ),
    "deduct": ("w * greatest(0, 1000000 - 10 * a)", "1000000"),
    "efficacy": (
        "w * CASE WHEN hi = lo THEN 100 ELSE 60 * (hi - lo) + 40 * (a - lo) END",
        "CASE WHEN hi = lo THEN 100 ELSE 100 * (hi - lo) END",
    ),
    "rank": ("w * greatest(60, 105 - 5 * place)", "100"),
}
"""Numerator and denominator of each rule's score in hundredths: one division, one rounding."""


def main(folder: str) -> None:
    con = duckdb.connect(config={"memory_limit": "4GB", "threads": 2, "preserve_insertion_order": False})
    over = "OVER (PARTITION BY county, grp, ind"
    cents = {rule: f"(2 * {top} + {bottom}) // (2 * {bottom})" for rule, (top, bottom) in CENTS.items()}
    plain = " ".join(
        f"WHEN '{rule}' THEN {cents[rule]}" for rule in ("completion", "growth", "bands", "deduct")
    )
    keys = "county, unit, grp, ind"

    def score(said: str) -> str:
        return f"CAST(CAST(coalesce({said}, 0) AS INTEGER) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(9, 2)) AS score"

    con.execute(f"""CREATE TEMP TABLE scores AS
        WITH f AS (
            SELECT {keys}, rule, CAST(w AS BIGINT) AS w, CAST(actual * 10000 AS BIGINT) AS a,
                CAST(target * 10000 AS BIGINT) AS t, CAST(prior * 10000 AS BIGINT) AS p
            FROM '{folder}/facts.parquet' JOIN '{folder}/indicators.parquet' USING (ind)),
        e AS (SELECT *, min(a) {over}) AS lo, max(a) {over}) AS hi FROM f WHERE rule = 'efficacy'),
        r AS (SELECT *, rank() {over} ORDER BY a DESC NULLS LAST) AS place FROM f WHERE rule = 'rank')
        SELECT {keys}, {score(f"CASE WHEN a IS NULL THEN 0 ELSE CASE rule {plain} END END")} FROM f
            WHERE rule NOT IN ('efficacy', 'rank')
        UNION ALL SELECT {keys}, {score(cents["efficacy"])} FROM e
        UNION ALL SELECT {keys}, {score(f"CASE WHEN a IS NULL THEN 0 ELSE {cents['rank']} END")} FROM r""")
    con.execute("""CREATE TEMP TABLE totals AS
        WITH t AS (SELECT county, unit, grp, sum(score) AS total FROM scores GROUP BY ALL),
        r AS (SELECT *, rank() OVER (PARTITION BY county, grp ORDER BY total DESC) AS rank,
            count(*) OVER (PARTITION BY county, grp) AS n FROM t)
        SELECT county, unit, grp, total, rank, CASE WHEN rank * 10 <= n * 2 THEN '优秀'
            WHEN rank * 10 <= n * 7 THEN '良好' ELSE '合格' END AS grade FROM r""")
    con.execute(f"COPY (SELECT unit, ind, score FROM scores) TO '{folder}/peer_scores.parquet'")
    con.execute(f"COPY totals TO '{folder}/peer_totals.parquet'")


if __name__ == "__main__":
    main(sys.argv[1])
