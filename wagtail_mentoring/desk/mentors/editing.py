"""Registering a mentor, editing and deleting one."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.views import generic

from wagtail_mentoring import clock
from wagtail_mentoring.pairing.mentor_states import with_state
from wagtail_mentoring.pairing.standing import forget_standing
from wagtail_mentoring.people import address_changes
from wagtail_mentoring.people.mentors import had_a_part, lock_union
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.people.signals import mentor_registered
from wagtail_mentoring.programme.admin_views import OwnRow

from . import wording
from .form import MentorForm


class UnderTheLock:
    """Looks a second time, with nobody else writing, whether the mentor is here already. Before Wagtail's view."""

    request: Any
    object: Any

    def form_valid(self, form: MentorForm) -> HttpResponse:
        """Save, or show the form again when somebody else was quicker."""
        with transaction.atomic():
            lock_union(form.instance.union_id)
            form.refuse_twice(form.cleaned_data)
            if not form.errors:
                response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
                return response
        # What Wagtail's own check of the form notes when it fails.
        self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
        refused: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return refused

    def warn(self, form: MentorForm) -> None:
        """Say what the person should know of what was saved."""
        mentor = with_state(Mentor.objects.filter(pk=self.object.pk)).get()
        warnings = (wording.no_language_words(mentor), wording.not_agreed_words(mentor), wording.full_words(mentor))
        for reason in warnings:
            if reason:
                messages.warning(self.request, reason)
        if form.merged:
            told = ngettext(
                "%(number)s time away that overlapped with another was made one with it.",
                "%(number)s times away that overlapped with others were made one with them.",
                form.merged,
            )
            messages.info(self.request, told % {"number": form.merged})

    def get_success_url(self) -> str:
        """Return the address of the mentor's page."""
        return reverse("mentoring_mentors:inspect", args=[self.object.pk])

    def get_success_buttons(self) -> list[Any]:
        return []


class MentorCreate(UnderTheLock, generic.CreateView):
    """A colleague who phoned or came by is registered."""

    page_title = gettext_lazy("Register")
    template_name = "wagtail_mentoring/desk/mentor_form.html"
    success_message = gettext_lazy("%(object)s is registered. The privacy notice is on its way.")
    submit_button_label = gettext_lazy("Register the mentor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        after = [
            _("The mentor gets a mail with the privacy notice."),
            _("With a confirmed membership, a language and room, the mentor is offered for cases of these fields."),
        ]
        return super().get_context_data(heading=_("Register a mentor"), after=after, **kwargs)

    def save_instance(self) -> Any:
        # Registered by the contact person, who knows the mentor: nobody has to approve that.
        self.form.instance.approved_on = clock.today()
        self.form.instance.checked_on = clock.today()
        mentor = super().save_instance()
        mentor_registered.send(Mentor, mentor=mentor)
        return mentor

    def save_action(self) -> HttpResponse:
        response: HttpResponse = super().save_action()
        self.warn(self.form)
        return response


class MentorEdit(OwnRow, UnderTheLock, generic.EditView):
    """The profile of a mentor."""

    row_actions = ("change",)
    template_name = "wagtail_mentoring/desk/mentor_form.html"
    success_message = gettext_lazy("%(object)s is saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mentor = with_state(Mentor.objects.filter(pk=self.object.pk)).get()
        return super().get_context_data(heading=mentor.name, state=wording.state_words(mentor), mentor=mentor, **kwargs)

    def save_action(self) -> HttpResponse:
        response: HttpResponse = super().save_action()
        self.warn(self.form)
        return response

    def save_instance(self) -> Any:
        """Save the profile; another address is a change of address, with all that belongs to it."""
        # The form has written into its own row already.
        before = Mentor.objects.select_related("union").get(pk=self.form.instance.pk)
        if address_changes.correct(before, self.form.cleaned_data["email"], self.request.user) is not None:
            messages.info(
                self.request, _("The old address is told. Private links in older mails do not work any more.")
            )
        return super().save_instance()

    @cached_property
    def can_delete(self) -> bool:
        return not had_a_part(self.object) and self.user_has_permission("delete")


class MentorDelete(OwnRow, generic.DeleteView):
    """Only a mentor who never had a part in a case; otherwise the history of those cases would lose its mentor."""

    row_actions = ("delete",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.user_has_permission("delete") and had_a_part(self.object):
            messages.error(
                request,
                _(
                    "%(name)s has been a mentor of a case, or was asked to be, and cannot be deleted. End the "
                    "volunteering instead."
                )
                % {"name": self.object},
            )
            return redirect(reverse("mentoring_mentors:inspect", args=[self.object.pk]))
        return super().dispatch(request, *args, **kwargs)

    def delete_action(self) -> None:
        with transaction.atomic():
            forget_standing(self.object)
            super().delete_action()
