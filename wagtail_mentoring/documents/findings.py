"""What was found in a file, in words: one sentence or two for each code, for the person who sent it.

Each says what is wrong and what to do. docs/documents.md lists the codes.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .checking.found import Finding

_AGAIN = _("Download the document again, sign that file, and upload the file that your program saves.")

ACCEPTED: Mapping[str, Promise] = {
    "accepted": _(
        "Signed by %(name)s. The certificate was issued by %(issuer)s, which we know. The document is unchanged."
    ),
}

REVIEW: Mapping[str, Promise] = {
    "unknown_issuer": _("We do not know the issuer of the certificate, %(issuer)s."),
    "self_signed": _("The certificate was made by its owner, so that nobody vouches for the name in it."),
    "expired": _("The certificate, issued by %(issuer)s, is not in force today."),
    "revoked": _("The certificate is that of a key that its union has revoked, so that somebody else may have it."),
    "not_yet_valid": _("The certificate, issued by %(issuer)s, is not in force yet."),
    "other_name": _("The name in the certificate, %(name)s, is not written as the name in the document, %(printed)s."),
    "own_place": _("The signature does not stand in the place made for it, but in one that your program added."),
    "unexplained": _("Your program wrote more into the file than the signature."),
}

#: Reasons to look that say nothing against the file itself.
ABOUT_CERTIFICATE = frozenset({"unknown_issuer", "self_signed", "expired", "not_yet_valid", "other_name", "revoked"})

REFUSED: Mapping[str, Promise] = {
    # What the file is
    "empty": _("The file is empty. Choose the signed PDF on your device and upload it again."),
    "too_large": _("The file is larger than %(most)s. A signed agreement is much smaller: choose the signed PDF."),
    "not_pdf": _("This is not a PDF. Upload the PDF that you downloaded here and then signed."),
    "picture": _(
        "This is a picture, whatever its name says. Upload the signed PDF here; a photo or scan of the signed paper "
        "has its own place."
    ),
    "signature_container": _(
        "This file keeps the signature beside the document (ASiC or PKCS #7). We need the signature inside the PDF: in "
        "your signing program choose “PDF” or “PAdES”, and sign again."
    ),
    "truncated": _("The end of the file is missing, as when a download or upload is interrupted. Upload it again."),
    "damaged": _("The file is damaged and cannot be read as a PDF."),
    "too_heavy": _("The file unfolds to more than it may when it is opened, so we did not open it."),
    "busy": _("Many files are being looked at just now. Try again in a minute."),
    "timed_out": _("Looking at the file took too long and was stopped."),
    "too_many_objects": _("Much more was added to the document than a signature needs."),
    "encrypted": _("The file is protected by a password or encrypted. Save it without protection, and sign again."),
    # Which document it is
    "older_version": _(
        "This is an older version of the document: somebody else has signed since you downloaded it, or it was issued "
        "anew. Download the newest version and sign that one."
    ),
    "other_document": _(
        "This is another document of ours: “%(title)s”. Choose the file that you downloaded from this page."
    ),
    "changed": _("Something in the document itself was changed, so that it is no longer the one that was issued."),
    "rewritten": _(
        "Your program has written the document anew, for instance by “Print” or “Save as”, and so it is no longer the "
        "one that was issued. Use the program's function for signing with a certificate."
    ),
    "unknown_document": _("This is not the document that was issued to you."),
    # What was added to it
    "no_signature": _(
        "There is no new signature in the file. A drawn or typed name is none: use your program's function for signing "
        "with a certificate, or sign here by code."
    ),
    "not_signed": _(
        "The place of the signature is filled in, but not with a signature. Use your program's function for signing "
        "with a certificate."
    ),
    "javascript": _("The file contains a program (JavaScript), which our document does not."),
    "action": _("The file contains a command that starts something when it is opened, which our document does not."),
    "embedded_file": _("Another file was put inside the document."),
    "xfa": _("A form of another kind (XFA) was put inside the document."),
    "page_changed": _("A page of the document was changed after it was issued."),
    "annotation": _("A comment, drawing, text box or link was added to a page of the document."),
    "covers_page": _(
        "Your program has put the signature over something else on the page. Sign in the place with your own name; a "
        "place of your own may stand only where the page is empty."
    ),
    "field_changed": _("The place of a signature was changed."),
    "trailing": _("Something that is no signature stands at the end of the file."),
    # Whose signature it is
    "wrong_field": _("The signature stands in the place of another person. Sign in the place with your own name."),
    "two_signatures": _("The file has two new signatures. Each person signs and uploads by their own link."),
    "other_party": _(
        "The certificate is that of %(name)s, and this is the place of %(other)s. Everybody signs for themselves, by "
        "their own link."
    ),
    "broken_signature": _("The signature does not fit the file: one of the two was changed after the signing."),
    "weak_signature": _(
        "The signature was made by a method that is no longer safe. Choose SHA-256 in your program, or another "
        "program, and sign again."
    ),
    "unreadable_signature": _(
        "We cannot read this kind of signature. In your signing program choose “PAdES” or “PKCS #7, detached”, and "
        "sign again."
    ),
    "too_many_certificates": _(
        "The signature brings along more certificates than are needed to check it, so we did not follow them. In your "
        "signing program choose to add your own certificate and those of its issuers only, and sign again."
    ),
    # Scans
    "not_a_scan": _("Upload the scan as a PDF, JPEG or PNG. Most telephones can send a photo as JPEG."),
    "signed_file": _(
        "This is a signed file, not a scan: its signature would be lost. Send it in the other place, where files "
        "signed with a certificate are taken."
    ),
    "too_many_pages": _("The scan has more than %(most)s pages. Scan the pages of the agreement only."),
}

#: After these the person is told how to begin again.
_BEGIN_AGAIN = frozenset(
    {
        "damaged", "too_heavy", "timed_out", "too_many_objects", "changed", "unknown_document", "javascript", "action",
        "embedded_file", "xfa", "page_changed", "annotation", "covers_page", "field_changed", "trailing", "wrong_field",
        "two_signatures",
        "broken_signature", "rewritten", "no_signature", "not_signed",
    }
)  # fmt: skip

SENTENCES: Mapping[str, Promise] = {**ACCEPTED, **REVIEW, **REFUSED}


class _Values(dict[str, str]):
    """What a sentence needs; a value that an older report does not hold is a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def sentence(finding: Finding) -> str:
    """Return the finding in words, in the active language."""
    told = str(SENTENCES[finding.code]) % _Values(finding.values)
    return f"{told} {_AGAIN}" if finding.code in _BEGIN_AGAIN else told
