"""What happens in the other rooms, and who gets a mail about it. Runs in the transaction of the cause."""

import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import Agreement, Party, SignatureUpload, UploadStatus
from wagtail_mentoring.agreements.parties import current_agreements
from wagtail_mentoring.agreements.signals import copy_waits
from wagtail_mentoring.applications.models import ApplicationDraft, IntakeEntry
from wagtail_mentoring.applications.signals import double_application, draft_saved_for_later, intake_received
from wagtail_mentoring.cases import facts
from wagtail_mentoring.cases.actors import Actor, current_mentors
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.cases.signals import case_moved, case_opened
from wagtail_mentoring.meetings.models import FeedbackKind, Meeting
from wagtail_mentoring.pairing.moves import current_members
from wagtail_mentoring.people.models import LinkPurpose, Mentor, PrivateLink
from wagtail_mentoring.people.signals import link_renewed, mentor_registered
from wagtail_mentoring.privacy.consents import consented
from wagtail_mentoring.privacy.models import ConsentKind
from wagtail_mentoring.workflows import CaseState, Role

from .addressing import to_all, to_contacts, to_mentee, to_mentor, to_person
from .calendars import CANCEL, holders, of_meeting, snapshot
from .meeting_receivers import ask_feedback, newly_asked
from .models import MailEvent, OutboxMessage
from .outbox import put
from .sentences import SIGN_LATER, SIGN_NOW

_UID = "wagtail_mentoring.messages.{}".format
#: Ways by which an application comes when the applicant has filled in the form: a channel of the application.
_BY_FORM = {"web", "intake"}


def _in_days(days: int) -> str:
    return (clock.today() + datetime.timedelta(days=days)).isoformat()


@receiver(case_opened, sender=Case, dispatch_uid=_UID("opened"))
def opened(sender: type[Case], case: Case, actor: Actor, **kwargs: Any) -> None:
    """The mentee gets a receipt; the union learns of an application that it did not write down itself."""
    answer_by = _in_days(case.participation.decision_days)
    application = getattr(case, "application", None)
    by_form = actor.role != Role.HANDLER or (application is not None and application.channel in _BY_FORM)
    event = MailEvent.APPLICATION_RECEIVED if by_form else MailEvent.REGISTERED_MENTEE
    to_mentee(event, case, answer_by_on=answer_by)
    if actor.role != Role.HANDLER:
        to_contacts(MailEvent.NEW_CASE, case, answer_by_on=answer_by)


@receiver(case_moved, sender=Case, dispatch_uid=_UID("moved"))
def moved(
    sender: type[Case],
    case: Case,
    step: str,
    source: CaseState,
    target: CaseState,
    data: dict[str, Any],
    **kwargs: Any,
) -> None:
    """A step that concerns the mentee or the mentors is told to them."""
    tell = _AFTER.get(step)
    if tell is not None:
        tell(case, data, source)
    if step == "record_meeting" or (target == CaseState.CLOSED and source != target):
        # What these have made the three be asked is told them with it, after what happened. No other step asks.
        ask_feedback(case)


def _accepted(case: Case, data: dict[str, Any], source: CaseState) -> None:
    to_mentee(MailEvent.ELIGIBLE, case, look_until_on=_in_days(case.participation.pairing_days))


def _refused(case: Case, data: dict[str, Any], source: CaseState) -> None:
    decision = case.decisions.first()
    to_mentee(MailEvent.NOT_ELIGIBLE, case, reason=decision.reason if decision else "")


def _paired(case: Case, data: dict[str, Any], source: CaseState) -> None:
    members = current_members(case)
    to_mentee(MailEvent.PAIRED_MENTEE, case, mentors=len(members))
    for member in members:
        to_mentor(MailEvent.PAIRED_MENTOR, case, member.mentor)


def _agreement_out(case: Case, data: dict[str, Any], source: CaseState) -> None:
    if "supplement_to" not in data:
        _to_parties(MailEvent.AGREEMENT_OUT, case, data)
        return
    _to_parties(MailEvent.SUPPLEMENT_OUT, case, data)
    # While a mentor was missing nobody could sign: whoever had not yet, can now.
    for party in _still_unsigned(case):
        if party.agreement_id != data["agreement"]:
            _to_party(MailEvent.AGREEMENT_OUT, case, party, **_of_file(party.agreement))


def _agreement_again(case: Case, data: dict[str, Any], source: CaseState) -> None:
    before = Agreement.objects.filter(case=case, superseded_at__isnull=False).order_by("-superseded_at", "-pk").first()
    _to_parties(MailEvent.AGREEMENT_AGAIN, case, data, reason=before.superseded_why if before else "")


def _to_parties(event: str, case: Case, data: dict[str, Any], **context: Any) -> None:
    """Write a mail to everyone who is asked to sign the agreement of ``data``, with its fingerprint."""
    agreement = Agreement.objects.select_related("text", "document").get(pk=data["agreement"])
    for party in Party.objects.filter(agreement=agreement).select_related("mentee", "mentor").order_by("pk"):
        _to_party(event, case, party, **_of_file(agreement), **context)


def _of_file(agreement: Agreement) -> dict[str, str]:
    return {"sha256": agreement.document.sha256, "text_language": agreement.text.language}


def _still_unsigned(case: Case) -> list[Party]:
    """Return who of the current pair must sign still, without those who have said that they do not want to."""
    waiting = Party.objects.needed().unsigned().filter(agreement__in=current_agreements(case), declined_at=None)
    waiting = waiting.exclude(uploads__status=UploadStatus.WAITING)
    return list(waiting.select_related("mentee", "mentor", "agreement__text", "agreement__document").order_by("pk"))


def _to_party(event: str, case: Case, party: Party, **context: Any) -> None:
    person = party.mentee or party.mentor
    # The contact person, who signs in the admin, is neither.
    if person is not None:
        to_person(event, case, person, **context)


def _perhaps_all_signed(case: Case, data: dict[str, Any], source: CaseState) -> None:
    """Tell everybody when all have signed: once for the same agreement and supplements, by whatever step."""
    known = facts.gather(case)
    if known.unsigned or not known.agreement_out:
        return
    about = {"agreements": ",".join(str(agreement.pk) for agreement in current_agreements(case))}
    told = OutboxMessage.objects.filter(case=case, event=MailEvent.AGREEMENT_SIGNED)
    if not told.filter(context__agreements=about["agreements"]).exists():
        to_all(MailEvent.AGREEMENT_SIGNED, case, **about)


def _copy_refused(case: Case, data: dict[str, Any], source: CaseState) -> None:
    """Whoever sent the copy reads why it was not taken, if still taking part."""
    upload = SignatureUpload.objects.select_related("party__mentee", "party__mentor").get(pk=data["upload"])
    party = upload.party
    mentors = {member.mentor_id for member in current_members(case)}
    if party is not None and (party.mentor_id is None or party.mentor_id in mentors):
        _to_party(MailEvent.COPY_REFUSED, case, party, reason=upload.reason)


def _declined(case: Case, data: dict[str, Any], source: CaseState) -> None:
    role = Party.objects.values_list("role", flat=True).get(pk=data["party"])
    to_contacts(MailEvent.DECLINED, case, role=role)


def _mentor_replaced(case: Case, data: dict[str, Any], source: CaseState) -> None:
    """The one who left is thanked, the one who joins welcomed; the others learn the name if it may be shown to them."""
    left, joined = Mentor.objects.get(pk=data["left"]), Mentor.objects.get(pk=data["joined"])
    declined = Party.objects.filter(agreement__case=case, mentor=left, declined_at__isnull=False).exists()
    planned = Meeting.objects.filter(case=case).coming(clock.now()).first()
    had_it = planned is not None and left in holders(case, planned)
    calendar = snapshot(planned, CANCEL) if planned is not None and had_it else None
    put(MailEvent.MENTOR_LEFT, to=left, case=case, context={"declined": declined}, calendar=calendar)
    to_mentor(MailEvent.PAIRED_MENTOR, case, joined)
    if planned is not None:
        to_mentor(MailEvent.MEETING_PLANNED, case, joined, **of_meeting(planned))
    when = SIGN_NOW if facts.gather(case).agreement_out else SIGN_LATER
    to_sign = {(party.mentee_id, party.mentor_id): when for party in _still_unsigned(case)}
    name = _name_for(joined, ConsentKind.SHOWN_TO_MENTEE)
    to_mentee(MailEvent.MENTOR_JOINED, case, new_mentor=name, to_sign=to_sign.get((case.mentee_id, None), ""))
    for member in current_members(case):
        if member.mentor_id != joined.pk:
            name = _name_for(joined, ConsentKind.SHOWN_TO_PARTNER)
            part = to_sign.get((None, member.mentor_id), "")
            to_mentor(MailEvent.MENTOR_JOINED, case, member.mentor, new_mentor=name, to_sign=part)
    _perhaps_all_signed(case, data, source)


def _name_for(mentor: Mentor, kind: ConsentKind) -> str:
    """Return the mentor's name where the mentor has agreed that it is shown, else ``""``."""
    return mentor.called if "name" in consented([mentor], kind).get(mentor.pk, ()) else ""


def _planned(case: Case, data: dict[str, Any], source: CaseState) -> None:
    """Whoever planned or moved it gets the mail too: it puts the meeting into the calendar."""
    to_all(MailEvent.MEETING_PLANNED, case, **of_meeting(Meeting.objects.get(pk=data["meeting"])))


def _back(case: Case, data: dict[str, Any], source: CaseState) -> None:
    to_mentee(MailEvent.NEW_MENTORS, case)


def _ended(case: Case, data: dict[str, Any], source: CaseState) -> None:
    """The end, and the question how it was, in one mail. Also to who is asked though the pair has ended before."""
    asked = {row.mentee or row.mentor for row in newly_asked(case, (FeedbackKind.END,))}
    to_mentee(MailEvent.CLOSED, case, **_how_it_was(case.mentee in asked))
    current = list(current_mentors(case))
    for mentor in current:
        to_mentor(MailEvent.CLOSED, case, mentor, **_how_it_was(mentor in asked))
    for person in asked - {case.mentee, *current}:
        if isinstance(person, Mentor):
            to_mentor(MailEvent.CLOSED, case, person, **_how_it_was(True))


def _how_it_was(asked: bool) -> dict[str, bool]:
    return {"feedback": True} if asked else {}


def _withdrawn(case: Case, data: dict[str, Any], source: CaseState) -> None:
    _ended(case, data, source)
    to_contacts(MailEvent.MENTEE_WITHDREW, case)


def _reopened(case: Case, data: dict[str, Any], source: CaseState) -> None:
    to_all(MailEvent.REOPENED, case)


_AFTER = {
    "accept": _accepted,
    "refuse": _refused,
    "pair": _paired,
    "send_agreement": _agreement_out,
    "reissue": _agreement_again,
    "sign": _perhaps_all_signed,
    "confirm_signature": _perhaps_all_signed,
    "record_paper": _perhaps_all_signed,
    "sign_as_contact": _perhaps_all_signed,
    "reject_signature": _copy_refused,
    "decline": _declined,
    "replace_mentor": _mentor_replaced,
    "plan_meeting": _planned,
    "go_back": _back,
    "complete": _ended,
    "end": _ended,
    "withdraw": _withdrawn,
    "reopen": _reopened,
}


@receiver(copy_waits, dispatch_uid=_UID("copy_waits"))
def copy_came(sender: Any, upload: SignatureUpload, case: Case, **kwargs: Any) -> None:
    """The union learns that a signed or scanned copy waits for a look."""
    about = {"role": upload.party.role if upload.party else "", "kind": str(upload.kind)}
    to_contacts(MailEvent.COPY_WAITS, case, **about)


@receiver(draft_saved_for_later, dispatch_uid=_UID("draft"))
def draft_saved(sender: Any, draft: ApplicationDraft, address: str, link: PrivateLink, **kwargs: Any) -> None:
    """The applicant gets the link with which the unfinished application is resumed."""
    union = draft.field.participation.union if draft.field else None
    until = {"until_on": timezone.localdate(draft.expires_at).isoformat()}
    put(MailEvent.DRAFT_LINK, to=address, union=union, language=draft.language, link=link, context=until)


@receiver(double_application, dispatch_uid=_UID("double"))
def applied_twice(sender: Any, case: Case, **kwargs: Any) -> None:
    """The page reveals nothing; the person who applied before reads it in the mail."""
    to_mentee(MailEvent.APPLICATION_DOUBLE, case)


@receiver(intake_received, dispatch_uid=_UID("intake"))
def kept_in_queue(sender: Any, entry: IntakeEntry, **kwargs: Any) -> None:
    """The applicant for whom no union is open now gets a receipt."""
    put(MailEvent.INTAKE_RECEIVED, to=entry.email, language=entry.language, context={"name": entry.name})


@receiver(link_renewed, dispatch_uid=_UID("renewed"))
def link_made_anew(sender: Any, link: PrivateLink, **kwargs: Any) -> None:
    """The new address goes to the person, at the stored address."""
    if link.purpose in (LinkPurpose.CASE, LinkPurpose.MENTOR):
        send_link(link)


def send_link(link: PrivateLink) -> None:
    """Write a mail that brings the person of a private link its address, to the stored e-mail address.

    The link may be of a case or of a mentor's own page. That of an invitation comes with the reminder of it.
    """
    person = link.mentee or link.mentor
    if person is None or link.purpose == LinkPurpose.INVITATION:
        raise ValueError("This link belongs to an application or an invitation, not to a person.")
    if link.purpose == LinkPurpose.MENTOR:
        put(MailEvent.FRESH_MENTOR_LINK, to=person, union=person.union, link=link)
    else:
        put(MailEvent.FRESH_LINK, to=person, case=link.case, link=link)


@receiver(mentor_registered, dispatch_uid=_UID("mentor"))
def mentor_added(sender: Any, mentor: Mentor, **kwargs: Any) -> None:
    """A mentor whom the contact person has registered gets the privacy notice."""
    put(MailEvent.REGISTERED_MENTOR, to=mentor, union=mentor.union)
