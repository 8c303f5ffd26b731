"""Issued documents: the list, and a document as it prints, in which every number leads to its trace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gangmu.portal import addresses, printing
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.records.periods import Period
from gangmu.reports import reading
from gangmu.reports.models import IssuedDocument, IssuedNumber
from gangmu.web.cells import Link
from gangmu.web.frame import Crumb, Frame
from gangmu.web.pages import listing, page
from gangmu.web.tables import Column, Row, Table


@opens_to("report.see")
def index(request: OfficerRequest) -> HttpResponseBase:
    documents = IssuedDocument.objects.order_by("-issued_at", "-id").annotate(
        bound=Count("numbers"), missing=Count("numbers", filter=Q(numbers__value=""))
    )
    table = Table(
        _("报告"),
        [
            Column("title", _("标题")),
            Column("period", _("期间"), order=("period",)),
            Column("numbers", _("数字"), "number", _("处")),
            Column("missing", _("缺数"), "number", _("处")),
            Column("at", _("出具时间"), order=("issued_at",)),
            Column("by", _("出具人"), minor=True),
        ],
        documents,
        _index_rows,
        empty=_("还没有出具过报告。在命令行运行 gangmu report 模板 -o 文件，出具的报告会列在这里。"),
    )
    frame = Frame(_("报告"), [Crumb(_("首页"), "/")])
    return listing(request, "portal/reports/index.html", frame, table)


@opens_to("report.see")
def report(request: OfficerRequest, pk: int) -> HttpResponseBase:
    """The document set as it will print; numbers that were missing are listed at the side."""
    issued = get_object_or_404(IssuedDocument.objects.prefetch_related("numbers"), pk=pk)
    paragraphs = [
        (
            paragraph.kind,
            [(run, "") if isinstance(run, str) else (run, _trace(issued, run)) for run in paragraph.runs],
        )
        for paragraph in reading.paragraphs(issued)
    ]
    frame = Frame(
        issued.title,
        [Crumb(_("首页"), "/"), Crumb(_("报告"), "/reports/")],
        period=printing.period_label(Period.parse(issued.period)),
        as_of=issued.as_of or issued.issued_at,
    )
    return page(
        request,
        "portal/reports/report.html",
        frame,
        issued=issued,
        paragraphs=paragraphs,
        count=issued.numbers.count(),
        missing=reading.missing(issued),
    )


def _index_rows(batch: Sequence[IssuedDocument]) -> Iterable[Row]:
    for issued in batch:
        href = f"/reports/{issued.pk}/"
        yield Row(
            {
                "title": Link(issued.title, href),
                "period": issued.period,
                "numbers": issued.bound,  # type: ignore[attr-defined]
                "missing": issued.missing,  # type: ignore[attr-defined]
                "at": issued.issued_at,
                "by": issued.issued_by,
            },
            href=href,
        )


def _trace(issued: IssuedDocument, number: IssuedNumber) -> str:
    """The trace of a number as it stood when the document was issued."""
    filters = tuple((field, op, value) for field, op, value in json.loads(number.filters))
    moment = issued.as_of or issued.issued_at
    return addresses.trace(
        number.figure,
        number.period,
        number.measure,
        number.unit or None,
        number.area,
        filters,
        moment.isoformat(),
    )
