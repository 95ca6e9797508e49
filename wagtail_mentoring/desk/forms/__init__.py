"""The forms of the handlers' screens."""

from . import agreements, steps
from .assign import AssignForm
from .base import StepForm, refuse_in_texts

#: The form of every step that a handler takes.
FORMS: dict[str, type[StepForm]] = {
    "accept": steps.AcceptForm,
    "refuse": steps.RefuseForm,
    "pair": steps.PairForm,
    "send_agreement": steps.SendAgreementForm,
    "sign_as_contact": agreements.SignAsContactForm,
    "confirm_signature": agreements.TakeForm,
    "reject_signature": agreements.RefuseCopyForm,
    "record_paper": agreements.RecordPaperForm,
    "reissue": agreements.ReissueForm,
    "replace_mentor": agreements.ReplaceMentorForm,
    "plan_meeting": steps.PlanMeetingForm,
    "cancel_meeting": steps.CancelMeetingForm,
    "miss_meeting": steps.MissMeetingForm,
    "record_meeting": steps.RecordMeetingForm,
    "undo_meeting": steps.ReasonForm,
    "go_back": steps.ReasonForm,
    "complete": steps.CompleteForm,
    "end": steps.EndForm,
    "reopen": steps.ReasonForm,
}

__all__ = ["FORMS", "AssignForm", "StepForm", "refuse_in_texts"]
