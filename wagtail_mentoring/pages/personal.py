"""What editors publish is about nobody in the programme."""

from wagtail_mentoring.privacy.declared import about_nobody

from .models import FieldPage, ProgrammePage

about_nobody("a public page", ProgrammePage, FieldPage)
