"""An applicant who phoned or came by, written down in under two minutes. The notice is sent to the person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_mentoring.applications.models import DegreeStatus
from wagtail_mentoring.applications.services import AlreadyRunning, register_applicant, running_double
from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.conf import conf
from wagtail_mentoring.people.choices import Goal
from wagtail_mentoring.people.models import LanguageLevel
from wagtail_mentoring.people.phones import refuse_no_number
from wagtail_mentoring.programme.models import DegreeLevel, ProfessionalField
from wagtail_mentoring.programme.rights import unions_for

from .base import Screen
from .fields import RadioField, TextField
from .forms import refuse_in_texts
from .wording import BASIS_CHOSEN


def handled_fields(user: Any) -> Any:
    """Return the fields of the unions whose cases ``user`` handles."""
    return (
        ProfessionalField.objects.filter(participation__union__in=unions_for(user, handle=True))
        .select_related("profession", "participation__union", "participation__programme")
        .order_by("participation__union", "profession__slug")
    )


class ApplicantForm(forms.Form):
    """The least with which a case can be opened. Everything else the mentee or the handler adds later."""

    channel = RadioField(
        label=gettext_lazy("How the person asked"),
        choices=[("phone", gettext_lazy("By telephone")), ("visit", gettext_lazy("In person"))],
    )
    field = forms.ModelChoiceField(
        label=gettext_lazy("Professional field"),
        queryset=ProfessionalField.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": gettext_lazy("Choose the professional field.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, error_messages={"required": gettext_lazy("Write the name.")}
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The privacy notice and the private link go here."),
        error_messages={
            "required": gettext_lazy("Write the e-mail address: the privacy notice must reach the person."),
            "invalid": gettext_lazy("This is not a whole e-mail address. It looks like name@example.org."),
        },
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False, validators=[refuse_no_number])
    language = RadioField(label=gettext_lazy("Language of mails and pages"), choices=[])
    degree_level = RadioField(label=gettext_lazy("Degree"), choices=DegreeLevel.choices)
    degree_status = RadioField(
        label=gettext_lazy("Is the degree finished?"),
        choices=[
            (DegreeStatus.COMPLETED, gettext_lazy("Yes")),
            (DegreeStatus.ONGOING, gettext_lazy("No, still studying or had to stop")),
        ],
    )
    english = forms.ChoiceField(
        label=gettext_lazy("English"),
        choices=[("?", gettext_lazy("Choose")), *LanguageLevel.choices],
        initial="?",
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Basis of eligibility"),
        choices=[("", gettext_lazy("Not asked yet")), *BASIS_CHOSEN.items()],
        required=False,
    )
    goals = forms.MultipleChoiceField(
        label=gettext_lazy("Goals"), choices=Goal.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    goals_text = TextField(label=gettext_lazy("In the person’s own words"), required=False)
    mentor_wish = TextField(
        label=gettext_lazy("What the person wishes of the mentors"),
        help_text=gettext_lazy("A note for whoever looks for mentors. It does not count in the points."),
        max_length=500,
        required=False,
    )
    adult = forms.BooleanField(
        label=gettext_lazy("The person is 18 or older"),
        error_messages={"required": gettext_lazy("Ask whether the person is 18 or older. Mentoring is for adults.")},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["field"]
        chosen.queryset = handled_fields(user)  # type: ignore[attr-defined]
        self.fields["language"].choices = conf.LANGUAGES  # type: ignore[attr-defined]
        self.initial.setdefault("language", conf.LANGUAGES[0][0])

    def clean_english(self) -> str:
        if self.cleaned_data["english"] == "?":
            raise forms.ValidationError(_("Choose the level of English."))
        return str(self.cleaned_data["english"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_in_texts(self, cleaned)
        if not self.errors:
            double = running_double(cleaned["field"], cleaned["name"], cleaned["email"])
            if double is not None:
                self.say_double(double)
        return cleaned

    def say_double(self, case: Case) -> None:
        """Say beside the name that the person has the running ``case``."""
        told = _("This person has a running case in this field already: %s. Look at it first.")
        self.add_error("name", told % case.reference)


class RegisterApplicant(Screen):
    """The short form. Sent, it opens a case and shows it."""

    template_name = "wagtail_mentoring/desk/register.html"
    page_title = gettext_lazy("Register an applicant")
    header_icon = "plus"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not permission_policy(Case).user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(reverse("mentoring_desk:cases"), _("Cases"))]

    def page(self, form: ApplicantForm) -> HttpResponse:
        return self.respond(
            form=form,
            media=form.media,
            action_url=self.request.path,
            submit_button_label=_("Open the case"),
            submit_button_active_label=_("Working…"),
            has_unsaved_changes=form.is_bound,
            after=[
                _("A case is opened in the state “Applied”, with the time at which it must be decided."),
                _("The person gets a mail with the privacy notice and a private link."),
                _("The history says that you registered the application."),
            ],
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(ApplicantForm(user=request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ApplicantForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.page(form)
        data = dict(form.cleaned_data)
        chosen, language, channel = data.pop("field"), data.pop("language"), data.pop("channel")
        data["profession"] = str(chosen.profession)
        try:
            case = register_applicant(chosen, data, request.user, channel=channel, language=language)
        except AlreadyRunning as quicker:
            form.say_double(quicker.case)
            return self.page(form)
        messages.success(
            request,
            _("%(reference)s is open. The privacy notice is on its way to %(address)s.")
            % {"reference": case.reference, "address": case.mentee.email},
        )
        return redirect(reverse("mentoring_desk:case", args=[case.pk]))
