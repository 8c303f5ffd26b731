"""LibreOffice and poppler for tests: a missing program fails the test, it does not skip it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


def converted(path: Path, kind: str, folder: Path) -> Path:
    """The file as LibreOffice writes it: `pdf` or `docx`."""
    program = shutil.which("soffice")
    assert program, "LibreOffice Writer is needed: apt-get install libreoffice-writer"
    target = folder / "converted"
    wanted = "docx:MS Word 2007 XML" if kind == "docx" else kind
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [program, profile, "--headless", "--convert-to", wanted, "--outdir", str(target), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return target / f"{path.stem}.{kind}"


@dataclass(frozen=True)
class Line:
    """A printed line: its text without spaces, and its box in millimetres from the top left of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def pages(pdf: Path) -> list[list[Line]]:
    """The lines of every page, from the top."""
    program = shutil.which("pdftotext")
    assert program, "poppler is needed: apt-get install poppler-utils"
    html = subprocess.run(
        [program, "-bbox", str(pdf), "-"], check=True, capture_output=True, timeout=60, text=True
    ).stdout
    return [_lines(page) for page in html.split("<page ")[1:]]


_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


def _lines(page: str) -> list[Line]:
    rows: dict[int, list[tuple[float, float, float, float, str]]] = {}
    for match in _WORD.finditer(page):
        left, top, right, bottom = (float(match[i]) * 25.4 / 72 for i in range(1, 5))
        middle = (top + bottom) / 2
        row = next((key for key in rows if abs(key - middle) < 4), round(middle))
        rows.setdefault(row, []).append((left, top, right, bottom, match[5]))
    return [
        Line(
            "".join(word[4] for word in sorted(words)),
            min(word[0] for word in words),
            min(word[1] for word in words),
            max(word[2] for word in words),
            max(word[3] for word in words),
        )
        for _, words in sorted(rows.items())
    ]
