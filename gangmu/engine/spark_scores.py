"""Scoring files with Spark SQL: the statements of `sql_run` on one machine or on a cluster, no Python in any row.

Facts are read by Spark itself, from wherever it reads (`hdfs://`, `s3a://`, a shared folder); results are Parquet, a
folder of parts as Spark writes it. An overflow is an error (ANSI), never another digit.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gangmu.engine.sql_dialects import SPARK, Dialect, Table
from gangmu.engine.sql_engine import Span
from gangmu.engine.sql_facts import WideFacts
from gangmu.engine.sql_scores import NotInSqlError
from gangmu.problems import refuse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

EXACT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.variable.substitute": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    # The JVM never compiles methods beyond this size; Spark then divides them instead.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # Inferring filters from hundreds of columns defined by each other takes the planner minutes and gains nothing.
    "spark.sql.constraintPropagation.enabled": "false",
}
"""What the statements take for granted, whatever else a cluster sets: set on a session of our own."""
LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.showConsoleProgress": "false",
}
"""One machine asks no network and shows no pages."""
TABLES = (".parquet", ".csv")
_COMMON = {"INT": "INTEGER"}


def library() -> ModuleType:
    """PySpark, or a message that says how to get it and the Java it runs on."""
    try:
        import pyspark.sql
    except ImportError as error:
        raise refuse(
            "score.no_spark",
            "没有安装 PySpark",
            "PySpark is not installed",
            "请安装：pip install 'gangmu[spark]'",
            "install it: pip install 'gangmu[spark]'",
        ) from error
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise refuse(
            "score.no_java",
            "Spark 需要 Java，没有找到",
            "Spark needs Java, and there is none",
            "请安装 Java 17，例如：apt-get install openjdk-17-jre-headless",
            "install Java 17, for instance: apt-get install openjdk-17-jre-headless",
        )
    return pyspark.sql


def local(settings: Mapping[str, str]) -> SparkSession:
    """A session on this machine, or the one that runs. `threads` and `memory` (of the whole process' heap)."""
    threads = settings.get("threads") or "*"
    builder = (
        library().SparkSession.builder.appName("gangmu").master(f"local[{threads}]").config(map=dict(LOCAL))
    )
    if settings.get("memory"):
        builder = builder.config("spark.driver.memory", settings["memory"])
    session: SparkSession = builder.getOrCreate()
    context = session.sparkContext
    context.setLogLevel("ERROR")
    session.conf.set("spark.sql.shuffle.partitions", str(context.defaultParallelism))
    return session


def submitted() -> SparkSession:
    """The session that `spark-submit` describes."""
    session: SparkSession = library().SparkSession.builder.appName("gangmu").getOrCreate()
    return session


@dataclass(frozen=True, slots=True)
class Spark:
    """A session of our own, with the tables that a run makes in it."""

    session: SparkSession
    name: str = "spark"
    dialect: Dialect = SPARK
    endings: Sequence[str] = (".parquet",)

    @classmethod
    def of(cls, session: SparkSession) -> Spark:
        """Beside the session given: same cluster, names and settings of its own."""
        own = session.newSession()
        own.conf.set("spark.sql.shuffle.partitions", str(session.conf.get("spark.sql.shuffle.partitions")))
        for name, value in EXACT.items():
            own.conf.set(name, value)
        return cls(own)

    def rows(self, query: str) -> Sequence[Sequence[Any]]:
        return self.session.sql(query).collect()

    def stream(self, query: str) -> Iterator[Sequence[Any]]:
        return iter(self.session.sql(query).toLocalIterator())

    def types(self, source: str) -> dict[str, str]:
        return {
            name: _COMMON.get(kind.upper(), kind.upper()) for name, kind in self.session.table(source).dtypes
        }

    def spans(self, source: str) -> dict[str, Span | None]:
        """Nothing: Spark keeps the statistics of files to itself."""
        return {}

    def pivoted(self, query: str) -> str:
        from pyspark.sql.functions import first

        long = self.session.sql(query)
        said = [row[0] for row in long.select("said").distinct().orderBy("said").collect()]
        wide = long.groupBy("unit", "period").pivot("said", said).agg(first("value", ignorenulls=True))
        wide.createOrReplaceTempView("pivoted")
        return "pivoted"

    def words(self, words: Mapping[str, Sequence[str]]) -> None:
        """Nothing: words are texts, which Parquet keeps in dictionaries."""

    def make(self, table: Table) -> None:
        """As a view; what is read often is computed now and kept, its history forgotten."""
        found = self.session.sql(table.query)
        if table.kind == "table":
            found = self._kept(found)
        found.createOrReplaceTempView(table.name)

    def _kept(self, found: DataFrame) -> DataFrame:
        # A cached view keeps its whole history, which doubles with each stage that stands on it twice.
        if self.session.sparkContext.getCheckpointDir():
            return found.checkpoint()
        return found.localCheckpoint()

    def save(self, query: str, path: Path | str) -> None:
        self.session.sql(query).write.mode("overwrite").parquet(str(path))


def facts_of(engine: Spark, place: str) -> WideFacts:
    """The table of a Parquet or CSV file or folder. NotInSqlError for other files, events, scorers and words."""
    from pyspark.errors import AnalysisException

    kind = _kind(place)
    read = engine.session.read
    try:
        found = (
            read.parquet(place) if kind == ".parquet" else read.option("escape", '"').csv(place, header=True)
        )
    except AnalysisException as error:
        raise refuse(
            "facts.no_file",
            "Spark 读不到考核数据",
            "Spark cannot read the facts",
            "请检查路径，集群的每个节点都要能读到",
            "check the path; every machine of the cluster must be able to read it",
            file=place,
        ) from error
    found.createOrReplaceTempView("facts")
    return WideFacts.of(engine, "facts")


def _kind(place: str) -> str:
    """By the ending; a folder here by its files, one elsewhere is Parquet."""
    ending = Path(place).suffix.lower()
    if ending in TABLES:
        return ending
    inside = {file.suffix.lower() for file in Path(place).iterdir()} if Path(place).is_dir() else set()
    if ending and not inside:
        raise NotInSqlError
    return ".csv" if ".csv" in inside else ".parquet"
