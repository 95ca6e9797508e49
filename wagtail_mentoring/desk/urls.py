"""Addresses inside the admin, under ``mentoring/``. The mentors' are those of their viewset."""

from django.urls import path

from wagtail_mentoring.privacy.uploads import uploads_in_memory

from . import finding, inviting
from .actions import AccessNeeds, Assign, MakeRecord
from .again import SignAgain, SignAgainTexts
from .asking.answers import PhoneNo, PhoneYes, Reply
from .asking.proposals import GoOnWithOne, MenteeAnswers, Withdraw
from .case_page import CasePage
from .cases import CaseIndex
from .copies import CopyPicture, CopyReview
from .daily_mail import DailyMail
from .handouts import GuidePdf, MakeCertificate
from .keys import Certificate, Keys
from .mails import MailPage, Mails, Readings
from .my_desk import MyDesk
from .plan_page import PlanDiscard, PlanPage
from .plan_row_page import PlanRowPage
from .plans import Plans
from .register import RegisterApplicant
from .sending import SendLink
from .steps import StepView
from .talking.address_change import ChangeAddress
from .talking.concerns import ConcernPage, Concerns
from .talking.feedback import FeedbackSeen
from .talking.letters import Stays, Write

app_name = "mentoring_desk"

urlpatterns = [
    path("desk/", MyDesk.as_view(), name="desk"),
    path("desk/daily-mail/", DailyMail.as_view(), name="daily_mail"),
    path("desk/address-changes/<int:pk>/", ChangeAddress.as_view(), name="address_change"),
    path("concerns/", Concerns.as_view(), name="concerns"),
    path("concerns/<int:pk>/", ConcernPage.as_view(), name="concern"),
    path("cases/", CaseIndex.as_view(), name="cases"),
    path("cases/results/", CaseIndex.as_view(results_only=True), name="cases_results"),
    path("cases/register/", RegisterApplicant.as_view(), name="register_applicant"),
    path("cases/sign-again/", SignAgainTexts.as_view(), name="sign_again"),
    path("cases/sign-again/<int:text_pk>/", SignAgain.as_view(), name="sign_again_text"),
    path("cases/<int:pk>/", CasePage.as_view(), name="case"),
    path("cases/<int:pk>/handler/", Assign.as_view(), name="assign"),
    path("cases/<int:pk>/access-needs/", AccessNeeds.as_view(), name="access_needs"),
    path("cases/<int:pk>/link/<int:link_pk>/", SendLink.as_view(), name="send_link"),
    path("cases/<int:pk>/messages/", Write.as_view(), name="write_mentee"),
    path("cases/<int:pk>/messages/<int:mentor_pk>/", Write.as_view(), name="write_mentor"),
    path("cases/<int:pk>/stays/<int:mentor_pk>/", Stays.as_view(), name="mentor_stays"),
    path("cases/<int:pk>/feedback/<int:feedback_pk>/", FeedbackSeen.as_view(), name="feedback_seen"),
    path("cases/<int:pk>/copies/<int:upload_pk>/", CopyReview.as_view(), name="copy"),
    path("cases/<int:pk>/copies/<int:upload_pk>/<slug:side>.png", CopyPicture.as_view(), name="copy_picture"),
    path("cases/<int:pk>/agreements/<int:agreement_pk>/record/", MakeRecord.as_view(), name="make_record"),
    path("cases/<int:pk>/guide/<int:number>.pdf", GuidePdf.as_view(), name="guide"),
    path("cases/<int:pk>/certificates/", MakeCertificate.as_view(), name="make_certificate"),
    path("cases/<int:pk>/mentors/", finding.FindMentors.as_view(), name="find_mentors"),
    path("cases/<int:pk>/mentors/by-hand/", inviting.ChooseMentors.as_view(), name="choose_mentors"),
    path("cases/<int:pk>/mentors/invite/", inviting.Invite.as_view(), name="invite"),
    path("cases/<int:pk>/invitations/<int:invitation_pk>/yes/", PhoneYes.as_view(), name="invitation_yes"),
    path("cases/<int:pk>/invitations/<int:invitation_pk>/no/", PhoneNo.as_view(), name="invitation_no"),
    path("cases/<int:pk>/invitations/<int:invitation_pk>/reply/", Reply.as_view(), name="invitation_reply"),
    path("cases/<int:pk>/proposals/<int:proposal_pk>/withdraw/", Withdraw.as_view(), name="proposal_withdraw"),
    path("cases/<int:pk>/proposals/<int:proposal_pk>/go-on/", GoOnWithOne.as_view(), name="proposal_go_on"),
    path("cases/<int:pk>/proposals/<int:proposal_pk>/mentee/", MenteeAnswers.as_view(), name="proposal_mentee"),
    path("cases/<int:pk>/<slug:step>/", uploads_in_memory(StepView.as_view()), name="step"),
    path("keys/", Keys.as_view(), name="keys"),
    path("keys/results/", Keys.as_view(results_only=True), name="keys_results"),
    path("keys/<int:pk>/certificate/", Certificate.as_view(), name="certificate"),
    path("mails/", Mails.as_view(), name="mails"),
    path("mails/results/", Mails.as_view(results_only=True), name="mails_results"),
    path("mails/<int:pk>/", MailPage.as_view(), name="mail"),
    path("plans/", Plans.as_view(), name="plans"),
    path("plans/<int:pk>/", PlanPage.as_view(), name="plan"),
    path("plans/<int:pk>/rows/<int:row_pk>/", PlanRowPage.as_view(), name="plan_row"),
    path("plans/<int:pk>/give-up/", PlanDiscard.as_view(), name="plan_discard"),
    path("readings/", Readings.as_view(), name="readings"),
    path("readings/results/", Readings.as_view(results_only=True), name="readings_results"),
]
