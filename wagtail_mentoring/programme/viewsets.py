"""The admin of unions, their rules, professions, fields, themes and routing."""

from collections.abc import Callable

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn

from .admin_forms import RoutingRuleForm, RulesForm, ThemeForm, UnionBoundForm, UnionForm
from .admin_views import EditorViewSet
from .models import (
    DegreeLevel,
    MeetingTheme,
    Participation,
    Profession,
    ProfessionalField,
    Programme,
    RoutingRule,
    Sector,
    Union,
)


def _labels(choices: type[TextChoices], name: str) -> Callable[[RoutingRule], str]:
    """Return a function from a rule to the words for the values that its list ``name`` holds."""

    def words(rule: RoutingRule) -> str:
        known = dict(choices.choices)
        return ", ".join(str(known.get(value, value)) for value in getattr(rule, name)) or gettext("any")

    return words


def _unions(rule: RoutingRule) -> str:
    return ", ".join(union.short for union in rule.unions.all()) or gettext("intake queue")


class UnionViewSet(EditorViewSet):
    model = Union
    name = "mentoring_unions"
    url_prefix = "mentoring/unions"
    icon = "group"
    menu_label = _("Unions")
    menu_order = 510
    list_display = ["__str__", "short", "code", "contact_name", UpdatedAtColumn()]
    export_headings = {"__str__": _("Union")}
    ordering = ["sort_order", "slug"]
    search_fields = ["short", "slug", "code", "contact_name"]
    edit_handler = ObjectList(
        [
            FieldPanel("names"),
            FieldRowPanel([FieldPanel("short"), FieldPanel("code"), FieldPanel("slug"), FieldPanel("sort_order")]),
            MultiFieldPanel(
                [
                    FieldPanel("contact_name"),
                    FieldRowPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")]),
                    FieldPanel("website"),
                ],
                heading=_("Contact person"),
            ),
            MultiFieldPanel(
                [FieldPanel("sender_address"), FieldPanel("site"), FieldPanel("base_url")], heading=_("Mails")
            ),
            MultiFieldPanel(
                [
                    HelpPanel(
                        _("Used on the union’s pages. The accent needs a contrast of 7 to 1 and may not be red.")
                    ),
                    FieldRowPanel([FieldPanel("accent"), FieldPanel("accent_soft")]),
                    FieldRowPanel([FieldPanel("accent_dark"), FieldPanel("accent_dark_soft")]),
                ],
                heading=_("Colours"),
            ),
        ],
        base_form_class=UnionForm,
    )


class ProgrammeViewSet(EditorViewSet):
    model = Programme
    name = "mentoring_programmes"
    url_prefix = "mentoring/programmes"
    icon = "group"
    menu_label = _("Programmes")
    menu_order = 505
    list_display = ["__str__", "slug", UpdatedAtColumn()]
    edit_handler = ObjectList([FieldPanel("names"), FieldPanel("slug")], base_form_class=UnionBoundForm)


class ParticipationViewSet(EditorViewSet):
    model = Participation
    name = "mentoring_rules"
    url_prefix = "mentoring/rules"
    icon = "sliders"
    menu_label = _("Unions’ rules")
    menu_order = 520
    related = ("union", "programme")
    list_display = [
        "__str__",
        "min_meetings",
        "max_meetings",
        BooleanColumn("one_mentor_allowed", label=_("One mentor is enough")),
        "decision_days",
        UpdatedAtColumn(),
    ]
    list_filter = ["programme"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("programme"), FieldPanel("union")]),
            HelpPanel(
                _(
                    "A case keeps the rules on meetings, and on one mentor being enough, that were valid when it was "
                    "opened. Whether the contact person signs follows the rule on the day an agreement is issued."
                )
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel(
                        [FieldPanel("min_meetings"), FieldPanel("max_meetings"), FieldPanel("meeting_minutes")]
                    ),
                ],
                heading=_("Meetings"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("one_mentor_allowed"),
                    FieldPanel("contact_person_signs"),
                    FieldPanel("asylum_seekers_may_apply"),
                ],
                heading=_("Who and with whom"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel(
                        "mentee_asked_about_pair",
                        help_text=_(
                            "When both mentors have said yes, the mentee is told who they are and answers, before the "
                            "pair is made. Without this the pair is made as soon as the mentors have said yes."
                        ),
                    ),
                    FieldRowPanel(
                        [
                            FieldPanel(
                                "invitation_days",
                                help_text=_(
                                    "Then the question to the mentor ends, the place is free again, and you are told. "
                                    "A mentee who is asked about the pair has as many days."
                                ),
                            ),
                            FieldPanel(
                                "invitation_reminder_days",
                                help_text=_(
                                    "One reminder, so many days after the question. Fewer than the days to answer."
                                ),
                            ),
                        ]
                    ),
                    FieldPanel(
                        "mentor_check_months",
                        help_text=_("So often each mentor gets a mail with the own profile: is it still true?"),
                    ),
                ],
                heading=_("Asking mentors"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel(
                        "minimum_fit",
                        help_text=_(
                            "A pair with fewer points of 100 is not suggested, and a plan leaves the case waiting "
                            "rather than take it. 0: every pair that is possible at all."
                        ),
                    ),
                    FieldPanel("weights"),
                ],
                heading=_("What makes a good pair"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel(
                        [
                            FieldPanel("decision_days"),
                            FieldPanel("pairing_days"),
                        ]
                    )
                ],
                heading=_("Times that are promised"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("signature_reminder_days"), FieldPanel("unplanned_days")]),
                    FieldRowPanel([FieldPanel("unrecorded_days"), FieldPanel("feedback_reminder_days")]),
                    FieldRowPanel([FieldPanel("most_reminders"), FieldPanel("idle_days")]),
                ],
                heading=_("Reminders"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("retention_unfinished_days"),
                    FieldPanel("retention_not_eligible_months"),
                    FieldPanel("retention_closed_months"),
                    FieldPanel("retention_follow_up_months"),
                    FieldPanel("retention_basis_months"),
                ],
                heading=_("How long data is kept"),
            ),
        ],
        base_form_class=RulesForm,
    )


class ProfessionViewSet(EditorViewSet):
    model = Profession
    name = "mentoring_professions"
    url_prefix = "mentoring/professions"
    icon = "tag"
    menu_label = _("Professions")
    menu_order = 530
    list_display = ["__str__", "area", "slug", UpdatedAtColumn()]
    list_filter = ["area"]
    search_fields = ["slug", "names"]
    edit_handler = ObjectList(
        [FieldPanel("names"), FieldRowPanel([FieldPanel("area"), FieldPanel("slug")])],
        base_form_class=UnionBoundForm,
    )


class ProfessionalFieldViewSet(EditorViewSet):
    model = ProfessionalField
    name = "mentoring_fields"
    url_prefix = "mentoring/fields"
    icon = "list-ul"
    menu_label = _("Professional fields")
    menu_order = 540
    related = ("profession", "participation__union", "participation__programme")
    list_display = [
        "profession",
        Column("union", label=_("Union")),
        BooleanColumn("intake_open", label=_("Takes applications"), sort_key="intake_open"),
        BooleanColumn("regulated", label=_("Regulated"), sort_key="regulated"),
        UpdatedAtColumn(),
    ]
    list_filter = ["intake_open", "regulated"]
    search_fields = ["profession__slug", "profession__names", "participation__union__short"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("participation"), FieldPanel("profession")]),
            FieldPanel("regulated"),
            MultiFieldPanel([FieldPanel("intake_open"), FieldPanel("intake_note")], heading=_("Applications")),
            InlinePanel(
                "questions",
                heading=_("Questions of this field"),
                label=_("Question"),
                help_text=_("Asked in the application after the programme’s own questions. Ask for nothing personal."),
                panels=[
                    FieldPanel("label"),
                    FieldPanel("help_text"),
                    FieldPanel("required"),
                    FieldPanel("field_type"),
                    FieldPanel("choices"),
                ],
            ),
        ],
        base_form_class=UnionBoundForm,
    )


class MeetingThemeViewSet(EditorViewSet):
    model = MeetingTheme
    name = "mentoring_themes"
    url_prefix = "mentoring/themes"
    icon = "list-ol"
    menu_label = _("Meeting themes")
    menu_order = 550
    related = ("participation__union", "participation__programme", "field__profession", "field__participation__union")
    list_display = ["__str__", "participation", "field", UpdatedAtColumn()]
    list_filter = ["number"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("programme"), FieldPanel("number")]),
            FieldRowPanel([FieldPanel("participation"), FieldPanel("field")]),
            FieldPanel("titles"),
            FieldPanel("summaries"),
            FieldPanel("guides"),
        ],
        base_form_class=ThemeForm,
    )


class RoutingRuleViewSet(EditorViewSet):
    model = RoutingRule
    name = "mentoring_routing"
    url_prefix = "mentoring/routing"
    icon = "redirect"
    menu_label = _("Which union is mine?")
    menu_order = 560
    prefetched = ("unions",)
    sort_order_field = "sort_order"
    list_display = [
        "__str__",
        Column("levels", label=_("Degree"), accessor=_labels(DegreeLevel, "degree_levels")),
        Column("sectors", label=_("Sector"), accessor=_labels(Sector, "sectors")),
        Column("unions", label=_("Union"), accessor=_unions),
        BooleanColumn("active", label=_("In use"), sort_key="active"),
    ]
    list_filter = ["active"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "The first rule that fits, in the order of the list, decides. Without a union the application"
                    " waits in the intake queue; with two, the applicant chooses."
                )
            ),
            FieldPanel("programme"),
            FieldPanel("words"),
            FieldRowPanel([FieldPanel("degree_levels"), FieldPanel("sectors")]),
            FieldPanel("unions", widget=forms.CheckboxSelectMultiple),
            FieldPanel("professions", widget=forms.CheckboxSelectMultiple),
            FieldPanel("reasons"),
            FieldPanel("question"),
            FieldPanel("active"),
        ],
        base_form_class=RoutingRuleForm,
    )


VIEWSETS = (
    ProgrammeViewSet,
    UnionViewSet,
    ParticipationViewSet,
    ProfessionViewSet,
    ProfessionalFieldViewSet,
    MeetingThemeViewSet,
    RoutingRuleViewSet,
)
