"""The mentors' screens as Wagtail knows them."""

from wagtail.admin.views.generic import history, usage
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_mentoring.compat import PolicyFromModel
from wagtail_mentoring.people.models import Mentor
from wagtail_mentoring.programme.admin_views import OwnRow

from .editing import MentorCreate, MentorDelete, MentorEdit
from .form import edit_handler
from .listing import MentorIndex
from .page import MentorPage


class MentorHistory(OwnRow, history.HistoryView):
    """What was changed of one mentor."""


class MentorUsage(OwnRow, usage.UsageView):
    """Where Wagtail's contents refer to a mentor: nowhere."""


class MentorViewSet(PolicyFromModel, ModelViewSet):
    """Mentors in the admin. Rights come from the union grants; every view has its rows narrowed."""

    model = Mentor
    name = "mentoring_mentors"
    url_prefix = "mentoring/mentors"
    icon = "user"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    edit_handler = edit_handler
    search_fields = ["name", "email", "municipality", "speciality"]
    search_backend_name = None
    index_view_class = MentorIndex
    add_view_class = MentorCreate
    edit_view_class = MentorEdit
    delete_view_class = MentorDelete
    history_view_class = MentorHistory
    usage_view_class = MentorUsage
    inspect_view_class = MentorPage
    list_export = MentorIndex.list_export
