import django.db.models.deletion
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('wagtail_mentoring', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PlainPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('lead', models.TextField(max_length=400)),
                ('body', wagtail.fields.StreamField([('heading', 0), ('paragraph', 1), ('steps', 7), ('question', 10), ('quote', 13)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'icon': 'title', 'label': 'Heading', 'max_length': 120, 'template': 'wagtail_mentoring/pages/blocks/heading.html'}), 1: ('wagtail.blocks.RichTextBlock', (), {'features': ['h3', 'bold', 'italic', 'ol', 'ul', 'link'], 'label': 'Text', 'template': 'wagtail_mentoring/pages/blocks/paragraph.html'}), 2: ('wagtail.blocks.CharBlock', (), {'label': 'heading', 'max_length': 120}), 3: ('wagtail.blocks.CharBlock', (), {'label': 'step', 'max_length': 80}), 4: ('wagtail.blocks.TextBlock', (), {'label': 'text', 'max_length': 300, 'required': False}), 5: ('wagtail.blocks.StructBlock', [[('title', 3), ('text', 4)]], {}), 6: ('wagtail.blocks.ListBlock', (5,), {'label': 'steps'}), 7: ('wagtail.blocks.StructBlock', [[('heading', 2), ('steps', 6)]], {}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'question', 'max_length': 160}), 9: ('wagtail.blocks.RichTextBlock', (), {'features': ['h3', 'bold', 'italic', 'ol', 'ul', 'link'], 'label': 'answer'}), 10: ('wagtail.blocks.StructBlock', [[('question', 8), ('answer', 9)]], {}), 11: ('wagtail.blocks.TextBlock', (), {'label': 'quotation', 'max_length': 500}), 12: ('wagtail.blocks.CharBlock', (), {'label': 'who says it', 'max_length': 120}), 13: ('wagtail.blocks.StructBlock', [[('text', 11), ('who', 12)]], {})})),
            ],
            options={
                'abstract': False,
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='Peer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=24, unique=True)),
                ('state', models.CharField(default='applied', max_length=12)),
                ('state_since', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('language', models.CharField(default='en', max_length=12)),
                ('min_meetings', models.PositiveSmallIntegerField(default=3)),
                ('max_meetings', models.PositiveSmallIntegerField(default=5)),
                ('meeting_minutes', models.PositiveSmallIntegerField(default=90)),
                ('one_mentor_allowed', models.BooleanField(default=True)),
                ('themes', models.JSONField(blank=True, default=list)),
                ('end_reason', models.CharField(blank=True, max_length=20)),
                ('situation', models.CharField(blank=True, max_length=20)),
                ('seen_on', models.DateField(blank=True, null=True)),
                ('basis', models.CharField(blank=True, max_length=20)),
                ('note', models.TextField(blank=True)),
                ('log_length', models.PositiveIntegerField(default=0)),
                ('log_head', models.CharField(blank=True, max_length=64)),
                ('field', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtail_mentoring.professionalfield')),
                ('handler', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mentor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtail_mentoring.mentor')),
                ('participation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtail_mentoring.participation')),
                ('union', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtail_mentoring.union')),
            ],
        ),
    ]
