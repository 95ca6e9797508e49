"""What people change of their own data, and the line that it leaves, without what was written."""

from typing import Any

import pytest

from tests.factories import make_case, make_mentor
from wagtail_mentoring.cases import corrections
from wagtail_mentoring.cases.models import CaseLogEntry
from wagtail_mentoring.people.models import Mentee, MentorLogEntry
from wagtail_mentoring.people.whose import of_person
from wagtail_mentoring.portal.own_data.consents import AFTERWARDS
from wagtail_mentoring.privacy.consents import WITHDRAWABLE
from wagtail_mentoring.privacy.models import Consent, ConsentKind

pytestmark = pytest.mark.django_db


def last_line(person: Any) -> str:
    if isinstance(person, Mentee):
        return str(CaseLogEntry.objects.filter(case__mentee=person).order_by("-sequence")[0].action)
    return str(MentorLogEntry.objects.filter(mentor=person).latest("pk").action)


def test_a_correction_leaves_one_line_and_nothing_of_what_was_written() -> None:
    case, mentor = make_case(), make_mentor()
    for person, action in ((case.mentee, "mentoring.corrected"), (mentor, "mentoring.own_contact")):
        corrections.correct_contact(person, {"phone": "040 123 4567"})
        person.refresh_from_db()
        assert person.phone == "040 123 4567" and last_line(person) == action
        corrections.correct_contact(person, {})
    assert MentorLogEntry.objects.filter(mentor=mentor).count() == 1
    assert "040" not in str(list(CaseLogEntry.objects.values_list("data", flat=True)))
    for person, action in ((case.mentee, "mentoring.exported"), (mentor, "mentoring.own_export")):
        corrections.note_export(person)
        assert last_line(person) == action


def test_a_consent_is_taken_back_once_and_only_where_it_stands_by_itself() -> None:
    assert set(AFTERWARDS) == WITHDRAWABLE, "the page says of each what follows"
    case, mentor = make_case(), make_mentor()
    for person in (case.mentee, mentor):
        Consent.objects.create(kind=ConsentKind.FOLLOW_UP, **of_person(person))
        assert corrections.withdraw_consent(person, "follow_up") == 1
        assert corrections.withdraw_consent(person, "follow_up") == 0
        with pytest.raises(ValueError, match="by itself"):
            corrections.withdraw_consent(person, "notice")
    assert not Consent.objects.filter(kind=ConsentKind.FOLLOW_UP, withdrawn_at=None).exists()
    assert last_line(mentor) == "mentoring.own_consent"
