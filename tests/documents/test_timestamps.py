"""Timestamps: from an authority that answers, from one that does not, and with all evidence for the years to come."""

import asyncio
import io
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.signers import Signer
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    SignatureCoverageLevel,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from tests.documents.authority import Server, der
from tests.documents.issued import PlainUnion, faults, judged, pdfsig, sign_field, xmp
from tests.documents.sheets import sheet
from tests.documents.test_certify import BYTERANGE, RefusingKeys, issuers
from wagtail_mentoring.documents import keys, timestamps
from wagtail_mentoring.documents.agreement_sheet import render_agreement
from wagtail_mentoring.documents.backends import HeldSigner, MemoryKeys
from wagtail_mentoring.documents.certify import SigningFailed, certified, certify, sealed
from wagtail_mentoring.documents.timestamps import TookTooLong, apart

UNION = PlainUnion()


@pytest.fixture(scope="module")
def agreement() -> bytes:
    return render_agreement(sheet()).content


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server().running() as server:
        yield server


@pytest.fixture
def tsa(running: Server, settings: Any) -> Server:
    """An authority that the site has named, and that answers."""
    running.wrong = ""
    timestamps.forget_failures()
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TSA_URL": f"{running.address}/tsa"}
    return running


@pytest.fixture
def trusted(tsa: Server, settings: Any, tmp_path: Path) -> Server:
    """The same, with its root among the trusted certificates."""
    root = tmp_path / "root.pem"
    root.write_bytes(tsa.authority.root.public_bytes(Encoding.PEM))
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [root]}
    return tsa


class IssuedKeys(MemoryKeys):
    """A key whose certificate an authority issued."""

    def __init__(self, server: Server) -> None:
        private_key, certificate = server.authority.issue(str(UNION), "Mentoring")
        chain = [server.authority.certificate, server.authority.root]
        self.held = HeldSigner(keys.check_material(private_key, certificate, chain))

    def signer(self, union: Any) -> Signer:
        return self.held


def test_a_certification_with_a_timestamp(agreement: bytes, tsa: Server) -> None:
    result = certified(agreement, UNION, may_sign=True)
    assert (result.level, result.timestamped) == ("B-T", True)
    judgement = judged(result.content, [*issuers(), der(tsa.authority.root)])["sig_issuer"]
    assert judgement.bottom_line
    assert judgement.timestamp_validity.valid
    assert judgement.timestamp_validity.trusted
    assert pdfsig(result.content) == {"sig_issuer": "Signature is Valid."}
    assert (faults(result.content, "PDF_A_3A"), faults(result.content, "PDF_UA_1")) == (set(), set())
    asked = tsa.asked
    certify(agreement, UNION, may_sign=True)
    assert tsa.asked == asked + 1, "the authority is asked once for each document"


def test_where_nothing_may_change_the_timestamp_is_in_the_signature(agreement: bytes, trusted: Server) -> None:
    result = certified(agreement, UNION, may_sign=False)
    assert result.level == "B-T"
    judgement = judged(result.content, [*issuers(), der(trusted.authority.root)])["sig_issuer"]
    assert judgement.bottom_line
    assert judgement.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert judgement.timestamp_validity.trusted
    assert (faults(result.content, "PDF_A_3A"), faults(result.content, "PDF_UA_1")) == (set(), set())


def test_the_seal_without_the_root_of_the_authority(agreement: bytes, tsa: Server, caplog: Any) -> None:
    result = sealed(certify(agreement, UNION, may_sign=True), UNION)
    assert result.level == "B-T"
    assert "Name the root of the time-stamping authority in TRUSTED_CERTIFICATES" in caplog.text
    reader = PdfFileReader(io.BytesIO(result.content))
    (stamp,) = reader.embedded_timestamp_signatures
    assert stamp.field_name == "sig_ts"
    context = ValidationContext(trust_roots=[asn1_x509.Certificate.load(der(tsa.authority.root))])
    stamped = validate_pdf_timestamp(stamp, context)
    assert stamped.valid
    assert stamped.intact
    assert stamped.trusted
    for name, judgement in judged(result.content, [*issuers(), der(tsa.authority.root)]).items():
        assert judgement.bottom_line, name
    # poppler does not judge timestamps of their own.
    said = pdfsig(result.content)
    assert (said["sig_issuer"], said["sig_seal"]) == ("Signature is Valid.", "Signature is Valid.")


def test_the_seal_keeps_all_evidence(agreement: bytes, trusted: Server) -> None:
    own = IssuedKeys(trusted)
    content = certify(agreement, UNION, may_sign=True, keys=own)
    content = sign_field(content, "sig_mentee", "Amal Example", trusted.authority)
    result = sealed(content, UNION, keys=own)
    assert result.level == "B-LTA"
    reader = PdfFileReader(io.BytesIO(result.content))
    store = DocumentSecurityStore.read_dss(reader)
    assert len(store.crls) == 2, "the revocation lists of the root and of the authority below it"
    assert len(store.certs) >= 3
    # From the file and the root alone.
    roots = SimpleTrustManager.build([asn1_x509.Certificate.load(der(trusted.authority.root))])
    policy = CertValidationPolicySpec(roots, CertRevTrustPolicy(REQUIRE_REVINFO))
    nothing_fetched = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy, nothing_fetched))
    (seal,) = [one for one in reader.embedded_regular_signatures if one.field_name == "sig_seal"]
    judgement = asyncio.run(ades_lta_validation(seal, spec))
    assert judgement.ades_subindic == AdESPassed.OK
    said = pdfsig(result.content)
    assert {said[name] for name in ("sig_issuer", "sig_mentee", "sig_seal")} == {"Signature is Valid."}
    assert xmp(result.content) == xmp(agreement)
    assert faults(result.content, "PDF_UA_1") == set()
    assert faults(result.content, "PDF_A_3A") <= {BYTERANGE}


def test_evidence_for_a_key_that_signed_itself(agreement: bytes, trusted: Server) -> None:
    result = sealed(certify(agreement, UNION, may_sign=True), UNION)
    assert result.level == "B-LTA"
    for name, judgement in judged(result.content, [*issuers(), der(trusted.authority.root)]).items():
        assert judgement.bottom_line, name
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(result.content)))
    assert len(store.crls) == 2


def test_without_the_revocation_lists_only_the_timestamps(
    agreement: bytes, trusted: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusted.authority, "revocations", lambda name: b"gone")
    assert sealed(certify(agreement, UNION, may_sign=True), UNION).level == "B-T"


@pytest.mark.parametrize("wrong", ["silent", "refuses", "nonsense", "nobody there"])
def test_an_authority_that_fails_holds_nothing_up(
    agreement: bytes, tsa: Server, wrong: str, settings: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timestamps, "ANSWER_SECONDS", 0.5)
    timestamps._client.cache_clear()
    if wrong == "nobody there":
        # A port that nothing listens at.
        settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TSA_URL": "http://127.0.0.1:9/tsa"}
    tsa.wrong = wrong
    started = time.monotonic()
    result = certified(agreement, UNION, may_sign=True)
    assert time.monotonic() - started < 5
    assert (result.level, result.timestamped) == ("B-B", False)
    assert judged(result.content, issuers())["sig_issuer"].bottom_line
    (warning,) = [record for record in caplog.records if record.name == timestamps.__name__]
    assert warning.levelno == logging.WARNING
    assert "gave no timestamp" in warning.getMessage()
    # The next document does not wait again …
    asked = tsa.asked
    assert certified(agreement, UNION, may_sign=True).level == "B-B"
    assert tsa.asked == asked
    # … and later ones find it well.
    tsa.wrong = ""
    if wrong != "nobody there":
        timestamps.forget_failures()
        assert certified(agreement, UNION, may_sign=True).level == "B-T"
    timestamps._client.cache_clear()


def test_a_key_that_fails_is_not_blamed_on_the_authority(agreement: bytes, tsa: Server) -> None:
    with pytest.raises(SigningFailed, match="the device is locked"):
        certify(agreement, UNION, may_sign=True, keys=RefusingKeys())
    assert timestamps.timestamper() is not None


def test_work_that_never_ends_is_given_up() -> None:
    with pytest.raises(TookTooLong):
        apart(lambda: time.sleep(2), 0.05)
    assert apart(lambda: 5, 5) == 5
    with pytest.raises(KeyError):
        apart(lambda: {}["x"])
