"""An outline as it comes in: a .docx, a text, or what is pasted; its text, and what is marked in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gangmu.documents import word
from gangmu.documents.blank import Span
from gangmu.problems import refuse


@dataclass(frozen=True, slots=True)
class Outline:
    """text: a paragraph a line, table cells in the order of the file. marked: highlighted or commented runs of a .docx.

    base: the .docx itself, whose layout a filled document keeps.
    """

    name: str
    text: str
    marked: tuple[Span, ...] = ()
    base: bytes | None = field(default=None, repr=False)


def read(content: bytes, name: str = "") -> Outline:
    """The outline of a file's bytes: .docx, or text in UTF-8 or GB 18030; InputRefused for anything else."""
    if content.startswith(b"PK\x03\x04") or name.lower().endswith((".docx", ".doc")):
        text, marked = word.text_and_marks(content, name)
        return Outline(name, text, tuple(marked), content)
    return Outline(name, decoded(content, name).replace("\r\n", "\n").replace("\r", "\n"))


def load(path: Path) -> Outline:
    return read(path.read_bytes(), path.name)


def decoded(content: bytes, name: str = "") -> str:
    """A text in UTF-8, with or without a mark at its beginning, or in GB 18030 as Windows saved it for long."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refuse(
        "report.encoding",
        "不是 UTF-8 或 GB 18030 编码的文本",
        "this is text in neither UTF-8 nor GB 18030",
        "请另存为 UTF-8 文本或 .docx",
        "save it as UTF-8 text or as .docx",
        file=name,
    )
