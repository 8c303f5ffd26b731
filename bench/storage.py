"""The storage trial: typed slots in one table against a real table for each register, a million entries.

    python -m bench.storage [--entries 1000000] [--postgresql URL] [--json]

Both hold the same made-up entries: four registers, one entry in ten corrected once, three stage events and three
monthly lines an entry. In `slots` a register's fields are assigned to typed columns (t01…, n01…, d01…) of one table;
in `tables` each register has a table of its own with named columns. Amounts are integers of 1/10,000.
Each query is asked of both, its answers are compared, and the median of five warm runs is printed. The peers are
each other: the decision is docs/decisions/0001-storage.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REGISTERS = ("projects", "supervision", "grievances", "hazards")
OPEN = "9999-12-31 00:00:00"
LOADED, CORRECTED = "2026-01-05 09:00:00", "2026-02-10 15:00:00"
AS_OF = "2026-01-20 00:00:00"
STAGES = ("early", "started", "continued", "completed")
CLASSES = ("industry", "service", "urban")
SLOTS = (
    [f"t{i:02}" for i in range(1, 21)]
    + [f"n{i:02}" for i in range(1, 17)]
    + [f"d{i:02}" for i in range(1, 13)]
)
LINE_SLOTS = ["t01", "t02", "t03", "t04", "n01", "n02", "n03", "n04"]
COMMON = [
    "entry",
    "ledger",
    "number",
    "title",
    "unit",
    "stage",
    "due_on",
    "happened_on",
    "recorded_from",
    "recorded_to",
]
FIELDS = [
    "class",
    "key_level",
    "leader",
    "street",
    "total_investment",
    "planned_investment",
    "floor_area",
    "listed_on",
]
SLOT_OF = dict(zip(FIELDS, ["t01", "t02", "t03", "t04", "n01", "n02", "n03", "d01"], strict=True))


def kind(column: str) -> str:
    if column in ("entry", "unit") or (column[0] == "n" and column[1:].isdigit()):
        return "BIGINT"
    if column in ("total_investment", "planned_investment", "floor_area", "amount", "statistical"):
        return "BIGINT"
    if column.endswith("_on") or (column[0] == "d" and column[1:].isdigit()):
        return "DATE"
    return "TIMESTAMP" if column.startswith("recorded") else "VARCHAR(200)"


def schema() -> dict[str, list[str]]:
    """Table → columns, of both layouts."""
    line = ["entry", "ledger", "kind", "happened_on", "recorded_from", "recorded_to"]
    tables = {"slots_version": COMMON + SLOTS, "slots_line": line + LINE_SLOTS}
    for register in REGISTERS:
        tables[f"own_{register}"] = [c for c in COMMON if c != "ledger"] + FIELDS
        tables[f"own_{register}_investment"] = [c for c in line if c not in ("ledger", "kind")] + [
            "amount",
            "statistical",
        ]
    tables["stage_event"] = ["entry", "ledger", "stage", "happened_on", "recorded_from", "recorded_to"]
    return tables


INDEXES = [
    ("slots_version", "ledger, recorded_to, stage"),
    ("slots_version", "ledger, number"),
    ("slots_version", "entry, recorded_to, recorded_from, t01"),
    ("slots_line", "ledger, kind, happened_on, entry, n01"),
    ("slots_line", "entry"),
    ("stage_event", "ledger, stage, happened_on"),
    ("stage_event", "entry"),
    *((f"own_{r}", "recorded_to, stage") for r in REGISTERS),
    *((f"own_{r}", "number") for r in REGISTERS),
    *((f"own_{r}", "entry, recorded_to, recorded_from, class") for r in REGISTERS),
    *((f"own_{r}_investment", "happened_on, entry, amount") for r in REGISTERS),
    *((f"own_{r}_investment", "entry") for r in REGISTERS),
]


def made_up(entries: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(table, row) of both layouts and the stage events, the same for every run."""
    chance = random.Random(20260105)
    day = datetime.date(2023, 1, 1)
    for entry in range(1, entries + 1):
        register = REGISTERS[entry % 4]
        started = day + datetime.timedelta(days=chance.randrange(1095))
        common = [
            entry,
            register,
            f"{register[:1].upper()}-{entry:07}",
            f"名称 {entry}",
            chance.randrange(60),
        ]
        common += [STAGES[chance.randrange(4)], str(started + datetime.timedelta(days=200)), str(started)]
        fields = [
            chance.choice(CLASSES),
            chance.choice(("provincial", "municipal", "none")),
            f"领导{chance.randrange(8)}",
        ]
        fields += [
            f"街道{chance.randrange(12)}",
            chance.randrange(1, 500_000_0000),
            chance.randrange(1, 90_000_0000),
        ]
        fields += [chance.randrange(1, 300_000), str(started)]
        versions = [(LOADED, OPEN, fields)]
        if entry % 10 == 0:
            mended = [*fields[:4], fields[4] + 1_0000, *fields[5:]]
            versions = [(LOADED, CORRECTED, fields), (CORRECTED, OPEN, mended)]
        for since, until, values in versions:
            slots: dict[str, Any] = {SLOT_OF[name]: value for name, value in zip(FIELDS, values, strict=True)}
            yield "slots_version", (*common, since, until, *(slots.get(name) for name in SLOTS))
            yield f"own_{register}", (entry, *common[2:], since, until, *values)
        for months in range(3):
            happened = str(started + datetime.timedelta(days=30 * months))
            amount, statistical = chance.randrange(1, 9_000_0000), chance.randrange(1, 9_000_0000)
            row = (
                entry,
                register,
                "investment",
                happened,
                LOADED,
                OPEN,
                None,
                None,
                None,
                None,
                amount,
                statistical,
                None,
                None,
            )
            yield "slots_line", row
            yield f"own_{register}_investment", (entry, happened, LOADED, OPEN, amount, statistical)
            yield "stage_event", (entry, register, STAGES[months], happened, LOADED, OPEN)


def questions(layout: str, entries: int) -> dict[str, str]:
    """Name → SQL of one layout. One entry is looked up by number, two fifths down the register."""
    slots = layout == "slots"
    names = SLOT_OF if slots else {name: name for name in FIELDS}
    version = "slots_version v" if slots else "own_projects v"
    only = "v.ledger = 'projects' AND" if slots else ""
    line = "slots_line l" if slots else "own_projects_investment l"
    of_line = "l.ledger = 'projects' AND l.kind = 'investment' AND" if slots else ""
    amount = "l.n01" if slots else "l.amount"
    current, as_of = (
        f"v.recorded_to = '{OPEN}'",
        f"v.recorded_from <= '{AS_OF}' AND v.recorded_to > '{AS_OF}'",
    )
    big = "v.{class} = 'industry' AND v.{total_investment} >= 3000000000".format(**names)
    invested = f"""SELECT sum({amount}) FROM {line} JOIN {version} ON v.entry = l.entry WHERE {of_line}
        l.happened_on BETWEEN '2025-01-01' AND '2025-12-31' AND {only} v.{names["class"]} = 'industry' AND """
    return {
        "page of 50, filtered and sorted": f"""SELECT v.number, v.{names["total_investment"]} FROM {version}
            WHERE {only} {current} AND v.stage = 'started' AND {big}
            ORDER BY v.{names["total_investment"]} DESC, v.number LIMIT 50""",
        "filtered count": f"SELECT count(*) FROM {version} WHERE {only} {current} AND v.stage = 'started' AND {big}",
        "exact sum over lines of a year": invested + current,
        "the same sum as of a moment": invested + as_of,
        "entries that reached a stage in a year": f"""SELECT count(DISTINCT s.entry) FROM stage_event s JOIN {version}
            ON v.entry = s.entry WHERE s.ledger = 'projects' AND s.stage = 'started' AND s.recorded_to = '{OPEN}'
            AND s.happened_on BETWEEN '2025-01-01' AND '2025-12-31' AND {only} {current} AND {big}""",
        "one entry with its lines": f"""SELECT v.number, {amount} FROM {version} JOIN {line} ON l.entry = v.entry
            WHERE {only} {current} AND v.number = 'P-{entries * 2 // 5:07}' ORDER BY l.happened_on""",
    }


class Sqlite:
    name, mark = "SQLite", "?"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "trial.db"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def load(self, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        self.connection.execute("BEGIN")
        marks = ", ".join("?" * len(columns))
        self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self.connection.execute("COMMIT")

    def size(self, tables: list[str]) -> int:
        names = [name for (name,) in self.run("SELECT name FROM sqlite_master") if self._of(name, tables)]
        quoted = ", ".join(f"'{name}'" for name in names)
        return int(self.run(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({quoted})")[0][0])

    def _of(self, name: str, tables: list[str]) -> bool:
        return any(name == table or name.startswith(f"ix_{table}_0") for table in tables)


class Postgresql:
    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        import psycopg

        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("DROP SCHEMA IF EXISTS storage_trial CASCADE")
        self.connection.execute("CREATE SCHEMA storage_trial")
        self.connection.execute("SET search_path TO storage_trial")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def load(self, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        with self.connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def size(self, tables: list[str]) -> int:
        return sum(int(self.run(f"SELECT pg_total_relation_size('{table}')")[0][0]) for table in tables)


def fill(database: Any, entries: int) -> None:
    for table, columns in schema().items():
        database.run(f"CREATE TABLE {table} ({', '.join(f'{c} {kind(c)}' for c in columns)})")
    waiting: dict[str, list[tuple[Any, ...]]] = {}
    for table, row in made_up(entries):
        waiting.setdefault(table, []).append(row)
        if len(waiting[table]) >= 20_000:
            database.load(table, schema()[table], waiting.pop(table))
    for table, rows in waiting.items():
        database.load(table, schema()[table], rows)
    for number, (table, columns) in enumerate(INDEXES):
        database.run(f"CREATE INDEX ix_{table}_0{number} ON {table} ({columns})")
    database.run("ANALYZE")


def asked(database: Any, sql: str) -> tuple[list[tuple[Any, ...]], float]:
    """The answer (integers, whatever the driver calls them) and the median milliseconds of five warm runs."""
    database.run(sql)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        rows = database.run(sql)
        took.append((time.perf_counter() - start) * 1000)
    return [tuple(v if isinstance(v, str) else int(v) for v in row) for row in rows], statistics.median(took)


def trial(database: Any, entries: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    fill(database, entries)
    own = [table for table in schema() if table.startswith("own_")]
    sizes = {
        "slots": database.size(["slots_version", "slots_line"]) // 2**20,
        "tables": database.size(own) // 2**20,
    }
    rows = [{"database": database.name, "question": "size of entries and lines, MiB", **sizes}]
    answers = {}
    for question, sql in questions("slots", entries).items():
        a, slots = asked(database, sql)
        b, tables = asked(database, questions("tables", entries)[question])
        if a != b or not a:
            raise SystemExit(
                f"{database.name}: the two layouts answer {question!r} differently, or not at all"
            )
        answers[question] = a
        rows.append(
            {
                "database": database.name,
                "question": question,
                "slots": round(slots, 1),
                "tables": round(tables, 1),
            }
        )
    return rows, answers


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.storage", description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--postgresql", help="address of a database where a schema storage_trial may be made")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-storage-") as folder:
        results = [trial(Sqlite(Path(folder)), args.entries)]
        if args.postgresql:
            results.append(trial(Postgresql(args.postgresql), args.entries))
    if any(answers != results[0][1] for _, answers in results):
        raise SystemExit("the two databases do not give the same answers")
    rows = [row for found, _ in results for row in found]
    if args.json:
        print("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
        return 0
    print(f"{args.entries:,} entries; milliseconds, median of five warm runs; answers equal throughout")
    for row in rows:
        print(f"{row['database']:11} {row['question']:42} slots {row['slots']:>9} tables {row['tables']:>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
