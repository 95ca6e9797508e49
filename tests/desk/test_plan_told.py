"""What the page of a plan says of its ticks, of what changed, and of whom somebody is needed for."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import make_field
from tests.pairing.queues import make_queue, make_waiting, make_willing
from wagtail_mentoring.models import Case, Mentor, Participation, Programme
from wagtail_mentoring.pairing import plan_rows, plans
from wagtail_mentoring.pairing.models import Invitation, PairingPlan, Proposal
from wagtail_mentoring.pairing.plan_result import mentors_of
from wagtail_mentoring.pairing.suggestions import suggest

pytestmark = pytest.mark.django_db


def address(plan: PairingPlan) -> str:
    return reverse("mentoring_desk:plan", args=[plan.pk])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def sent(admin: Any, plan: PairingPlan, **changes: Any) -> dict[str, Any]:
    table = admin.get(address(plan)).context["table"]
    rows = [shown["row"] for shown in table.sections["proposed"].rows]
    return {
        "seen": table.seen,
        "expected": str(table.choice["people"]),
        "shown": [row.pk for row in rows],
        "invite": [row.pk for row in rows],
        "lock": [],
    } | changes


def test_each_tick_is_counted_by_the_server_in_words(admin: Any, union: Any, handler: Any, run: Any) -> None:
    make_queue(3, 4)
    plan = run(plans.make_plan, union, handler)
    rows = list(plan.rows.all())
    told = admin.post(address(plan), sent(admin, plan, action="count", invite=[rows[1].pk], lock=[rows[0].pk])).json()
    assert told["expected"] == 1
    assert told["approve_label"] == "Approve 1 and invite 1 mentor"
    assert told["title"] == "When you press “Approve 1 and invite 1 mentor”"
    assert told["again_label"] == "Keep 1 locked, solve 2 again"
    assert told["after"][0] == "Mentors are asked for 1 person: 0 pairs, 1 single mentor."
    assert told["after"][1].startswith("1 mail leaves with a private link")
    # The ticks are kept, and the page says the same when it is loaded again.
    page = text(admin.get(address(plan)))
    assert all(sentence in page for sentence in told["after"])
    assert "Approve 1 and invite 1 mentor" in page
    none = admin.post(address(plan), sent(admin, plan, action="count", invite=[])).json()
    assert none["after"] == ["Nobody is ticked: nobody is invited."]
    assert not Proposal.objects.exists()


def test_a_count_on_an_older_page_says_that_the_plan_has_changed(
    admin: Any, union: Any, handler: Any, run: Any
) -> None:
    field = make_queue(1, 2)
    plan = run(plans.make_plan, union, handler)
    old = sent(admin, plan, action="count", invite=[])
    spare = make_willing(field, name="Spare")
    plan_rows.edit(plan.rows.get(), [spare], "", handler, one_mentor_reason="One.")
    told = admin.post(address(plan), old).json()
    assert told == {"after": ["The plan has changed since this page was shown. Nothing was sent. Look at it again."]}
    assert admin.get(address(plan)).context["expected"] == 1


def test_without_scripts_the_page_says_of_which_ticks_its_numbers_are(
    admin: Any, union: Any, handler: Any, run: Any
) -> None:
    make_queue(2, 2)
    plan = run(plans.make_plan, union, handler)
    page = text(admin.get(address(plan)))
    assert "The numbers are those of the ticks when this page was loaded." in page
    first = plan.rows.all()[0]
    answer = admin.post(address(plan), sent(admin, plan, action="save", invite=[first.pk]), follow=True)
    assert "Approve 1 and invite 1 mentor" in text(answer)


def test_what_changed_since_the_plan_before_is_marked(admin: Any, union: Any, handler: Any, run: Any) -> None:
    field = make_queue(2, 2)
    make_waiting(field, days=1, name="Last One")
    plan = run(plans.make_plan, union, handler)
    assert "mtg-change" not in text(admin.get(address(plan)))
    first, second = plan.rows.select_related("first").filter(status="proposed")[:2]
    keep, gone = (first, second)
    assert gone.first is not None
    plan_rows.lock(keep, handler)
    Mentor.objects.filter(pk=gone.first_id).update(approved_on=None)
    make_willing(field, name="Newly Come")
    make_waiting(field, days=30, name="Came Since")
    plan = run(plans.solve_again, plan, handler)
    marks = {
        shown["name"]: shown["change"]
        for section in admin.get(address(plan)).context["table"].sections.values()
        for shown in section.rows
    }
    assert marks["Person 01"] == ""
    assert marks["Came Since"] == "New since the plan before"
    assert marks["Person 02"] == f"Before: {gone.first.name}"
    assert marks["Last One"] == ""
    assert f"Before: {gone.first.name}" in text(admin.get(address(plan)))
    make_willing(field, name="One More")
    make_willing(field, name="Another")
    plan = run(plans.solve_again, plan, handler)
    marks = {shown["name"]: shown["change"] for shown in admin.get(address(plan)).context["served"].rows}
    assert marks["Last One"] == "Had nobody before" and marks["Came Since"] == ""


def test_who_is_needed_elsewhere_is_named_with_the_person(admin: Any, union: Any, handler: Any, run: Any) -> None:
    field = make_queue(1, 1)
    make_waiting(field, days=2, name="Later One")
    plan = run(plans.make_plan, union, handler)
    served, left = plan.rows.select_related("first", "case").all()
    page = text(admin.get(address(plan)))
    assert "The one mentor who is possible is needed for somebody else in this plan." in page
    assert f"Proposed: {served.first.name} for {served.case.mentee.name}." in page
    where = reverse("mentoring_desk:plan_row", args=[plan.pk, left.pk])
    assert f"Proposed: {served.first.name} for {served.case.mentee.name}." in text(admin.get(where))
    # Taken out of that row by hand: it is not needed there any more, and the page says so.
    friend = make_willing(field, name="A Friend")
    plan_rows.edit(served, [friend], "", handler, one_mentor_reason="Friends.")
    page = text(admin.get(address(plan)))
    assert f"{served.first.name}: needed for others when the plan was made, and free now." in page


def test_who_is_needed_as_second_mentor_is_named_with_the_person(
    admin: Any, union: Any, handler: Any, run: Any
) -> None:
    make_queue(2, 3)
    plan = run(plans.make_plan, union, handler)
    pair, single = plan.rows.select_related("case")
    assert len(mentors_of(pair)) == 2
    said = text(admin.get(address(plan)))
    assert re.search(rf"needed for others, first of all Mentor 0\d for {pair.case.mentee.name}", said)
    assert single.case.mentee.name in said


def test_rules_that_differ_are_told_apart(admin: Any, union: Any, handler: Any, run: Any) -> None:
    field = make_queue(1, 1)
    programme = Programme.objects.get()
    other = Programme.objects.create(slug="second", names={"en": "Second round"})
    Programme.objects.filter(pk=programme.pk).update(names={"en": "First round"})
    there = Participation.objects.create(
        programme=other, union=union, invitation_days=21, mentee_asked_about_pair=False
    )
    Participation.objects.filter(pk=field.participation_id).update(invitation_days=7, mentee_asked_about_pair=True)
    architects = make_field_of(there, "architects")
    make_waiting(architects, days=3, name="Rania Aziz")
    make_willing(architects, name="Arkki Tehti")
    plan = run(plans.make_plan, union, handler)
    page = text(admin.get(address(plan)))
    assert re.search(r"asked for by [^.]*\(First round\), [^.]*\(Second round\)\.", page)
    assert "the mentee is asked too in First round; others are paired at once." in page
    row = plan.rows.get(case__mentee__name="Rania Aziz")
    told = admin.post(address(plan), sent(admin, plan, action="count", invite=[row.pk])).json()
    assert "(Second round)" not in told["after"][1]
    assert not any("mentee is asked too" in sentence for sentence in told["after"])


def make_field_of(participation: Participation, slug: str) -> Any:
    """Return a field of a participation that is not the union's only one."""
    from wagtail_mentoring.models import Profession, ProfessionalField

    profession = Profession.objects.create(slug=slug, names={"en": slug})
    return ProfessionalField.objects.create(participation=participation, profession=profession)


def test_one_who_is_asked_is_told_in_the_singular(admin: Any, union: Any, handler: Any) -> None:
    from wagtail_mentoring.pairing import invitations

    field = make_field(union)
    case = make_waiting(field, name="Amina Yusuf")
    one, two, other = (make_willing(field, name=name) for name in ("Maria Korhonen", "Jukka Laine", "Pekka Rantanen"))
    proposal = invitations.propose(case.pk, [one], handler, one_mentor_reason="One.")
    pages = [reverse(f"mentoring_desk:{name}", args=[case.pk]) for name in ("find_mentors", "choose_mentors")]
    invite = reverse("mentoring_desk:invite", args=[case.pk]) + f"?mentor={other.pk}"
    for where in pages:
        assert "Maria Korhonen is being asked now." in text(admin.get(where))
    assert "Nobody gets a mail now: Maria Korhonen is being asked. If that comes to nothing, this mentor" in text(
        admin.get(invite)
    )
    invitations.invite_another(proposal.pk, two, handler)
    for where in pages:
        assert "Maria Korhonen and Jukka Laine are being asked now." in text(admin.get(where))
    # Who said no is not being asked any more.
    invitations.answer_no(Invitation.objects.get(mentor=one).pk, reason="no_time")
    assert "Jukka Laine is being asked now." in text(admin.get(pages[0]))


def test_with_a_minimum_fit_not_all_who_are_possible_are_needed_for_others(
    admin: Any, union: Any, handler: Any, run: Any
) -> None:
    field = make_queue(2, 0)
    make_willing(field, name="Only One Fits", experience_years=20)
    for number in range(2):
        make_willing(field, name=f"Too Little {number}", topics=[], times=[], experience_years=0)
    case = Case.objects.order_by("state_since").first()
    assert case is not None
    found = suggest(case).options
    best = max(one.points for one in found)
    fits = Mentor.objects.get(name="Only One Fits").pk
    without = max(one.points for one in found if fits not in one.mentors)
    assert without < best
    Participation.objects.update(minimum_fit=best)
    plan = run(plans.make_plan, union, handler)
    assert sorted(len(mentors_of(row)) > 0 for row in plan.rows.all()) == [False, True]
    page = text(admin.get(address(plan)))
    assert "who are possible are needed for others" not in page
    said = f"every choice that reaches the union’s minimum fit ({best} points) took somebody who is needed for others."
    assert said in page and "Only One Fits for Person" in page
