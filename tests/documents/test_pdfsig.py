"""Round trip with a signer that we did not write: poppler's pdfsig, which signs with Mozilla's NSS."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.documents.signatures import MENTEE, NAMES, Person, authority, issued, person, signed
from wagtail_mentoring.documents.uploads import UploadResult, check_signed
from wagtail_mentoring.documents.verify import verify


@pytest.fixture(autouse=True)
def programs() -> None:
    """Nothing is skipped: without these programs nobody but ourselves would have judged our signatures."""
    missing = [name for name in ("pdfsig", "certutil", "pk12util") if shutil.which(name) is None]
    if missing:
        pytest.fail(f"Missing: {', '.join(missing)}. Run scripts/system_packages.sh test")


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


class Pdfsig:
    """A store of keys, and pdfsig with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = f"sql:{folder}"
        run("certutil", "-N", "-d", self.store, "--empty-password")

    def add(self, who: Person, nick: str) -> None:
        path = self.folder / f"{nick}.p12"
        secret = BestAvailableEncryption(b"p12")
        path.write_bytes(pkcs12.serialize_key_and_certificates(nick.encode(), who.key, who.certificate, None, secret))
        run("pk12util", "-i", path, "-d", self.store, "-W", "p12", "-K", "")

    def sign(self, content: bytes, nick: str, *options: str) -> bytes:
        before, after = self.folder / "before.pdf", self.folder / "after.pdf"
        before.write_bytes(content)
        run("pdfsig", "-nssdir", self.store, "-nick", nick, *options, before, after)
        return after.read_bytes()

    def told(self, content: bytes) -> str:
        path = self.folder / "told.pdf"
        path.write_bytes(content)
        return run("pdfsig", "-nssdir", self.store, "-no-ocsp", path)


@pytest.fixture
def pdfsig(tmp_path: Path, settings: Any) -> Pdfsig:
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(authority().pem)
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TRUSTED_CERTIFICATES": [trusted]}
    signer = Pdfsig(tmp_path)
    # RSA: this poppler reserves too little or too much room for half of all ECDSA signatures, and gives up.
    signer.add(person(MENTEE, authority(), by_rsa=True), "mentee")
    signer.add(person("A Stranger", by_rsa=True), "stranger")
    return signer


def look(uploaded: bytes) -> UploadResult:
    others = {field: name for field, name in NAMES.items() if field != "sig_mentee"}
    return check_signed(uploaded, latest=issued(), earlier=(), field="sig_mentee", name=MENTEE, others=others)


@pytest.mark.parametrize("words", [(), ("-reason", "I agree")], ids=["plain", "with a reason"])
def test_the_mentees_place_signed_by_pdfsig(pdfsig: Pdfsig, words: tuple[str, ...]) -> None:
    """It numbers an object as the standard does not allow (generation 1), so a person looks at it."""
    uploaded = pdfsig.sign(issued(), "mentee", "-sign", "sig_mentee", *words)
    assert uploaded.startswith(issued())
    result = look(uploaded)
    assert result.outcome in ("accepted", "review")
    assert result.signer is not None and result.signer.trusted and result.signer.name == MENTEE
    assert [finding.code for finding in result.findings] == ["unexplained"]
    told = verify(uploaded)
    assert told.state in ("unchanged", "added")
    assert [one.holds for one in told.reading.signatures] == [True, True]


def test_a_stranger_by_pdfsig(pdfsig: Pdfsig) -> None:
    result = look(pdfsig.sign(issued(), "stranger", "-sign", "sig_mentee"))
    assert result.outcome == "review"
    assert {"self_signed", "other_name"} <= {finding.code for finding in result.findings}


def test_another_place_by_pdfsig(pdfsig: Pdfsig) -> None:
    result = look(pdfsig.sign(issued(), "mentee", "-sign", "sig_mentor_1"))
    assert (result.outcome, result.code) == ("refused", "wrong_field")


def test_a_place_of_pdfsigs_own(pdfsig: Pdfsig) -> None:
    """This poppler puts a new place on the page and not into the form: for every reader it is a mere annotation."""
    result = look(pdfsig.sign(issued(), "mentee", "-add-signature", "-new-signature-field-name", "elsewhere"))
    assert (result.outcome, result.code) == ("refused", "annotation")


def test_pdfsig_accepts_what_others_signed(pdfsig: Pdfsig) -> None:
    content = signed(issued(), person(MENTEE, authority()))
    told = pdfsig.told(content)
    assert told.count("Signature is Valid.") == 2
    assert "Digest Mismatch" not in told and "Total document signed" in told
