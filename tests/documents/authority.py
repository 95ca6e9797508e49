"""A certificate authority with a revocation list and a time-stamping authority, on this machine alone."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from wagtail_mentoring import clock


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _name(common: str, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


class Authority:
    """A root, an authority below it that issues certificates, and their revocation lists at ``address``."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(_name("Test root"), self._root_key.public_key(), None, self._root_key, ca=True)
        self.certificate = self._certificate(
            _name("Test authority"), self._key.public_key(), self.root, self._root_key, ca=True, revocations="root.crl"
        )

    def issue(
        self, organisation: str, common: str, private_key: Any = None, *, signs: bool = True, stamps_time: bool = False,
        start: datetime.datetime | None = None, end: datetime.datetime | None = None,
    ) -> tuple[Any, x509.Certificate]:  # fmt: skip
        """Return a new key (or the given one) with its certificate."""
        private_key = private_key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(
            _name(common, organisation), private_key.public_key(), self.certificate, self._key,
            signs=signs, stamps_time=stamps_time, start=start, end=end, revocations="authority.crl",
        )  # fmt: skip
        return private_key, certificate

    def _certificate(
        self, subject: x509.Name, public_key: Any, issuer: x509.Certificate | None, issuer_key: Any, *,
        ca: bool = False, signs: bool = True, stamps_time: bool = False, revocations: str = "",
        start: datetime.datetime | None = None, end: datetime.datetime | None = None,
    ) -> x509.Certificate:  # fmt: skip
        now = clock.now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start or now - datetime.timedelta(days=1))
            .not_valid_after(end or now + datetime.timedelta(days=3650 if ca else 365))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=signs and not ca, content_commitment=signs and not ca, key_encipherment=not signs,
                    data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                    encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        )  # fmt: skip
        if issuer is not None:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
            )
        if stamps_time:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        if revocations and self.address:
            place = x509.UniformResourceIdentifier(f"{self.address}/{revocations}")
            builder = builder.add_extension(
                x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), critical=False
            )
        return builder.sign(issuer_key, None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256())

    def revocations(self, name: str) -> bytes:
        """Return the list ``root.crl`` or ``authority.crl`` in DER; both are empty."""
        issuer, private_key = (self.root, self._root_key) if name == "root.crl" else (self.certificate, self._key)
        now = clock.now()
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(now - datetime.timedelta(hours=1))
            .next_update(now + datetime.timedelta(days=7))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(private_key.public_key()), critical=False)
            .add_extension(x509.CRLNumber(1), critical=False)
            .sign(private_key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )

    def time_stamper(self) -> DummyTimeStamper:
        """Return a time-stamping authority whose certificate this authority issued."""
        private_key, certificate = self.issue(
            "Test authority", "Test time", rsa.generate_private_key(65537, 2048), stamps_time=True
        )
        secret = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return DummyTimeStamper(
            asn1_x509.Certificate.load(der(certificate)),
            asn1_keys.PrivateKeyInfo.load(secret),
            certs_to_embed=[asn1_x509.Certificate.load(der(self.certificate))],
        )


class Server:
    """The authority's web server: timestamps at ``/tsa``, revocation lists; and what it does wrong when asked to."""

    def __init__(self) -> None:
        self.asked = 0
        self.wrong = ""
        self.release = Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if server.wrong == "silent":
                    server.release.wait(30)
                    return
                if server.wrong == "refuses":
                    self.send_error(503)
                    return
                answer = server.stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
                if server.wrong == "nonsense":
                    answer = b"\x30\x82\xff\xff nonsense"
                self._send("application/timestamp-reply", answer)

            def do_GET(self) -> None:
                self._send("application/pkix-crl", server.authority.revocations(self.path.removeprefix("/")))

            def _send(self, kind: str, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self.authority = Authority(self.address)
        self.stamper = self.authority.time_stamper()

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = Thread(target=self._http.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()
