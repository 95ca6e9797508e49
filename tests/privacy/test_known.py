"""Which lines of a case's history the mentee is given: for each action it is decided who may know of it."""

from typing import Any

import pytest

from tests.factories import make_case, make_field, make_mentor
from wagtail_mentoring.cases.actors import SYSTEM, Actor, mentee_on, mentor_on
from wagtail_mentoring.cases.models import CaseLogEntry
from wagtail_mentoring.cases.moves import note
from wagtail_mentoring.cases.words import OTHER_SENTENCES, STEP_SENTENCES
from wagtail_mentoring.privacy import declared
from wagtail_mentoring.workflows import Role

#: The pages and mails of the mentee tell it anyway, whoever did it.
SHOWN = (
    "step.accept step.refuse step.pair step.send_agreement step.sign step.sign_as_contact step.record_paper "
    "step.reissue step.replace_mentor step.plan_meeting step.cancel_meeting step.miss_meeting step.record_meeting "
    "step.undo_meeting step.go_back step.complete step.end step.withdraw step.reopen opened registered double assigned "
    "agreement_failed record_made record_failed corrected address_asked address_changed consent_withdrawn exported "
    "own_calendar mentee_asked mentee_reminded mentee_agreed mentee_disagreed times_suggested letter_three"
)
#: What the mentee did is given, what a mentor did is not.
OWN = "step.decline upload_refused upload_waits feedback_given letter_to_contact concern_raised"
#: Given where the line is about the mentee.
ABOUT = "link_sent certificate_made"
#: The union alone knows of it.
NEVER = (
    "step.confirm_signature step.reject_signature mentor_leaves mentor_stays mentors_invited mentor_invited "
    "proposal_queued proposal_withdrawn proposal_failed one_mentor mentor_reminded invitation_yes invitation_no "
    "invitation_expired question_asked question_answered letter_answered concern_taken concern_settled"
)
DECIDED = {
    f"mentoring.{name}": who
    for who, names in {"shown": SHOWN, "own": OWN, "about": ABOUT, "never": NEVER}.items()
    for name in names.split()
}


def test_of_every_action_it_is_decided_who_may_know_of_it() -> None:
    registered = {f"mentoring.step.{name}" for name in STEP_SENTENCES} | set(OTHER_SENTENCES)
    assert registered - set(DECIDED) == set(), "say in cases/known.py, and here, who may know of it"
    assert set(DECIDED) - registered == set()
    assert len(DECIDED) == sum(len(names.split()) for names in (SHOWN, OWN, ABOUT, NEVER)), "decided twice"


@pytest.mark.django_db
def test_the_mentee_is_given_what_is_decided_and_nothing_else() -> None:
    field = make_field()
    mentor = make_mentor(field)
    case = make_case(field, "paired", mentors=[mentor, make_mentor(field)])
    CaseLogEntry.objects.filter(case=case).delete()
    [history] = [one for one in declared.declared() if one.name == "history"]
    [texts] = [one for one in declared.declared() if one.name == "history_text"]
    acting = {
        "mentee": mentee_on(case.mentee, case),
        "mentor": mentor_on(mentor, case),
        "handler": Actor(frozenset({Role.HANDLER})),
        "system": SYSTEM,
    }
    expected, known = set(), set()

    def line(action: str, name: str, data: dict[str, Any]) -> CaseLogEntry:
        note(case.pk, action, acting[name], data, text="A word about somebody")
        return CaseLogEntry.objects.latest("sequence")

    for action, who in DECIDED.items():
        for name in acting:
            entry = line(action, name, {})
            known.add((action, name))
            if who == "shown" or (who == "own" and name == "mentee"):
                expected.add(entry.pk)
    for data in ({"to": "mentee"}, {"role": "mentee"}):
        expected.add(line("mentoring.link_sent", "handler", data).pk)
    expected.add(line("mentoring.certificate_made", "handler", {"mentee": case.mentee_id}).pk)
    for data in ({"to": "mentor"}, {"role": "mentor"}):
        line("mentoring.link_sent", "handler", data)
    line("mentoring.certificate_made", "handler", {"mentor": mentor.pk})
    given = {row.pk for row in history.rows_of(case.mentee)}
    told = {(row.action, row.actor) for row in CaseLogEntry.objects.filter(pk__in=given ^ expected)}
    assert told == set()
    assert not {row.entry_id for row in texts.rows_of(case.mentee)} - given, "a text of a line that is not given"


@pytest.mark.django_db
def test_an_end_because_of_a_concern_is_not_told() -> None:
    [declaration] = [one for one in declared.declared() if one.name == "case"]
    [column] = [one for one in declaration.columns if one.name == "end_reason"]
    case = make_case(make_field(), "closed")
    case.end_reason = "completed"
    assert column.stored(case) == "completed" and column.shown(case)
    case.end_reason = "ethics_concern"
    assert (column.stored(case), column.shown(case)) == ("", "")
