"""Every model of the app, re-exported from the room it lives in."""

from .agreements.models import Agreement, AgreementText, AgreementVersion, Party, Signature, SignatureUpload
from .applications.models import Application, ApplicationDraft, EligibilityDecision, FieldQuestion, IntakeEntry
from .cases.models import Case, CaseCounter, CaseLogEntry, CaseLogText
from .documents.models import Document, SigningKey
from .meetings.models import Attendance, Feedback, Meeting, Note, Slot, SlotAnswer, TimeSearch
from .messages.conversation.models import Concern, Digest, LastRead, Letter, Reminder
from .messages.models import MailText, OutboxMessage
from .pages.models import FieldPage, ProgrammePage
from .pairing.models import Invitation, MentorPair, PairingPlan, PairMembership, Place, PlanRow, Proposal
from .people.models import (
    AddressChange,
    Mentee,
    Mentor,
    MentorAbsence,
    MentorConflict,
    MentorLogEntry,
    OneTimeCode,
    PrivateLink,
)
from .privacy.models import Consent, Notice, PrivateFile, ReadingLogEntry
from .programme.models import (
    GroupUnionPermission,
    GuideText,
    MeetingTheme,
    Participation,
    Profession,
    ProfessionalField,
    Programme,
    RoutingRule,
    Union,
)
from .reports.models import Certificate

__all__ = [
    "AddressChange",
    "Agreement",
    "AgreementText",
    "AgreementVersion",
    "Application",
    "ApplicationDraft",
    "Attendance",
    "Case",
    "CaseCounter",
    "CaseLogEntry",
    "CaseLogText",
    "Certificate",
    "Concern",
    "Consent",
    "Digest",
    "Document",
    "EligibilityDecision",
    "Feedback",
    "FieldPage",
    "FieldQuestion",
    "GroupUnionPermission",
    "GuideText",
    "IntakeEntry",
    "Invitation",
    "LastRead",
    "Letter",
    "MailText",
    "Meeting",
    "MeetingTheme",
    "Mentee",
    "Mentor",
    "MentorAbsence",
    "MentorConflict",
    "MentorLogEntry",
    "MentorPair",
    "Note",
    "Notice",
    "OneTimeCode",
    "OutboxMessage",
    "PairMembership",
    "PairingPlan",
    "Participation",
    "Party",
    "Place",
    "PlanRow",
    "PrivateFile",
    "PrivateLink",
    "Profession",
    "ProfessionalField",
    "Programme",
    "ProgrammePage",
    "Proposal",
    "ReadingLogEntry",
    "Reminder",
    "RoutingRule",
    "Signature",
    "SignatureUpload",
    "SigningKey",
    "Slot",
    "SlotAnswer",
    "TimeSearch",
    "Union",
]
