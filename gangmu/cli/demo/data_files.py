"""The demo's data beside its code: vocabularies, places, figures' paths."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "data"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where it was built: ten times faster."""


@cache
def read(name: str) -> Any:
    """The content of `data/<name>.yaml`; read once and not to be changed by the caller."""
    text_of_file = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text_of_file, Loader=_LOADER)  # noqa: S506  both loaders are safe ones


def text(name: str) -> str:
    """A file of `data/` as it stands."""
    return (FOLDER / name).read_text(encoding="utf-8")
