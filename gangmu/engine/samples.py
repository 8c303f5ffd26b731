"""The rule books that ship: real published ones with their worked examples, as files a person can open."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def folder() -> Path:
    """Inside an installed package, or beside it in a checkout."""
    packed = _PACKAGE / "rulebooks"
    return packed if packed.is_dir() else _PACKAGE.parent / "rulebooks"


def files() -> list[Path]:
    """The shipped rule books, by name."""
    return sorted(folder().glob("*.yaml"))
