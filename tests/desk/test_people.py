"""Registering an applicant or a mentor, the list of mentors, fresh links, handlers, mails, and who read what."""

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import log

from tests.days import typed
from tests.factories import make_case, make_field, make_handler, make_mentor, make_supervisor, make_union, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.models import Case, Mentor, MentorLogEntry, OutboxMessage, PrivateLink, ReadingLogEntry

pytestmark = pytest.mark.django_db

APPLICANT = {
    "channel": "phone",
    "name": "Amina Yusuf",
    "email": "amina@example.org",
    "language": "en",
    "degree_level": "master",
    "degree_status": "completed",
    "english": "b2",
    "adult": "on",
}


def test_an_applicant_is_registered_and_told(admin: Client, field: Any, handler: Any) -> None:
    address = reverse("mentoring_desk:register_applicant")
    assert admin.get(address).status_code == 200
    answer = admin.post(address, APPLICANT | {"field": field.pk, "mentor_wish": "A woman, if possible"})
    case = Case.objects.get()
    assert answer["Location"] == reverse("mentoring_desk:case", args=[case.pk])
    assert (case.mentee.name, case.state, case.application.channel) == ("Amina Yusuf", "applied", "phone")
    assert {entry.user for entry in case.log.all()} == {handler}
    assert OutboxMessage.objects.get(case=case).event == "registered_mentee"
    content = admin.get(answer["Location"]).content.decode()
    assert "Registered by the contact person" in content and "A woman, if possible" in content
    assert case.application.mentor_wish == "A woman, if possible"


@pytest.mark.parametrize("name", ["name", "email", "degree_level", "english", "adult", "channel", "field"])
def test_what_is_missing_is_said_beside_the_field(name: str, admin: Client, field: Any) -> None:
    data = APPLICANT | {"field": field.pk}
    del data[name]
    answer = admin.post(reverse("mentoring_desk:register_applicant"), data)
    assert list(answer.context["form"].errors) == [name]
    assert not Case.objects.exists()


def test_a_phone_number_that_nobody_can_call_is_said_beside_the_field(admin: Client, field: Any) -> None:
    data = APPLICANT | {"field": field.pk, "phone": "on Mondays"}
    answer = admin.post(reverse("mentoring_desk:register_applicant"), data)
    assert "This is not a whole phone number." in str(answer.context["form"].errors["phone"])
    assert "on Mondays" in answer.content.decode() and not Case.objects.exists()


def test_the_same_person_twice_is_told_to_the_handler(admin: Client, field: Any) -> None:
    for _time in range(2):
        answer = admin.post(reverse("mentoring_desk:register_applicant"), APPLICANT | {"field": field.pk})
    assert Case.objects.get().reference in str(answer.context["form"].errors["name"])


def test_a_button_pressed_twice_at_once_opens_one_case(
    admin: Client, field: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both presses have passed the form before the first has written.
    monkeypatch.setattr("wagtail_mentoring.desk.register.running_double", lambda *args: None)
    for _time in range(2):
        answer = admin.post(reverse("mentoring_desk:register_applicant"), APPLICANT | {"field": field.pk})
    assert answer.status_code == 200
    assert Case.objects.get().reference in str(answer.context["form"].errors["name"])
    assert OutboxMessage.objects.count() == 1


def test_no_applicant_for_another_union(admin: Client, field: Any, union: Any) -> None:
    foreign = make_field(make_union("kt"))
    answer = admin.post(reverse("mentoring_desk:register_applicant"), APPLICANT | {"field": foreign.pk})
    assert "field" in answer.context["form"].errors
    supervisor = Client()
    supervisor.force_login(make_supervisor(union))
    supervisor.post(reverse("mentoring_desk:register_applicant"), APPLICANT | {"field": field.pk})
    assert not Case.objects.exists()


def mentor_data(field: Any, **values: Any) -> dict[str, Any]:
    return {
        "name": "Maria Korhonen",
        "email": "maria@example.org",
        "fields": [field.pk],
        "capacity": 1,
        "language": "en",
        "english": "b2",
        "absences-TOTAL_FORMS": 0,
        "absences-INITIAL_FORMS": 0,
    } | values


def test_a_mentor_is_registered_and_told(admin: Client, field: Any) -> None:
    data = mentor_data(field, membership_confirmed_on=typed(0), shown_to_mentee=["name", "title"])
    answer = admin.post(reverse("mentoring_mentors:add"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    mentor = Mentor.objects.get()
    assert (mentor.union, list(mentor.fields.all())) == (field.union, [field])
    assert [consent.kind for consent in mentor.consents.all()] == ["shown_to_mentee"]
    assert OutboxMessage.objects.get().event == "registered_mentor"
    # A consent that is taken back ends.
    edit = reverse("mentoring_mentors:edit", args=[mentor.pk])
    assert admin.post(edit, data | {"shown_to_mentee": []}).status_code == 302
    assert mentor.consents.get().withdrawn_at is not None


def test_a_mentor_with_mistakes_is_not_registered(admin: Client, field: Any) -> None:
    foreign = make_field(make_union("kt"))
    for wrong, name in (
        ({"fields": []}, "fields"),
        ({"fields": [foreign.pk]}, "fields"),
        ({"capacity": 9}, "capacity"),
    ):
        answer = admin.post(reverse("mentoring_mentors:add"), mentor_data(field) | wrong)
        assert name in answer.context["form"].errors, wrong
    assert not Mentor.objects.exists()


def test_mentors_of_another_union_do_not_exist(admin: Client, field: Any) -> None:
    make_mentor(field, name="Own Mentor")
    foreign = make_mentor(make_field(make_union("kt")), name="Foreign Mentor")
    for name in ("index", "index_results"):
        content = admin.get(reverse(f"mentoring_mentors:{name}")).content.decode()
        assert "Own Mentor" in content
        assert "Foreign Mentor" not in content
    for name in ("edit", "delete", "inspect", "history", "history_results", "usage"):
        address = reverse(f"mentoring_mentors:{name}", args=[foreign.pk])
        assert admin.get(address).status_code == 404, name
        if name in ("edit", "delete"):
            assert admin.post(address, mentor_data(field)).status_code == 404, name
    assert Mentor.objects.get(pk=foreign.pk).name == "Foreign Mentor"


def test_a_mentor_of_a_case_is_not_deleted(admin: Client, field: Any) -> None:
    used, unused = make_mentor(field), make_mentor(field)
    make_case(field, "paired", mentors=[used, make_mentor(field)])
    for mentor in (used, unused):
        admin.post(reverse("mentoring_mentors:delete", args=[mentor.pk]))
    assert Mentor.objects.filter(pk=used.pk).exists()
    assert not Mentor.objects.filter(pk=unused.pk).exists()


def test_the_list_of_mentors_takes_constant_queries(
    admin: Client, field: Any, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (3, 12):
        for _time in range(number):
            make_mentor(field)
        admin.get(reverse("mentoring_mentors:index"))
        with django_assert_max_num_queries(40) as queries:
            admin.get(reverse("mentoring_mentors:index"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_new_link_makes_the_old_one_worthless(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, "paired")
    link = PrivateLink.objects.get(case=case, mentee=case.mentee)
    address = reverse("mentoring_desk:send_link", args=[case.pk, link.pk])
    assert case.mentee.email in admin.get(address).content.decode()
    assert admin.post(address).status_code == 302
    assert PrivateLink.objects.get(pk=link.pk).generation == link.generation + 1
    assert OutboxMessage.objects.filter(case=case, event="fresh_link", mentee=case.mentee).count() == 1
    assert case.log.first().action == "mentoring.link_sent"
    other = make_case(field, "paired")
    assert admin.post(reverse("mentoring_desk:send_link", args=[other.pk, link.pk])).status_code == 404


def test_the_handler_is_chosen_among_those_who_may(admin: Client, field: Any, union: Any, handler: Any) -> None:
    case = make_case(field)
    foreign = make_handler(make_union("kt"), "foreign")
    address = reverse("mentoring_desk:assign", args=[case.pk])
    assert set(admin.get(address).context["form"].fields["handler"].queryset) == {handler}
    assert "handler" in admin.post(address, {"handler": foreign.pk}).context["form"].errors
    assert admin.post(address, {"handler": handler.pk}).status_code == 302
    assert Case.objects.get(pk=case.pk).handler == handler


def test_mails_of_the_own_union_can_be_read(admin: Client, field: Any) -> None:
    own = make_case(field, name="Amina Yusuf")
    foreign = make_case(make_field(make_union("kt")), name="Foreign Person")
    content = admin.get(reverse("mentoring_desk:mails")).content.decode()
    assert own.reference in content
    assert "Foreign Person" not in content
    mail = OutboxMessage.objects.filter(case=own, mentee=own.mentee).first()
    OutboxMessage.objects.filter(pk=mail.pk).update(body="Dear <b>Amina</b>", subject="Hello")
    shown = admin.get(reverse("mentoring_desk:mail", args=[mail.pk])).content.decode()
    assert "Dear &lt;b&gt;Amina&lt;/b&gt;" in shown
    other = OutboxMessage.objects.filter(case=foreign).first()
    assert admin.get(reverse("mentoring_desk:mail", args=[other.pk])).status_code == 404


def test_a_supervisor_reads_who_read_what(admin: Client, field: Any, union: Any, handler: Any) -> None:
    case = make_case(field, access_needs="Wheelchair")
    admin.post(reverse("mentoring_desk:access_needs", args=[case.pk]))
    foreign = make_case(make_field(make_union("kt")))
    ReadingLogEntry.objects.create(union=foreign.union, case=foreign, what="access_needs")
    client = Client()
    client.force_login(make_supervisor(union))
    content = client.get(reverse("mentoring_desk:readings")).content.decode()
    assert case.reference in content
    assert foreign.reference not in content
    assert admin.get(reverse("mentoring_desk:readings")).status_code in (302, 403)


def test_the_history_of_a_mentor_is_the_unions_alone_and_holds_no_name(admin: Client, field: Any, union: Any) -> None:
    mentor = make_mentor(field, name="Maria Korhonen")
    address = reverse("mentoring_mentors:edit", args=[mentor.pk])
    form = admin.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    sent |= {"absences-TOTAL_FORMS": 0, "absences-INITIAL_FORMS": 0}
    assert admin.post(address, sent | {"title": "Lead developer"}).status_code == 302
    entry = MentorLogEntry.objects.get(mentor=mentor, action="wagtail.edit")
    assert entry.label == f"{union.code} mentor {mentor.pk}"
    report = reverse("wagtailadmin_reports:site_history")
    assert entry.label in admin.get(report).content.decode()
    foreign = Client()
    foreign.force_login(make_handler(make_union("safa")))
    seen = foreign.get(report).content.decode()
    assert entry.label not in seen and "Maria Korhonen" not in seen


def test_the_history_of_a_mentor_shows_every_change(admin: Client, field: Any, handler: Any) -> None:
    mentor = make_mentor(field)
    # More lines than there are mentors, so that no number of a line is by chance that of a mentor.
    for number in range(5):
        with clock.at(clock.now() - datetime.timedelta(hours=number)):
            log(mentor, "wagtail.edit", user=handler, uuid=uuid.uuid4())
    shown = admin.get(reverse("mentoring_mentors:history", args=[mentor.pk])).context["object_list"]
    assert len(shown) == MentorLogEntry.objects.filter(mentor=mentor).count() == 5


def test_the_site_history_shows_the_own_unions_cases_alone(admin: Client, field: Any) -> None:
    own, other = make_case(field), make_case(make_field(make_union("safa")))
    seen = admin.get(reverse("wagtailadmin_reports:site_history")).content.decode()
    assert own.reference in seen and other.reference not in seen


def test_the_home_page_leads_to_the_running_cases(admin: Client, field: Any) -> None:
    make_case(field), make_case(field, state="closed"), make_case(make_field(make_union("safa")))
    home = admin.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 running case" in home and reverse("mentoring_desk:cases") in home
    nobody = Client()
    nobody.force_login(make_user("editor"))
    assert "running case" not in nobody.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("status", ["failed", "sending"])
def test_a_mail_that_did_not_leave_is_sent_again(status: str, admin: Client, field: Any, mailoutbox: Any) -> None:
    case = make_case(field)
    mail = OutboxMessage.objects.filter(case=case).first()
    OutboxMessage.objects.filter(pk=mail.pk).update(status=status)
    address = reverse("mentoring_desk:mail", args=[mail.pk])
    assert "Send again" in admin.get(address).content.decode()
    reader = Client()
    reader.force_login(make_supervisor(field.union))
    assert "Send again" not in reader.get(address).content.decode()
    assert reader.post(address).status_code in (302, 403) and not mailoutbox
    assert "The mail was sent." in admin.post(address, follow=True).content.decode()
    mail.refresh_from_db()
    assert (mail.status, len(mailoutbox)) == ("sent", 1)
    assert "not sent again" in admin.post(address, follow=True).content.decode() and len(mailoutbox) == 1
