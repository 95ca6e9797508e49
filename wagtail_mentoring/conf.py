"""The settings dictionary ``WAGTAIL_MENTORING`` with its defaults."""

from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # Keys that encrypt private files, newest first: urlsafe base64, 32 bytes (``Fernet.generate_key()``).
    "FILE_KEYS": [],
    # The alias in STORAGES that holds CVs and documents.
    "PRIVATE_STORAGE": "mentoring_private",
    # Languages in which visitors, mentees and mentors are served, as (code, name in that language).
    "LANGUAGES": [("en", "English"), ("fi", "suomi"), ("sv", "svenska")],
    # Sender of mail when a union has none of its own; None takes DEFAULT_FROM_EMAIL.
    "DEFAULT_SENDER": None,
    # Base address for links in mail when a union has none of its own; None takes WAGTAILADMIN_BASE_URL.
    "BASE_URL": None,
    # So many seconds at most a mail server may keep a mail waiting, where EMAIL_TIMEOUT is not set.
    "MAIL_SECONDS": 30,
    # From this hour of the day, local time, the daily mails are written.
    "DAILY_HOUR": 7,
    # Dotted path of a function ``send(number, text)`` by which links and codes go out as SMS; None: none are sent.
    "SMS_BACKEND": None,
    # So many seconds at most that function may take; then the SMS counts as not sent.
    "SMS_SECONDS": 10,
    # Only for demonstrations: mails keep their private links and one-time codes readable in the admin.
    "DEMO": False,
    # Largest CV in bytes.
    "CV_MAX_BYTES": 5 * 1024 * 1024,
    # Where the keys of the unions are that certify documents: "local" (encrypted in the database), "memory" (tests), or
    # the dotted path of a class with the methods of documents.backends.SigningBackend.
    "SIGNING_BACKEND": "local",
    # Address of a time-stamping authority (RFC 3161); None: documents are not timestamped.
    "TSA_URL": None,
    # Files with certificates (PEM or DER) of issuers whose signatures count as known.
    "TRUSTED_CERTIFICATES": [],
    # Processes that lay out documents and look at uploads, apart from the site's own; 0: in the process itself.
    "DOCUMENT_PROCESSES": 1,
    # A process is made anew after so many documents; one document may take so many seconds and so much memory.
    "DOCUMENT_RECYCLE": 200,
    "DOCUMENT_SECONDS": 30,
    "DOCUMENT_MEGABYTES": 1024,
    # Largest signed or scanned agreement, and largest file to verify, in bytes.
    "UPLOAD_MAX_BYTES": 10 * 1024 * 1024,
    # How long a private link, the session it opens, and a one-time code last.
    "LINK_DAYS": 365,
    "LINK_SESSION_MINUTES": 60,
    "CODE_MINUTES": 15,
    "CODE_ATTEMPTS": 5,
    # Dotted path of a function, request to address, by which visitors are told apart for the rate limits behind a
    # proxy; None takes REMOTE_ADDR.
    "CLIENT_ADDRESS": None,
    # Rate limits in the notation of the ``limits`` library.
    "LIMIT_APPLY": "30/hour",
    "LIMIT_SIGN_UP": "200/hour",
    "LIMIT_LINK_REQUEST": "5/hour",
    "LIMIT_CODE": "6/hour",
    "LIMIT_UPLOAD": "20/hour",
    "LIMIT_VERIFY": "20/hour",
    # Dotted paths of the site's own criteria for pairs, beside the built-in ones (docs/matching.md).
    "CRITERIA": [],
    # So many seconds at most a plan for a union's queue is improved; then the best that was found is taken.
    "PLAN_SECONDS": 60,
    # A plan that no worker has taken up for so many minutes may be begun again.
    "PLAN_WAITS_MINUTES": 15,
    # Documents and pictures of pages made to look at, of each kind for each private link or user.
    "LIMIT_RENDER": "60/hour",
    # Times, messages, notes and the like that are sent from the pages of a case, for each private link.
    "LIMIT_WRITE": "60/hour",
}


class Settings:
    """Read access to ``WAGTAIL_MENTORING``; an unknown name raises AttributeError."""

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(name)
        return getattr(settings, "WAGTAIL_MENTORING", {}).get(name, DEFAULTS[name])


conf = Settings()
