"""The nation's rules in Polars, on decimals as far as Polars carries them (a quotient of DECIMAL is cut, not exact).

python -m bench.peers.engine_polars FOLDER
"""

from __future__ import annotations

import sys

import polars as pl

C = pl.col
WIDE = pl.Decimal(38, 12)


def number(text: str) -> pl.Expr:
    return pl.lit(text).cast(WIDE)


def within(points: pl.Expr) -> pl.Expr:
    return pl.min_horizontal(pl.max_horizontal(points, number("0")), number("100"))


def main(folder: str) -> None:
    weight = C("w").cast(pl.Decimal(38, 4)) * pl.lit("0.0001").cast(pl.Decimal(38, 4))
    inds = pl.scan_parquet(f"{folder}/indicators.parquet").with_columns(weight.alias("w"))
    f = pl.scan_parquet(f"{folder}/facts.parquet").join(inds, on="ind")
    a, t, p = C("actual"), C("target"), C("prior")
    group = ["county", "grp", "ind"]

    def at_least(percent: str) -> pl.Expr:
        return a * pl.lit("100").cast(pl.Decimal(38, 4)) >= t * pl.lit(percent).cast(pl.Decimal(38, 4))

    points = {
        "completion": pl.min_horizontal(a, t).cast(WIDE) / t * number("100"),
        "growth": within(number("60") + number("200") * ((a - p).cast(WIDE) / p)),
        "bands": pl.when(at_least("95"))
        .then(number("100"))
        .when(at_least("85"))
        .then(number("90"))
        .when(at_least("70"))
        .then(number("75"))
        .otherwise(number("60")),
        "deduct": within(
            (pl.lit("100").cast(pl.Decimal(38, 4)) - pl.lit("10").cast(pl.Decimal(38, 4)) * a).cast(WIDE)
        ),
        "efficacy": pl.when(C("hi") == C("lo"))
        .then(number("100"))
        .otherwise(number("60") + number("40") * ((a - C("lo")).cast(WIDE) / (C("hi") - C("lo")))),
        "rank": within(pl.max_horizontal(105 - 5 * C("place").cast(pl.Int64), 60).cast(WIDE)),
    }

    def finished(frame: pl.LazyFrame, said: pl.Expr) -> pl.LazyFrame:
        rounded = (said * C("w").cast(WIDE)).round(2, mode="half_away_from_zero")
        score = pl.when(a.is_null()).then(None).otherwise(rounded).fill_null(number("0"))
        return frame.select("county", "unit", "grp", "ind", score.cast(pl.Decimal(9, 2)).alias("score"))

    plain = (
        pl.when(C("rule") == "completion")
        .then(points["completion"])
        .when(C("rule") == "growth")
        .then(points["growth"])
        .when(C("rule") == "bands")
        .then(points["bands"])
        .otherwise(points["deduct"])
    )
    least, most = a.min().over(group).alias("lo"), a.max().over(group).alias("hi")
    place = a.rank("min", descending=True).over(group).alias("place")
    scores = pl.concat(
        [
            finished(f.filter(~C("rule").is_in(["efficacy", "rank"])), plain),
            finished(f.filter(C("rule") == "efficacy").with_columns(least, most), points["efficacy"]),
            finished(f.filter(C("rule") == "rank").with_columns(place), points["rank"]),
        ]
    ).collect(engine="streaming")
    rank = C("rank").cast(pl.Int64) * 10
    totals = (
        scores.lazy()
        .group_by("county", "unit", "grp")
        .agg(C("score").sum().alias("total"))
        .with_columns(
            C("total").rank("min", descending=True).over("county", "grp").alias("rank"),
            pl.len().over("county", "grp").cast(pl.Int64).alias("n"),
        )
        .select(
            "county",
            "unit",
            "grp",
            "total",
            "rank",
            pl.when(rank <= C("n") * 2)
            .then(pl.lit("优秀"))
            .when(rank <= C("n") * 7)
            .then(pl.lit("良好"))
            .otherwise(pl.lit("合格"))
            .alias("grade"),
        )
        .collect()
    )
    scores.select("unit", "ind", "score").write_parquet(f"{folder}/peer_scores.parquet")
    totals.write_parquet(f"{folder}/peer_totals.parquet")


if __name__ == "__main__":
    main(sys.argv[1])
