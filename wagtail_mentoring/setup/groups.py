"""The groups a site begins with, and what each may do. *Whose* rows is another question: unions are granted to groups.

A person is in one of these groups and, besides, in a group to which a union is granted (in the admin: Settings →
Groups). A right that somebody took away by hand comes back when ``mentoring_setup`` runs again; rights that somebody
added stay.
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page, Site

from wagtail_mentoring.pages.models import ProgrammePage
from wagtail_mentoring.programme.models import GroupUnionPermission, Union, UnionRole

APP = "wagtail_mentoring"


def _rights(model: str, *actions: str) -> tuple[str, ...]:
    return tuple(f"{APP}.{action}_{model}" for action in actions)


_ENTER = ("wagtailadmin.access_admin",)
_READ_CASES = (*_rights("case", "view"), *_rights("mentee", "view"), *_rights("mentor", "view"))


@dataclass(frozen=True, slots=True)
class Role:
    """One of the groups: its name as it is in the database, and its rights as ``app.codename``."""

    name: str
    rights: tuple[str, ...]


EDITORS = Role(
    "Mentoring editors",
    (
        *_ENTER,
        # The right to change programmes makes an editor one of all unions.
        *_rights("programme", "view", "add", "change"),
        *_rights("union", "view", "add", "change"),
        *_rights("participation", "view", "add", "change"),
        *_rights("profession", "view", "add", "change"),
        *_rights("professionalfield", "view", "add", "change", "delete"),
        *_rights("fieldquestion", "view", "add", "change", "delete"),
        *_rights("meetingtheme", "view", "add", "change", "delete"),
        *_rights("routingrule", "view", "add", "change", "delete"),
        *_rights("mailtext", "view", "add", "change", "delete"),
        *_rights("agreementtext", "view", "add", "change"),
        *_rights("notice", "view", "add", "change"),
    ),
)
HANDLERS = Role(
    "Mentoring case handlers",
    (
        *_ENTER,
        *_READ_CASES,
        *_rights("case", "add", "change"),
        *_rights("mentee", "add", "change"),
        *_rights("mentor", "add", "change", "delete"),
        *_rights("outboxmessage", "view"),
    ),
)
SUPERVISORS = Role(
    "Mentoring supervisors",
    (*_ENTER, *_READ_CASES, *_rights("readinglogentry", "view"), *_rights("outboxmessage", "view")),
)
COORDINATORS = Role("Mentoring coordinators", _ENTER)
INTAKE = Role("Mentoring intake", (*_ENTER, *_rights("intakeentry", "view", "change")))
ROLES = (EDITORS, HANDLERS, SUPERVISORS, COORDINATORS, INTAKE)

_PAGE_RIGHTS = ("add_page", "change_page", "publish_page")
_COLLECTION_RIGHTS = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")


def permissions(names: tuple[str, ...]) -> list[Permission]:
    """Return the permissions called ``app.codename``. Raises LookupError naming those that do not exist."""
    found = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type").filter(
            codename__in={name.partition(".")[2] for name in names}
        )
    }
    missing = [name for name in names if name not in found]
    if missing:
        raise LookupError(f"These permissions do not exist: {', '.join(missing)}. Run “manage.py migrate” first.")
    return [found[name] for name in names]


def make_groups() -> list[str]:
    """Make the groups and give each its rights; return the names of those made now."""
    made = []
    for role in ROLES:
        group, new = Group.objects.get_or_create(name=role.name)
        group.permissions.add(*permissions(role.rights))
        if new:
            made.append(role.name)
    _give_collections(Group.objects.get(name=EDITORS.name))
    give_pages()
    return made


def give_pages() -> list[Page]:
    """Let editors write and publish the programme pages and everything below; return the pages.

    Where there is none yet they may add one below the page with which the default site begins.
    """
    editors = Group.objects.get(name=EDITORS.name)
    pages: list[Page] = [page.page_ptr for page in ProgrammePage.objects.all()]
    rights: tuple[str, ...] = _PAGE_RIGHTS
    if not pages:
        site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
        pages, rights = ([site.root_page] if site else []), _PAGE_RIGHTS[:1]
    for page in pages:
        for codename in rights:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
            GroupPagePermission.objects.get_or_create(group=editors, page=page, permission=permission)
    return pages


def _give_collections(group: Group) -> None:
    """Images and documents for the pages, where the site has these apps."""
    root = Collection.get_first_root_node()
    if root is None:
        return
    for permission in Permission.objects.filter(
        content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=_COLLECTION_RIGHTS
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def union_group(union: Union, role: UnionRole) -> Group:
    """Return the group to which ``union`` is granted in ``role``, making it when it is missing."""
    kind = "handlers" if role == UnionRole.HANDLER else "supervisors"
    group, _made = Group.objects.get_or_create(name=f"{union.short} {kind}")
    GroupUnionPermission.objects.get_or_create(group=group, union=union, role=role)
    return group
