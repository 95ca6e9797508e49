"""Template tags of mails."""

from django import template

from wagtail_mentoring.messages.compose import Piece, pieces

register = template.Library()


@register.filter
def mail_pieces(line: str) -> list[Piece]:
    """Return a line of a mail in parts, with the addresses in it as links."""
    return pieces(line)
