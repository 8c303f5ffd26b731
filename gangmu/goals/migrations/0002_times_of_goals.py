"""Room for the second axis of time: from when to when a goal, or a share, was known. 0003 fills it, 0004 closes it."""

import django.db.models.deletion
from django.db import migrations, models

import gangmu.records.clock

TIMES = {
    "recorded_from": models.DateTimeField(null=True),
    "recorded_to": models.DateTimeField(default=gangmu.records.clock.END_OF_TIME),
    "recorded_by": models.CharField(default="", max_length=100),
}


def _times(model):
    return [
        *(migrations.AddField(model, name, field.clone()) for name, field in TIMES.items()),
        migrations.AddField(
            model,
            "supersedes",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to=f"goals.{model}",
            ),
        ),
        migrations.AddField(
            model,
            "batch",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)s_rows",
                to="records.importbatch",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("goals", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("goal", "goal_once"),
        *_times("goal"),
        *_times("share"),
        migrations.AddField("goal", "parent_key", models.CharField(blank=True, max_length=51, null=True)),
        migrations.AddField("share", "goal_key", models.CharField(default="", max_length=51)),
        # The rows of the past name goals that may be gone.
        migrations.AlterField(
            "share",
            "goal",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shares",
                to="goals.goal",
            ),
        ),
    ]
