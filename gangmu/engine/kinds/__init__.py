"""The rule kinds: every module of this package that defines `KIND`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from gangmu.engine.kind import Kind


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Rule kinds by code, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").KIND for name in names]
    return {kind.code: kind for kind in found}
