"""Connects the rooms when the app is ready: facts, effects, signals, rights and system checks."""

from django.core import checks
from django.db.models import Model

from . import compat


def connect() -> None:
    """Import what registers itself, and register the rest. Called once by the app's ``ready()``."""
    # Imported for what they register: facts, effects, receivers and system checks.
    from . import checks as site_checks  # noqa: F401
    from .agreements import evidence, issue, parties, record, signing  # noqa: F401
    from .agreements import jobs as agreement_jobs  # noqa: F401
    from .applications import checks as application_checks  # noqa: F401
    from .applications import moves as application_moves  # noqa: F401
    from .applications import wishes as application_wishes  # noqa: F401
    from .cases import corrections as case_corrections  # noqa: F401
    from .cases import effects as case_effects  # noqa: F401
    from .cases.models import Case
    from .desk.due import daily  # noqa: F401
    from .documents import key_checks, trust  # noqa: F401
    from .meetings import feedback as meeting_feedback  # noqa: F401
    from .meetings import jobs as meeting_jobs  # noqa: F401
    from .meetings import moves as meeting_moves  # noqa: F401
    from .messages import bounces, meeting_receivers, mentor_receivers, own_data_receivers  # noqa: F401
    from .messages import checks as message_checks  # noqa: F401
    from .messages import jobs as message_jobs  # noqa: F401
    from .messages import receivers as message_receivers  # noqa: F401
    from .pairing import criteria_checks  # noqa: F401
    from .pairing import jobs as pairing_jobs  # noqa: F401
    from .pairing import moves as pairing_moves  # noqa: F401
    from .pairing import words as pairing_words  # noqa: F401
    from .people import jobs as people_jobs  # noqa: F401
    from .people.models import Mentor
    from .privacy import jobs as privacy_jobs  # noqa: F401
    from .programme.rights import UnionPermissionPolicy

    bounces.connect()
    compat.register_permission_policy(Case, UnionPermissionPolicy(Case))
    compat.register_permission_policy(Mentor, UnionPermissionPolicy(Mentor))
    _connect_editing()
    _declare_personal_data()


def _declare_personal_data() -> None:
    """Import what each room says of the data that it keeps about people, in the order in which they read it."""
    from .people import personal as of_people  # noqa: F401, I001
    from .applications import personal as of_applications  # noqa: F401
    from .cases import personal as of_cases  # noqa: F401
    from .pairing import personal as of_pairing  # noqa: F401
    from .agreements import personal as of_agreements  # noqa: F401
    from .meetings import personal as of_meetings  # noqa: F401
    from .reports import personal as of_reports  # noqa: F401
    from .messages import personal as of_messages  # noqa: F401
    from .privacy import personal as of_privacy  # noqa: F401
    from .pages import personal as of_pages  # noqa: F401


def _connect_editing() -> None:
    """Register who may edit rules and texts, whose the private files are, and the checks of their storage."""
    from .agreements import files as agreement_files  # noqa: F401
    from .agreements.models import AgreementText
    from .applications import files as application_files  # noqa: F401
    from .messages.models import MailText
    from .privacy.checks import check_file_keys, check_private_storage
    from .privacy.models import Notice
    from .programme import models as programme
    from .programme.editing import EditorPolicy
    from .reports import certificates  # noqa: F401

    bound: dict[type[Model], tuple[str, ...]] = {
        programme.Programme: (),
        programme.Union: ("pk",),
        programme.Participation: ("union_id",),
        programme.Profession: (),
        programme.ProfessionalField: ("participation__union_id",),
        programme.MeetingTheme: ("participation__union_id", "field__participation__union_id"),
        programme.RoutingRule: (),
        Notice: ("participation__union_id",),
        AgreementText: ("participation__union_id",),
        MailText: ("participation__union_id",),
    }
    for model, lookups in bound.items():
        compat.register_permission_policy(model, EditorPolicy(model, *lookups))
    from .documents.checks import check_cjk_fonts, check_pdf_libraries

    checks.register(check_pdf_libraries)
    checks.register(check_cjk_fonts)
    checks.register(check_private_storage)
    checks.register(check_file_keys)
