from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('username', models.CharField(max_length=60)),
                ('address', models.CharField(max_length=45)),
                ('succeeded', models.BooleanField()),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['username', 'address', 'at'], name='signin_by_door')],
            },
        ),
    ]
