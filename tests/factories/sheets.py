"""Workbooks as people make them, for tests of reading."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def xlsx(
    rows: Iterable[Sequence[Any]], sheet: str = "数据", touch: Callable[[Any], None] | None = None
) -> bytes:
    """An XLSX of one sheet; `touch` may merge, format or add what rows cannot say."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    if touch is not None:
        touch(page)
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(data: bytes, **changed: bytes) -> bytes:
    """The same archive with parts replaced or added (`__` stands for `/`, `_dot_` for `.`)."""
    parts = {name.replace("__", "/").replace("_dot_", "."): content for name, content in changed.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info.filename))
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()
