"""Signing in and out, the password, the language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gangmu.org.models import User
from gangmu.portal import sign_ins
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.records.log import Actor, Change, record
from gangmu.web.forms import Field
from gangmu.web.frame import Frame
from gangmu.web.pages import page


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _sign_in_page(request, "")
    username = request.POST.get("username", "")
    answer = sign_ins.attempt(request, username, request.POST.get("password", ""))
    if answer.wait:
        said = _("尝试次数过多，请 %(seconds)s 秒后再试。") % {"seconds": answer.wait}
        response = _sign_in_page(request, username, said, status=429)
        response.headers["Retry-After"] = str(answer.wait)
        return response
    if answer.user is None:
        return _sign_in_page(request, username, _("用户名或密码不对，请核对后重试。"), status=401)
    login(request, answer.user)
    return _speaking(HttpResponseRedirect(_next(request)), answer.user.language)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language, for this browser and, when signed in, for the account."""
    asked = request.POST.get("language", "")
    if asked not in dict(settings.LANGUAGES):
        return HttpResponseRedirect(_next(request))
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=asked)
    return _speaking(HttpResponseRedirect(_next(request)), asked)


@sensitive_post_parameters("old", "new", "again")
@opens_to()
@require_http_methods(["GET", "POST"])
def password(request: OfficerRequest) -> HttpResponseBase:
    """Change one's own password; whoever came with a one-time password does it first of all."""
    if request.method == "GET":
        return _password_page(request, {})
    problems = _password_problems(request)
    if problems:
        return _password_page(request, problems, status=422)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=request.user.pk)
        user.set_password(request.POST["new"])
        user.password_is_one_time = False
        user.save(update_fields=["password", "password_is_one_time"])
        record(Actor.of(user), Change("user.password", "user", user.username))
    update_session_auth_hash(request, user)
    messages.success(request, _("密码已修改。"))
    return HttpResponseRedirect("/")


def _sign_in_page(request: HttpRequest, username: str, said: str = "", status: int = 200) -> HttpResponse:
    fields = [
        Field("username", _("用户名"), value=username, required=True, autocomplete="username"),
        Field("password", _("密码"), "password", required=True, autocomplete="current-password"),
    ]
    context = {"fields": fields, "general": [said] if said else [], "next": _next(request)}
    return page(request, "portal/account/sign_in.html", Frame(_("登录")), status=status, **context)


def _password_page(
    request: OfficerRequest, problems: dict[str, list[str]], status: int = 200
) -> HttpResponse:
    asked = (
        ("old", _("现在的密码"), "", "current-password"),
        ("new", _("新密码"), _("至少 12 个字符；避开常用密码。"), "new-password"),
        ("again", _("再输一遍新密码"), "", "new-password"),
    )
    fields = [
        Field(
            name, label, "password", required=True, hint=hint, autocomplete=fill,
            problems=tuple(problems.get(name, ())),
        )
        for name, label, hint, fill in asked
    ]  # fmt: skip
    frame = Frame(_("修改密码"))
    return page(request, "portal/account/password.html", frame, status=status, fields=fields)


def _password_problems(request: OfficerRequest) -> dict[str, list[str]]:
    said = request.POST
    problems: dict[str, list[str]] = {}
    if not request.user.check_password(said.get("old", "")):
        problems["old"] = [_("现在的密码不对。")]
    try:
        validate_password(said.get("new", ""), request.user)
    except ValidationError as error:
        problems["new"] = list(error.messages)
    if said.get("new") == said.get("old"):
        problems.setdefault("new", []).append(_("新密码不能与现在的相同。"))
    if said.get("again") != said.get("new"):
        problems["again"] = [_("两次输入的新密码不一致。")]
    return problems


def _next(request: HttpRequest) -> str:
    """Where to go on: an address of ours only."""
    asked = request.POST.get("next") or request.GET.get("next") or "/"
    return asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else "/"


def _speaking(response: HttpResponse, language: str) -> HttpResponse:
    """Remember the language in this browser."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, httponly=True, samesite="Lax"
        )
    return response
