"""The doors of the portal: every page names the permission that opens it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from gangmu.org.models import User
from gangmu.org.permissions import may

P = ParamSpec("P")


class OfficerRequest(HttpRequest):
    """A request behind a door: someone has signed in."""

    user: User


Page = Callable[Concatenate[OfficerRequest, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def opens_to(*permissions: str) -> Callable[[Page[P]], View]:
    """A page for whoever has any one of the permissions; none named: for whoever has signed in."""

    def decorate(page: Page[P]) -> View:
        @wraps(page)
        def view(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path())
            if user.password_is_one_time and request.path != PASSWORD_PAGE:
                return HttpResponseRedirect(PASSWORD_PAGE)
            if permissions and not any(may(user, name) for name in permissions):
                raise PermissionDenied(permissions[0])
            return page(request, *args, **kwargs)  # type: ignore[arg-type]

        view.permissions = permissions  # type: ignore[attr-defined]
        return view

    return decorate


PASSWORD_PAGE = "/password/"  # noqa: S105 - an address
