"""The job for a cluster: `spark-submit … spark_job.py BOOK FACTS OUT [--ranks total|all]`.

BOOK is a file on the driver; FACTS and OUT are whatever Spark reads and writes. The same statements as
`gangmu score --backend spark`, with the session that `spark-submit` describes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gangmu.engine import rulebook, spark_scores, sql_run
from gangmu.engine.sql_scores import NotInSqlError
from gangmu.problems import InputRefused, refuse


def score(book: Path, facts: str, out: str, *, all_ranks: bool) -> None:
    """Facts to scores of every node. InputRefused for what is wrong with book or facts, or does not fit SQL."""
    rules = rulebook.load_file(book)
    engine = spark_scores.Spark.of(spark_scores.submitted())
    try:
        run = sql_run.prepare(rules, spark_scores.facts_of(engine, facts))
    except NotInSqlError as error:
        raise refuse(
            "score.not_in_sql",
            "这份考核办法或考核数据不能保证用 64 位整数精确计算，集群不能计分",
            "whole numbers of 64 bits cannot be proven to carry this rule book over these facts",
            "请在一台机器上用 gangmu score --backend columnar",
            "use gangmu score --backend columnar on one machine",
            file=str(book),
        ) from error
    run.compute()
    engine.save(run.rows(all_ranks=all_ranks), out)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="spark_job.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("book", type=Path, help="rule book (YAML) on the driver")
    parser.add_argument("facts", help="a wide or long table in Parquet or CSV")
    parser.add_argument("out", help="folder of Parquet parts, replaced when it exists")
    parser.add_argument(
        "--ranks", choices=("all", "total"), default="all", help="places of every node, or of the total"
    )
    said = parser.parse_args(arguments)
    try:
        score(said.book, said.facts, said.out, all_ranks=said.ranks == "all")
    except InputRefused as refused:
        for problem in refused.problems:
            print(problem.line("zh-hans"), problem.line("en"), sep="\n", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
