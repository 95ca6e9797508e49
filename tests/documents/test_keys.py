"""Keys: made, imported, renewed, listed; never in clear in the database, in files, in logs or on a screen."""

import datetime
import io
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from django.core import mail, serializers
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import OperationalError

from tests.documents.authority import Authority
from tests.factories import make_union
from wagtail_mentoring import clock
from wagtail_mentoring.documents import backends, key_checks, keys
from wagtail_mentoring.documents.backends import HeldSigner, IssuerCertificate, backend
from wagtail_mentoring.documents.keys import KeyRefused, KeyUnreadable, NoSigningKey
from wagtail_mentoring.models import SigningKey, Union

pytestmark = pytest.mark.django_db
PASSWORD = "open sesame"


@pytest.fixture(autouse=True)
def local(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": "local"}


@pytest.fixture
def union() -> Union:
    return make_union("safa", names={"fi": "Suomen Arkkitehtiliitto SAFA", "en": "Finnish Association of Architects"})


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mentoring_signing_key", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def p12(tmp_path: Path, private_key: Any, certificate: Any, chain: Any = None, password: str = PASSWORD) -> list[str]:
    """Write a PKCS#12 file and its password, and return the command's arguments."""
    secret = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    (tmp_path / "key.p12").write_bytes(serialize_key_and_certificates(b"key", private_key, certificate, chain, secret))
    (tmp_path / "password").write_text(f"{password}\n")
    return ["--import", str(tmp_path / "key.p12"), "--password-file", str(tmp_path / "password")]


def test_a_key_for_a_union(union: Union) -> None:
    said = run("safa")
    assert "safa: made a key for Finnish Association of Architects, valid until" in said
    row = SigningKey.objects.get()
    certificate = x509.load_der_x509_certificate(bytes(row.certificate))
    assert certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == str(union)
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == f"{union} mentoring documents"
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert row.not_after - row.not_before > datetime.timedelta(days=5 * 365)
    assert row.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
    certificate.verify_directly_issued_by(certificate)


def test_a_second_run_changes_nothing(union: Union) -> None:
    run("safa")
    before = SigningKey.objects.get()
    assert "has a key already" in run("safa")
    assert SigningKey.objects.get() == before


def test_a_long_name_gives_way_to_the_abbreviation() -> None:
    union = make_union("long", names={"en": "The Association of " + "Very " * 12 + "Long Names"}, short="VLN")
    subject = keys.make_key(union).certificate.subject
    assert [part.value for part in subject] == ["VLN", "VLN mentoring documents"]


def test_rotation_retires_the_old_key_and_keeps_its_certificate(union: Union) -> None:
    run("safa")
    old = SigningKey.objects.get()
    first = backend().signer(union)
    assert "retired; its certificate stays" in run("safa", "--rotate")
    old.refresh_from_db()
    new = SigningKey.objects.current().get()
    assert old.retired_at is not None
    assert new.fingerprint != old.fingerprint
    assert first.signing_cert.dump() == bytes(old.certificate)
    assert backend().signer(union).signing_cert.dump() == bytes(new.certificate)
    assert {(one.fingerprint, one.retired, one.union_name) for one in backend().certificates()} == {
        (old.fingerprint, True, str(union)),
        (new.fingerprint, False, str(union)),
    }


def test_all_makes_what_is_missing(union: Union) -> None:
    run("safa")
    make_union("tek")
    ended = make_union("akava")
    with clock.at(clock.now() - datetime.timedelta(days=2500)):
        keys.store_key(ended, keys.make_key(ended))
    said = run("--all")
    assert "safa: has a key already" in said
    assert "tek: made a key" in said
    assert "akava: made a key" in said
    assert SigningKey.objects.current().count() == 3
    assert SigningKey.objects.of(ended.pk).count() == 2


def test_the_list(union: Union) -> None:
    run("safa")
    run("safa", "--rotate")
    make_union("tek")
    lines = run("--list").splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [["safa", "in", "use"], ["safa", "retired", "valid"]]
    assert lines[2] == "Without a valid key: tek. To make them, use --all."


def test_the_certificate_is_exported(union: Union) -> None:
    run("safa")
    exported = x509.load_pem_x509_certificate(run("safa", "--export-certificate").encode())
    assert exported.public_bytes(Encoding.DER) == bytes(SigningKey.objects.get().certificate)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name a union (safa), or use --all"),
        (["tek"], "There is no union “tek”. There are: safa."),
        (["safa", "--all"], "not both"),
        (["safa", "--import", "nowhere.p12", "--password-file", "nowhere"], "nowhere.p12 cannot be read: No such file"),
        (["safa", "--password-file", "x"], "--password-file belongs to --import"),
        (["--all", "--import", "x"], "imported for one union"),
        (["safa", "--export-certificate"], "safa has no key"),
    ],
)
def test_what_the_command_refuses(union: Union, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert said in str(raised.value)
    assert not SigningKey.objects.exists()


def test_an_import_with_its_chain(union: Union, tmp_path: Path) -> None:
    authority = Authority()
    private_key, certificate = authority.issue("SAFA ry", "Mentoring")
    run("safa")
    said = run("safa", "--rotate", *p12(tmp_path, private_key, certificate, [authority.root, authority.certificate]))
    assert "imported the key" in said
    assert "chain ends" not in said
    (row,) = SigningKey.objects.current()
    material = keys.open_key(row)
    assert material.certificate == certificate
    assert material.chain == (authority.certificate, authority.root)
    assert PASSWORD not in said
    signer = backend().signer(union)
    assert len(list(signer.cert_registry)) == 2
    (found,) = [one for one in backend().certificates() if not one.retired]
    assert found.chain == tuple(one.public_bytes(Encoding.DER) for one in material.chain)
    with pytest.raises(CommandError, match="stored already"):
        run("safa", "--rotate", *p12(tmp_path, private_key, certificate))


def test_an_import_does_not_retire_a_valid_key_unasked(union: Union, tmp_path: Path) -> None:
    run("safa")
    before = SigningKey.objects.get()
    arguments = p12(tmp_path, *Authority().issue("SAFA ry", "Mentoring"))
    with pytest.raises(CommandError) as raised:
        run("safa", *arguments)
    assert "safa has a valid key already" in str(raised.value) and "add --rotate" in str(raised.value)
    assert SigningKey.objects.get() == before and before.retired_at is None
    assert "retired; its certificate stays" in run("safa", "--rotate", *arguments)


def test_an_import_says_whose_certificate_it_took_and_for_how_long(union: Union, tmp_path: Path) -> None:
    start, end = (datetime.datetime(year, 5, 4, 12, tzinfo=datetime.UTC) for year in (2026, 2029))
    key = Authority().issue("SAFA ry", "Mentoring", start=start, end=end)
    with clock.at(datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.UTC)):
        said = run("safa", *p12(tmp_path, *key))
    assert "  The certificate is that of CN=Mentoring,O=SAFA ry, valid from 2026-05-04 to 2029-05-04." in said
    assert "name is not in the certificate" not in said


@pytest.mark.parametrize(
    ("organisation", "warned"),
    [
        ("Finnish Association of ARCHITECTS", False),
        ("Suomen  Arkkitehtiliitto", False),
        ("SAFA", False),
        ("Safari Tours Ltd", True),
        ("Academic Engineers TEK", True),
    ],
)
def test_an_import_in_another_name_is_told(tmp_path: Path, organisation: str, warned: bool) -> None:
    names = {"en": "Finnish Association of Architects", "fi": "Suomen Arkkitehtiliitto"}
    make_union("safa", names=names, short="SAFA")
    said = run("safa", *p12(tmp_path, *Authority().issue(organisation, "Mentoring")))
    assert ("The union’s name is not in the certificate" in said) is warned
    assert SigningKey.objects.count() == 1


def test_an_import_without_the_whole_chain_says_so(union: Union, tmp_path: Path) -> None:
    authority = Authority()
    private_key, certificate = authority.issue("SAFA ry", "Mentoring")
    said = run("safa", *p12(tmp_path, private_key, certificate, [authority.certificate], password=""))
    assert "The chain ends with a certificate issued by CN=Test root" in said


def test_rsa_keys_are_taken_too(union: Union, tmp_path: Path) -> None:
    authority = Authority()
    private_key, certificate = authority.issue("SAFA ry", "Mentoring", rsa.generate_private_key(65537, 2048))
    run("safa", *p12(tmp_path, private_key, certificate))
    assert keys.open_key(SigningKey.objects.get()).chain == ()


def test_keys_that_are_refused(union: Union, tmp_path: Path) -> None:
    authority = Authority()
    good, certificate = authority.issue("SAFA ry", "Mentoring")
    weak = authority.issue("SAFA ry", "Mentoring", rsa.generate_private_key(65537, 1024))  # noqa: S505
    odd = authority.issue("SAFA ry", "Mentoring", ed25519.Ed25519PrivateKey.generate())
    now = clock.now()
    day = datetime.timedelta(days=1)
    ended = authority.issue("SAFA ry", "Mentoring", start=now - 9 * day, end=now - day)
    later = authority.issue("SAFA ry", "Mentoring", start=now + day, end=now + 9 * day)
    server = authority.issue("SAFA ry", "Mentoring", signs=False)
    for pair, said in (
        (weak, "fewer than 2048 bits"),
        (odd, "must be an elliptic-curve or an RSA key"),
        (ended, f"ended on {(now - day).date()}"),
        (later, f"begins only on {(now + day).date()}"),
        (server, "not meant for signatures"),
    ):
        with pytest.raises(CommandError, match=said):
            run("safa", *p12(tmp_path, *pair))
    with pytest.raises(KeyRefused, match="do not belong together"):
        keys.check_material(good, server[1], [])
    arguments = p12(tmp_path, good, certificate)
    (tmp_path / "password").write_text("wrong")
    with pytest.raises(CommandError, match="password is wrong, or it is no PKCS#12 file"):
        run("safa", *arguments)
    (tmp_path / "key.p12").write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match="password is wrong, or it is no PKCS#12 file"):
        run("safa", *arguments)
    p12(tmp_path, None, certificate)
    with pytest.raises(CommandError, match="one of them is missing"):
        run("safa", *arguments)
    assert not SigningKey.objects.exists()


def test_the_private_key_is_nowhere_in_clear(union: Union, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    said = run("safa") + run("safa", "--rotate") + run("--list") + run("safa", "--export-certificate")
    row = SigningKey.objects.current().get()
    material = keys.open_key(row)
    secrets = [
        material.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        material.private_key.private_numbers().private_value.to_bytes(32, "big"),  # type: ignore[union-attr]
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM wagtail_mentoring_signingkey")
        stored = b"".join(bytes(value) for line in cursor for value in line if isinstance(value, (bytes, memoryview)))
    assert bytes(row.certificate) in stored, "the bytes of the table were not read"
    held = HeldSigner(material)
    shown = "".join((said, caplog.text, repr(row), str(row), repr(row.__dict__), repr(material), str(held), repr(held)))
    dumped = serializers.serialize("json", SigningKey.objects.all())
    for secret in secrets:
        assert secret not in stored
        for form in (secret.hex(), repr(secret)[2:-1], str(int.from_bytes(secret, "big"))):
            assert form not in shown
            assert form not in dumped
    assert "PRIVATE KEY" not in shown
    assert row.key_id


def test_one_key_in_use_for_a_union(union: Union) -> None:
    keys.store_key(union, keys.make_key(union))
    again = keys.make_key(union)
    row = SigningKey.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.create(
            union=union, certificate=b"", sealed_key=b"", key_id="", fingerprint=again.fingerprint,
            not_before=row.not_before, not_after=row.not_after,
        )  # fmt: skip
    assert SigningKey.objects.count() == 1


def test_without_the_key_that_sealed_it(union: Union, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.store_key(union, keys.make_key(union))
    own = settings.WAGTAIL_MENTORING
    settings.WAGTAIL_MENTORING = {**own, "FILE_KEYS": [Fernet.generate_key().decode()]}
    # A backend that holds nothing yet. The one in memory keeps its keys: other tests hold what they have signed.
    monkeypatch.setattr(backends, "_made", lru_cache(backends._made.__wrapped__))
    with pytest.raises(KeyUnreadable, match="is not in WAGTAIL_MENTORING"):
        backend().signer(union)
    with pytest.raises(CommandError, match="Put it back there"):
        run("safa")
    (message,) = key_checks.check_signing_keys(None, databases=["default"])
    assert message.id == "wagtail_mentoring.E203"
    # A new FILE_KEY before the old one changes nothing.
    settings.WAGTAIL_MENTORING = {**own, "FILE_KEYS": [Fernet.generate_key().decode(), *own["FILE_KEYS"]]}
    assert backend().signer(union) is not None
    assert key_checks.check_signing_keys(None, databases=["default"]) == []
    settings.WAGTAIL_MENTORING = {**own, "FILE_KEYS": []}
    with pytest.raises(CommandError, match="is empty"):
        run("safa", "--rotate")
    assert SigningKey.objects.current().count() == 1


def test_a_key_put_beside_another_certificate_is_not_used(union: Union) -> None:
    row = keys.store_key(union, keys.make_key(union))
    other = keys.store_key(make_union("tek"), keys.make_key(union))
    SigningKey.objects.filter(pk=row.pk).update(sealed_key=other.sealed_key)
    with pytest.raises(KeyUnreadable, match="changed by hand"):
        backend().signer(union)


def test_a_union_without_a_key_is_told_what_to_run(union: Union) -> None:
    with pytest.raises(NoSigningKey, match="manage.py mentoring_signing_key safa"):
        backend().signer(union)
    with clock.at(clock.now() - datetime.timedelta(days=2500)):
        keys.store_key(union, keys.make_key(union))
    with pytest.raises(NoSigningKey, match="ended on .* --rotate"):
        backend().signer(union)


def test_the_loaded_key_is_kept(union: Union) -> None:
    keys.store_key(union, keys.make_key(union))
    assert backend().signer(union) is backend().signer(union)


class OwnBackend:
    """As a site may have it."""

    def signer(self, union: Any) -> HeldSigner:
        return HeldSigner(keys.make_key(union))

    def certificates(self) -> list[IssuerCertificate]:
        return []


def test_a_backend_of_the_sites_own(union: Union, settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": f"{__name__}.OwnBackend"}
    assert isinstance(backend(), OwnBackend)
    assert "are not used until it is “local”" in run("safa")
    assert key_checks.check_signing_settings(None) == []
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": "nowhere.Keys"}
    with pytest.raises(ImproperlyConfigured, match="cannot be imported"):
        backend()
    assert [message.id for message in key_checks.check_signing_settings(None)] == ["wagtail_mentoring.E201"]


def test_keys_in_memory(union: Union, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": "memory"}
    signer = backend().signer(union)
    assert backend().signer(union) is signer
    assert signer.signing_cert.dump() in [one.certificate for one in backend().certificates()]
    assert key_checks.check_signing_settings(None) == []
    monkeypatch.delattr(mail, "outbox")
    assert [message.id for message in key_checks.check_signing_settings(None)] == ["wagtail_mentoring.W204"]


def test_the_setup_makes_keys_and_says_so(union: Union, settings: Any) -> None:
    out = io.StringIO()
    call_command("mentoring_setup", stdout=out)
    assert "Signing keys: 1 made (SAFA)." in out.getvalue()
    call_command("mentoring_setup", stdout=out)
    assert "Signing keys: nothing was missing." in out.getvalue()
    assert SigningKey.objects.count() == 1


def test_the_checks_of_the_database(union: Union, settings: Any) -> None:
    def found() -> list[str]:
        messages = run_checks(tags=["database"], databases=["default"])
        ours = [message for message in messages if "signing_key" in (message.hint or "")]
        assert all(message.hint for message in ours)
        return [(message.id or "").removeprefix("wagtail_mentoring.") for message in ours]

    assert found() == ["W201"]
    row = keys.store_key(union, keys.make_key(union))
    assert found() == []
    with clock.at(row.not_after - datetime.timedelta(days=61)):
        assert found() == []
    with clock.at(row.not_after - datetime.timedelta(days=59)):
        assert found() == ["W202"]
    with clock.at(row.not_after):
        assert found() == ["W203"]
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "SIGNING_BACKEND": "memory"}
    with clock.at(row.not_after):
        assert found() == []


def test_the_checks_are_silent_without_a_database(union: Union, monkeypatch: pytest.MonkeyPatch) -> None:
    assert key_checks.check_signing_keys(None) == []

    def no_database(*args: Any) -> Any:
        raise OperationalError("no connection")

    monkeypatch.setattr(connection.introspection, "table_names", no_database)
    assert key_checks.check_signing_keys(None, databases=["default"]) == []
    monkeypatch.setattr(connection.introspection, "table_names", lambda *args: [])
    assert key_checks.check_signing_keys(None, databases=["default"]) == []


def test_a_wrong_address_of_the_authority(settings: Any) -> None:
    settings.WAGTAIL_MENTORING = {**settings.WAGTAIL_MENTORING, "TSA_URL": "tsa.example.org"}
    assert [message.id for message in key_checks.check_signing_settings(None)] == ["wagtail_mentoring.E202"]
