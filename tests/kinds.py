"""Which tests run a second time, on PostgreSQL and on Wagtail 7.4. On SQLite all of them run.

A file that is not named here runs on PostgreSQL when its tests use the database, and not on Wagtail 7.4.
"""

from pathlib import Path

#: What these files test a database cannot answer differently: layout, files, words of mails and pages, forms, signing
#: keys and certificates. Rows come and go in them by services that other files test on PostgreSQL too: moves, plans,
#: proposals, the search for a time, agreements, people, the outbox, lists, privacy. PostgreSQL gets every private page
#: and list by tests/postgres/test_odd_addresses.py. Histories, a year, the table of rights and the demo are run through
#: on SQLite.
ONE_DATABASE = {
    "agreements": "evidence lists_and_names record sign",
    "applications": "bad_input limits routing_in_the_flow walk",
    "desk": "agreement_on_case agreement_steps asking case_page contact_rule conversation copies copy_pictures daily "
    "factories handouts mentor_link paper plan_older_page plan_row_odd plan_told reopening replacing sending",
    "documents": "actions certify checks fields fonts pdf_tags pdfsig render revoked samples sanitize scans "
    "sheets_agreement sheets_certificate sheets_export sheets_guide sheets_record sneaky tables tampering texts "
    "timestamps uploads verify versions workers",
    "meetings": "calendar guides moments",
    "messages": "agreement_mails mail_server meeting_mails mentor_mails mentor_mails_words preview sms texts "
    "volunteer_mails year",
    "pages": "editor public_pages verify",
    "portal": "after_meeting agreement answered certificates copies feedback_now guides home invitation_links "
    "older_pages one_mentor own_calendar own_files own_page pair_question sign stopping writing",
    "programme": "dates language_names weights",
    "properties": "flow_machine invitations_machine moves_machine tampering time_search_machine",
    "reports": "certificates",
    "setup": "demo",
    ".": "rights_matrix",
}

#: What stands on Wagtail itself: pages and their editor, listings, filters, exports and forms of its viewsets, its
#: groups, histories and menus, each step on its forms; by the table of rights every view of the admin for everybody.
WAGTAIL = {
    "desk": "case_page cases_list concerns keys mentor_import mentors people picking plans steps",
    "pages": "editor public_pages public_texts verify",
    "programme": "core editing grants routing texts_admin weights",
    "setup": "checks setup",
    ".": "example_site migrations rights_matrix",
}

#: Begun first, after the browser's: of two processes, neither shall be left with one of them while the other is done.
LONG = {
    "documents": "workers",
    "messages": "year",
    "privacy": "readers",
    "properties": ONE_DATABASE["properties"],
    "setup": "demo",
    ".": "migrations packaging rights_matrix",
}


def is_of(kind: dict[str, str], path: Path) -> bool:
    """Return whether the test file at ``path``, relative to tests/, is named by ``kind``."""
    return path.stem.removeprefix("test_") in kind.get(str(path.parent), "").split()
