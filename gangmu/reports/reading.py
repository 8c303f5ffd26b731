"""An issued document as a page: its paragraphs with their numbers, each ready to be followed to its trace."""

from __future__ import annotations

import json
from dataclasses import dataclass

from gangmu.documents.model import Kind
from gangmu.reports.models import IssuedDocument, IssuedNumber

Run = str | IssuedNumber


@dataclass(frozen=True, slots=True)
class Paragraph:
    """kind as in the Word layout; runs: words, and the issued numbers between them."""

    kind: Kind
    runs: tuple[Run, ...]


def paragraphs(issued: IssuedDocument) -> list[Paragraph]:
    """The document as issued. Two queries, however many numbers it has."""
    numbers = {number.name: number for number in issued.numbers.all()}
    return [
        Paragraph(
            Kind(paragraph["kind"]),
            tuple(run if isinstance(run, str) else numbers[run["number"]] for run in paragraph["runs"]),
        )
        for paragraph in json.loads(issued.content)
    ]


def missing(issued: IssuedDocument) -> list[IssuedNumber]:
    """The numbers that were missing when the document was issued, in its order."""
    return [number for number in issued.numbers.all() if not number.value]
