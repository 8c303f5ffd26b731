"""Every address of the portal. Period and unit stand in the address, so that a link shows the same page."""

from __future__ import annotations

from django.urls import URLPattern, path

from gangmu.portal.views import account, states

urlpatterns: list[URLPattern] = [
    path("sign-in/", account.sign_in, name="sign-in"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("language/", account.language, name="language"),
    path("password/", account.password, name="password"),
    path("healthz", states.healthz, name="healthz"),
]
