"""Every address of the portal is declared by the storey that serves it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from gangmu.portal.views import states

urlpatterns: list[URLPattern | URLResolver] = [path("", include("gangmu.portal.urls"))]

handler403 = states.refused
handler404 = states.not_there
handler500 = states.broken
