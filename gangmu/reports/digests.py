"""What the log answers for: every issued document with all its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gangmu.records import clock
from gangmu.records.log import content_digest
from gangmu.reports.models import IssuedDocument, IssuedNumber

SUBJECT = "issued_document"


def current_digests() -> Iterator[tuple[str, str]]:
    """Every issued document with the digest of what stands in the database, for `log verify`."""
    for issued in IssuedDocument.objects.prefetch_related("numbers").order_by("id"):
        yield issued.identity, digest(issued)


def digest(issued: IssuedDocument) -> str:
    """The content digest of an issued document with all its numbers."""
    own = [
        *(issued.identity, issued.title, issued.template, issued.period, _moment(issued.as_of)),
        *(_moment(issued.issued_at), issued.issued_by, issued.file_name, issued.file_digest, issued.content),
    ]
    return content_digest([own, [_row(number) for number in issued.numbers.all()]])


def _moment(at: Any) -> str:
    return "" if at is None else at.astimezone(clock.END_OF_TIME.tzinfo).isoformat(timespec="microseconds")


def _row(number: IssuedNumber) -> list[Any]:
    return [getattr(number, f.name) for f in number._meta.concrete_fields if f.name not in ("id", "document")]
