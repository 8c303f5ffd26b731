"""What commands print: for people in their language, or with --json nothing but JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from gangmu.cli.parser import say
from gangmu.problems import Problem

if TYPE_CHECKING:
    from rich.console import Console

Shown = object
"""Anything that can be put into words: a text in one or both languages, a number, a day."""


class Output:
    """Where results go (stdout) and where all else goes (stderr). `json`: results are JSON, one object a line."""

    def __init__(
        self,
        language: str = "zh-hans",
        as_json: bool = False,
        stdout: IO[str] | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        self.language = language
        self.json = as_json
        self._stdout = stdout
        self._stderr = stderr

    @property
    def stdout(self) -> IO[str]:
        return self._stdout or sys.stdout

    @property
    def stderr(self) -> IO[str]:
        return self._stderr or sys.stderr

    def object(self, result: Mapping[str, Any]) -> None:
        """One result: a JSON object, or its fields one a line."""
        if self.json:
            self._json(result)
        else:
            self.table((), [(key, value) for key, value in result.items()])

    def lines(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Many results: JSON Lines, written as they come, or one table."""
        if self.json:
            for result in results:
                self._json(result)
            return
        rows = list(results)
        if rows:
            headers = list(dict.fromkeys(key for row in rows for key in row))
            self.table(headers, [[row.get(header) for header in headers] for row in rows])

    def table(
        self,
        columns: Sequence[Shown],
        rows: Iterable[Sequence[Shown]],
        *,
        title: Shown = "",
        right: Sequence[int] = (),
    ) -> None:
        """A table for people. right: indexes of columns of numbers. Never called for --json."""
        from rich import box
        from rich.table import Table

        table = Table(
            *(say(column, self.language) for column in columns),
            title=say(title, self.language) or None,
            title_justify="left",
            box=box.SIMPLE_HEAD if columns else None,
            show_header=bool(columns),
            pad_edge=False,
        )
        for index in right:
            table.columns[index].justify = "right"
        for row in rows:
            table.add_row(*(self._shown(value) for value in row))
        self._console(self.stdout).print(table)

    def say(self, text: Shown = "") -> None:
        """A sentence for people; with --json it goes to stderr."""
        print(say(text, self.language), file=self.stderr if self.json else self.stdout, flush=True)

    def hint(self, text: Shown) -> None:
        """A remark beside the result, on stderr."""
        print(say(text, self.language), file=self.stderr, flush=True)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Every finding: JSON Lines on stdout with --json, else one line each on stderr and their number."""
        found = list(problems)
        if self.json:
            for problem in found:
                self._json(problem.as_json(self.language))
            return
        for problem in found:
            self.hint(problem.line(self.language))
        if len(found) > 1:
            self.hint(
                f"{len(found)} findings" if self.language.startswith("en") else f"共 {len(found)} 处问题"
            )

    @contextmanager
    def progress(self, label: Shown, total: int | None = None) -> Iterator[Callable[[], None]]:
        """A progress bar on stderr while the block runs; call what it gives once a step.

        Where stderr is no terminal, one line when it begins is all.
        """
        words = say(label, self.language)
        if not self.stderr.isatty():
            self.hint(f"{words} ({total})" if total and total > 1 else words)
            yield lambda: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console(self.stderr),
        ) as bar:
            task = bar.add_task(words, total=total)
            yield lambda: bar.advance(task)

    def _json(self, result: Mapping[str, Any]) -> None:
        text = json.dumps(result, ensure_ascii=False, default=_as_text)
        print(text, file=self.stdout)

    def _shown(self, value: Shown) -> str:
        from rich.markup import escape

        if value is None:
            return ""
        if isinstance(value, bool):
            return ("yes" if value else "no") if self.language.startswith("en") else ("是" if value else "否")
        if isinstance(value, list | tuple):
            return escape("、".join(say(part, self.language) for part in value))
        return escape(say(value, self.language))

    def _console(self, stream: IO[str]) -> Console:
        from rich.console import Console

        # A pipe has no width: 80 columns would break rows that a script or `less -S` takes whole.
        width = None if stream.isatty() else 400
        return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def _as_text(value: Shown) -> str:
    """Decimals, days, moments and texts as JSON strings; a float is never written."""
    if isinstance(value, set | frozenset):
        raise TypeError("a set has no order to be written in")
    return str(value)
