"""Short texts kept in one row per language code, for names that are no site content."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.sanitize import FEATURES, sanitize


def localized(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Return the text in ``language`` (default: the active one), else in English, else any, else ``""``."""
    return (texts or {}).get(language_of(texts, language), "")


def language_of(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Return the code of the language in which :func:`localized` gives the text, ``""`` when there is no text."""
    there = {code for code, text in (texts or {}).items() if text}
    wanted = language or get_language() or "en"
    candidates = (wanted, wanted.split("-")[0], "en", *(texts or {}))
    return next((code for code in candidates if code in there), "")


def language_name(code: str) -> str:
    """Return what the language ``code`` is called in the active language: "ruotsi" on a Finnish page.

    For running text. Where people choose a language, and in documents, it stands in its own language.
    """
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        # A language that Django does not know, as a site may add one.
        return own_name(code)
    # Both write languages small; the catalogues hold them as they stand alone.
    return name[:1].lower() + name[1:] if page_language() in {"fi", "sv"} else name


def own_name(code: str) -> str:
    """Return what the language ``code`` is called in itself: "suomi"."""
    return str(dict(conf.LANGUAGES).get(code, code))


def page_language() -> str:
    """Return the code of the active language without its region, "en" when none is active."""
    return (get_language() or "en").split("-")[0]


def served_language(code: str | None = None) -> str:
    """Return ``code`` (default: that of the page) where the programme serves the language, else "en"."""
    wanted = page_language() if code is None else code
    return wanted if wanted in dict(conf.LANGUAGES) else "en"


class LocalizedWidget(forms.MultiWidget):
    """One input per language, each labelled with the language's own name."""

    template_name = "wagtail_mentoring/programme/localized_widget.html"

    def __init__(self, widget: Callable[..., forms.Widget], attrs: dict[str, Any] | None = None) -> None:
        self.languages = list(conf.LANGUAGES)
        super().__init__({code: widget(attrs={"lang": code}) for code, _name in self.languages}, attrs)

    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        return [(value or {}).get(code, "") for code, _name in self.languages]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for subwidget, (code, language) in zip(context["widget"]["subwidgets"], self.languages, strict=True):
            subwidget["language"] = language
            subwidget["attrs"]["aria-label"] = language
            subwidget["attrs"]["lang"] = code
        return context


class LocalizedFormField(forms.MultiValueField):
    """A form field over :class:`LocalizedWidget`; the English text is required when the field is."""

    def __init__(
        self, *, widget: Callable[..., forms.Widget] = forms.TextInput, max_length: int | None = None, **kwargs: Any
    ) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        self.languages = list(conf.LANGUAGES)
        # The one that :func:`localized` falls back to; a site without English asks for its first language.
        codes = [code for code, _name in self.languages]
        least = "en" if "en" in codes else codes[0]
        required = kwargs.get("required", True)
        missing = {"incomplete": format_lazy(_("Write the text in {language}."), language=dict(self.languages)[least])}
        fields = [
            forms.CharField(required=required and code == least, max_length=max_length, error_messages=missing)
            for code in codes
        ]
        super().__init__(fields, require_all_fields=False, widget=LocalizedWidget(widget), **kwargs)

    def compress(self, values: list[str]) -> dict[str, str]:
        return {code: text for (code, _name), text in zip(self.languages, values or [], strict=False) if text}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or {}) != self.compress(list(data or []))


class LocalizedTextField(models.JSONField):
    """A text per language code: ``{"en": "Architects", "fi": "Arkkitehdit"}``."""

    description = _("A text in several languages")

    def __init__(self, *args: Any, long: bool = False, **kwargs: Any) -> None:
        self.long = long
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.long:
            kwargs["long"] = True
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        # Whatever widget or class an admin form would choose for JSON is not meant for this field.
        options = {key: value for key, value in kwargs.items() if key not in {"widget", "form_class"}}
        defaults = {"required": not self.blank, "label": capfirst(self.verbose_name), "help_text": self.help_text}
        options = defaults | options
        return LocalizedFormField(widget=forms.Textarea if self.long else forms.TextInput, **options)


def sanitized(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the rich texts reduced to what a document may have, without languages whose text is empty."""
    return {code: str(html) for code, text in texts.items() if (html := sanitize(text or ""))}


class LocalizedRichTextFormField(LocalizedFormField):
    """One rich text editor per language."""

    def compress(self, values: list[str]) -> dict[str, str]:
        """Return the texts sanitized. Raises ValidationError for links into the site, which would be lost."""
        if any("linktype=" in text for text in values or [] if text):
            raise forms.ValidationError(_("Write links with their full address, https://…: this text is also printed."))
        return sanitized(super().compress(values))

    def has_changed(self, initial: Any, data: Any) -> bool:
        # The editor writes the same HTML in other ways than a file does.
        return sanitized(initial or {}) != sanitized(super().compress(list(data or [])))


class LocalizedRichTextField(LocalizedTextField):
    """Rich text per language code, edited with Wagtail's editor. Whatever is saved is sanitized."""

    description = _("A rich text in several languages")

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        texts = sanitized(getattr(model_instance, self.attname) or {})
        setattr(model_instance, self.attname, texts)
        return texts

    def formfield(self, **kwargs: Any) -> Any:
        # Late: Wagtail's editors are there only when all apps are.
        from wagtail.admin.rich_text import get_rich_text_editor_widget

        def editor(attrs: dict[str, Any]) -> forms.Widget:
            widget: forms.Widget = get_rich_text_editor_widget(features=FEATURES)
            widget.attrs.update(attrs)
            return widget

        options = {key: value for key, value in kwargs.items() if key not in {"widget", "form_class"}}
        defaults = {"required": not self.blank, "label": capfirst(self.verbose_name), "help_text": self.help_text}
        return LocalizedRichTextFormField(widget=editor, **(defaults | options))


__all__ = [
    "LocalizedFormField",
    "LocalizedRichTextField",
    "LocalizedTextField",
    "LocalizedWidget",
    "language_name",
    "language_of",
    "localized",
    "own_name",
    "page_language",
    "served_language",
]
