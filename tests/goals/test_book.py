"""No goal without an owner; targets written down into the figures; every row answered for by the log."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gangmu.figures.values import rows, value
from gangmu.goals import book
from gangmu.goals.models import Goal, Share
from gangmu.goals.tree import tree
from gangmu.org.permissions import OFFICER, REPORTER
from gangmu.records import sealing
from gangmu.records.models import LogEntry
from tests.factories import org
from tests.factories.figures import observed
from tests.factories.goals import goal, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return org.unit("FGW", name="发展和改革委员会", short_name="发改委")


def test_the_database_refuses_a_goal_without_an_owner():
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.create(code="1", period="2025", name="无主目标", kind="overall")


def test_a_target_is_an_observation_of_the_figure(owner):
    goal(owner, "1", "growth", figure="gdp", measure="yoy", target="6")

    assert value("gdp", "2025", "planned yoy").value == Decimal(6)


def test_a_changed_target_supersedes_and_a_dropped_one_is_withdrawn(owner):
    goal(owner, "1", "value", figure="gdp", measure="value", target="280")
    goal(owner, "1", "value", figure="gdp", measure="value", target="290")
    changed = value("gdp", "2025", "planned value").value
    goal(owner, "1", "overall")

    assert (changed, value("gdp", "2025", "planned value").status) == (Decimal(290), "missing")


def test_a_units_target_is_its_own_share_or_that_of_its_posts(owner):
    other = org.unit("SWJ", name="商务局", short_name="商务局")
    desk, field = org.post(other, "统计岗"), org.post(other, "外勤岗")
    made = goal(owner, "1", "value", figure="projects_started", measure="count", target="10")
    share(made, owner, "6")
    share(made, owner, "6", org.post(owner, "综合岗"))
    share(made, other, "3", desk)
    share(made, other, "1", field)

    assert [value("projects_started", "2025", "planned count", unit=code).value for code in ("FGW", "SWJ")] == [
        Decimal(6), Decimal(4)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [book.GOAL, book.SHARE])
def test_the_log_holds_the_digest_of_every_row(owner, kind):
    made = goal(owner, "1", "value", figure="gdp", measure="value", target="280")
    made = goal(owner, "1", "value", figure="gdp", measure="value", target="290")
    share(made, owner, "280")
    share(made, owner, "290")

    logged = (
        LogEntry.objects.filter(subject_kind=kind).order_by("id").values_list("subject_key", "subject_digest")
    )

    standing = dict(book.KEPT[kind].current_digests())
    assert (len(standing), standing) == (2, dict(logged))


def test_the_figures_of_the_goals_themselves(owner):
    other = org.unit("SWJ", name="商务局", short_name="商务局")
    observed("gdp", "2025-Q4", "6.1", "yoy")
    observed("retail_sales", "2025-M12", "2", "yoy")
    top = goal(owner, "0", "overall")
    made = goal(owner, "1", "growth", parent=top, figure="gdp", measure="yoy", target="6")
    goal(owner, "2", "growth", parent=top, figure="retail_sales", measure="yoy", target="6")
    goal(owner, "3", "growth", parent=top, figure="exports", measure="yoy", target="6")
    share(made, other, "6", org.post(other, "统计岗"))

    assert value("responsible_units", "2025").value == Decimal(2)
    assert value("responsible_posts", "2025").value == Decimal(1)
    found = value("goals_on_track", "2025")
    assert (found.value, found.reason.zh) == (Decimal(50), "另有1个目标缺数，未计入")
    assert [ref.number for ref in rows("goals_on_track", "2025")] == ["2025/1", "2025/2"]


def test_a_goal_that_is_counted_is_found_in_the_log(owner):
    goal(owner, "1", "value", figure="gdp", measure="value", target="280")
    goal(owner, "1", "value", figure="gdp", measure="value", target="290")
    sealing.seal()

    [ref] = rows("responsible_units", "2025")

    told = LogEntry.objects.get(position=ref.log)
    assert (ref.version, told.action, told.subject_key.rpartition("/")[0]) == (2, "goal.recorded", "2025/1")


def test_the_tree_rolls_lamps_up_with_counts(owner):
    observed("gdp", "2025-Q4", "6.1", "yoy")
    observed("retail_sales", "2025-M12", "2", "yoy")
    top = goal(owner, "0", "overall", name="总目标")
    goal(owner, "1", "growth", parent=top, figure="gdp", measure="yoy", target="6")
    goal(owner, "2", "growth", parent=top, figure="retail_sales", measure="yoy", target="6")
    goal(owner, "3", "growth", parent=top, figure="exports", measure="yoy", target="6")

    [root] = tree("2025", org.user(OFFICER))

    assert (root.lamp.colour, root.lamp.reason.zh) == ("red", "下级目标：红灯1，黄灯0，绿灯1，缺数1")
    assert [part.goal.code for part in root.parts] == ["1", "2", "3"]


def test_a_unit_sees_its_own_goals_what_they_hang_from_and_its_own_shares(owner):
    other = org.unit("SWJ", name="商务局", short_name="商务局")
    top = goal(owner, "0", "overall")
    shared = goal(owner, "1", "value", parent=top, figure="gdp", measure="value", target="280")
    goal(owner, "2", "value", parent=top, figure="exports", measure="value", target="3")
    share(shared, owner, "180")
    share(shared, other, "100")

    seen = [node for root in tree("2025", org.user(REPORTER, other)) for node in root.walk()]

    assert [(node.goal.code, [one.unit.code for one in node.shares]) for node in seen] == [
        ("0", []),
        ("1", ["SWJ"]),
    ]


def test_the_tree_costs_the_same_for_3_and_for_12_goals(owner):
    officer = org.user(OFFICER)
    tree("2025", officer)
    counted = []
    for upto in (3, 12):
        for number in range(Goal.objects.known_at(None).count(), upto):
            made = goal(owner, str(number), "growth", figure="gdp", measure="yoy", target="6")
            share(made, owner, None)
        with CaptureQueriesContext(connection) as captured:
            tree("2025", officer)
        counted.append(len(captured))

    assert counted[0] == counted[1] <= 6
    assert Share.objects.count() == 12
