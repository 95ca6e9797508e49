"""Every model of the app, re-exported from the room it lives in."""

from .agreements.models import Agreement, AgreementText, AgreementVersion, Party, Signature, SignatureUpload
from .applications.models import Application, ApplicationDraft, EligibilityDecision, FieldQuestion, IntakeEntry
from .cases.models import Case, CaseCounter, CaseLogEntry, CaseLogText
from .documents.models import Document, SigningKey
from .meetings.models import Attendance, Meeting
from .messages.models import MailText, OutboxMessage
from .pages.models import FieldPage, ProgrammePage
from .pairing.models import Invitation, MentorPair, PairingPlan, PairMembership, Place, PlanRow, Proposal
from .people.models import (
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
    "Consent",
    "Document",
    "EligibilityDecision",
    "FieldPage",
    "FieldQuestion",
    "GroupUnionPermission",
    "GuideText",
    "IntakeEntry",
    "Invitation",
    "MailText",
    "Meeting",
    "MeetingTheme",
    "Mentee",
    "Mentor",
    "MentorAbsence",
    "MentorConflict",
    "MentorLogEntry",
    "MentorPair",
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
    "RoutingRule",
    "Signature",
    "SignatureUpload",
    "SigningKey",
    "Union",
]
