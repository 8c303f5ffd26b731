"""Issuing: the file is written, its numbers are kept with what they were made from, the log has its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import transaction

from gangmu.documents import word
from gangmu.documents.model import Bound, Document, Paragraph
from gangmu.problems import refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, canonical, record
from gangmu.reports.digests import SUBJECT, digest
from gangmu.reports.filling import Filled, Number
from gangmu.reports.models import IssuedDocument, IssuedNumber


def issue(filled: Filled, out: Path, actor: Actor) -> IssuedDocument:
    """Write a filled document to `out` (.docx or .txt) and keep it as issued. One transaction with the log.

    The file is written last: when it cannot be, nothing was issued.
    """
    content = file_content(filled.document, out)
    with transaction.atomic():
        issued = IssuedDocument.objects.create(
            identity=filled.document.identity,
            title=filled.document.title[:200],
            template=filled.template,
            period=filled.period.code,
            as_of=filled.as_of,
            issued_at=clock.now(),
            issued_by=actor.name,
            file_name=out.name,
            file_digest=hashlib.sha256(content).hexdigest(),
            content=canonical([_paragraph(p) for p in filled.document.paragraphs]),
        )
        IssuedNumber.objects.bulk_create(
            [_number(issued, position, number) for position, number in enumerate(filled.numbers, start=1)],
            batch_size=200,
        )
        record(actor, _change(issued, len(filled.numbers)))
        out.write_bytes(content)
    return issued


def file_content(document: Document, out: Path) -> bytes:
    """The document as a file of the kind its name asks for."""
    if out.suffix.lower() == ".docx":
        return word.as_bytes(document)
    if out.suffix.lower() == ".txt":
        return (document.text + "\n").encode()
    raise refuse(
        "report.kind",
        f"不能写成 {out.suffix or '没有扩展名'} 的文件",
        f"a file of kind {out.suffix or 'none'} cannot be written",
        "请用 .docx 或 .txt",
        "use .docx or .txt",
        file=str(out),
    )


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    runs = [{"number": run.id} if isinstance(run, Bound) else run.text for run in paragraph.runs]
    return {"kind": str(paragraph.kind), "runs": runs}


def _number(issued: IssuedDocument, position: int, number: Number) -> IssuedNumber:
    request, value = number.asked.request, number.value
    return IssuedNumber(
        document=issued,
        name=number.bound.id,
        position=position,
        figure=request.figure,
        measure=request.measure,
        period=request.period,
        unit=request.unit or "",
        area=request.area,
        filters=json.dumps(request.filters, ensure_ascii=False),
        style=canonical(asdict(number.bound.style)),
        before=number.before,
        after=number.after,
        printed=number.bound.printed,
        value="" if value.value is None else str(value.value),
        status=value.status,
        vintage=value.vintage or "",
        unit_of_measure=value.unit_of_measure,
        decimals=value.decimals,
        label=number.asked.label.zh,
    )


def _change(issued: IssuedDocument, numbers: int) -> Change:
    detail = {
        "title": issued.title,
        "period": issued.period,
        "as_of": issued.as_of,
        "file": issued.file_name,
        "file_digest": issued.file_digest,
        "numbers": numbers,
    }
    return Change("report.issued", SUBJECT, issued.identity, digest(issued), detail)
