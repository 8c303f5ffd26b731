"""The demo's data beside its code: vocabularies, places, figures' paths."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "data"


@cache
def read(name: str) -> Any:
    """The content of `data/<name>.yaml`; read once and not to be changed by the caller."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def text(name: str) -> str:
    """A file of `data/` as it stands."""
    return (FOLDER / name).read_text(encoding="utf-8")
