"""Who reads what, as it is declared and told to people, against what each reader is really shown."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import log

from tests.factories import Drive, make_case, make_field, make_handler, make_mentor, pair_of
from tests.portal.asking import WORDS, invitation_of, make_asked, text
from tests.portal.conftest import address
from tests.portal.own import EXPORT, READERS, step_up
from tests.privacy.looking import everything_read
from tests.rights_world import make_person
from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import SignatureUpload
from wagtail_mentoring.applications.models import Application, ApplicationDraft, IntakeEntry
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.meetings.models import Feedback, Meeting, Note, Slot, TimeSearch
from wagtail_mentoring.messages.conversation.models import Circle, Concern, ConcernAbout, Letter
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.pairing import invitations
from wagtail_mentoring.people import links
from wagtail_mentoring.people.choices import Goal, SuitableTime
from wagtail_mentoring.people.log import OWN_CONFIRMED, SENTENCES
from wagtail_mentoring.people.models import AddressChange, Mentee, Mentor
from wagtail_mentoring.privacy import files
from wagtail_mentoring.privacy.declared import Reader, declared_of
from wagtail_mentoring.privacy.models import Consent, ConsentKind
from wagtail_mentoring.privacy.reading import record_reading
from wagtail_mentoring.programme.models import DegreeLevel
from wagtail_mentoring.setup import groups

pytestmark = pytest.mark.django_db

MARK = "Zq"
#: Declarations of which some text was looked for: what is not here has no words of its own.
LOOKED_AT = set(
    "mentee mentor application draft intake letter letter_contact concern concern_contact note note_shared feedback"
    " meeting proposal invitation party signature signed_copy mail reading mentor_history case history_text".split()
)
#: Texts that mean something to the software, so that no mark can stand in them.
NO_WORDS = set(
    "language time_zone shown_sha256 event purpose reference state status what action url context daily_digest"
    " method kind hash previous_hash code_hash salt key email address old_email new_email document_sha".split()
)


def _word(model: str, field: Any, pk: int) -> str:
    """Return a word for one column of one row, as short as the column wants it."""
    word = f"{MARK}{model}{field.name}{pk}end"
    fits = field.max_length is None or len(word) <= field.max_length
    return word if fits else f"{MARK}{model[-3:]}{field.name[:6]}{pk}end"


def _marked(row: models.Model, whole: bool) -> None:
    """Write into the texts of ``row`` words that stand nowhere else; ``whole``: also into those that are empty.

    Not into what is chosen from a list, nor what the software reads.
    """
    values = {}
    for field in row._meta.concrete_fields:
        fits = isinstance(field, models.TextField) or (
            isinstance(field, models.CharField) and (field.max_length or 99) >= 20
        )
        if not fits or field.choices or field.name in NO_WORDS or field.primary_key:
            continue
        text = str(getattr(row, field.name))
        if MARK not in text and (text or whole):
            values[field.name] = _word(str(row._meta.model_name), field, row.pk)
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def _asked(
    field: Any, mentors: list[Mentor], union: dict[Reader, Client], **mentee: Any
) -> tuple[Case, dict[Reader, str]]:
    """Return the paired case of a mentee and ``mentors`` who were asked, with what each of them said.

    With it by reader what stood on the case page meanwhile.
    """
    proposal = make_asked(*mentors, **mentee)
    handler = make_handler(field.union, first_name="Helmi", last_name="Helper")
    for invitation in proposal.invitations.order_by("pk"):
        invitations.ask(invitation.pk, f"{MARK}question{invitation.pk}end")
        invitations.reply(invitation.pk, f"{MARK}reply{invitation.pk}end", handler)
    page = reverse("mentoring_desk:case", args=[proposal.case_id])
    meanwhile = {reader: client.get(page).content.decode() for reader, client in union.items()}
    for invitation in proposal.invitations.order_by("pk"):
        invitations.answer_yes(invitation.pk, oriented=True, message="x")
    invitations.mentee_answers(proposal.pk, True, note="x")
    return Case.objects.get(pk=proposal.case_id), meanwhile


def _held(case: Case, number: int, status: str, **values: Any) -> Meeting:
    """Return a meeting of ``case``, with the place and the reason that only some of them have."""
    moment = clock.now() + datetime.timedelta(days=number)
    return Meeting.objects.create(
        case=case, pair=case.pairs.get(), number=number, status=status, starts_at=moment, **values
    )


def _everything_about(case: Case) -> None:
    """Let everybody of ``case`` write and do what leaves a row, and mark every text of it."""
    people: list[Any] = [case.mentee, *pair_of(case)]
    application = case.application
    application.cv = files.store(case.union, f"{MARK}cvofmentee.pdf", b"a life", "application/pdf")
    application.extra = [{"label": "Tools", "answer": f"{MARK}extraanswer"}]
    application.save()
    shared = {"programme": case.participation.programme, "case": case}
    ApplicationDraft.objects.create(
        **shared, answers={"name": f"{MARK}draftname"}, expires_at=clock.now(), sent_at=clock.now()
    )
    IntakeEntry.objects.create(**shared, reason="no_union", name=f"{MARK}intakename", email="i@example.org")
    reader = get_user_model().objects.create_user("reader", first_name=f"{MARK}reader")
    record_reading(reader, case.union_id, "cv", case.pk)
    _held(case, 3, "planned", place="x", changed_by_mentor=people[1])
    _held(case, 3, "cancelled", why="x", ended_at=clock.now(), changed_by_mentor=people[1])
    search = TimeSearch.objects.create(case=case, pair=case.pairs.get(), number=3, ended_at=clock.now())
    agreement = case.agreements.get()
    for number, person in enumerate(people):
        own = {"mentee" if isinstance(person, Mentee) else "mentor": person}
        said: dict[str, Any] = {"case": case, **own}
        for circle in ("three", "contact"):
            Letter.objects.create(**said, circle=circle, body="x")
        for about in ("other", "contact"):
            Concern.objects.create(**said, about=about, body="x")
        for to_all in (True, False):
            Note.objects.create(**said, number=1, shared=to_all, body="x", changed_at=clock.now())
        Feedback.objects.create(**said, kind="end", given_at=clock.now(), comment="x")
        Slot.objects.create(search=search, starts_at=clock.now().replace(microsecond=number), **own)
        AddressChange.objects.create(**own, old_email=person.email, new_email="other@example.org", by_handler=True)
        OutboxMessage.objects.create(
            union=case.union, case=case, event="paired", **own, address=person.email, subject="x", body="x"
        )
        copy = files.store(case.union, f"{MARK}copy{number}.pdf", b"signed", "application/pdf")
        party = agreement.parties.get(**own)
        SignatureUpload.objects.create(
            agreement=agreement, party=party, kind="scan", stored=copy, status="refused", reason="x"
        )
        if isinstance(person, Mentor):
            log(person, OWN_CONFIRMED)
    for person in people:
        for entry in declared_of(person):
            for row in entry.rows_of(person):
                _marked(row, isinstance(row, (Mentee, Mentor, Application)))


def _looks(client: Client, *begin: str) -> str:
    found = everything_read(client, *begin, within=("/mentoring/p/", "/mentoring/text/"))
    return "\n".join(found.values())


def _of_the_union(client: Client, case: Case) -> str:
    """Return what a handler or a supervisor of the union reads in the admin, also what takes a button."""
    begin = [reverse(f"mentoring_desk:{name}") for name in ("cases", "concerns", "mails", "plans", "readings")]
    begin += [reverse("mentoring_desk:case", args=[case.pk]), reverse("mentoring_mentors:index")]
    found = everything_read(client, *begin, within=("/admin/mentoring", "/mentoring/files/"))
    pressed = client.post(reverse("mentoring_desk:access_needs", args=[case.pk]))
    return "\n".join([*found.values(), pressed.content.decode() if pressed.status_code == 200 else ""])


def _of_the_intake() -> str:
    client = Client()
    user = get_user_model().objects.create_user("intake", "intake@example.org")
    user.groups.add(Group.objects.get(name=groups.INTAKE.name))
    client.force_login(user)
    found = everything_read(client, reverse("mentoring_intake"), within=("/admin/mentoring",))
    return "\n".join(found.values())


def _open(path: str) -> Client:
    client = Client()
    assert client.post(path).status_code == 302
    return client


def _of_the_three(case: Case, person: Any) -> str:
    seen = _looks(_open(address(case, person)), "/mentoring/p/")
    if isinstance(person, Mentor):
        link = links.link_for_mentor(person)
        seen += _looks(_open(f"/mentoring/p/{links.token(link)}/"), "/mentoring/p/mentor/")
    return seen


#: Words of columns that hold no free text, and stand nowhere else on any page.
DISTINCT = {str(SENTENCES[OWN_CONFIRMED])}


def _told(person: Any) -> Iterator[tuple[str, str, str, tuple[Reader, ...]]]:
    """Yield each value of ``person`` that can be found: of which declaration and column, and who is said to read it."""
    for entry in declared_of(person):
        readers = entry.readers_of(person)
        for row in entry.rows_of(person):
            for column in entry.columns:
                value = column.shown(row)
                if MARK in value:
                    yield entry.name, column.name, value[value.index(MARK) :].splitlines()[0], readers[column.name]
                elif value in DISTINCT or column.name == "reference":
                    yield entry.name, column.name, value, readers[column.name]


def _should_read(reader: Reader, readers: tuple[Reader, ...]) -> bool:
    three = (Reader.MENTEE, Reader.MENTORS, Reader.PARTNER)
    return reader in readers or (reader in three and Reader.OTHER_TWO in readers)


@pytest.fixture
def union() -> dict[Reader, Client]:
    """Browsers of those of the union who read in the admin."""
    groups.make_groups()
    return {Reader.CONTACTS: make_person("handler"), Reader.SUPERVISORS: make_person("supervisor")}


def test_what_is_told_about_readers_is_what_each_of_them_sees(union: dict[Reader, Client]) -> None:
    field = make_field()
    first, second = (
        make_mentor(field, name=f"{MARK}name{one}", preferred_name=f"{MARK}called{one}", shown=["name", "title"])
        for one in ("first", "second")
    )
    for mentor in (first, second):
        Consent.objects.create(mentor=mentor, kind=ConsentKind.SHOWN_TO_PARTNER, fields=["municipality"])
    names = {"name": f"{MARK}menteename", "preferred_name": f"{MARK}calledmentee"}
    case, meanwhile = _asked(field, [first, second], union, hide_municipality=True, **names)
    drive = Drive(case, clock.now() - datetime.timedelta(days=9), None, True)
    drive.agreement()
    drive.meet(1)
    drive.meet(2)
    _everything_about(Case.objects.get(pk=case.pk))
    in_admin = {reader: meanwhile[reader] + _of_the_union(client, case) for reader, client in union.items()}
    in_admin[Reader.INTAKE] = _of_the_intake()
    first, second = pair_of(case)
    mentee = Mentee.objects.get(pk=case.mentee_id)
    three = {person: _of_the_three(case, person) for person in (mentee, first, second)}
    wrong = []
    found: set[str] = set()
    for person, others in (
        (mentee, {Reader.MENTORS: three[first] + three[second]}),
        (first, {Reader.MENTEE: three[mentee], Reader.PARTNER: three[second]}),
    ):
        for reader, seen in {**in_admin, **others}.items():
            # Of what is declared as read at least something is shown; of the rest nothing is.
            shown: dict[tuple[str, str], list[bool]] = {}
            said: dict[tuple[str, str], bool] = {}
            for name, column, value, readers in _told(person):
                found.add(name)
                shown.setdefault((name, column), []).append(value in seen)
                said[name, column] = _should_read(reader, readers)
            for key, values in shown.items():
                if any(values) != said[key]:
                    does = "reads" if any(values) else "does not read"
                    wrong.append(f"{type(person).__name__}: {reader.name} {does} {'.'.join(key)}")
    assert wrong == [], "\n".join(wrong)
    assert found >= LOOKED_AT


#: How an invited mentor would read it, by declaration and column.
AS_ASKED = {
    "mentee": {
        "name": "Xanthippe",
        "email": "xanthippe@hidden.example",
        "phone": "999 8888",
        "municipality": "Tampere",
        "english": "English B2",
        "other_languages": "Arabic",
        "access_needs": "quiet room",
        "safe_contact": "by text",
    },
    "application": {
        "profession": "Dam architect",
        "degree_level": str(DegreeLevel("master").label),
        "degree_field": "Hydrodynamics",
        "degree_country": "Atlantis",
        "experience_years": "7 years of work",
        "goals": str(Goal("networks").label),
        "goals_text": "built hospitals",
        "formats": "or online",
        "times": str(SuitableTime("evenings").label),
        "mentor_wish": "Somebody calm",
    },
    "case": {"reference": "-0001", "field": "Engineers"},
}


def test_what_is_told_about_mentors_who_are_asked_is_what_they_see() -> None:
    proposal = make_asked(**WORDS)
    link = links.link_for_invitation(invitation_of(proposal))
    text = _looks(_open(f"/mentoring/p/{links.token(link)}/"), "/mentoring/p/invitation/")
    mentee = proposal.case.mentee
    declared = {entry.name: entry.readers_of(mentee) for entry in declared_of(mentee)}
    for name, columns in AS_ASKED.items():
        for column, words in columns.items():
            assert (words in text) == (Reader.ASKED in declared[name][column]), (name, column)
    # And of everything else that is kept nothing is said to be read by them.
    said = {(name, column) for name, by in declared.items() for column, who in by.items() if Reader.ASKED in who}
    assert said <= {(name, column) for name, by in AS_ASKED.items() for column in by} | {
        ("mentee", "finnish"),
        ("mentee", "swedish"),
    }


def test_kinds_of_rows_leave_none_out_and_give_none_twice() -> None:
    field = make_field()
    case = make_case(field, "paired", mentors=[make_mentor(field)])
    own = {"case": case, "mentee": case.mentee}
    for circle in Circle.values:
        Letter.objects.create(**own, circle=circle, body="x")
    for about in ConcernAbout.values:
        Concern.objects.create(**own, about=about, body="x")
    for shared in (True, False):
        Note.objects.create(**own, number=1, shared=shared, body="x")
    for model in (Letter, Concern, Note):
        kinds = [entry for entry in declared_of(case.mentee) if entry.model is model]
        given = [row.pk for entry in kinds for row in entry.rows_of(case.mentee)]
        assert sorted(given) == sorted(model.objects.values_list("pk", flat=True)), model
        assert len({entry.readers for entry in kinds}) == len(kinds) > 1


def test_who_reads_a_concern_about_the_contact_person_is_told_as_it_is() -> None:
    groups.make_groups()
    case = make_case()

    def told() -> set[tuple[Reader, ...]]:
        entry = next(one for one in declared_of(case.mentee) if one.name == "concern_contact")
        return set(entry.readers_of(case.mentee).values())

    Concern.objects.create(case=case, mentee=case.mentee, about="contact", body="x")
    assert told() == {(Reader.NOBODY,)}
    get_user_model().objects.create_superuser("root", "root@example.org")
    assert told() == {(Reader.ADMINISTRATORS,)}
    make_person("supervisor")
    assert told() == {(Reader.SUPERVISORS,)}


def test_the_page_and_the_export_say_of_each_kind_who_reads_it() -> None:
    field = make_field()
    case = make_case(field, "paired", agreement="signed", mentors=[make_mentor(field), make_mentor(field)])
    own = {"case": case, "mentee": case.mentee}
    Letter.objects.create(**own, circle="three", body="x")
    Letter.objects.create(**own, circle="contact", body="x")
    Concern.objects.create(**own, about="contact", body="x")
    Note.objects.create(**own, number=1, shared=False, body="x")
    groups.make_groups()
    make_person("supervisor")
    client = _open(address(case, case.mentee))
    contacts, supervisors, others = (
        str(reader.label) for reader in (Reader.CONTACTS, Reader.SUPERVISORS, Reader.OTHER_TWO)
    )
    wanted = {
        "What you wrote to the others in your mentoring": [others],
        "What you and the contact person wrote to each other": [contacts, supervisors],
        "Concerns about the contact person that you raised": [supervisors],
        "Notes on meetings that you wrote for yourself": ["Only you"],
    }
    page = client.get(READERS)
    shown = {str(one.title): one.readers for one in page.context["others"]}
    assert {title: kinds[0][1] for title, kinds in shown.items() if title in wanted} == wanted
    assert all(len(shown[title]) == 1 for title in wanted)
    assert "Concerns that you raised" not in shown and "Notes on meetings that you shared" not in shown
    # Whether somebody declined is the union's, the place in the agreement is everybody's.
    [(printed, by_all), (declined, by_union)] = shown["Your place in the agreement"]
    assert others in by_all and others not in by_union and printed != declined and declined in text(page)
    step_up(client, "export")
    parts = {part["title"]: part for part in client.get(f"{EXPORT[:-1]}.json").json()["parts"]}
    for title, readers in wanted.items():
        assert parts[title]["readers"] == readers and len(parts[title]["rows"]) == 1, title
        assert set(map(tuple, parts[title]["readers_by_column"].values())) == {tuple(readers)}
    assert parts["You"]["readers_by_column"]["access_needs"] == [contacts]


def test_what_only_contact_persons_read_stands_by_itself_on_the_page() -> None:
    case = make_case(hide_municipality=True, access_needs="A quiet room.", phone="040 123 4567")
    circles = _open(address(case, case.mentee)).get(READERS).context["circles"]
    alone = next(circle for circle in circles if circle.readers == (Reader.CONTACTS,))
    assert [value for _label, value in alone.rows] == ["Vantaa", "A quiet room."] and not alone.supervised
    assert next(circle for circle in circles if ("Phone", "040 123 4567") in circle.rows).supervised
