"""A new e-mail address: confirmed from the old one and then from the new one, or by the contact person.

Whoever can change the address can have every later link and code. So the page asks a code from the old address before
:func:`ask`, and :func:`confirm` takes one that went to the new address. Who cannot read the old one asks the contact
person, who decides with :func:`decide`, or writes another one into the admin: :func:`correct`. Once it is changed,
every private link that stood in older mails is made anew, and whoever had opened one must open the new one.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wagtail_mentoring import clock
from wagtail_mentoring.programme.rights import may_handle
from wagtail_mentoring.workflows import StepRefused

from . import codes, links
from .models import AddressChange, LinkPurpose, OneTimeCode, PrivateLink
from .signals import address_asked, address_changed, link_renewed
from .whose import Someone, key_of, of_person

#: So often is it tried again when the person asks several times at the same moment.
_MOST_TRIES = 10
#: The links that stand in mails.
_IN_MAILS = (LinkPurpose.CASE, LinkPurpose.MENTOR, LinkPurpose.INVITATION)


def open_change(person: Someone) -> AddressChange | None:
    """Return the change that ``person`` has asked for and that is not decided."""
    return AddressChange.objects.filter(**of_person(person), done_at=None, refused_at=None).first()


def code_purpose(change: AddressChange) -> str:
    """Return for what a code to the new address is made: for this change alone, so that no other one can use it."""
    return f"address:{change.pk}"


@transaction.atomic
def ask(person: Someone, email: str, *, by_handler: bool = False) -> AddressChange:
    """Write down that ``person`` wants ``email``; what was asked before and is open counts no more.

    The caller has seen a code from the old address, unless ``by_handler``: then the contact person is told, and
    decides. Raises :class:`StepRefused` for the address that the person has already.
    """
    for _try in range(_MOST_TRIES):
        # Waits for a change that is being confirmed; what is read after it is the address that counts.
        cancel(person)
        person.refresh_from_db(fields=["email"])
        if email.casefold() == person.email.casefold():
            message = _("This is the address that we have already.")
            raise StepRefused(message, {"email": message})
        moment = clock.now()
        try:
            with transaction.atomic():
                change = AddressChange.objects.create(
                    **of_person(person),
                    old_email=person.email,
                    new_email=email,
                    by_handler=by_handler,
                    asked_at=moment,
                    allowed_at=None if by_handler else moment,
                )
            break
        except IntegrityError:
            # The same person has asked for another one at the same moment, on another device or by a double press.
            continue
    else:
        raise StepRefused(_("You have asked for an address on several devices at once. Try again."))
    if by_handler:
        address_asked.send(AddressChange, change=change, person=person)
    return change


def cancel(person: Someone) -> int:
    """End what ``person`` has asked for and what is open; return how many that were."""
    found = AddressChange.objects.filter(**of_person(person), done_at=None, refused_at=None)
    return found.update(refused_at=clock.now())


@transaction.atomic
def confirm(person: Someone, code: OneTimeCode) -> AddressChange:
    """Change the address, ``code`` being a checked one that went to the new address.

    Raises :class:`StepRefused` when nothing is asked for any more, when the address was changed in another way since,
    and when the code is for something else or used.
    """
    change = AddressChange.objects.select_for_update(of=("self",)).filter(
        **of_person(person), by_handler=False, allowed_at__isnull=False, done_at=None, refused_at=None
    )
    found = change.first()
    if found is None or code.purpose != code_purpose(found):
        raise StepRefused(_("You have not asked for this address, or you have asked for another one since."))
    if not _from_this_address(found, person):
        raise StepRefused(_("Your address was changed in another way since. Ask for the new one again."))
    try:
        codes.use(code)
    except codes.CodeRefused as error:
        raise StepRefused(str(error), {"code": str(error)}) from error
    _change(found, person)
    return found


@transaction.atomic
def decide(change_id: int, user: Any, *, accept: bool) -> AddressChange:
    """Let the contact person ``user`` change the address, or refuse it.

    Raises :class:`StepRefused` when ``user`` does not handle the person's union, when the contact person was not asked,
    when it is decided already, and to accept what was asked of another address than that of now;
    ``AddressChange.DoesNotExist``.
    """
    rows = AddressChange.objects.select_for_update(of=("self",)).select_related("mentee__union", "mentor__union")
    change = rows.get(pk=change_id)
    person = change.person
    if person is None or not may_handle(user, person.union_id):
        raise StepRefused(_("You do not handle the mentorings of this union."))
    if not change.by_handler or change.done_at or change.refused_at:
        raise StepRefused(_("This is decided already, or the person has asked for another address since."))
    if accept and not _from_this_address(change, person):
        raise StepRefused(
            _("The address was changed in another way since. Refuse this, and ask the person which address is right.")
        )
    change.decided_by = user
    if accept:
        _change(change, person)
    else:
        change.refused_at = clock.now()
        change.save(update_fields=["refused_at", "decided_by"])
    return change


@transaction.atomic
def correct(person: Someone, email: str, user: Any) -> AddressChange | None:
    """Write ``email``, which the contact person ``user`` has typed into the admin; None for the address as it is.

    Does everything that :func:`decide` does; what the person, or somebody with a stolen link, had asked for is over.
    Whether ``user`` may edit the person is for the caller to know.
    """
    if person.email == email:
        return None
    # Waits for a change that is being confirmed; what is read after it is the address that counts.
    cancel(person)
    person.refresh_from_db(fields=["email"])
    if email.casefold() == person.email.casefold():
        # The same mailbox in other capitals: nobody else could have read what went there.
        person.email = email
        person.save(update_fields=["email"])
        return None
    moment = clock.now()
    change = AddressChange.objects.create(
        **of_person(person),
        old_email=person.email,
        new_email=email,
        by_handler=True,
        asked_at=moment,
        done_at=moment,
        decided_by=user,
    )
    _change(change, person)
    return change


def _from_this_address(change: AddressChange, person: Someone) -> bool:
    """Return whether ``change`` was asked while ``person`` had the address of now, which is read anew."""
    person.refresh_from_db(fields=["email"])
    return change.old_email.casefold() == person.email.casefold()


def _change(change: AddressChange, person: Someone) -> None:
    """Write the new address, make the links in older mails worthless, and tell about it."""
    change.done_at = clock.now()
    change.save(update_fields=["done_at", "decided_by"])
    person.email = change.new_email
    # First the cases, whose rows the receivers lock, then the person: in this order as everywhere.
    address_changed.send(AddressChange, change=change, person=person)
    person.save(update_fields=["email"])
    _renew_links(person)


def _renew_links(person: Someone) -> None:
    """Make every link of ``person`` that still works anew, and have those sent that are of use; end the calendar's."""
    links.stop_calendar(person)
    found = PrivateLink.objects.working().filter(**of_person(person), purpose__in=_IN_MAILS)
    for link in found.select_related("case__mentee", "mentee", "mentor__union").order_by("pk"):
        links.renew(link)
        # A mentoring that is over can still be read, downloaded and answered about, until it is erased.
        if link.case is None or link.case.anonymised_at is None:
            # The mail goes to the person as it is now.
            setattr(link, key_of(person)[0], person)
            link_renewed.send(PrivateLink, link=link)
