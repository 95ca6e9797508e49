"""The demo's users: an editor, a handler for each union, supervisors, a coordinator and an administrator."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from wagtail_mentoring.programme.models import Union, UnionRole

from .. import groups

#: Of every user of the demo. Nothing here is secret: the demo is for one's own machine.
PASSWORD = "mentoring-demo"  # noqa: S105
SUPERVISED = ("tek", "kt")


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in as somebody of the demo; ``union`` is a short name, or "" for people of all unions."""

    role: str
    username: str
    union: str = ""


def logins() -> list[Login]:
    """Return every login of the demo that is there, the most useful first."""
    users = set(get_user_model()._default_manager.values_list(get_user_model().USERNAME_FIELD, flat=True))
    unions = list(Union.objects.values_list("slug", flat=True))
    unions.sort(key=lambda slug: slug != "tek")
    known = [
        *(Login("handler", f"handler-{slug}", slug) for slug in unions),
        *(Login("supervisor", f"supervisor-{slug}", slug) for slug in SUPERVISED),
        Login("editor", "editor"),
        Login("coordinator", "coordinator"),
        Login("superuser", "admin"),
    ]
    return [login for login in known if login.username in users]


class _Users:
    """Makes users, all with one hash of the one password: hashing it for each would take seconds."""

    def __init__(self) -> None:
        self.password = make_password(PASSWORD)

    def make(self, username: str, name: str, group_names: list[str], **values: Any) -> Any:
        first, _space, last = name.partition(" ")
        model = get_user_model()
        user, _made = model._default_manager.get_or_create(
            **{model.USERNAME_FIELD: username},
            defaults={
                "email": f"{username}@example.org",
                "first_name": first,
                "last_name": last,
                "password": self.password,
                **values,
            },
        )
        user.groups.add(*Group.objects.filter(name__in=group_names))
        return user


def load_users() -> dict[str, Any]:
    """Make the users; return the handlers by their union's short name."""
    users = _Users()
    handlers = {}
    for union in Union.objects.all():
        granted = groups.union_group(union, UnionRole.HANDLER)
        handlers[union.slug] = users.make(
            f"handler-{union.slug}", union.contact_name, [granted.name, groups.HANDLERS.name]
        )
    for slug, name in zip(SUPERVISED, ("Hannele Kettunen", "Risto Vainikka"), strict=True):
        granted = groups.union_group(Union.objects.get(slug=slug), UnionRole.SUPERVISOR)
        users.make(f"supervisor-{slug}", name, [granted.name, groups.SUPERVISORS.name])
    users.make("editor", "Emilia Saarelma", [groups.EDITORS.name])
    users.make("coordinator", "Ilkka Norrgård", [groups.COORDINATORS.name, groups.INTAKE.name])
    users.make("admin", "Ada Ministrator", [], is_staff=True, is_superuser=True)
    return handlers
