"""The case page: every state, what it says, whose it is, and how many queries it takes."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import Drive, as_handler, make_case, make_field, make_mentor, make_supervisor, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.cases import moves
from wagtail_mentoring.models import Case, CaseLogEntry, PrivateLink
from wagtail_mentoring.programme.dates import short_day
from wagtail_mentoring.workflows import CaseState

pytestmark = pytest.mark.django_db


def page_of(case: Case) -> str:
    return reverse("mentoring_desk:case", args=[case.pk])


EXPECTED = {
    "applied": ("Decide whether Amina is eligible", "Accept: the applicant is eligible"),
    "eligible": ("Find two mentors for Amina", "Find mentors"),
    "paired": ("Send the ethics agreement", "Send the agreement"),
    "meeting_1": ("Plan meeting 2", "Undo the latest meeting"),
    "meeting_3": ("Plan meeting 4, or close the case", "Close as completed"),
    "meeting_5": ("Close the case as completed", "Close as completed"),
    "closed": ("Nothing to do: this case is closed", "Reopen"),
}


@pytest.mark.parametrize("state", sorted(EXPECTED))
def test_what_to_do_next(state: str, admin: Client, field: Any) -> None:
    make_mentor(field), make_mentor(field)
    case = make_case(field, state, name="Amina Yusuf", preferred_name="Amina")
    answer = admin.get(page_of(case))
    assert answer.status_code == 200
    title, button = EXPECTED[state]
    content = answer.content.decode()
    assert title in content
    assert answer.context["next"].title == title
    assert button in content
    assert "Amina Yusuf" in content
    assert "The chain of entries was checked and is unbroken." in content


@pytest.mark.parametrize("state", [state.value for state in CaseState])
def test_one_filled_button_at_most(state: str, admin: Client, field: Any) -> None:
    case = make_case(field, state)
    assert admin.get(page_of(case)).content.decode().count('class="button"') <= 1


def test_the_path_says_where_the_case_is(admin: Client, field: Any) -> None:
    case = make_case(field, "meeting_2")
    path = admin.get(page_of(case)).context["path"]
    assert [step.kind for step in path] == ["done"] * 4 + ["now"] + ["next"] * 4
    assert path[4].label == "Meeting 2"
    assert path[4].date.startswith("since ")


def test_meetings_beyond_the_rules_are_not_on_the_path(admin: Client, union: Any) -> None:
    case = make_case(make_field(union, "architects", max_meetings=3))
    labels = [step.label for step in admin.get(page_of(case)).context["path"]]
    assert labels == ["Applied", "Eligible", "Paired", "Meeting 1", "Meeting 2", "Meeting 3", "Closed"]


def test_a_signature_that_is_missing_is_named(admin: Client, field: Any) -> None:
    mentors = [make_mentor(field, name="Maria Korhonen"), make_mentor(field, name="Jukka Laine")]
    case = make_case(field, "paired", agreement="out", mentors=mentors)
    content = admin.get(page_of(case)).content.decode()
    assert "Jukka Laine has not signed the agreement" in content
    assert "Not everyone has signed the agreement" in content  # why meeting 1 cannot be recorded
    assert "aria-disabled" in content


def test_a_foreign_case_is_404_everywhere(admin: Client, field: Any) -> None:
    foreign = make_case(make_field(make_union("kt")), "paired")
    link = PrivateLink.objects.filter(case=foreign).first()
    routes = [
        page_of(foreign),
        reverse("mentoring_desk:assign", args=[foreign.pk]),
        reverse("mentoring_desk:access_needs", args=[foreign.pk]),
        *(reverse("mentoring_desk:step", args=[foreign.pk, step]) for step in ("accept", "pair", "end", "reopen")),
    ]
    if link:
        routes.append(reverse("mentoring_desk:send_link", args=[foreign.pk, link.pk]))
    before = Case.objects.get(pk=foreign.pk).log_length
    for route in routes:
        assert admin.get(route).status_code == 404, route
        assert admin.post(route, {"seen": before}).status_code == 404, route
    assert Case.objects.get(pk=foreign.pk).log_length == before


def test_a_supervisor_reads_and_moves_nothing(union: Any, field: Any) -> None:
    case = make_case(field, "paired", access_needs="Wheelchair")
    client = Client()
    client.force_login(make_supervisor(union))
    content = client.get(page_of(case)).content.decode()
    assert "You may read this case." in content
    assert reverse("mentoring_desk:step", args=[case.pk, "send_agreement"]) not in content
    assert "Wheelchair" not in content
    step = reverse("mentoring_desk:step", args=[case.pk, "send_agreement"])
    assert client.get(step).status_code == 403
    answer = client.post(step, {"seen": case.log_length})
    assert answer.status_code == 403
    assert "You have no right to do this." in answer.content.decode()
    assert Case.objects.get(pk=case.pk).log_length == case.log_length
    for name in ("assign", "access_needs"):
        assert client.post(reverse(f"mentoring_desk:{name}", args=[case.pk])).status_code in (302, 403)


def test_access_needs_are_shown_on_request_and_logged(admin: Client, field: Any, handler: Any) -> None:
    case = make_case(field, access_needs="Wheelchair <b>ramp</b>")
    content = admin.get(page_of(case)).content.decode()
    assert "Wheelchair" not in content
    answer = admin.post(reverse("mentoring_desk:access_needs", args=[case.pk]))
    assert "Wheelchair &lt;b&gt;ramp&lt;/b&gt;" in answer.content.decode()
    entry = case.readings.get()
    assert (entry.user, entry.what) == (handler, "access_needs")


def test_names_and_answers_are_escaped(admin: Client, field: Any) -> None:
    evil = "<script>alert(1)</script>"
    mentors = [make_mentor(field, name=evil, title=evil), make_mentor(field)]
    case = make_case(
        field,
        "meeting_1",
        mentors=mentors,
        name=evil,
        preferred_name=evil,
        municipality=evil,
        safe_contact=evil,
        answers={
            "goals_text": evil,
            "profession": evil,
            "mentor_wish": evil,
            "extra": [{"label": evil, "answer": evil}],
        },
    )
    for route in [page_of(case), reverse("mentoring_desk:cases")]:
        content = admin.get(route).content.decode()
        assert evil not in content
        assert "&lt;script&gt;" in content
    for step in ("plan_meeting", "record_meeting", "go_back", "end", "complete", "undo_meeting"):
        assert evil not in admin.get(reverse("mentoring_desk:step", args=[case.pk, step])).content.decode()


def test_a_changed_history_is_told(admin: Client, field: Any) -> None:
    case = make_case(field, "eligible")
    CaseLogEntry.objects.filter(case=case, sequence=2).update(actor="mentor")
    content = admin.get(page_of(case)).content.decode()
    assert "The history of this case was changed outside the program." in content


def test_the_number_of_queries_does_not_grow(admin: Client, field: Any, django_assert_max_num_queries: Any) -> None:
    small = make_case(field, "paired", agreement="out")
    large = make_case(field, "meeting_5")
    admin.get(page_of(small))  # caches of content types and of the menu
    with django_assert_max_num_queries(100) as first:
        admin.get(page_of(small))
    with django_assert_max_num_queries(100) as second:
        admin.get(page_of(large))
    print(len(first), len(second))
    assert len(second) <= len(first) + 3, [query["sql"][:120] for query in second.captured_queries]
    assert len(second) <= 50


def test_the_path_does_not_run_backwards_after_a_new_pair(admin: Client, field: Any) -> None:
    start = clock.now() - datetime.timedelta(days=40)
    case = make_case(field, "meeting_1", opened_at=start)
    before = [step.date for step in admin.get(page_of(case)).context["path"]]
    moves.move(case.pk, "go_back", as_handler(), {"reason": "Both have moved away."})
    waiting = [step.date for step in admin.get(page_of(case)).context["path"]]
    assert waiting[0] == before[0] and waiting[1].startswith("since ")
    Drive(Case.objects.get(pk=case.pk), clock.now(), None, real_pdf=False).pair(
        [make_mentor(field), make_mentor(field)]
    )
    path = admin.get(page_of(case)).context["path"]
    assert [step.label for step in path[:4]] == ["Applied", "Eligible", "Paired", "Meeting 1"]
    assert [path[0].date, path[1].date] == before[:2]
    assert path[2].date == f"new mentors since {short_day(clock.now())}"
