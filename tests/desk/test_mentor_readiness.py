"""What the desk says of a mentor who cannot be suggested yet, and which days it takes."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.days import DAY, typed
from tests.desk.test_mentors import data, edit, listed, page, step, waiting
from tests.desk.volunteers import make_volunteer
from tests.factories import make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.models import Mentor

pytestmark = pytest.mark.django_db
TOLD = "Has not agreed to be shown"


@pytest.fixture(autouse=True)
def _in_this_process(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = settings.WAGTAIL_MENTORING | {"DOCUMENT_PROCESSES": 0}


def looked_at(client: Client, union: Any, content: str) -> str:
    sheet = SimpleUploadedFile("mentors.csv", content.encode())
    answer = client.post(reverse("mentoring_mentor:import"), {"union": union.pk, "sheet": sheet})
    return " ".join(answer.content.decode().split())


# Consent


def test_a_mentor_who_has_not_agreed_to_be_shown_is_not_called_available(admin: Client, field: Any) -> None:
    silent, willing = make_mentor(field, name="Silent", shown=()), make_volunteer(field, name="Willing")
    assert listed(admin, state="not_agreed") == ["Silent"] and listed(admin, state="available") == ["Willing"]
    assert listed(admin, room="yes") == ["Willing"]
    assert TOLD in admin.get(reverse("mentoring_mentors:index"), {"state": "not_agreed"}).content.decode()
    content = page(admin, silent)
    assert TOLD in content and "Ready for a mentee" not in content and "mtg-miss" in content
    content = page(admin, willing)
    assert TOLD not in content and "Ready for a mentee" in content


def test_a_missing_consent_is_told_beside_another_reason(admin: Client, field: Any) -> None:
    paused = make_mentor(field, paused_until=clock.today(), shown=())
    Mentor.objects.filter(pk=paused.pk).update(membership_confirmed_on=None)
    assert TOLD in page(admin, paused)


def test_approving_somebody_without_a_consent_promises_nothing(admin: Client, field: Any) -> None:
    mentor = waiting(field, shown=())
    address = reverse("mentoring_mentor:approve", args=[mentor.pk])
    content = admin.get(address).content.decode()
    assert "has not agreed to be shown to a mentee" in content and "the mentor is offered for cases" not in content
    sent = {"fields_chosen": [field.pk], "membership_confirmed_on": typed(-3), "interview_note": "A good talk."}
    told = step(admin, "approve", mentor, sent, follow=True).content.decode()
    assert "has not agreed to be shown to a mentee" in told


def test_the_preview_of_an_import_counts_missing_consents(admin: Client, field: Any) -> None:
    head = "Name;E-mail;Fields;May be shown to a mentee\n"
    told = looked_at(admin, field.union, f"{head}Maria;m@x.fi;engineers;yes\nJukka;j@x.fi;engineers;no\n")
    assert "1 of them has not agreed to be shown to a mentee" in told
    told = looked_at(admin, field.union, f"{head}Maria;m@x.fi;engineers;yes\n")
    assert "not agreed to be shown" not in told


# Days


@pytest.mark.parametrize("name", ["membership_confirmed_on", "oriented_on", "checked_on"])
def test_what_was_done_was_not_done_on_a_day_to_come(admin: Client, field: Any, name: str) -> None:
    mentor = make_mentor(field, email="maria@example.org", name="Maria Korhonen")
    answer = edit(admin, mentor, data(field, **{name: typed(1)}))
    assert "still to come" in str(answer.context["form"].errors[name])
    assert edit(admin, mentor, data(field, **{name: typed(0)})).status_code == 302


def test_a_membership_is_not_confirmed_in_the_future(admin: Client, field: Any) -> None:
    mentor = waiting(field, shown=())
    sent = {"fields_chosen": [field.pk], "membership_confirmed_on": typed(1), "interview_note": "A good talk."}
    answer = step(admin, "approve", mentor, sent)
    assert "still to come" in str(answer.context["form"].errors["membership_confirmed_on"])
    mentor.refresh_from_db()
    assert mentor.approved_on is None


def test_a_pause_that_is_over_is_refused_unless_it_stands_there_already(admin: Client, field: Any) -> None:
    mentor = make_mentor(field, email="maria@example.org", name="Maria Korhonen")
    answer = edit(admin, mentor, data(field, paused_until=typed(-1)))
    assert "is over" in str(answer.context["form"].errors["paused_until"])
    Mentor.objects.filter(pk=mentor.pk).update(paused_until=clock.today() - 22 * DAY)
    assert edit(admin, mentor, data(field, paused_until=typed(-22))).status_code == 302


# How long a profile holds


def test_the_unions_months_say_when_a_profile_is_old(admin: Client, field: Any) -> None:
    make_mentor(field, name="Half a year", checked_on=clock.today() - datetime.timedelta(days=200))
    assert listed(admin, check="old") == []
    field.participation.mentor_check_months = 6
    field.participation.save()
    assert listed(admin, check="old") == ["Half a year"]
    content = admin.get(reverse("mentoring_mentors:index")).content.decode()
    assert "Profile to be asked about" in content
    assert "The profile should be asked about" in page(admin, Mentor.objects.get())


# The preview of a sheet


def test_the_preview_writes_days_as_elsewhere(admin: Client, field: Any) -> None:
    make_mentor(field, name="Jukka", email="j@x.fi", oriented_on=datetime.date(2026, 11, 3))
    head = "Name;E-mail;Fields;Membership confirmed on;Orientation acknowledged on\n"
    told = looked_at(admin, field.union, f"{head}Maria;m@x.fi;engineers;2026-11-02;\nJukka;j@x.fi;;;4.11.2026\n")
    assert "confirmed on Mon 2 Nov 2026" in told and "2026-11-0" not in told
    assert "<del>Tue 3 Nov 2026</del>" in told and "<ins>Wed 4 Nov 2026</ins>" in told


def test_a_new_row_with_the_name_of_a_mentor_is_hinted_at(admin: Client, field: Any) -> None:
    make_mentor(field, name="Äijö  Korhonen", email="old@x.fi")
    head = "Name;E-mail;Fields\n"
    told = looked_at(admin, field.union, f"{head}äijö korhonen;m@x.fi;engineers\nJukka;j@x.fi;engineers\n")
    assert told.count("A mentor with this name is here already, with the address old@x.fi.") == 1


def test_what_is_not_known_is_told_with_what_is(admin: Client, field: Any) -> None:
    head = "Name;E-mail;Fields;Topics;Times\n"
    told = looked_at(admin, field.union, f"{head}Maria;m@x.fi;pilots;Flying;Never\n")
    assert "How people work here" in told and "Weekdays after 17" in told and "explanations" not in told
    assert "You can write: engineers" in told
