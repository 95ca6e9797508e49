"""The items of the submenu "Mentoring" for editors."""

from typing import Any

from wagtail import hooks
from wagtail.admin.menu import MenuItem


def register_viewsets(viewsets: tuple[type, ...]) -> None:
    """Register viewsets with the admin, and their menu items with the submenu "Mentoring"."""
    for viewset_class in viewsets:
        viewset = viewset_class()
        hooks.register("register_admin_viewset", lambda viewset=viewset: viewset)
        hooks.register("register_mentoring_menu_item", lambda viewset=viewset: menu_item(viewset))


def menu_item(viewset: Any) -> MenuItem:
    """Return the viewset's item, shown to those who may list it."""
    item: MenuItem = viewset.get_menu_item(viewset.menu_order)
    return item
