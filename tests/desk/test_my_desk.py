"""My desk: every kind of thing that needs a contact person, whose it is, since when, and at what cost."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.days import noon
from tests.desk.agreement_pages import copy_for
from tests.desk.test_finding import text_of
from tests.desk.volunteers import make_volunteer
from tests.factories import Drive, make_case, make_field, make_handler, make_mentor, make_supervisor, make_union, sign
from tests.statistics import analyze
from wagtail_mentoring import clock
from wagtail_mentoring.desk.due import SHOWN
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.messages.texts import load_default_texts
from wagtail_mentoring.models import Case, Invitation, Meeting, Mentor, PairingPlan, Proposal, Union
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.pairing.moves import current_members

pytestmark = pytest.mark.django_db

DESK = "mentoring_desk:desk"


@pytest.fixture
def field(field: Any) -> Any:
    """A union that is patient: what stands still for weeks is told in ``test_people_due.py``."""
    field.participation.idle_days, field.participation.unplanned_days = 365, 120
    field.participation.save()
    return field


def ago(**much: int) -> datetime.datetime:
    return clock.now() - datetime.timedelta(**much)


def desk(client: Client, **asked: str) -> Any:
    answer = client.get(reverse(DESK), asked)
    assert answer.status_code == 200
    return answer.context


def rows(client: Client, **asked: str) -> list[Any]:
    return [one["row"] for one in desk(client, **asked)["rows"]]


def only(client: Client, kind: str) -> Any:
    """Return the one row, which is of ``kind``; its button leads somewhere, and so does the list of its cases."""
    found = rows(client)
    assert [row.kind for row in found] == [kind]
    assert client.get(found[0].address).status_code == 200
    return found[0]


def listed(client: Client, due: str) -> list[str]:
    answer = client.get(reverse("mentoring_desk:cases"), {"due": due, "mine": "ours"})
    return [case.reference for case in answer.context["object_list"]]


def parties_of(case: Case) -> Any:
    return case.agreements.get().parties


def mail(union: Union, status: str, **values: Any) -> OutboxMessage:
    given = {"event": "eligible", "address": "a@example.org", "marked_at": ago(hours=2)} | values
    return OutboxMessage.objects.create(union=union, status=status, **given)


def test_an_application_since_it_was_sent(admin: Client, field: Any) -> None:
    case = make_case(field, opened_at=ago(days=3))
    row = only(admin, "decide")
    assert row.since == case.opened_at and row.button == "Read and decide"
    assert row.address == reverse("mentoring_desk:case", args=[case.pk])
    assert row.why.startswith("The union promised a decision by")
    Case.objects.filter(pk=case.pk).update(opened_at=ago(days=case.participation.decision_days + 2))
    assert only(admin, "decide").why == "The decision that the union promised is 2 days late."
    assert listed(admin, "decide") == [case.reference]


def test_one_who_waits_then_several_in_one_row(admin: Client, field: Any) -> None:
    first = make_case(field, "eligible", name="Amina Yusuf", opened_at=noon(-30))
    row = only(admin, "waiting")
    assert (row.name, row.button) == ("Amina Yusuf", "Find mentors")
    assert row.address == reverse("mentoring_desk:find_mentors", args=[first.pk])
    make_case(field, "eligible", opened_at=noon(-12))
    context = desk(admin)
    assert [one["label"] for one in context["counts"]] == ["2 wait for mentors"]
    assert context["heading"].startswith("1 thing needs you")
    row = only(admin, "waiting")
    assert row.button == "Plan the queue" and row.what == "2 wait for mentors." and "longest wait is 28 days" in row.why
    assert row.since == first.state_since
    assert len(admin.get(row.page).context["object_list"]) == 2


def test_nobody_waits_who_is_asked_about(admin: Client, field: Any, handler: Any) -> None:
    load_default_texts()
    case = make_case(field, "eligible")
    invitations.propose(case.pk, [make_volunteer(field), make_volunteer(field)], handler)
    assert rows(admin) == []


def test_a_mentee_who_has_not_answered(admin: Client, field: Any, handler: Any) -> None:
    load_default_texts()
    case = make_case(field, "eligible", name="Amina Yusuf", preferred_name="Amina")
    asked = invitations.propose(case.pk, [make_volunteer(field), make_volunteer(field)], handler)
    for row in asked.invitations.all():
        invitations.answer_yes(row.pk)
    assert rows(admin) == []
    with clock.at(ago(days=-8)):
        invitations.expire_mentees_due()
    row = only(admin, "silent")
    asked.refresh_from_db()
    assert (row.what, row.since) == ("The mentee has not answered about the pair.", asked.ended_at)
    assert row.why == "The mentors’ places are free again. Call Amina, then find mentors."
    context = desk(admin)
    assert [one["label"] for one in context["counts"]] == ["1 mentee has not answered"]
    answer = admin.get(reverse("mentoring_desk:cases"), {"asking": "silent", "mine": "ours"})
    assert [one.reference for one in answer.context["object_list"]] == [case.reference]


def test_an_agreement_that_was_not_sent(admin: Client, field: Any) -> None:
    case = make_case(field, "paired")
    row = only(admin, "agreement")
    assert row.button == "Send the agreement" and row.since == current_members(case)[0].joined_at
    assert listed(admin, "agreement") == [case.reference]
    make_case(field, "paired", agreement="out")
    assert len(rows(admin)) == 1


def test_copies_to_look_at(admin: Client, case: Case) -> None:
    assert rows(admin) == []
    copy = copy_for(case, "scan")
    row = only(admin, "copy")
    assert row.since == copy.uploaded_at and "Amina Yusuf" in row.why
    assert row.address == reverse("mentoring_desk:copy", args=[case.pk, copy.pk])
    assert listed(admin, "copy") == [case.reference]
    type(copy).objects.put_aside(clock.now(), "Not readable.")
    assert rows(admin) == []


def test_a_signature_declined_until_it_is_made(admin: Client, case: Case) -> None:
    party = parties_of(case).get(role="mentee")
    party.declined_at = ago(days=2)
    party.save()
    row = only(admin, "declined")
    assert row.since == party.declined_at and "Amina Yusuf does not want to sign" in row.why
    assert listed(admin, "declined") == [case.reference]
    sign(case, mentee=case.mentee)
    assert rows(admin) == []


def test_the_own_signature_is_nobody_elses(admin: Client, field: Any, union: Any, handler: Any) -> None:
    make_field(union, contact_person_signs=True)
    case = make_case(field, "paired", agreement="out", user=handler, handler=make_handler(union))
    row = only(admin, "contact")
    assert row.button == "Sign the agreement" and row.since == case.agreements.get().issued_at
    colleague = Client()
    colleague.force_login(make_handler(union))
    assert rows(colleague, all="1") == []


def test_a_meeting_that_nobody_recorded_after_three_days(admin: Client, field: Any) -> None:
    case = make_case(field, "meeting_1")
    plan = {"case": case, "pair": case.pairs.get(), "number": 2, "status": "planned"}
    meeting = Meeting.objects.create(**plan, starts_at=ago(days=2, hours=23))
    assert rows(admin) == []
    Meeting.objects.update(starts_at=ago(days=3, hours=1))
    row = only(admin, "meeting")
    meeting = Meeting.objects.get(pk=meeting.pk)
    assert row.button == "Record meeting 2" and row.since == meeting.starts_at
    assert listed(admin, "meeting") == [case.reference]
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled")
    assert rows(admin) == []


def test_all_meetings_held(admin: Client, field: Any) -> None:
    make_case(field, "meeting_4")
    assert rows(admin) == []
    case = make_case(field, "meeting_5")
    row = only(admin, "close")
    assert row.address == reverse("mentoring_desk:step", args=[case.pk, "complete"])
    assert row.since == case.state_since and row.why == "All 5 meetings have been held."
    Case.objects.filter(state="meeting_4").update(max_meetings=4)
    assert len(rows(admin)) == len(listed(admin, "close")) == 2


def test_a_replacement_that_failed(admin: Client, field: Any, handler: Any) -> None:
    load_default_texts()
    leaves, stays = make_mentor(field, name="Jukka Laine"), make_mentor(field)
    case = make_case(field, "paired", agreement="signed", mentors=[leaves, stays])
    proposal = invitations.propose(
        case.pk, [make_volunteer(field)], handler, replaces=leaves, one_mentor_reason="Moves."
    )
    assert rows(admin) == []
    invitations.answer_no(proposal.invitations.get().pk, reason="other")
    proposal.refresh_from_db()
    assert proposal.status == "failed"
    row = only(admin, "replacement")
    assert row.since == proposal.ended_at and "Jukka Laine" in row.why
    assert row.address.endswith(f"/mentors/?replaces={leaves.pk}")
    assert listed(admin, "replacement") == [case.reference]
    again = invitations.propose(case.pk, [make_volunteer(field)], handler, replaces=leaves, one_mentor_reason="Moves.")
    assert rows(admin) == []
    invitations.withdraw(again.pk, handler)
    assert rows(admin) == [], "the newest one did not fail: it was withdrawn"
    Proposal.objects.filter(pk=again.pk).delete()
    assert len(rows(admin)) == 1
    # Replaced by hand: the one who was to leave has left.
    Drive(case, clock.now(), handler, False).go(
        "replace_mentor", leaving=leaves, joining=make_mentor(field), reason="Moves."
    )
    assert [row.kind for row in rows(admin)] == ["agreement"]


def test_mails_that_did_not_leave(admin: Client, field: Any, union: Any) -> None:
    case = make_case(field, "paired", agreement="out")
    OutboxMessage.objects.all().delete()
    who = {"case": case, "mentee": case.mentee}
    failed = mail(union, "failed", **who)
    mail(union, "failed", event="code", **who)
    mail(union, "sending", marked_at=ago(minutes=2), **who)
    row = only(admin, "mail")
    assert (row.what, row.since, row.name) == ("Mail not sent.", failed.created_at, case.mentee.name)
    assert row.address == reverse("mentoring_desk:mail", args=[failed.pk])
    unsure = mail(union, "sending", event="paired_mentee", **who)
    assert [one.what for one in rows(admin)] == ["Mail not sent.", "Mail perhaps sent."]
    mail(union, "sent", event="eligible", mentee=case.mentee)
    assert len(rows(admin)) == 2, "what was sent belongs to no case"
    mail(union, "sent", **who)
    assert [one.address for one in rows(admin)] == [reverse("mentoring_desk:mail", args=[unsure.pk])]


def test_one_mentor_missing(admin: Client, field: Any, handler: Any) -> None:
    load_default_texts()
    case = make_case(field, "eligible")
    proposal = invitations.propose(case.pk, [make_volunteer(field), make_volunteer(field)], handler)
    yes, no = proposal.invitations.order_by("pk")
    invitations.answer_yes(yes.pk)
    assert rows(admin) == []
    invitations.answer_no(no.pk, reason="no_time")
    row = only(admin, "missing")
    assert row.since == Invitation.objects.get(pk=no.pk).answered_at and row.button == "Find the second mentor"


def test_the_newest_plan_of_a_union(admin: Client, union: Any) -> None:
    PairingPlan.objects.create(union=union, status="ready", finished_at=ago(days=3))
    plan = PairingPlan.objects.create(union=union, status="ready", finished_at=ago(days=1))
    PairingPlan.objects.create(union=make_union("kt"), status="ready", finished_at=ago(days=1))
    row = only(admin, "plan")
    assert row.address == reverse("mentoring_desk:plan", args=[plan.pk]) and row.since == plan.finished_at
    PairingPlan.objects.filter(pk=plan.pk).update(status="ended")
    assert rows(admin) == []


def one_of_each(field: Any, handler: Any, names: str = "") -> None:
    """Make one more row of the kinds that have a row for each case."""
    make_case(field, opened_at=ago(days=3))
    make_case(field, "paired")
    copy_for(make_case(field, "paired", agreement="out"), "scan")
    parties_of(make_case(field, "paired", agreement="out")).filter(role="mentee").update(declined_at=ago(days=1))
    met = make_case(field, "meeting_1")
    plan = {"case": met, "pair": met.pairs.get(), "number": 2, "status": "planned"}
    Meeting.objects.create(**plan, starts_at=ago(days=4))
    Case.objects.filter(pk=make_case(field, "meeting_1").pk).update(max_meetings=1)
    mail(field.union, "failed", case=met, mentor=Mentor.objects.first())
    leaves = make_mentor(field)
    pair = make_case(field, "paired", agreement="out", mentors=[leaves])
    Proposal.objects.create(case=pair, replaces=leaves, status="failed", ended_at=ago(days=1))
    asked = make_case(field, "eligible")
    proposal = Proposal.objects.create(case=asked, status="open", opened_at=ago(days=2))
    Invitation.objects.create(
        proposal=proposal, mentor=leaves, status="asked", question="When?", question_at=ago(days=1)
    )
    make_case(field, "eligible", name=f"Waits {names}")
    left = make_case(field, "eligible")
    Proposal.objects.create(case=left, status="failed", ended_at=ago(days=1))


KINDS = ["decide", "question", "waiting", "nobody", "replacement", "agreement", "copy", "declined", "meeting", "close"]


def counted(client: Client, **asked: str) -> dict[str, str]:
    found = desk(client, **asked)["counts"]
    return {one["address"].partition("kind=")[2].partition("&")[0]: one["label"] for one in found}


def test_queries_do_not_grow_with_rows(
    admin: Client, field: Any, handler: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        one_of_each(field, handler, str(number))
    assert list(counted(admin)) == [*KINDS, "mail"]
    with django_assert_max_num_queries(70) as few:
        assert len(rows(admin)) == 31
    for number in range(7):
        one_of_each(field, handler, str(number))
    analyze()
    with django_assert_max_num_queries(70) as many:
        context = desk(admin)
    assert len(many) == len(few), "\n".join(query["sql"][:160] for query in many.captured_queries)
    assert len(context["rows"]) == SHOWN == 50
    assert context["heading"].startswith("101 things need you, the oldest for")
    assert context["left"] == 51
    shown = [one["row"] for one in context["rows"]]
    assert shown == sorted(shown, key=lambda row: (row.since, row.about))
    for one in context["lists"]:
        assert admin.get(one["address"]).status_code == 200


def test_more_than_fifty_of_a_kind_lead_to_the_list(admin: Client, field: Any) -> None:
    first = make_case(field, opened_at=ago(days=9))
    values = {name: getattr(first, name) for name in ("union", "participation", "field", "mentee")}
    Case.objects.bulk_create(
        Case(**values, reference=f"TEK-{number}", opened_at=ago(days=2)) for number in range(SHOWN + 11)
    )
    answer = admin.get(reverse(DESK))
    assert [one["row"].about.split(" ")[0] for one in answer.context["rows"]][0] == first.reference
    assert "And 12 more, not as old." in text_of(answer)
    assert [one["label"] for one in answer.context["lists"]] == ["12 applications to decide"]
    narrowed = admin.get(answer.context["lists"][0]["address"])
    assert len(narrowed.context["rows"]) == SHOWN
    (whole,) = narrowed.context["lists"]
    assert admin.get(whole["address"]).context["paginator"].count == SHOWN + 12


def test_mine_and_all_and_never_another_unions(admin: Client, field: Any, union: Any, handler: Any) -> None:
    foreign = make_field(make_union("kt"))
    one_of_each(foreign, handler)
    assert rows(admin, all="1") == []
    one_of_each(field, handler)
    assert len(rows(admin)) == 11
    Case.objects.filter(union=union).update(handler=make_handler(union))
    context = desk(admin)
    assert context["rows"] == [] and context["heading"] == "Nothing needs you now"
    assert context["all_label"] == "All of TEK (11)"
    assert len(rows(admin, all="1")) == 11
    page = text_of(admin.get(reverse(DESK)))
    assert "You are done" in page and "See what waits for others (11)" in page


def test_a_supervisor_has_no_desk(union: Any, field: Any) -> None:
    make_case(field)
    client = Client()
    client.force_login(make_supervisor(union))
    # Wagtail answers who may not enter with the way home.
    assert client.get(reverse(DESK)).status_code in (302, 403)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse(DESK) not in home and "1 running case" in home


def test_a_handler_who_supervises_another_union_sees_the_own(union: Any, field: Any) -> None:
    kt = make_union("kt")
    make_case(make_field(kt), name="Foreign")
    make_case(field, name="Own")
    user = make_handler(union)
    user.groups.add(make_supervisor(kt).groups.get())
    client = Client()
    client.force_login(user)
    assert [row.name for row in rows(client, all="1")] == ["Own"]


def test_the_empty_desk_knows_the_next_meeting(admin: Client, field: Any) -> None:
    case = make_case(field, "meeting_1", name="Amina Yusuf")
    plan = {"case": case, "pair": case.pairs.get(), "number": 2, "status": "planned"}
    Meeting.objects.create(**plan, starts_at=clock.now() + datetime.timedelta(days=3))
    page = text_of(admin.get(reverse(DESK)))
    assert "Next thing that we know of:" in page and "meeting 2 of Amina Yusuf" in page
    assert "See what waits for others" not in page


def test_the_home_page_and_the_menu(admin: Client, field: Any) -> None:
    home = admin.get(reverse("wagtailadmin_home")).content.decode()
    assert "Nothing needs you now" in home
    make_case(field, opened_at=ago(days=10))
    make_case(field, opened_at=ago(days=4))
    home = admin.get(reverse("wagtailadmin_home")).content.decode()
    assert "2 things need you, the oldest for 10 days" in home and f'href="{reverse(DESK)}"' in home
    assert "2 running cases" in home
    assert home.index('"mentoring-desk"') < home.index('"mentoring-cases"')
