"""Reduce rich text to the few elements that an agreement or a notice needs.

Used before a text is stored, shown on a page or printed. What an editor pastes from elsewhere keeps its words and
its structure and loses everything else: scripts, forms, tables (a large ``colspan`` can hold up the layout for
a long time), pictures, styles, and links to anything but web and mail addresses.
"""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = frozenset({"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "br"})
#: The same for Wagtail's rich text editor: what it may offer.
FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]
URL_SCHEMES = frozenset({"http", "https", "mailto"})

# Other ways to say the same; editors produce <b>, <i> and too large or too small headings.
_SAME_AS = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
_SAME_TAG = re.compile(rf"<(/?)({'|'.join(_SAME_AS)})>")
# Their words are not meant for a reader, so they go with their content.
_SILENT = {
    "script", "style", "template", "noscript", "title", "head", "select", "textarea", "button", "iframe", "object",
    "svg", "math",
}  # fmt: skip
_ABSOLUTE = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_EMPTY = re.compile(r"<(h2|h3|p|li|strong|em)>(?:\s|&nbsp;|<br>)*</\1>")


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    # nh3 lets relative addresses through; in a document they lead nowhere.
    return value if _ABSOLUTE.match(value.strip()) else None


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        clean_content_tags=_SILENT,
        attributes={"a": {"href"}},
        attribute_filter=_attribute,
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


def sanitize(html: str) -> SafeString:
    """Return the HTML with allowed elements only (see TAGS), balanced and safe to insert in a page or document."""
    tidy = _clean(html, set(TAGS | _SAME_AS.keys()))
    # After the first pass these tags carry no attributes, so that a plain replacement is exact; the second pass
    # stands behind it all the same.
    tidy = _SAME_TAG.sub(lambda match: f"<{match[1]}{_SAME_AS[match[2]]}>", tidy)
    tidy = _clean(tidy, set(TAGS))
    previous = None
    while previous != tidy:
        previous, tidy = tidy, _EMPTY.sub("", tidy)
    return mark_safe(tidy.strip())  # noqa: S308 - cleaned by nh3 in the line above
