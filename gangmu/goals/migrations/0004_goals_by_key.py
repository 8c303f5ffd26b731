"""Goals are named by their keys, which outlive their rows, and two rows of the same thing never stand at once."""

from django.db import migrations, models


def _closed(model):
    return [
        migrations.AlterField(model, "recorded_from", models.DateTimeField()),
        migrations.AlterField(model, "recorded_by", models.CharField(max_length=100)),
    ]


def _once(name, *filled):
    """One for each way in which post and person may be left open."""
    return migrations.AddConstraint(
        "share",
        models.UniqueConstraint(
            fields=["goal_key", "unit", *filled, "recorded_to"],
            condition=models.Q(person__isnull="person" not in filled, post__isnull="post" not in filled),
            name=name,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("goals", "0003_history_of_goals")]

    operations = [
        migrations.AlterModelOptions("share", {"ordering": ["goal_key", "order", "id"]}),
        migrations.RemoveField("goal", "parent"),
        migrations.RemoveField("share", "goal"),
        *_closed("goal"),
        *_closed("share"),
        migrations.AlterField("share", "goal_key", models.CharField(max_length=51)),
        migrations.AddConstraint(
            "goal",
            models.UniqueConstraint(fields=["period", "code", "recorded_to"], name="goal_once"),
        ),
        migrations.AddIndex(
            "share", models.Index(fields=["goal_key", "recorded_to"], name="share_of_goal")
        ),
        _once("share_of_unit_once"),
        _once("share_of_post_once", "post"),
        _once("share_of_person_once", "person"),
        _once("share_of_both_once", "post", "person"),
    ]
