"""Importing mentors from a sheet: chosen, looked at row by row, and then written exactly as shown."""

import json
import secrets
import zlib
from dataclasses import asdict
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_mentoring.applications.validation import refuse_control_characters, refuse_identity_code
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.checking.found import FileRefused
from wagtail_mentoring.documents.checking.tables import CellFault, Table, read_table
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.workers import call
from wagtail_mentoring.encryption import keys
from wagtail_mentoring.people.sheets import template
from wagtail_mentoring.people.sheets.plan import SheetPlan, SheetRefused, make_plan
from wagtail_mentoring.people.sheets.writing import PlanChanged, import_sheet
from wagtail_mentoring.privacy.limits import allowed
from wagtail_mentoring.privacy.uploads import MemoryFileField
from wagtail_mentoring.programme.models import Union
from wagtail_mentoring.programme.rights import unions_for

from .base import MentorsScreen

#: How long a sheet that was looked at can be imported, and how long looking at one may take, in seconds.
KEPT_SECONDS = 60 * 60
LOOKING_SECONDS = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Why nothing of a file can be read.
REFUSED: dict[str, Any] = {
    "empty": gettext_lazy("There is nothing in this file. Choose another one."),
    "not_a_table": gettext_lazy("This is neither a CSV file nor an XLSX workbook. Save the sheet as one of these."),
    "old_excel": gettext_lazy(
        "This is a workbook of an old form (.xls), or one with a password. Save it as XLSX without a password."
    ),
    "open_document": gettext_lazy("This is an OpenDocument sheet. Save it as XLSX or CSV."),
    "damaged": gettext_lazy(
        "This workbook is damaged and cannot be read. Open it, save it anew as XLSX, and try again."
    ),
    "encrypted": gettext_lazy("This workbook has a password. Save it without one."),
    "too_heavy": gettext_lazy(
        "This workbook holds far more than a list of people. Copy the rows into the template, and choose that."
    ),
    "too_many_rows": gettext_lazy(
        "The sheet has too many rows: at most %(most)s mentors at a time. Divide it, and delete empty rows at its end."
    ),
    "too_many_columns": gettext_lazy("The sheet has too many columns: at most %(most)s. Delete those not needed."),
    "quotes": gettext_lazy(
        "The quotation marks in line %(line)s do not close. Mend that line, or save the sheet as XLSX."
    ),
    "encoding": gettext_lazy("The letters of this file cannot be read. Save it as “CSV UTF-8”, or as XLSX."),
    "no_headings": gettext_lazy(
        "The first row must hold the headings of the columns. Download the template to see them."
    ),
    "no_rows": gettext_lazy("The sheet has headings and no rows under them. Add the mentors."),
}


def check_text(text: str) -> None:
    """Raise ValidationError for a text with a personal identity code or signs that nobody can see."""
    refuse_control_characters(text)
    refuse_identity_code(text)


class SheetForm(forms.Form):
    """A sheet, and the union whose mentors it holds."""

    union = forms.ModelChoiceField(
        label=gettext_lazy("Union"),
        queryset=Union.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": gettext_lazy("Choose the union.")},
    )
    sheet = MemoryFileField(
        label=gettext_lazy("Sheet"),
        help_text=gettext_lazy("A CSV file, or an XLSX workbook whose first sheet holds the mentors."),
        widget=forms.FileInput(attrs={"accept": f".csv,.xlsx,text/csv,{XLSX}"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unions = unions_for(user, handle=True).order_by("short")
        chosen: Any = self.fields["union"]
        chosen.queryset = unions
        first_two = list(unions[:2])
        if len(first_two) == 1:
            chosen.initial = first_two[0].pk
            chosen.widget = forms.HiddenInput()


def looked_at(content: bytes) -> Table:
    """Return the table in ``content``, read in a limited process. Raises :class:`SheetRefused`."""
    try:
        return call(read_table, content, pool="check", seconds=LOOKING_SECONDS)
    except FileRefused as refused:
        raise SheetRefused(str(REFUSED[refused.code]) % dict(refused.values)) from refused
    except DocumentRenderError as error:
        raise SheetRefused(str(error)) from error


def keep(user: Any, union: Union, table: Table) -> str:
    """Keep a table for an hour, sealed, and return the word under which ``user`` finds it again."""
    word = secrets.token_urlsafe(24)
    packed = zlib.compress(json.dumps({"union": union.pk, "table": asdict(table)}).encode())
    cache.set(_key(user, word), keys().encrypt(packed), KEPT_SECONDS)
    return word


def kept(user: Any, word: str) -> tuple[int, Table] | None:
    """Return the union (key) and the table that ``user`` has kept under ``word``; None when it is gone."""
    sealed = cache.get(_key(user, word)) if word.isascii() and word.isprintable() and len(word) < 60 else None
    if sealed is None:
        return None
    try:
        told = json.loads(zlib.decompress(keys().decrypt(sealed)))
    except (InvalidToken, zlib.error, ValueError):
        return None
    table = told["table"]
    return told["union"], Table(
        tuple(table["headings"]),
        tuple((number, tuple(cells)) for number, cells in table["rows"]),
        tuple(CellFault(**fault) for fault in table["faults"]),
        table["guessed"],
        table["hidden"],
    )


def forget(user: Any, word: str) -> None:
    """Forget what was kept under ``word``."""
    cache.delete(_key(user, word))


def _key(user: Any, word: str) -> str:
    return f"mentoring-sheet-{user.pk}-{word.replace(' ', '')}"


class ImportScreen(MentorsScreen):
    """A screen of the import, for those who may add mentors and change them."""

    page_title = gettext_lazy("Import mentors from a sheet")
    header_icon = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not (request.user.is_superuser or request.user.has_perm("wagtail_mentoring.add_mentor")):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ImportSheet(ImportScreen):
    """A sheet is chosen; sent, it is looked at and shown, and nothing is written."""

    template_name = "wagtail_mentoring/desk/mentors/import.html"

    def page(self, form: SheetForm) -> HttpResponse:
        unions = list(unions_for(self.request.user, handle=True).order_by("short"))
        return self.respond(
            form=form,
            media=form.media,
            action_url=self.request.path,
            form_is_multipart=True,
            submit_button_label=_("Look at the sheet"),
            submit_button_active_label=_("Looking…"),
            unions=unions,
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(SheetForm(user=request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SheetForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self.page(form)
        if not allowed(conf.LIMIT_UPLOAD, "mentor-sheet", "user", request.user.pk):
            form.add_error("sheet", _("You have sent too many sheets. Try again in an hour."))
            return self.page(form)
        union = form.cleaned_data["union"]
        try:
            table = looked_at(form.cleaned_data["sheet"])
            plan = make_plan(union, table, check_text)
        except SheetRefused as refused:
            for sentence in refused.sentences:
                form.add_error("sheet", sentence)
            return self.page(form)
        return shown(self, union, table, plan, keep(request.user, union, table))


class RunImport(ImportScreen):
    """Writes what was shown. When that is not what would be written any more, it is shown anew."""

    template_name = "wagtail_mentoring/desk/mentors/import_plan.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(reverse("mentoring_mentor:import"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        word = request.POST.get("word", "")
        found = kept(request.user, word)
        if found is None:
            messages.warning(request, _("This sheet is not here any more. Choose it again; nothing was written."))
            return redirect(reverse("mentoring_mentor:import"))
        # Asked again: a grant may have been taken back since.
        union = get_object_or_404(unions_for(request.user, handle=True), pk=found[0])
        try:
            done = import_sheet(union, found[1], request.POST.get("digest", ""), request.user, check_text)
        except PlanChanged as changed:
            return shown(self, union, found[1], changed.plan, word, again=True)
        forget(request.user, word)
        messages.success(request, done_words(done.new, done.updated))
        return redirect(reverse("mentoring_mentors:index"))


def shown(
    screen: ImportScreen, union: Union, table: Table, plan: SheetPlan, word: str, *, again: bool = False
) -> HttpResponse:
    """Return the page that shows what an import would do, row by row."""
    screen.template_name = RunImport.template_name
    new, changed = len(plan.of("new")), len(plan.of("update"))
    wrong = plan.of("error")
    return screen.respond(
        union=union,
        plan=plan,
        groups=[
            ("error", _("Rows with errors"), wrong),
            ("new", _("New mentors"), plan.of("new")),
            ("update", _("Mentors who change"), plan.of("update")),
            ("unchanged", _("Nothing changes"), plan.of("unchanged")),
        ],
        wrong=len(wrong),
        writes=new + changed,
        guessed=table.guessed,
        hidden=ngettext(
            "%(number)s row is hidden in the sheet, and was read like the others. Look whether it belongs there.",
            "%(number)s rows are hidden in the sheet, and were read like the others. Look whether they belong there.",
            table.hidden,
        )
        % {"number": table.hidden}
        if table.hidden
        else "",
        again=again,
        word=word,
        submit_button_label=button_words(new, changed),
        after=after_words(plan),
    )


def button_words(new: int, changed: int) -> str:
    """Return what the button says: how many mentors are written."""
    number = new + changed
    return ngettext("Import %(number)s mentor", "Import %(number)s mentors", number) % {"number": number}


def after_words(plan: SheetPlan) -> list[str]:
    """Return what the import will do, in sentences."""
    new, changed, wrong = plan.of("new"), plan.of("update"), plan.of("error")
    told = []
    if new:
        sentence = ngettext(
            "%(number)s new mentor is written and gets a mail with the privacy notice.",
            "%(number)s new mentors are written, and each gets a mail with the privacy notice.",
            len(new),
        )
        told.append(sentence % {"number": len(new)})
    unconfirmed = sum(not row.values.get("membership_confirmed_on") for row in new)
    if unconfirmed:
        sentence = ngettext(
            "%(number)s of them has no day on which the membership was confirmed, and is offered for no case yet.",
            "%(number)s of them have no day on which the membership was confirmed, and are offered for no case yet.",
            unconfirmed,
        )
        told.append(sentence % {"number": unconfirmed})
    unshown = sum(not row.values.get("shown_to_mentee") for row in new)
    if unshown:
        sentence = ngettext(
            "%(number)s of them has not agreed to be shown to a mentee, and is offered for no case yet.",
            "%(number)s of them have not agreed to be shown to a mentee, and are offered for no case yet.",
            unshown,
        )
        told.append(sentence % {"number": unshown})
    if changed:
        sentence = ngettext(
            "%(number)s mentor is changed as shown.", "%(number)s mentors are changed as shown.", len(changed)
        )
        told.append(sentence % {"number": len(changed)})
    if wrong:
        sentence = ngettext(
            "%(number)s row with an error is left out.", "%(number)s rows with errors are left out.", len(wrong)
        )
        told.append(sentence % {"number": len(wrong)})
    told.append(_("All of it is written, or nothing."))
    return told


def done_words(new: int, changed: int) -> str:
    """Return what the import has done."""
    told = ngettext("%(number)s mentor imported.", "%(number)s mentors imported.", new + changed) % {
        "number": new + changed
    }
    return _("%(told)s New: %(new)s, changed: %(changed)s.") % {"told": told, "new": new, "changed": changed}


class SheetTemplate(ImportScreen):
    """The empty sheet to fill in, for one union, in the reader's language."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        union = get_object_or_404(unions_for(request.user, handle=True), pk=kwargs["pk"])
        if kwargs["form"] == "csv":
            response = HttpResponse(template.as_csv(union), content_type="text/csv; charset=utf-8")
        else:
            response = HttpResponse(template.as_xlsx(union), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="mentors-{union.slug}.{kwargs["form"]}"'
        return response
