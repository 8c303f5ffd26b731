
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledgers', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='line',
            name='line_by_day',
        ),
        migrations.AddIndex(
            model_name='line',
            index=models.Index(fields=['ledger', 'kind', 'happened_on', 'entry', 'recorded_to', 'recorded_from', 'n1'], name='line_by_day'),
        ),
    ]
