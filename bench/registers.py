"""The shipped registers at a million entries: the real questions of `gangmu.ledgers.queries` on the shipped indexes.

    python -m bench.registers [--entries 1000000] [--postgresql URL] [--json]

The entries are those of the storage trial (`bench.storage`): four registers, one entry in ten corrected once, three
stage events and three monthly lines an entry, written into the tables that the migrations make. Every question is
asked through the door that the figures use; the answers of both databases are compared, or the run fails.
Quoted: milliseconds, median of five warm runs, and of SQLite, which works in this process, the processor's time as well:
on a machine that others use too it says what the clock does not.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.storage import AS_OF, made_up

Row = tuple[Any, ...]
UNITS = 60
CHUNK = 20_000
DECLARED = "="
"""Before the name of a declared field, whose column the register's layout knows."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ledgers_entry": ("id", "ledger", "number"),
    "ledgers_entryversion": (
        *("entry_id", "version", "ledger", "number", "title", "unit_id", "stage", "due_on", "happened_on"),
        *("recorded_from", "recorded_to", "log_id", "=class", "=leader", "=total_investment"),
    ),
    "ledgers_stageevent": (
        *("entry_id", "ledger", "place", "stage", "happened_on", "left_on", "note"),
        *("recorded_from", "recorded_to"),
    ),
    "ledgers_line": (
        *("entry_id", "ledger", "kind", "key", "happened_on", "recorded_from", "recorded_to"),
        *("=amount", "=statistical"),
    ),
}
NEVER = "9999-12-31"


def moment(said: str) -> str:
    """A moment of the trial with its zone, as the two databases take it."""
    return f"{said}+00:00"


def rows(entries: int, log: int) -> Iterator[tuple[str, Row]]:
    """The trial's entries as rows of the shipped tables. log: the one entry of the log that all versions name."""
    of_entry = groupby(made_up(entries), key=lambda made: made[1][0])
    for entry, made in of_entry:
        versions, lines, stages = [], [], []
        for table, row in made:
            {"slots_version": versions, "slots_line": lines, "stage_event": stages}.get(table, []).append(row)
        yield from _entry(entry, versions, log)
        yield from _stages(stages)
        for row in lines:
            times = (moment(row[4]), moment(row[5]))
            yield "ledgers_line", (entry, row[1], row[2], row[3], row[3], *times, row[10], row[11])


def _entry(entry: int, versions: list[Row], log: int) -> Iterator[tuple[str, Row]]:
    _, ledger, number, *_ = versions[0]
    yield "ledgers_entry", (entry, ledger, number)
    for version, (_, _, _, title, unit, stage, due, happened, since, until, *slots) in enumerate(versions, 1):
        yield "ledgers_entryversion", (
            *(entry, version, ledger, number, title, unit + 1, stage, due, happened),
            *(moment(since), moment(until), log, slots[0], slots[2], slots[20]),
        )  # fmt: skip


def _stages(events: list[Row]) -> Iterator[tuple[str, Row]]:
    left = [event[3] for event in events[1:]] + [NEVER]
    for place, (event, until) in enumerate(zip(events, left, strict=True)):
        entry, ledger, stage, happened, since, ended = event
        times = (moment(since), moment(ended))
        yield "ledgers_stageevent", (entry, ledger, place, stage, happened, until, "", *times)


def questions() -> Mapping[str, Callable[[], Any]]:
    """Name → the question, asked as the figures ask it."""
    from gangmu.ledgers import queries
    from gangmu.ledgers.queries import Condition, Dated, Selection
    from gangmu.records.periods import Period

    industry = Condition("class", "eq", "industry")
    big = (industry, Condition("total_investment", "gte", 300_000))
    year = Period.parse("2025")
    known = datetime.datetime.fromisoformat(moment(AS_OF))
    of_year = Selection("projects", (industry,), period=year, dated=Dated(line="investment"))
    in_year = Selection("projects", (industry,), period=year, dated=Dated(stage="started"))
    now = Selection("projects", big, at_stage=("started",))
    all_lines = Selection("projects", period=year, dated=Dated(line="investment"))

    def as_known(s: Selection) -> Selection:
        return Selection(s.ledger, s.where, s.dated, s.period, s.unit, known, s.at_stage)

    return {
        "page of 50, filtered and sorted": lambda: queries.listing(
            now, ("number", "total_investment"), ("-total_investment",), limit=50
        ),
        "filtered count": lambda: queries.count(now),
        "filtered count as of a moment": lambda: queries.count(as_known(now)),
        "sum over a year's lines, of a class": lambda: queries.total(of_year, "investment.amount"),
        "the same as of a moment": lambda: queries.total(as_known(of_year), "investment.amount"),
        "sum over a year's lines, whole register": lambda: queries.total(all_lines, "investment.amount"),
        "sum over the lines of all years, whole register": lambda: queries.total(
            Selection("projects"), "investment.amount"
        ),
        "sum over a year's lines by unit": lambda: queries.total_by_unit(of_year, "investment.amount"),
        "sum of a field, of a class": lambda: queries.total(
            Selection("projects", (industry,)), "total_investment"
        ),
        "count of those that first reached a stage in a year": lambda: queries.count(in_year),
        "count at a stage at the end of a year": lambda: queries.count(
            Selection("projects", (industry,), period=year, at_stage=("started",))
        ),
        "count by unit": lambda: queries.count_by_unit(now),
    }


def asked(question: Callable[[], Any]) -> dict[str, Any]:
    """The answer as text, and the median milliseconds of five warm runs: by the clock, and this process's own."""
    question()
    took, worked = [], []
    for _ in range(5):
        start, busy = time.perf_counter(), time.process_time()
        answer = question()
        took.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    said = sorted(answer.items()) if isinstance(answer, dict) else answer
    return {
        "answer": json.dumps(said, default=str),
        "ms": round(statistics.median(took), 1),
        "cpu_ms": round(statistics.median(worked), 1),
    }


def one_database(folder: Path, entries: int) -> list[dict[str, Any]]:
    """Fill the tables of one district, or take them as they are, and ask. The database is that of DATABASE_URL."""
    from gangmu.cli import district

    if not district.is_district(folder):
        (folder / "gangmu.toml").write_text('name = "量区"\n', encoding="utf-8")
    district.set_up(folder, "zh-hans")
    district.migrate()
    from gangmu.ledgers.models import Entry

    if not Entry.objects.exists():
        fill(entries)
    from django.db import connection

    return [
        {"database": connection.vendor, "question": name, **asked(question)}
        for name, question in questions().items()
    ]


def fill(entries: int) -> None:
    from django.db import connection, transaction

    from gangmu.cli.district import renew_statistics
    from gangmu.ledgers.declarations import get
    from gangmu.ledgers.slots import layout
    from gangmu.org.models import Unit
    from gangmu.records.log import Actor, Change, record

    with transaction.atomic():
        Unit.objects.bulk_create(
            Unit(pk=n, code=f"U{n:02}", name=f"单位{n}", short_name=f"单位{n}", protocol_order=n)
            for n in range(1, UNITS + 1)
        )
        kept = layout(get("projects"))
        slots = {**kept.entry.by_code, **kept.lines["investment"].by_code}
        columns = {table: [_column(name, slots) for name in names] for table, names in COLUMNS.items()}
        log = record(Actor.operator(), Change("bench.load", "bench", "all")).pk
    load = _copied if connection.vendor == "postgresql" else _inserted
    indexes = _without_indexes(connection)
    waiting: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    with transaction.atomic():
        for table, row in rows(entries, log):
            waiting[table].append(row)
            if sum(map(len, waiting.values())) >= CHUNK:
                for name in COLUMNS:  # an entry before what hangs from it
                    load(connection, name, columns[name], waiting[name])
                    waiting[name] = []
        for name in COLUMNS:
            load(connection, name, columns[name], waiting[name])
    with connection.cursor() as cursor:
        for statement in indexes:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM")  # as autovacuum does within minutes: sums read the index alone then
    renew_statistics()


def _column(name: str, slots: Mapping[str, str]) -> str:
    return slots[name.removeprefix(DECLARED)] if name.startswith(DECLARED) else name


def _without_indexes(connection: Any) -> list[str]:
    """Drop the plain indexes of the big tables while they are filled; the statements that make them again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%ledgers_%'"
            )
        else:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'ledgers_%' AND indexdef LIKE 'CREATE INDEX%'"
            )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _inserted(connection: Any, table: str, columns: list[str], rows: list[Row]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", [_as_sqlite(row) for row in rows]
        )


def _as_sqlite(row: Row) -> Row:
    """Moments as Django writes them there: UTC, without the zone."""
    return tuple(v.removesuffix("+00:00") if isinstance(v, str) else v for v in row)


def _copied(connection: Any, table: str, columns: list[str], rows: list[Row]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.registers", description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--postgresql", help="address of an empty database")
    parser.add_argument("--folder", type=Path, help="keep the districts here, and ask those that stand there")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one_database(args.folder, args.entries)))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-registers-") as room:
        found = [
            _in_a_process(args, (args.folder or Path(room)) / name, address)
            for name, address in (("sqlite", ""), ("postgresql", args.postgresql))
            if address is not None
        ]
    if any([said["answer"] for said in one] != [said["answer"] for said in found[0]] for one in found):
        raise SystemExit("the two databases do not give the same answers")
    if not args.json:
        print(f"{args.entries:,} entries; milliseconds, median of five warm runs; answers equal throughout")
    for said in (said for one in found for said in one):
        cpu = f"cpu {said['cpu_ms']:>9}" if said["database"] == "sqlite" else ""
        told = f"{said['database']:11} {said['question']:54} {said['ms']:>9} {cpu}"
        print(json.dumps(said) if args.json else told)
    return 0


def _in_a_process(args: argparse.Namespace, folder: Path, address: str) -> list[dict[str, Any]]:
    """Django speaks to one database a process."""
    folder.mkdir(parents=True, exist_ok=True)
    surroundings = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "GANGMU_DIR")
    }
    if address:
        surroundings["DATABASE_URL"] = address
    command = [sys.executable, "-m", "bench.registers", "--one", "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--entries", str(args.entries)],
        env=surroundings,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


if __name__ == "__main__":
    sys.exit(main())
