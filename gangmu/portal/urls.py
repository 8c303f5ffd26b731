"""Every address of the portal. Period and unit stand in the address, so that a link shows the same page."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from gangmu.portal.addresses import PeriodInPath
from gangmu.portal.views import (
    account,
    figures,
    goals,
    home,
    ledgers,
    log,
    reports,
    rulebooks,
    scores,
    states,
    supervision,
)

register_converter(PeriodInPath, "period")

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("one-page/<period:period>/", home.leaders_page, name="one-page"),
    path("sign-in/", account.sign_in, name="sign-in"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("language/", account.language, name="language"),
    path("password/", account.password, name="password"),
    path("healthz", states.healthz, name="healthz"),
    path("figures/", figures.index, name="figures"),
    path("figures/<slug:code>/<period:period>/", figures.figure, name="figure"),
    path("goals/", goals.now, name="goals-now"),
    path("goals/<period:period>/", goals.goals, name="goals"),
    path("ledgers/", ledgers.index, name="ledgers"),
    path("ledgers/<slug:code>/", ledgers.ledger, name="ledger"),
    path("ledgers/<slug:code>/new/", ledgers.new, name="entry-new"),
    path("ledgers/<slug:code>/<str:number>/", ledgers.entry, name="entry"),
    path("ledgers/supervision/<str:number>/steps/<slug:code>/", supervision.step, name="supervision-step"),
    path("ledgers/<slug:code>/<str:number>/edit/", ledgers.edit, name="entry-edit"),
    path("ledgers/<slug:code>/<str:number>/move/", ledgers.move, name="entry-move"),
    path("ledgers/<slug:code>/<str:number>/evidence/", ledgers.add_evidence, name="entry-evidence"),
    path("ledgers/<slug:code>/<str:number>/evidence/<int:pk>/", ledgers.evidence_file, name="evidence"),
    path("ledgers/<slug:code>/<str:number>/look/", ledgers.look, name="entry-look"),
    path("ledgers/<slug:code>/<str:number>/lines/<slug:kind>/", ledgers.add_line, name="entry-line"),
    path("scores/", scores.now, name="scores-now"),
    path("scores/<period:period>/", scores.ranking, name="scores"),
    path("scores/<period:period>/what-if/", scores.what_if, name="what-if"),
    path("scores/<period:period>/bundle.zip", scores.bundle, name="bundle"),
    path("scores/<period:period>/firmness/", scores.how_firm, name="firmness"),
    path("scores/<period:period>/<str:unit>/", scores.sheet, name="score-sheet"),
    path("rulebooks/", rulebooks.index, name="rulebooks"),
    path("rulebooks/<str:code>/", rulebooks.rulebook, name="rulebook"),
    path("reports/", reports.index, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("log/", log.index, name="log"),
    path("log/sign-ins/", log.sign_ins, name="sign-ins"),
    path("trace/<slug:code>/<period:period>/", figures.trace, name="trace"),
]
