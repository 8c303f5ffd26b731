"""Supervision: a step of an item, and the week's sheet."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gangmu.drive import following
from gangmu.drive.following import item_of
from gangmu.portal import addresses, supervision
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.views.ledgers import entry_or_404, entry_page
from gangmu.problems import InputRefused
from gangmu.records.log import Actor
from gangmu.web.cells import said


@opens_to("ledger.see")
@require_POST
def step(request: OfficerRequest, number: str, code: str) -> HttpResponseBase:
    """Take a step. Who may is asked by the step itself; a refusal shows the item with its form open."""
    shown = entry_or_404(request, following.LEDGER, number)
    wanted = supervision.STEPS.get(code)
    if wanted is None:
        raise Http404(code)
    try:
        supervision.take(wanted, shown.entry, Actor.of(request.user), request.POST, request.FILES.get("file"))
    except InputRefused as refused:
        return entry_page(request, shown, refused, f"step-{code}")
    stage = shown.register.stage_by_code[item_of(shown.entry).stage]
    messages.success(
        request,
        _("已办理：%(step)s。现处“%(stage)s”阶段。") % {"step": wanted.title, "stage": said(stage.name)},
    )
    return HttpResponseRedirect(addresses.entry(following.LEDGER, number))
