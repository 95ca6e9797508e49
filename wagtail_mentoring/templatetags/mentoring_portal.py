"""Template tags of the private pages."""

import datetime

from django import template
from django.utils.translation import gettext as _

from wagtail_mentoring.agreements.models import Signature, SignatureMethod
from wagtail_mentoring.portal import shown
from wagtail_mentoring.programme import dates

register = template.Library()


@register.filter
def long_day(moment: datetime.date) -> str:
    """Return the day with its weekday, in the active language."""
    return dates.long_day(moment)


@register.filter
def on_day(moment: datetime.date) -> str:
    """Return the day with its weekday as it stands after "on", in the active language."""
    return dates.on_day(moment)


@register.filter
def on_day_and_year(moment: datetime.date) -> str:
    """Return the day with its weekday and year as it stands after "on", in the active language."""
    return dates.on_day(moment, year=True)


@register.filter
def weekday_and_day(moment: datetime.date) -> str:
    """Return the short day with its weekday, in the active language."""
    return dates.weekday_and_day(moment)


@register.filter
def clock_time(moment: datetime.datetime) -> str:
    """Return the local time of day."""
    return dates.clock_time(moment)


@register.filter
def initials(name: str) -> str:
    """Return the initials of a name."""
    return shown.initials(name)


@register.filter
def signed_how(signature: Signature) -> str:
    """Return in plain words how somebody has signed. What the certificate says is in the signing record."""
    return {
        SignatureMethod.TYPED: _("Here on the page, with a code"),
        SignatureMethod.ACCOUNT: _("Here on the site"),
        SignatureMethod.CERTIFICATE: _("With a certificate, in the file"),
        SignatureMethod.PAPER: _("On paper, confirmed by the contact person"),
    }[SignatureMethod(signature.method)]
