"""Importing files: which storey takes which, in what order, all of them or nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gangmu.cli.district import is_district, renew_statistics
from gangmu.drive import duties
from gangmu.problems import InputRefused, Problem, Problems, Text
from gangmu.records import batches, sealing
from gangmu.sheets import text_table
from gangmu.sheets.importing import Counts, Importer
from gangmu.sheets.marking import mark_beside
from gangmu.sheets.reading import MARKED_SUFFIX, Workbook, read_workbook

if TYPE_CHECKING:
    from gangmu.records.log import Actor
    from gangmu.records.models import ImportBatch

UNITS = "gangmu.org.importing"
RULE_BOOKS = "gangmu.scoring.importing"
TABLES = (
    "gangmu.figures.importing",
    "gangmu.goals.importing",
    "gangmu.ledgers.importing",
    "gangmu.assessment.importing",
)
ORDER = (UNITS, RULE_BOOKS, *TABLES)
"""Units before whatever names them, rule books before the facts that name their indicators."""

SHEET_SUFFIXES = (".xlsx", ".xlsm", ".csv")
RULE_BOOK_SUFFIXES = (".yaml", ".yml")
USUAL = ("units", "series", "goals", "facts")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import: where it lies and how the user knows it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What one file brought, and what of it was passed over (total rows, unknown columns)."""

    file: str
    counts: Counts
    notes: tuple[Problem, ...] = ()

    def as_json(self, language: str) -> dict[str, Any]:
        return {
            "file": self.file,
            "created": self.counts.created,
            "changed": self.counts.changed,
            "unchanged": self.counts.unchanged,
            "notes": [
                *(note.line(language) for note in self.notes),
                *(note.say(language) for note in self.counts.notes),
            ],
        }


@dataclass(slots=True)
class Imported:
    """The outcome of an import. `batch` None: everything was known already, or it was only checked."""

    files: list[FileCounts] = field(default_factory=list)
    batch: int | None = None

    @property
    def total(self) -> Counts:
        return sum((file.counts for file in self.files), Counts())


@dataclass(frozen=True, slots=True)
class _Job:
    """One recognised file, ready to be applied."""

    source: Source
    order: int
    run: Callable[[Problems, Actor, ImportBatch], Counts]
    workbook: Workbook | None = None


class _NothingToKeepError(Exception):
    """Rolls back what must not stay: a check, or an import that changed nothing."""


def importers() -> dict[str, Importer[Actor, ImportBatch]]:
    """The storeys' importers of workbooks, in order."""
    return {name: importlib.import_module(name) for name in (UNITS, *TABLES)}


def files_of(folder: Path) -> list[Source]:
    """The files of a district's folder that an import takes by default."""
    found = [folder / f"{stem}{suffix}" for stem in USUAL for suffix in SHEET_SUFFIXES]
    found += sorted(path for path in (folder / "ledgers").glob("*") if path.suffix.lower() in SHEET_SUFFIXES)
    found += sorted(
        path
        for path in (folder / "declared" / "rulebooks").glob("*")
        if path.suffix.lower() in RULE_BOOK_SUFFIXES
    )
    return [Source(path, _name(path, folder)) for path in found if path.is_file() and not _passed_over(path)]


def files_named(paths: Iterable[str], folder: Path) -> list[Source]:
    """The files a user names; a folder stands for its files. `InputRefused` for what is not there."""
    problems = Problems()
    found: list[Source] = []
    for said in paths:
        path = Path(said)
        if path.is_dir():
            found += files_of(path) if is_district(path) else _all_in(path, folder)
        elif path.is_file():
            found.append(Source(path, _name(path, folder)))
        else:
            problems.add(_no_such_file(said))
    problems.raise_if_any()
    return found


def import_files(
    sources: Sequence[Source],
    actor: Actor,
    *,
    check_only: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Imported:
    """Read, check and apply the files in one transaction, with the duties they give rise to; then seal the log.

    `InputRefused` with every finding of every file; nothing of any file is taken then. `step` is called after each.
    """
    problems = Problems()
    jobs = sorted(_recognised(sources, problems), key=lambda job: job.order)
    imported = Imported()
    try:
        with transaction.atomic():
            batch = batches.start(actor, [job.source.name for job in jobs])
            for job in jobs:
                imported.files.append(_applied(job, problems, actor, batch))
                step()
            problems.raise_if_any()
            if check_only or not (imported.total.created or imported.total.changed):
                raise _NothingToKeepError
            duties.bring_all_up_to_date()
            batches.summarise(batch, {file.file: file.as_json("zh-hans") for file in imported.files})
            imported.batch = batch.pk
    except _NothingToKeepError:
        return imported
    sealing.seal()
    renew_statistics()
    return imported


def write_marked(sources: Sequence[Source], problems: Iterable[Problem], language: str) -> list[Path]:
    """Beside each workbook with findings a copy with its cells marked; the paths written."""
    found = list(problems)
    written = []
    for source in sources:
        own = [problem for problem in found if problem.file == source.name]
        if not own or source.path.suffix.lower() not in SHEET_SUFFIXES:
            continue
        copy = mark_beside(source.path, own, language)
        if copy is not None:
            written.append(copy)
    return written


def _recognised(sources: Sequence[Source], problems: Problems) -> list[_Job]:
    jobs = []
    for source in sources:
        try:
            jobs.append(_job(source))
        except InputRefused as refused:
            problems.extend(refused.problems)
    return jobs


def _job(source: Source) -> _Job:
    if source.path.suffix.lower() in RULE_BOOK_SUFFIXES:
        return _rule_book_job(source)
    workbook = read_workbook(source.path, source.name)
    for module, importer in importers().items():
        if importer.takes(workbook):
            return _Job(
                source,
                ORDER.index(module),
                partial(importer.run, workbook),
                workbook,
            )
    raise InputRefused((_not_recognised(workbook),))


def _rule_book_job(source: Source) -> _Job:
    run = importlib.import_module(RULE_BOOKS).run
    text = text_table.decoded(source.path.read_bytes(), source.name)
    return _Job(
        source,
        ORDER.index(RULE_BOOKS),
        partial(run, text, source.name),
    )


def _applied(job: _Job, problems: Problems, actor: Actor, batch: ImportBatch) -> FileCounts:
    counts = Counts()
    try:
        with transaction.atomic():  # what a refusing importer wrote must not be seen by the next file
            counts = job.run(problems, actor, batch)
    except InputRefused as refused:
        problems.extend(refused.problems)
    return FileCounts(job.source.name, counts, tuple(job.workbook.notes if job.workbook else ()))


def _all_in(path: Path, folder: Path) -> list[Source]:
    """Every table and rule book in a folder and in its `ledgers/`: what is not recognised is told, not skipped."""
    suffixes = SHEET_SUFFIXES + RULE_BOOK_SUFFIXES
    return [
        Source(file, _name(file, folder))
        for file in (*sorted(path.iterdir()), *sorted((path / "ledgers").glob("*")))
        if file.is_file() and file.suffix.lower() in suffixes and not _passed_over(file)
    ]


def _passed_over(path: Path) -> bool:
    """Lock files of an open Excel, hidden files, and our own marked copies."""
    return path.name.startswith(("~$", ".")) or path.stem.endswith(MARKED_SUFFIX)


def _name(path: Path, folder: Path) -> str:
    """The path as the user knows it: within the district's folder, else as given."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _no_such_file(said: str) -> Problem:
    return Problem(
        "file.missing",
        Text("没有这个文件", "there is no such file"),
        Text("请检查路径", "check the path"),
        file=said,
    )


def _not_recognised(workbook: Workbook) -> Problem:
    listed = "、".join(workbook.names())
    return Problem(
        "file.not_recognised",
        Text(
            f"看不出是什么表（工作表：{listed}）",
            f"is not recognised (sheets: {listed})",
        ),
        Text(
            "请用 units、series、goals、facts 或台账代码作文件名，或按模板命名工作表（gangmu init 会生成模板）",
            "name it units, series, goals, facts or by a register's code, or its sheets as in the templates of gangmu init",
        ),
        workbook.name,
    )
