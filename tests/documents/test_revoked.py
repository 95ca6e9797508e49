"""A key that somebody else may have: what the union says of it, and which documents still count."""

import datetime
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tests.documents.authority import Server
from tests.documents.sheets import sheet
from tests.documents.signatures import NAMES
from tests.factories import make_union
from wagtail_mentoring import clock
from wagtail_mentoring.documents import keys, timestamps, verify
from wagtail_mentoring.documents.agreement_sheet import render_agreement
from wagtail_mentoring.documents.backends import backend
from wagtail_mentoring.documents.certify import certify
from wagtail_mentoring.documents.keys import KeyRefused, NoSigningKey
from wagtail_mentoring.documents.models import DocumentKind, SigningKey
from wagtail_mentoring.documents.render import Attachment, render_pdf
from wagtail_mentoring.documents.uploads import check_signed
from wagtail_mentoring.models import Union
from wagtail_mentoring.pages.verify import _ICONS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def local(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": "local"}


@pytest.fixture
def union() -> Union:
    made = make_union("safa", names={"en": "Finnish Association of Architects"})
    keys.store_key(made, keys.make_key(made))
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def timed(server: Server, settings: Any, tmp_path: Path) -> Server:
    """An authority for timestamps that the site has named and trusts."""
    timestamps.forget_failures()
    root = tmp_path / "root.pem"
    root.write_bytes(server.authority.root.public_bytes(Encoding.PEM))
    named = {"TSA_URL": f"{server.address}/tsa", "TRUSTED_CERTIFICATES": [root]}
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, **named}
    return server


def issue(union: Union) -> bytes:
    return certify(render_agreement(sheet()).content, union, may_sign=True)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mentoring_signing_key", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def revoke(why: str = "The backup was stolen") -> SigningKey:
    return keys.revoke_key(SigningKey.objects.get().fingerprint, why)


def test_the_command_revokes_and_says_what_comes_next(union: Union) -> None:
    key = SigningKey.objects.get()
    said = run("safa", "--revoke", keys.short_fingerprint(key.fingerprint), "--why", " The backup was stolen ")
    key.refresh_from_db()
    assert (key.revoked_why, key.revoked_at) == ("The backup was stolen", key.retired_at)
    assert key.revoked_at is not None
    assert "safa: revoked the key" in said and "Make a new key: manage.py mentoring_signing_key safa" in said
    told = run("--list")
    assert "safa  revoked" in told and "The backup was stolen" in told and "Without a valid key: safa" in told


def test_a_revoked_key_never_signs_and_a_new_one_does(union: Union) -> None:
    backend().signer(union)  # loaded and kept
    key = revoke()
    with pytest.raises(NoSigningKey, match="was revoked on .* Make a new one: manage.py mentoring_signing_key safa"):
        backend().signer(union)
    with pytest.raises(NoSigningKey):
        issue(union)
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(pk=key.pk).update(retired_at=None)
    run("safa")
    assert verify.verify(issue(union)).ok


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--revoke", "{fingerprint}"], "Say why the key is revoked"),
        (["--revoke", "{fingerprint}", "--why", "x" * 300], "longer than 255 characters"),
        (["--revoke", "abc", "--why", "x"], "at least 8 digits"),
        (["--revoke", "0123456789abcdef", "--why", "x"], "No key has the fingerprint 0123456789abcdef"),
        (["tek", "--revoke", "{fingerprint}", "--why", "x"], "This key is that of safa: nothing was revoked"),
        (["safa", "--rotate", "--revoke", "{fingerprint}", "--why", "x"], "goes with the fingerprint and --why alone"),
        (["safa", "--why", "x"], "--why belongs to --revoke"),
    ],
)
def test_what_is_refused(union: Union, arguments: list[str], said: str) -> None:
    fingerprint = SigningKey.objects.get().fingerprint
    with pytest.raises(CommandError) as raised:
        run(*(one.format(fingerprint=fingerprint) for one in arguments))
    assert said in str(raised.value)
    assert SigningKey.objects.get().revoked_at is None


def test_a_key_is_revoked_once(union: Union) -> None:
    key = revoke()
    with pytest.raises(KeyRefused, match="was revoked on .* already"):
        keys.revoke_key(key.fingerprint, "Again")


def test_a_document_without_a_timestamp_is_not_relied_on(union: Union) -> None:
    content = issue(union)
    assert verify.verify(content).ok
    revoke("Not for everybody to read")
    told = verify.verify(content)
    assert (told.state, told.ok, told.title, told.key_note) == ("revoked", False, "", "")
    assert told.headline == "This document was made with a key that the union has revoked"
    assert "Finnish Association of Architects" in told.summary and "Do not rely on it" in told.summary
    (signature,) = told.signatures
    assert not signature.good and signature.lines[0] == "The union has revoked the key that this was made with."
    assert verify.worst([told]) == 2
    assert json.dumps(told.as_json()) and "Not for everybody" not in str(told) + json.dumps(told.as_json())
    # Nor is one that was changed as well.
    at = content.index(b"/MediaBox")
    assert verify.verify(content[:at] + b"/mediaBox" + content[at + 9 :]).state == "revoked"


def test_every_state_has_its_picture_and_status() -> None:
    assert set(_ICONS) == set(verify.HEADLINES)


def test_a_document_with_a_timestamp_from_before_still_counts(union: Union, timed: Server) -> None:
    content = issue(union)
    with clock.at(clock.now() + datetime.timedelta(minutes=5)):
        revoke()
    told = verify.verify(content)
    assert (told.state, told.ok) == ("unchanged", True)
    assert told.title and told.union == "Finnish Association of Architects"
    assert "revoked the key of this document" in told.key_note and "stays valid" in told.key_note


def test_a_timestamp_from_after_or_of_a_stranger_proves_nothing(union: Union, timed: Server, settings: Any) -> None:
    content = issue(union)
    key = SigningKey.objects.get()
    with clock.at(clock.now() - datetime.timedelta(minutes=5)):
        revoke()
    assert verify.verify(content).state == "revoked"
    later = clock.now() + datetime.timedelta(minutes=5)
    SigningKey.objects.filter(pk=key.pk).update(revoked_at=later)
    assert verify.verify(content).state == "unchanged"
    # Whoever has the key can make a time-stamping authority too.
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": []}
    assert verify.verify(content).state == "revoked"


def test_a_record_of_a_new_key_vouches_for_the_agreement_inside(union: Union) -> None:
    agreement = issue(union)
    revoke()
    run("safa")
    data = json.dumps({"agreement": {"sha256": hashlib.sha256(agreement).hexdigest()}}).encode()
    rendered = render_pdf(
        "agreement.html", sheet().context(), language="en", title="Signing record, SAFA-2026-0417",
        kind=DocumentKind.SIGNING_RECORD,
        attachments=[
            Attachment("agreement.pdf", agreement, "application/pdf", "The agreement", "Source"),
            Attachment("signatures.json", data, "application/json", "Data", "Data"),
        ],
    )  # fmt: skip
    told = verify.verify(certify(rendered.content, union, may_sign=False))
    assert (told.state, told.reading.matches) == ("unchanged", True)
    ((_file, inside), _data) = told.inside
    assert inside is not None and inside.state == "revoked"


def test_nobody_signs_as_a_party_with_a_revoked_key(union: Union) -> None:
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    from wagtail_mentoring.documents.certify import DocumentWriter

    content = issue(union)
    signer = backend().signer(union)
    written: io.BytesIO = PdfSigner(PdfSignatureMetadata(field_name="sig_mentee"), signer).sign_pdf(
        DocumentWriter(io.BytesIO(content))
    )
    revoke()
    others = {field: name for field, name in NAMES.items() if field != "sig_mentee"}
    result = check_signed(
        written.getvalue(), latest=content, earlier=(), field="sig_mentee", name=NAMES["sig_mentee"], others=others
    )
    assert (result.outcome, result.code) == ("review", "revoked")
    assert "has revoked" in result.message
