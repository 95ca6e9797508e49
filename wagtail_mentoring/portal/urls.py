"""Addresses of the private pages."""

from django.urls import path, register_converter

from . import (
    certificate,
    copies,
    declining,
    downloads,
    guides,
    inviting,
    joining,
    own_page,
    pair_question,
    signing,
    views,
)
from .case_pages.urls import urlpatterns as case_pages
from .own_data.urls import urlpatterns as own_data


class Reference:
    """The reference of a case in an address: what else stands there, no database is asked for."""

    regex = "[A-Za-z0-9-]{1,24}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "mentoring_reference")

urlpatterns = [
    # Before the programmes, whose short names it therefore takes away.
    path("become-a-mentor/sent/", joining.sent, name="become_mentor_sent"),
    path("become-a-mentor/<slug:programme>/", joining.choose_union, name="become_mentor_union"),
    path("become-a-mentor/<slug:programme>/<slug:union>/", joining.become_mentor, name="become_mentor"),
    path(
        "become-a-mentor/<slug:programme>/<slug:union>/<slug:profession>/",
        joining.become_mentor,
        name="become_mentor_field",
    ),
    path("p/", views.home, name="portal_home"),
    path("p/leave/", views.leave, name="portal_leave"),
    path("p/left/", views.left, name="portal_left"),
    path("p/new-link/", views.new_link, name="portal_new_link"),
    path("p/new-link/sent/", views.new_link_sent, name="portal_new_link_sent"),
    path("p/case/<mentoring_reference:reference>/", views.other_case, name="portal_other_case"),
    path("p/own-page/", views.to_own_page, name="portal_own_page"),
    path("p/agreement/", signing.agreement, name="portal_agreement"),
    path("p/agreement/code/", signing.send_code, name="portal_code"),
    path("p/agreement/signed/", signing.signed, name="portal_signed"),
    path("p/agreement/file/", copies.signed_file, name="portal_signed_file"),
    path("p/agreement/paper/", copies.paper, name="portal_paper"),
    path("p/agreement/decline/", declining.decline, name="portal_decline"),
    path("p/agreement/pdf/", downloads.pdf, name="portal_agreement_pdf"),
    path("p/document/<int:pk>/", downloads.document, name="portal_document"),
    path("p/guide/<int:number>/", guides.guide, name="portal_guide"),
    path("p/guide/<int:number>.pdf", guides.pdf, name="portal_guide_pdf"),
    path("p/certificate/", certificate.make, name="portal_certificate"),
    path("p/certificate.pdf", certificate.pdf, name="portal_certificate_pdf"),
    path("p/mentors/", pair_question.pair, name="portal_pair"),
    # What a mentor is asked, with a link of its own
    path("p/invitation/", inviting.invitation, name="portal_invitation"),
    path("p/invitation/question/", inviting.ask, name="portal_invitation_ask"),
    path("p/invitation/break/", inviting.pause, name="portal_invitation_pause"),
    path("p/invitation/other/<int:number>/", inviting.to_other, name="portal_invitation_other"),
    # The mentor's own page
    path("p/mentor/", own_page.home, name="portal_mentor"),
    path("p/mentor/profile/", own_page.profile, name="portal_mentor_profile"),
    path("p/mentor/still-true/", own_page.confirm, name="portal_mentor_confirm"),
    path("p/mentor/orientation/", own_page.orientation, name="portal_mentor_orientation"),
    path("p/mentor/away/", own_page.away, name="portal_mentor_away"),
    path("p/mentor/stop/", own_page.stop, name="portal_mentor_stop"),
    path("p/mentor/case/<mentoring_reference:reference>/", own_page.to_case, name="portal_mentor_case"),
    path("p/mentor/invitation/<int:number>/", own_page.to_invitation, name="portal_mentor_invitation"),
    *case_pages,
    *own_data,
    # Last: a token looks like anything else.
    path("p/<str:token>/", views.open_link, name="portal_open"),
]
