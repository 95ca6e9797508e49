"""A new e-mail address: what is asked, what counts, and which links live on."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_case, make_field, make_handler, make_mentor
from wagtail_mentoring import clock
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.messages.models import OutboxMessage, OutboxStatus
from wagtail_mentoring.messages.outbox import put
from wagtail_mentoring.people import address_changes, codes, links
from wagtail_mentoring.people.log import ADDRESS_CHANGED
from wagtail_mentoring.people.models import AddressChange, Mentor, MentorLogEntry, PrivateLink
from wagtail_mentoring.workflows import StepRefused

pytestmark = pytest.mark.django_db
NEW = "new@example.org"


def code_for(link: PrivateLink, change: AddressChange) -> Any:
    code, plain = codes.issue(link, address_changes.code_purpose(change))
    return codes.check(link, code.purpose, plain)


def test_one_is_open_at_a_time() -> None:
    mentor = make_mentor()
    first = address_changes.ask(mentor, "first@example.org")
    second = address_changes.ask(mentor, "second@example.org", by_handler=True)
    first.refresh_from_db()
    assert first.refused_at is not None and address_changes.open_change(mentor) == second
    assert first.allowed_at is not None and second.allowed_at is None
    assert address_changes.cancel(mentor) == 1 and address_changes.open_change(mentor) is None


def test_the_same_address_is_no_change() -> None:
    mentor = make_mentor(email="maija@example.org")
    with pytest.raises(StepRefused) as refused:
        address_changes.ask(mentor, "Maija@Example.org")
    assert "email" in refused.value.errors and not AddressChange.objects.exists()


def test_a_code_counts_for_its_own_change_alone() -> None:
    mentor = make_mentor()
    link = links.link_for_mentor(mentor)
    code = code_for(link, address_changes.ask(mentor, "first@example.org"))
    address_changes.ask(mentor, "second@example.org")
    with pytest.raises(StepRefused):
        address_changes.confirm(mentor, code)
    assert Mentor.objects.get(pk=mentor.pk).email not in ("first@example.org", "second@example.org")


def test_no_code_confirms_what_the_contact_person_must_decide() -> None:
    mentor = make_mentor()
    change = address_changes.ask(mentor, NEW, by_handler=True)
    code = code_for(links.link_for_mentor(mentor), change)
    with pytest.raises(StepRefused):
        address_changes.confirm(mentor, code)
    assert Mentor.objects.get(pk=mentor.pk).email != NEW


def test_a_used_code_changes_nothing() -> None:
    mentor = make_mentor()
    code = code_for(links.link_for_mentor(mentor), address_changes.ask(mentor, NEW))
    codes.use(code)
    with pytest.raises(StepRefused):
        address_changes.confirm(mentor, code)
    assert Mentor.objects.get(pk=mentor.pk).email != NEW


def test_links_of_mails_are_made_anew_and_revoked_ones_stay_shut() -> None:
    field = make_field()
    mentor, other = make_mentor(field, capacity=2), make_mentor(field, capacity=2)
    case = make_case(field, "paired", mentors=[mentor, other])
    old_case = make_case(field, "closed", mentors=[mentor, other])
    link = links.link_for_mentor(mentor)
    on_case, on_old = links.link_for(case, mentor=mentor), links.link_for(old_case, mentor=mentor)
    calendar, others = links.link_for_calendar(mentor), links.link_for(case, mentor=other)
    links.revoke(on_case)
    OutboxMessage.objects.all().delete()
    address_changes.confirm(mentor, code_for(link, address_changes.ask(mentor, NEW)))
    grown = {row.pk: row.generation for row in PrivateLink.objects.all()}
    assert (grown[link.pk], grown[on_old.pk]) == (link.generation + 1, on_old.generation + 1)
    assert (grown[calendar.pk], grown[others.pk]) == (calendar.generation, others.generation)
    assert PrivateLink.objects.get(pk=on_case.pk).revoked_at is not None
    # A fresh link is mailed where it is of use: also that of a case which is over, and none that is shut.
    mails = OutboxMessage.objects.filter(mentor=mentor, address=NEW).values_list("event", "link")
    assert set(mails) == {("fresh_mentor_link", link.pk), ("fresh_link", on_old.pk)} and len(mails) == 2


def test_a_mentee_whose_case_is_over_is_not_locked_out() -> None:
    case = make_case(make_field(), "closed")
    link = links.link_for(case, mentee=case.mentee)
    OutboxMessage.objects.all().delete()
    address_changes.confirm(case.mentee, code_for(link, address_changes.ask(case.mentee, NEW)))
    mail = OutboxMessage.objects.get(event="fresh_link")
    assert (mail.address, mail.link) == (NEW, link)


def test_of_an_erased_case_nothing_is_mailed() -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "closed", mentors=[mentor, make_mentor(field)])
    link, on_case = links.link_for_mentor(mentor), links.link_for(case, mentor=mentor)
    Case.objects.filter(pk=case.pk).update(anonymised_at=clock.now())
    OutboxMessage.objects.all().delete()
    address_changes.confirm(mentor, code_for(link, address_changes.ask(mentor, NEW)))
    assert not OutboxMessage.objects.filter(link=on_case).exists()


def test_a_link_that_has_run_out_is_not_brought_back() -> None:
    mentor = make_mentor()
    link = links.link_for_mentor(mentor)
    change = address_changes.ask(mentor, NEW, by_handler=True)
    PrivateLink.objects.filter(pk=link.pk).update(expires_at=clock.now() - datetime.timedelta(days=1))
    address_changes.decide(change.pk, make_handler(mentor.union), accept=True)
    assert PrivateLink.objects.get(pk=link.pk).generation == link.generation


def test_the_old_address_is_told_at_once_also_with_one_mail_a_day() -> None:
    mentor = make_mentor(email="old@example.org", daily_digest=True)
    link = links.link_for_mentor(mentor)
    OutboxMessage.objects.all().delete()
    address_changes.confirm(mentor, code_for(link, address_changes.ask(mentor, NEW)))
    told = OutboxMessage.objects.get(event="address_changed")
    assert (told.address, told.status, told.link) == ("old@example.org", OutboxStatus.WAITING, None)


def test_calendar_links_are_made_once_and_anew_after_a_stop() -> None:
    mentor = make_mentor()
    first = links.link_for_calendar(mentor)
    assert links.link_for_calendar(mentor) == first and links.calendar_link(mentor) == first
    links.revoke(first)
    assert links.calendar_link(mentor) is None
    again = links.link_for_calendar(mentor)
    assert again.pk == first.pk and again.generation == first.generation + 1 and again.revoked_at is None


def opened_by(link: PrivateLink) -> Client:
    client = Client()
    assert client.post(f"/mentoring/p/{links.token(link)}/").status_code == 302
    return client


def test_what_was_asked_of_another_address_counts_no_more() -> None:
    """A code in wrong hands sets no address after the right one was corrected, whoever corrected it."""
    mentor = make_mentor(email="old@example.org")
    code = code_for(links.link_for_mentor(mentor), address_changes.ask(mentor, "thief@example.org"))
    Mentor.objects.filter(pk=mentor.pk).update(email=NEW)
    with pytest.raises(StepRefused, match="in another way"):
        address_changes.confirm(mentor, code)
    code.refresh_from_db()
    assert Mentor.objects.get(pk=mentor.pk).email == NEW and code.used_at is None

    handler, asked = make_handler(mentor.union), address_changes.ask(mentor, "thief@example.org", by_handler=True)
    Mentor.objects.filter(pk=mentor.pk).update(email="newer@example.org")
    with pytest.raises(StepRefused, match="in another way"):
        address_changes.decide(asked.pk, handler, accept=True)
    assert Mentor.objects.get(pk=mentor.pk).email == "newer@example.org"
    assert address_changes.decide(asked.pk, handler, accept=False).refused_at is not None


def test_capitals_are_no_other_address() -> None:
    mentor = make_mentor(email="old@example.org")
    link = links.link_for_mentor(mentor)
    assert address_changes.correct(mentor, "Old@example.org", make_handler(mentor.union)) is None
    assert Mentor.objects.get(pk=mentor.pk).email == "Old@example.org"
    assert PrivateLink.objects.get(pk=link.pk).generation == link.generation
    assert not OutboxMessage.objects.filter(event="address_changed").exists()


def test_an_address_corrected_in_the_admin_shuts_out_who_had_the_old_one() -> None:
    case = make_case(
        make_field(), "paired", mentors=[make_mentor(make_field(), email="old@example.org", shown=["name"])]
    )
    mentor = Mentor.objects.get()
    links_of_both = [links.link_for(case, mentor=mentor), links.link_for_mentor(mentor)]
    inside = opened_by(links_of_both[0])
    change = address_changes.ask(mentor, "thief@example.org")
    code = code_for(links_of_both[0], change)
    OutboxMessage.objects.all().delete()
    waiting = put("mentor_check", to=mentor, union=mentor.union)
    handler = make_handler(mentor.union)
    admin = Client()
    admin.force_login(handler)
    form = admin.get(reverse("mentoring_mentors:edit", args=[mentor.pk])).context["form"]
    sent = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    for formset in form.formsets.values():
        sent |= {field.html_name: field.value() for field in formset.management_form}

    # Anything else that is edited changes nothing of this.
    edit = reverse("mentoring_mentors:edit", args=[mentor.pk])
    assert admin.post(edit, sent | {"municipality": "Turku"}).status_code == 302
    assert inside.get("/mentoring/p/").status_code == 200 and address_changes.open_change(mentor) == change

    answer = admin.post(edit, sent | {"email": NEW}, follow=True)
    assert "The old address is told." in answer.content.decode()
    mentor.refresh_from_db()
    assert mentor.email == NEW and address_changes.open_change(mentor) is None
    assert inside.get("/mentoring/p/").status_code == 403
    for link in links_of_both:
        assert Client().post(f"/mentoring/p/{links.token(link)}/").status_code == 403
    with pytest.raises(StepRefused):
        address_changes.confirm(mentor, code)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.address) == (OutboxStatus.WAITING, NEW)
    told = OutboxMessage.objects.exclude(pk=waiting.pk).order_by("event").values_list("event", "address")
    assert list(told) == [
        ("address_changed", "old@example.org"),
        ("fresh_link", NEW),
        ("fresh_mentor_link", NEW),
    ]
    done = AddressChange.objects.exclude(done_at=None).get()
    assert (done.old_email, done.new_email, done.decided_by) == ("old@example.org", NEW, handler)
    assert MentorLogEntry.objects.filter(mentor=mentor, action=ADDRESS_CHANGED, user=handler).count() == 1
