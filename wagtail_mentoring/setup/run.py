"""Everything that a site begins with, in one call that may be repeated."""

from collections.abc import Callable

from django.db import transaction
from wagtail.models import Page

from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.keys import make_missing_keys
from wagtail_mentoring.messages.texts import Updated, load_default_texts, update_default_texts
from wagtail_mentoring.pages.models import ProgrammePage
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.routing import load_rules

from . import groups, programme, texts


@transaction.atomic
def set_up(say: Callable[[str], object]) -> None:
    """Make what is missing of groups, rights, programme, themes, texts and routing rules; ``say`` each in one line.

    What is there already stays as it is, so that it may run after every update.
    """
    made = groups.make_groups()
    say(f"Groups: {_made(len(made))} ({', '.join(role.name for role in groups.ROLES)}); their rights are in place.")
    say(_pages(groups.give_pages()))
    chosen, new = programme.default_programme()
    say(f"Programme: “{chosen}” {'was made' if new else 'is there'}.")
    say(f"Meeting themes: {_made(programme.load_themes(chosen))}.")
    say(f"Public texts (privacy notice and others): {_made(texts.load_notices())}.")
    say(f"Agreement texts: {_made(texts.load_agreement_texts())}.")
    say(f"E-mail texts: {_made(load_default_texts())}.{_updated(update_default_texts())}")
    say(_signing_keys())
    say(_rules(chosen.participations.count(), load_rules(chosen) if chosen.participations.exists() else 0))


def _made(number: int) -> str:
    return f"{number} made" if number else "nothing was missing"


def _updated(found: Updated) -> str:
    taken = f" {found.taken} that nobody had changed got the new words." if found.taken else ""
    own = (
        f" {found.own} with words of your own have a newer default: see E-mail texts in the admin." if found.own else ""
    )
    return taken + own


def _signing_keys() -> str:
    if conf.SIGNING_BACKEND != "local":
        return f"Signing keys: kept by “{conf.SIGNING_BACKEND}”, not here."
    made = make_missing_keys(Union.objects.all())
    names = f" ({', '.join(key.union.short for key in made)})" if made else ""
    return f"Signing keys: {_made(len(made))}{names}."


def _pages(pages: list[Page]) -> str:
    if ProgrammePage.objects.exists():
        return f"Pages: editors may write and publish {', '.join(f'“{page.title}”' for page in pages)} and all below."
    if pages:
        return (
            f"Pages: there is no programme page yet; editors may add one below “{pages[0].title}”. "
            "Run this again afterwards, so that they may publish everything below it."
        )
    return "Pages: there is no site yet. Make one (Settings → Sites), add a programme page, and run this again."


def _rules(unions: int, made: int) -> str:
    if unions:
        return f"Routing rules: {_made(made)}."
    return "Routing rules: no union takes part yet. Add unions and fields, then run this again for the default rules."
