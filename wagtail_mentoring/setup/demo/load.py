"""Loads the whole demo, in one transaction: it is there, or it is not."""

import datetime
from collections.abc import Callable
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.agreements.models import AgreementText
from wagtail_mentoring.agreements.record import make_due_records
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.keys import make_missing_keys
from wagtail_mentoring.messages.delivery import deliver
from wagtail_mentoring.messages.models import OutboxMessage
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.privacy.models import Notice
from wagtail_mentoring.programme.models import ProfessionalField, Programme, Union

from ..groups import give_pages
from ..programme import default_programme
from ..run import set_up
from . import living
from .mentors import arrange, away, load_mentors, load_more_mentors, rest, say_still_true, sign_ups
from .pages import load_pages
from .stories import QUEUED, STORIES, TECHNOLOGY, queue
from .unions import PAUSED, load_unions
from .users import load_users

SEED = 2017
#: Days before today on which the demo's programme began.
BEGAN = 400


class NotADemo(Exception):
    """The demo was asked for on a site that holds data of its own, or is not marked as a demonstration."""


def is_loaded() -> bool:
    """Return whether the demo is there."""
    return Union.objects.filter(slug="tek").exists() and Case.objects.exists()


def load(say: Callable[[str], object]) -> bool:
    """Load the demo unless it is there; return whether it was loaded. Takes less than a minute.

    Raises :class:`NotADemo` where mixing it with what is there could do harm; then nothing was changed.
    """
    if is_loaded():
        return False
    if not conf.DEMO:
        raise NotADemo('The demo is loaded only where WAGTAIL_MENTORING["DEMO"] is True. Never on a real site.')
    if Union.objects.exists() or Case.objects.exists():
        raise NotADemo("This site has unions of its own. The demo is loaded into an empty database only.")
    # One random number after the other, in an order that nothing else may disturb.
    random = Random(SEED)  # noqa: S311 - names and ages, no secrets
    with transaction.atomic():
        set_up(lambda line: None)
        programme, _made = default_programme()
        fields = load_unions(programme)
        if conf.SIGNING_BACKEND == "local":
            # Before the first agreement of the demo was issued.
            with clock.at(timezone.now() - datetime.timedelta(days=BEGAN)):
                make_missing_keys(Union.objects.all())
        set_up(lambda line: None)  # the routing rules, now that there are unions
        load_pages(programme, fields)
        give_pages()
        handlers = load_users()
        _backdate(timezone.now() - datetime.timedelta(days=BEGAN))
        with clock.at(timezone.now() - datetime.timedelta(days=BEGAN - 1)):
            load_mentors(fields, random)
            engineers = load_more_mentors(fields[TECHNOLOGY])
            arrange(engineers, handlers[fields[TECHNOLOGY].participation.union.slug])
        say(f"{Union.objects.count()} unions, {len(fields)} fields with their pages, {Mentor.objects.count()} mentors.")
        _live(programme, fields, handlers, random)
        rest(fields)
        away(engineers, fields[TECHNOLOGY])
        say_still_true()
        say(f"{Case.objects.count()} cases, {OutboxMessage.objects.count()} mails.")
    return True


def _backdate(moment: datetime.datetime) -> None:
    """Put the shipped texts in force when the demo's programme began, so that its first applicants find them."""
    for model in (Notice, AgreementText):
        model.objects.filter(participation__isnull=True).update(in_force_from=moment, changed_at=moment)


def _live(programme: Programme, fields: dict[str, ProfessionalField], handlers: dict[str, Any], random: Random) -> None:
    """Let everything happen in the order of time, so that references, mails and histories follow it."""
    lives = [
        living.Life(
            story,
            number,
            fields.get(story.field),
            handlers[fields[story.field].participation.union.slug] if story.field else None,
            Random(random.random()),  # noqa: S311
        )
        for number, story in enumerate((*STORIES, *QUEUED, *queue()))
    ]
    happening = [event for life in lives for event in living.events(programme, life)]
    engineers = fields[TECHNOLOGY]
    signing_up = sign_ups(engineers, handlers[engineers.participation.union.slug])
    happening += [living.Event(living.at_hour(age, random, 10, 20), do) for age, do in signing_up]
    delivered = 0
    for event in sorted(happening, key=lambda event: event.at):
        with clock.at(event.at):
            event.do()
            # At their own time, not when all is committed.
            make_due_records()
            for pk in OutboxMessage.objects.filter(pk__gt=delivered).order_by("pk").values_list("pk", flat=True):
                # The demo is one transaction, and writes to nobody.
                deliver(pk, durable=False)
                delivered = pk


__all__ = ["PAUSED", "NotADemo", "is_loaded", "load"]
