"""Two unions with one of everything, and every kind of person, for the matrix of who may open what."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_agreement_text, make_case, make_field, make_mentor, make_union
from wagtail_mentoring import clock, models
from wagtail_mentoring.documents import keys
from wagtail_mentoring.people import links
from wagtail_mentoring.privacy import files
from wagtail_mentoring.setup import groups
from wagtail_mentoring.setup.texts import load_notices

# A picture of one grey dot, as good as any scan.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)

PEOPLE = ("anonymous", "editor", "handler", "foreign", "supervisor", "coordinator", "superuser")


@dataclass
class World:
    """Everything twice, by the union's short name."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def secrets(self, union: str) -> list[str]:
        """Return words that stand for a person of the union or for a case, and nowhere else."""
        made = self.objects[union]
        return [made["case"].mentee.name, made["case"].mentee.email, made["case"].reference, made["mentor"].name]


def make_person(kind: str) -> Client:
    """Return a client in which a person of this kind is logged in, with the rights that the product gives."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    client = Client()
    if kind == "anonymous":
        return client
    user = get_user_model().objects.create_user(f"the-{kind}", f"{kind}@example.org", PASSWORD)
    role = {
        "editor": groups.EDITORS,
        "handler": groups.HANDLERS,
        "foreign": groups.HANDLERS,
        "supervisor": groups.SUPERVISORS,
        "coordinator": groups.COORDINATORS,
    }.get(kind)
    if role:
        user.groups.add(Group.objects.get(name=role.name))
    if kind in ("handler", "supervisor", "foreign"):
        union = make_union("kt" if kind == "foreign" else "tek")
        user.groups.add(groups.union_group(union, "supervisor" if kind == "supervisor" else "handler"))
    if kind == "superuser":
        user.is_superuser = True
        user.save()
    client.force_login(user)
    return client


def make_objects(slug: str, names: tuple[str, str]) -> dict[str, Any]:
    union = make_union(slug)
    ours = make_field(union)
    mentor = make_mentor(ours, name=names[1], email=f"{slug}.mentor@hidden.example")
    case = make_case(
        ours,
        state="paired",
        agreement="out",
        mentors=[mentor, make_mentor(ours)],
        name=names[0],
        email=f"{slug}.mentee@hidden.example",
        access_needs="A quiet room.",
    )
    participation = union.participations.get()
    common = {"participation": participation, "language": "en", "body": "Text", "version": 7}
    future = clock.now() + datetime.timedelta(days=30)
    link = links.link_for(case, mentee=case.mentee)
    mail = models.OutboxMessage.objects.create(
        union=union, case=case, event="test", mentee=case.mentee, address=case.mentee.email, subject="About a case"
    )
    models.ReadingLogEntry.objects.create(union=union, case=case, what="access needs")
    agreement = case.agreements.get()
    copy = models.SignatureUpload.objects.create(
        agreement=agreement,
        party=agreement.parties.get(role="mentee"),
        kind="scan",
        stored=files.store(union, f"{slug}-scan.png", PICTURE, "image/png"),
    )
    plan = models.PairingPlan.objects.create(union=union, status="ready")
    models.PlanRow.objects.create(plan=plan, case=case, first=mentor)
    asked = models.Proposal.objects.create(case=case, replaces=mentor, status="open", opened_at=clock.now())
    said = {"case": case, "mentee": case.mentee}
    models.Letter.objects.create(**said, circle="contact", body=f"{names[0]} asks.")
    models.Letter.objects.create(**said, circle="three", body="Nobody of the union reads this.")
    return {
        "concern": models.Concern.objects.create(**said, about="mentor", body="Comes late."),
        "concern_about_contact": models.Concern.objects.create(**said, about="contact", body="Never answers."),
        "feedback": models.Feedback.objects.create(**said, kind="first", fit="poor", given_at=clock.now()),
        "address_change": models.AddressChange.objects.create(
            mentee=case.mentee, old_email=case.mentee.email, new_email=f"{slug}.new@hidden.example", by_handler=True
        ),
        "plan": plan,
        "invitation": models.Invitation.objects.create(proposal=asked, mentor=make_mentor(ours), status="asked"),
        "agreement": agreement,
        "copy": copy,
        "key": keys.store_key(union, keys.make_key(union)),
        "union": union,
        "field": ours,
        "participation": participation,
        "mentor": mentor,
        "case": case,
        "link": link,
        "mail": mail,
        "file": agreement.document.stored,
        "document": agreement.document,
        "notice": models.Notice.objects.create(kind="cookies", in_force_from=future, **common),
        "agreement_text": models.AgreementText.objects.create(in_force_from=future, **common),
        "mail_text": models.MailText.objects.create(
            event="test", participation=participation, language="en", subject="S", body="B"
        ),
        "programme": participation.programme,
        "profession": ours.profession,
        "rule": models.RoutingRule.objects.get_or_create(programme=participation.programme, words=["engineer"])[0],
        "entry": models.IntakeEntry.objects.create(
            programme=participation.programme, reason="no_union", name=names[0], email=case.mentee.email
        ),
        "theme": models.MeetingTheme.objects.create(
            programme=participation.programme,
            participation=participation,
            number=1,
            titles={"en": "Own"},
            guides={"en": "<p>What to do</p>"},
        ),
    }


def make_world() -> World:
    """Return *ours* (tek) and *theirs* (kt) with everything in them, and a client for every kind of person."""
    groups.make_groups()
    load_notices()
    make_agreement_text()
    made = World()
    made.objects["tek"] = make_objects("tek", ("Xanthippe Tekinen", "Quintus Tekman"))
    made.objects["kt"] = make_objects("kt", ("Zenobia Keteläinen", "Wolfgang Ktman"))
    made.clients = {kind: make_person(kind) for kind in PEOPLE}
    return made


def address(made: dict[str, Any], name: str, what: str) -> str:
    """Return the address of a route for what one union has."""
    case = made["case"]
    arguments: dict[str, list[Any]] = {
        "": [],
        "case and link": [case.pk, made["link"].pk],
        "case and step": [case.pk, "end"],
        "plan and row": [made["plan"].pk, made["plan"].rows.get().pk],
        "case and copy": [case.pk, made["copy"].pk],
        "case, copy and side": [case.pk, made["copy"].pk, "sent"],
        "case and agreement": [case.pk, made["agreement"].pk],
        "case and invitation": [case.pk, made["invitation"].pk],
        "case and proposal": [case.pk, made["invitation"].proposal_id],
        "programme slug": ["mentoring"],
        "programme and union": ["mentoring", made["union"].slug],
        "field slugs": ["mentoring", made["union"].slug, "engineers"],
        "step of a draft": ["goals"],
        "bad token": ["x:y"],
        "case and meeting": [case.pk, 1],
        "meeting": [1],
        "case and mentor": [case.pk, made["mentor"].pk],
        "case and feedback": [case.pk, made["feedback"].pk],
        "kind": ["cookies"],
        "kind and union": ["cookies", made["union"].slug],
        "reference": [case.reference],
        "purpose": ["export"],
        "consent": ["follow_up"],
        "token": [links.token(made["link"])],
    }
    return reverse(name, args=arguments[what] if what in arguments else [made[what].pk])


# Whose words may stand in an answer to whom.
MAY_SEE = {"handler": {"tek"}, "supervisor": {"tek"}, "foreign": {"kt"}, "superuser": {"tek", "kt"}}


def leaks(world: World, kind: str, response: Any) -> list[str]:
    """Return the words in the answer that the person has no right to."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode(errors="replace")
    forbidden = {"tek", "kt"} - MAY_SEE.get(kind, set())
    return [word for union in sorted(forbidden) for word in world.secrets(union) if word in text]
