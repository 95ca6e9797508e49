"""Every step over HTTP: taken, refused, not possible now, and overtaken by somebody else."""

import datetime
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import Drive, as_handler, make_case, make_mentor, pretend_pdf
from wagtail_mentoring.cases import moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.models import Case, EligibilityDecision, Meeting, MentorConflict

pytestmark = pytest.mark.django_db


def address(case: Case, step: str) -> str:
    return reverse("mentoring_desk:step", args=[case.pk, step])


def local(days: int, hour: int = 17) -> str:
    moment = timezone.localtime() + datetime.timedelta(days=days)
    return f"{moment:%d.%m.%Y} {hour}:00"


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def prepare(step: str, field: Any) -> tuple[Case, dict[str, Any], dict[str, Any], str]:
    """Return a case in which ``step`` is possible, a right input, a wrong one, and the state afterwards."""
    first, second = make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")
    if step == "accept":
        today = timezone.localdate().strftime("%d.%m.%Y")
        right = {"seen_on": today, "basis": "residence_permit"}
        return make_case(field), right, {"note": "Kept <text>"}, "eligible"
    if step == "refuse":
        return make_case(field), {"reason": "No degree."}, {"reason": " "}, "closed"
    if step == "pair":
        right = {"mentors": [first.pk, second.pk], "mentee_agrees": True}
        return make_case(field, "eligible"), right, {"mentors": [str(first.pk), str(first.pk)]}, "paired"
    if step == "send_agreement":
        return make_case(field, "paired"), {}, {}, "paired"
    if step == "plan_meeting":
        right = {"starts_at": local(3), "minutes": 90, "place": "Library", "theme": "Goals"}
        return make_case(field, "paired"), right, right | {"starts_at": local(-3)}, "paired"
    if step == "record_meeting":
        case = make_case(field, "paired", agreement="signed", mentors=[first, second])
        right = {
            "number": 1,
            "starts_at": local(-1),
            "minutes": 90,
            "place": "Library",
            "mentee_present": True,
            "mentors_present": [first.pk, second.pk],
        }
        return case, right, right | {"mentors_present": []}, "meeting_1"
    if step == "undo_meeting":
        return make_case(field, "meeting_2"), {"reason": "A mistake."}, {"reason": ""}, "meeting_1"
    if step == "go_back":
        return make_case(field, "meeting_1"), {"reason": "Poor fit."}, {"reason": ""}, "eligible"
    if step == "complete":
        return make_case(field, "meeting_3"), {"situation": "studies"}, {"situation": "rich"}, "closed"
    if step == "end":
        right = {"end_reason": "moved_away", "situation": "unknown"}
        return make_case(field, "eligible"), right, {"end_reason": "completed", "situation": "unknown"}, "closed"
    return make_case(field, "closed"), {"reason": "Goes on."}, {"reason": ""}, "meeting_3"


STEPS = (
    "accept refuse pair send_agreement plan_meeting record_meeting undo_meeting go_back complete end reopen"
).split()


def test_a_press_reads_the_rules_of_the_union_with_the_case(
    admin: Client, field: Any, django_assert_max_num_queries: Any
) -> None:
    """A good press ends in a redirect: it reads the case for its right, and again under the lock."""
    case, right, _wrong, _target = prepare("accept", field)
    with django_assert_max_num_queries(16) as queries:
        assert admin.post(address(case, "accept"), right | {"seen": case.log_length}).status_code == 302
    alone = [query["sql"] for query in queries if 'FROM "wagtail_mentoring_participation"' in query["sql"]]
    assert alone == []


@pytest.mark.parametrize("step", STEPS)
def test_taken(step: str, admin: Client, field: Any, handler: Any) -> None:
    case, right, _wrong, state = prepare(step, field)
    shown = admin.get(address(case, step))
    assert shown.status_code == 200
    assert shown.context["after"], "what will happen is not said"
    assert "Your name and the time are written in the history." in shown.content.decode()
    with pretend_pdf():
        answer = admin.post(address(case, step), right | {"seen": case.log_length}, follow=True)
    assert answer.redirect_chain == [(reverse("mentoring_desk:case", args=[case.pk]), 302)], answer.content.decode()
    assert ": done" in answer.content.decode()
    after = fresh(case)
    assert after.state == state
    assert after.log_length == case.log_length + 1
    assert after.log.first().user == handler
    assert verify_chain(after) == []


@pytest.mark.parametrize("step", [step for step in STEPS if step != "send_agreement"])
def test_refused_input_stays_and_changes_nothing(step: str, admin: Client, field: Any) -> None:
    case, _right, wrong, _state = prepare(step, field)
    answer = admin.post(address(case, step), wrong | {"seen": case.log_length})
    assert answer.status_code == 200
    form = answer.context["form"]
    assert form.errors
    assert set(form.errors) - {"__all__"}, "the error does not stand beside a field"
    for name, value in wrong.items():
        assert str(form[name].value()) == str(value) or form[name].value() == value
    assert fresh(case).log_length == case.log_length
    assert fresh(case).state == case.state


BLOCKED = {
    "accept": "eligible",
    "refuse": "paired",
    "pair": "applied",
    "send_agreement": "eligible",
    "plan_meeting": "eligible",
    "record_meeting": "paired",
    "undo_meeting": "paired",
    "go_back": "eligible",
    "complete": "meeting_1",
    "end": "closed",
    "reopen": "applied",
}


@pytest.mark.parametrize("step", STEPS)
def test_not_possible_now(step: str, admin: Client, field: Any) -> None:
    case = make_case(field, BLOCKED[step])
    shown = admin.get(address(case, step))
    assert shown.status_code == 200
    reason = shown.context["reason"]
    assert reason
    answer = admin.post(address(case, step), {"seen": case.log_length})
    assert answer.status_code == 409
    assert answer.context["reason"] == reason
    content = answer.content.decode()
    assert "nothing has been changed" in content
    assert fresh(case).log_length == case.log_length


def test_no_step_of_that_name(admin: Client, field: Any) -> None:
    case = make_case(field, "paired", agreement="out")
    for step in ("sign", "nothing", "delete"):
        assert admin.get(address(case, step)).status_code == 404
        assert admin.post(address(case, step)).status_code == 404


def test_somebody_was_quicker_and_the_step_is_gone(admin: Client, field: Any) -> None:
    case = make_case(field)
    moves.move(case.pk, "refuse", as_handler(), {"reason": "No degree."})
    answer = admin.post(address(case, "accept"), {"seen": case.log_length, "basis": "citizen"})
    assert answer.status_code == 409
    content = answer.content.decode()
    assert "Found not eligible" in content
    assert fresh(case).state == "closed"
    assert not EligibilityDecision.objects.filter(case=case, eligible=True).exists()


def test_somebody_was_quicker_but_the_step_is_still_possible(admin: Client, field: Any) -> None:
    case = make_case(field, "paired")
    Drive(case, timezone.now(), None, False).go("plan_meeting", starts_at=timezone.now() + datetime.timedelta(days=9))
    answer = admin.post(address(case, "go_back"), {"seen": case.log_length, "reason": "Nobody <has> time"})
    assert answer.status_code == 409
    content = answer.content.decode()
    assert "Meeting 1 planned" in content
    assert "Nobody &lt;has&gt; time" in content
    assert fresh(case).state == "paired"
    # Read, and sent again.
    again = {"seen": answer.context["form"]["seen"].value(), "reason": "Nobody has time"}
    assert admin.post(address(case, "go_back"), again).status_code == 302
    assert fresh(case).state == "eligible"


def test_a_personal_identity_code_is_refused(admin: Client, field: Any) -> None:
    case = make_case(field)
    answer = admin.post(address(case, "refuse"), {"seen": case.log_length, "reason": "Born 131052-308T."})
    assert "personal identity code" in str(answer.context["form"].errors["reason"])
    assert fresh(case).state == "applied"


def test_nothing_is_preselected(admin: Client, field: Any) -> None:
    for step, state, names in (
        ("accept", "applied", ["basis", "seen_on"]),
        ("pair", "eligible", ["mentors"]),
        ("end", "eligible", ["end_reason", "situation"]),
        ("complete", "meeting_3", ["situation"]),
    ):
        make_mentor(field), make_mentor(field)
        form = admin.get(address(make_case(field, state), step)).context["form"]
        assert all(not form[name].value() for name in names), step


def test_asylum_seekers_only_where_the_union_says_so(admin: Client, field: Any) -> None:
    case = make_case(field)
    assert "Asylum seeker" not in admin.get(address(case, "accept")).content.decode()
    field.participation.asylum_seekers_may_apply = True
    field.participation.save()
    assert "Asylum seeker" in admin.get(address(case, "accept")).content.decode()


def test_one_mentor_needs_a_reason(admin: Client, field: Any) -> None:
    mentor = make_mentor(field)
    case = make_case(field, "eligible")
    answer = admin.post(address(case, "pair"), {"seen": case.log_length, "mentors": mentor.pk, "mentee_agrees": True})
    assert "one_mentor_reason" in answer.context["form"].errors
    data = {"seen": case.log_length, "mentors": mentor.pk, "one_mentor_reason": "Nobody else.", "mentee_agrees": True}
    assert admin.post(address(case, "pair"), data).status_code == 302
    assert fresh(case).state == "paired"


def test_mentors_of_another_union_or_field_cannot_be_chosen(admin: Client, field: Any, union: Any) -> None:
    from tests.factories import make_field, make_union

    own, other_field = make_mentor(field), make_mentor(make_field(union, "architects"))
    foreign = make_mentor(make_field(make_union("kt")), name="Somebody foreign")
    case = make_case(field, "eligible")
    assert "Somebody foreign" not in admin.get(address(case, "pair")).content.decode()
    for wrong in (foreign, other_field):
        answer = admin.post(address(case, "pair"), {"seen": case.log_length, "mentors": [own.pk, wrong.pk]})
        assert "mentors" in answer.context["form"].errors
    assert fresh(case).state == "eligible"


def test_a_planned_meeting_is_moved_and_then_recorded(admin: Client, field: Any) -> None:
    case = make_case(field, "paired", agreement="signed")
    plan = {"starts_at": local(2), "minutes": 60, "place": "Espoo", "theme": "Goals"}
    admin.post(address(case, "plan_meeting"), plan | {"seen": case.log_length})
    content = admin.get(reverse("mentoring_desk:case", args=[case.pk])).content.decode()
    assert "Move meeting 1" in content
    form = admin.get(address(case, "record_meeting")).context["form"]
    assert (form["place"].value(), form["minutes"].value(), form["theme"].value()) == ("Espoo", 60, "Goals")
    assert Meeting.objects.filter(case=case, status="planned").count() == 1


@pytest.mark.parametrize("moment", ["31.12.9999 23:59", "24.11.2062 17:00", "24.11.1926 17:00", "01.01.0001 00:00"])
@pytest.mark.parametrize("step", ["plan_meeting", "record_meeting"])
def test_a_year_that_cannot_be_meant_is_refused(step: str, moment: str, admin: Client, field: Any) -> None:
    case, right, _wrong, _state = prepare(step, field)
    answer = admin.post(address(case, step), {"seen": case.log_length} | right | {"starts_at": moment})
    assert answer.status_code == 200 and "Check the year" in answer.content.decode()
    assert moment in answer.content.decode(), "what was typed is shown again"
    assert fresh(case).log_length == case.log_length and not Meeting.objects.exists()


@pytest.mark.parametrize("day", ["01.01.0001", "31.12.9999", "20.11.1926"])
def test_a_day_in_a_year_that_cannot_be_meant_is_refused(day: str, admin: Client, field: Any) -> None:
    case, right, _wrong, _state = prepare("accept", field)
    answer = admin.post(address(case, "accept"), {"seen": case.log_length} | right | {"seen_on": day})
    assert answer.status_code == 200 and "Check the year" in answer.content.decode()
    assert fresh(case).state == "applied"


@pytest.mark.parametrize("number", ["9" * 30, "-" + "9" * 30, "-1", "x"])
def test_a_number_of_no_mentor_is_refused(number: str, admin: Client, field: Any) -> None:
    case, right, _wrong, _state = prepare("record_meeting", field)
    answer = admin.post(
        address(case, "record_meeting"), {"seen": case.log_length} | right | {"mentors_present": [number]}
    )
    assert answer.status_code == 200
    assert fresh(case).log_length == case.log_length and not Meeting.objects.exists()


@pytest.mark.parametrize("kind", ["DayField", "MomentField"])
def test_the_calendar_makes_no_other_day_of_an_impossible_one(kind: str) -> None:
    from wagtail_mentoring.desk import fields

    field = getattr(fields, kind)()
    assert json.loads(field.widget.get_context("day", None, {})["widget"]["config_json"])["validateOnBlur"] is False
    with pytest.raises(ValidationError):
        field.clean("31.02.2026 17:00" if kind == "MomentField" else "31.02.2026")


def test_a_pair_that_a_rule_speaks_against_takes_a_reason_beside_its_field(admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    partial, other = make_mentor(field), make_mentor(field)
    MentorConflict.objects.create(mentor=partial, mentee=case.mentee)
    where = address(case, "pair")
    data = {"seen": case.log_length, "mentors": [partial.pk, other.pk], "mentee_agrees": True}
    assert "Why this mentor all the same" not in admin.get(where).content.decode()
    answer = admin.post(where, data)
    assert "conflict of interest" in str(answer.context["form"].errors["override_reason"])
    assert "Why this mentor all the same" in answer.content.decode()
    assert admin.post(where, data | {"override_reason": "They cleared it up."}).status_code == 302
    assert Case.objects.get(pk=case.pk).log.latest("sequence").text.text == "They cleared it up."
