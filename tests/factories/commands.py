"""Running the command line as people do: in a process and a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WITHOUT = ("GANGMU_DIR", "DATABASE_URL", "LC_ALL", "LC_MESSAGES", "GANGMU_DEBUG")
DEMO_DAY = "2026-03-16"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (only,) = self.lines
        return only


def surroundings() -> dict[str, str]:
    """The environment of a process that must not inherit this run's district, database or language."""
    return {key: value for key, value in os.environ.items() if key not in WITHOUT}


def gangmu(*argv: object, cwd: Path | None = None, **environment: str) -> Done:
    """Run `gangmu argv…` on SQLite unless `DATABASE_URL` is given here."""
    done = subprocess.run(
        [sys.executable, "-m", "gangmu", *map(str, argv)],
        cwd=cwd,
        env=surroundings() | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def demo(folder: Path, *more: object, **environment: str) -> Done:
    """Run `gangmu demo` for twelve units on a day that does not move."""
    return gangmu(
        "demo", "--no-serve", "--units", 12, "--today", DEMO_DAY, "--dir", folder, *more, **environment
    )
