"""Registers the stock viewset."""

from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from .models import Peer


class PeerViewSet(ModelViewSet):
    model = Peer
    icon = "user"
    exclude_form_fields: list[str] = []


@hooks.register("register_admin_viewset")
def peers() -> PeerViewSet:
    return PeerViewSet("peers")
