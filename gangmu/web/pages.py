"""Answering: a page in its frame, a list in any of its forms, a state, and the fragment a panel asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from gangmu.web import exports
from gangmu.web.frame import Frame, State
from gangmu.web.tables import Table


def page(
    request: HttpRequest, template: str, frame: Frame, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A whole page."""
    return render(request, template, {"frame": frame, **context}, status=status)


def listing(
    request: HttpRequest, template: str, frame: Frame, table: Table, **context: Any
) -> HttpResponseBase:
    """A list: the page, or with `?format=csv|xlsx|json` the same rows as a file."""
    table.asked(request)
    file = exports.as_file(table, request.GET.get("format", ""))
    return file or page(request, template, frame, table=table, **context)


def state(request: HttpRequest, state: State, *, status: int) -> HttpResponse:
    """A page that says why there is nothing to see, and what to do."""
    return page(request, "web/state.html", Frame(state.title), status=status, state=state)


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a panel beside the page asked, not the address bar."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
