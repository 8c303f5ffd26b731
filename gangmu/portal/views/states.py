"""Pages that say no: refused, not there, broken. And the page a monitor asks."""

from __future__ import annotations

import django
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

import gangmu
from gangmu.org.permissions import PERMISSIONS, who_may
from gangmu.portal.health import what_is_wrong
from gangmu.web import pages
from gangmu.web.frame import Action, State


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: who may, and whom to ask. A door that names its permission is answered with the roles that have it."""
    permission = str(exception or "")
    roles = who_may(permission, get_language() or "") if permission in PERMISSIONS else []
    state = State(
        _("您没有打开这一页的权限"),
        _("这一页可由下列人员打开：") if roles else _("您的岗位没有获得这项权限。"),
        _("如工作需要，请联系系统管理员或目标办办理授权。"),
        Action(_("回到首页"), "/"),
        roles,
    )
    return pages.state(request, state, status=403)


def not_there(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: also for what the reader may not see, so that an address tells nobody what exists."""
    state = State(
        _("没有找到这一页"),
        _("地址可能写错了，或者这条记录不在您的查看范围内。"),
        _("请核对地址，或从首页重新进入。"),
        Action(_("回到首页"), "/"),
    )
    return pages.state(request, state, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: says what was kept. It asks nothing of the database, which may be what is broken."""
    return render(request, "portal/broken.html", status=500)


@never_cache
def healthz(request: HttpRequest) -> HttpResponseBase:
    """200 with versions while database and log are in order, 503 with the reason otherwise."""
    reason = what_is_wrong()
    versions = {"gangmu": gangmu.__version__, "django": django.get_version(), "database": connection.vendor}
    if reason:
        return JsonResponse({"ok": False, "reason": reason, "versions": versions}, status=503)
    return JsonResponse({"ok": True, "versions": versions})
