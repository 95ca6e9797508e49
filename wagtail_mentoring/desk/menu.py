"""The "Mentoring" menu. Other rooms add their items with the hook ``register_mentoring_menu_item``."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from wagtail_mentoring.cases.models import Case
from wagtail_mentoring.compat import permission_policy
from wagtail_mentoring.people.models import Mentor

from .keys import may_read_keys
from .rights import deals_with_concerns, may_move_cases, supervises

HOOK = "register_mentoring_menu_item"


class ShownWhen(MenuItem):
    """A menu item that is there for those who may use it."""

    def __init__(self, label: Any, url: Any, shown: Callable[[Any], bool], **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.shown = shown

    def is_shown(self, request: Any) -> bool:
        return self.shown(request.user)


def may_read_cases(user: Any) -> bool:
    """Return whether ``user`` may read the cases of some union."""
    return bool(permission_policy(Case).user_has_permission(user, "view"))


def may_read_mentors(user: Any) -> bool:
    """Return whether ``user`` may read the mentors of some union."""
    return bool(permission_policy(Mentor).user_has_any_permission(user, ["view", "change"]))


@hooks.register("register_admin_menu_item")
def mentoring_menu() -> SubmenuMenuItem:
    menu = Menu(register_hook_name=HOOK, construct_hook_name="construct_mentoring_menu")
    return SubmenuMenuItem(_("Mentoring"), menu, name="mentoring", icon_name="openquote", order=1)


@hooks.register(HOOK)
def desk_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:desk")
    return ShownWhen(_("My desk"), address, may_move_cases, name="mentoring-desk", icon_name="tasks", order=5)


@hooks.register(HOOK)
def cases_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:cases")
    return ShownWhen(_("Cases"), address, may_read_cases, name="mentoring-cases", icon_name="group", order=10)


@hooks.register(HOOK)
def plans_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:plans")
    return ShownWhen(
        _("Plan the queue"), address, may_move_cases, name="mentoring-plans", icon_name="list-ol", order=15
    )


@hooks.register(HOOK)
def mentors_item() -> MenuItem:
    address = reverse_lazy("mentoring_mentors:index")
    return ShownWhen(_("Mentors"), address, may_read_mentors, name="mentoring-mentors", icon_name="user", order=20)


@hooks.register(HOOK)
def concerns_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:concerns")
    shown = deals_with_concerns
    return ShownWhen(_("Concerns"), address, shown, name="mentoring-concerns", icon_name="warning", order=40)


@hooks.register(HOOK)
def mails_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:mails")
    return ShownWhen(_("Mails"), address, may_read_cases, name="mentoring-mails", icon_name="mail", order=50)


@hooks.register(HOOK)
def keys_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:keys")
    return ShownWhen(_("Signing keys"), address, may_read_keys, name="mentoring-keys", icon_name="key", order=590)


@hooks.register(HOOK)
def readings_item() -> MenuItem:
    address = reverse_lazy("mentoring_desk:readings")
    return ShownWhen(_("Who read what"), address, supervises, name="mentoring-readings", icon_name="view", order=60)


class CaseAddress:
    """Tells Wagtail's site history where a case is shown."""

    def __init__(self, user: Any = None) -> None:
        self.user = user

    def get_edit_url(self, case: Case) -> str | None:
        if self.user is None or not permission_policy(Case).user_has_permission_for_instance(self.user, "view", case):
            return None
        return reverse("mentoring_desk:case", args=[case.pk])


register_admin_url_finder(Case, CaseAddress)
