"""Makes, imports, renews, revokes, lists and exports the keys that unions certify documents with."""

import getpass
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wagtail_mentoring import clock
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.keys import (
    KeyRefused,
    KeyUnreadable,
    make_key,
    open_key,
    read_chain,
    read_pkcs12,
    revoke_key,
    short_fingerprint,
    store_key,
    union_name,
    valid_key,
)
from wagtail_mentoring.documents.models import SigningKey
from wagtail_mentoring.programme.models import Union


class Command(BaseCommand):
    help = (
        "Make the key that a union certifies its documents with (EC P-256, signed by itself, valid five years), or "
        "import one. The private key is stored encrypted with FILE_KEYS and is never printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("union", nargs="?", default="", help="the union’s short name in addresses, such as “tek”")
        parser.add_argument("--all", action="store_true", help="for every union that has no valid key")
        parser.add_argument("--rotate", action="store_true", help="replace a key that is still valid")
        parser.add_argument(
            "--import", dest="file", metavar="FILE", help="take the key and its chain from a PKCS#12 file (.p12, .pfx)"
        )
        parser.add_argument(
            "--password-file",
            metavar="FILE",
            help="where the password of the PKCS#12 file stands; without it, you are asked",
        )
        parser.add_argument(
            "--revoke",
            metavar="FINGERPRINT",
            help="distrust a key that somebody else may have; its documents count only with a timestamp from before",
        )
        parser.add_argument("--why", default="", help="with --revoke: why, kept with the key")
        parser.add_argument("--list", action="store_true", help="list the keys and change nothing")
        parser.add_argument(
            "--export-certificate",
            action="store_true",
            help="print the certificate and its chain as PEM, change nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["revoke"]:
            return self._revoke(options)
        if options["why"]:
            raise CommandError("--why belongs to --revoke.")
        unions = self._unions(options)
        if options["list"]:
            return self._list(unions)
        if options["export_certificate"]:
            return self._export(unions)
        if conf.SIGNING_BACKEND != "local":
            self.stderr.write(
                self.style.WARNING(
                    f'WAGTAIL_MENTORING["SIGNING_BACKEND"] is “{conf.SIGNING_BACKEND}”: '
                    "keys made here are not used until it is “local”."
                )
            )
        try:
            if options["file"]:
                self._import(unions, options)
            else:
                for union in unions:
                    self._make(union, rotate=options["rotate"])
        except (KeyRefused, KeyUnreadable, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error

    def _unions(self, options: dict[str, Any]) -> list[Union]:
        """Return the unions that the command is about. Raises CommandError when it does not say, or says it twice."""
        chosen: QuerySet[Union] = Union.objects.all()
        if options["union"] and options["all"]:
            raise CommandError("Name one union, or use --all; not both.")
        if options["password_file"] and not options["file"]:
            raise CommandError("--password-file belongs to --import.")
        if not options["union"]:
            if not options["all"] and not options["list"]:
                raise CommandError(f"Name a union ({self._known()}), or use --all.")
            return list(chosen)
        found = chosen.filter(slug=options["union"])
        if not found:
            raise CommandError(f"There is no union “{options['union']}”. There are: {self._known()}.")
        return list(found)

    def _known(self) -> str:
        return ", ".join(Union.objects.values_list("slug", flat=True)) or "none yet"

    def _make(self, union: Union, *, rotate: bool) -> None:
        present = valid_key(union)
        if present is not None and not rotate:
            open_key(present)  # says so when FILE_KEYS no longer opens it
            self.stdout.write(f"{union.slug}: has a key already, {_told(present)}. To replace it, use --rotate.")
            return
        self._say_new(union, store_key(union, make_key(union)), "made a key")

    def _import(self, unions: list[Union], options: dict[str, Any]) -> None:
        if options["all"] or len(unions) != 1:
            raise CommandError("A key is imported for one union: name it.")
        (union,) = unions
        present = valid_key(union)
        if present is not None and not options["rotate"]:
            raise CommandError(
                f"{union.slug} has a valid key already, {_told(present)}. "
                "To retire it and certify with the imported one from now on, add --rotate."
            )
        material = read_pkcs12(_read(options["file"]), _password(options["password_file"]))
        self._say_new(union, store_key(union, material), "imported the key")
        certificate = material.certificate
        self.stdout.write(
            f"  The certificate is that of {certificate.subject.rfc4514_string()}, valid from "
            f"{timezone.localdate(certificate.not_valid_before_utc)} to "
            f"{timezone.localdate(certificate.not_valid_after_utc)}."
        )
        if not _is_in_name_of(certificate, union):
            self.stderr.write(
                self.style.WARNING(
                    "  The union’s name is not in the certificate: readers of documents see the name above. If it is "
                    "the wrong file, import the right one with --rotate before documents are issued."
                )
            )
        last = (material.chain or (material.certificate,))[-1]
        if last.issuer != last.subject:
            self.stdout.write(
                f"  The chain ends with a certificate issued by {last.issuer.rfc4514_string()}, which is not in the "
                "file. Readers must find it elsewhere; better import a file with the whole chain."
            )

    def _revoke(self, options: dict[str, Any]) -> None:
        others = ("all", "rotate", "file", "password_file", "list", "export_certificate")
        if any(options[name] for name in others):
            raise CommandError("--revoke goes with the fingerprint and --why alone.")
        try:
            with transaction.atomic():
                key = revoke_key(options["revoke"], options["why"])
                union = Union.objects.get(pk=key.union_id)
                if options["union"] not in ("", union.slug):
                    raise CommandError(f"This key is that of {union.slug}: nothing was revoked.")
        except KeyRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            self.style.SUCCESS(f"{union.slug}: revoked the key with certificate {short_fingerprint(key.fingerprint)}.")
        )
        self.stdout.write("  Documents made with it are not trusted any more, but those with a timestamp from before.")
        if valid_key(union) is None:
            self.stdout.write(
                f"  {union.slug} certifies nothing now. Make a new key: manage.py mentoring_signing_key {union.slug}"
            )

    def _say_new(self, union: Union, key: SigningKey, what: str) -> None:
        self.stdout.write(self.style.SUCCESS(f"{union.slug}: {what} for {union_name(union)}, {_told(key)}."))
        if SigningKey.objects.of(union.pk).exclude(pk=key.pk).exists():
            self.stdout.write("  The key before it is retired; its certificate stays, to verify older documents.")

    def _list(self, unions: list[Union]) -> None:
        rows = SigningKey.objects.filter(union__in=unions).select_related("union").defer("sealed_key")
        wide = max((len(row.union.slug) for row in rows), default=0)
        for row in rows.order_by("union__slug", "-pk"):
            state = "retired" if row.retired_at else "ended" if row.not_after <= clock.now() else "in use"
            state = "revoked" if row.revoked_at else state
            self.stdout.write(f"{row.union.slug:<{wide}}  {state:<8} {_told(row)}")
            if row.revoked_at:
                self.stdout.write(f"{'':<{wide}}  {timezone.localdate(row.revoked_at)}: {row.revoked_why}")
        without = [union.slug for union in unions if valid_key(union) is None]
        if without:
            self.stdout.write(f"Without a valid key: {', '.join(without)}. To make them, use --all.")

    def _export(self, unions: list[Union]) -> None:
        for union in unions:
            row = SigningKey.objects.of(union.pk).current().defer("sealed_key").first()
            if row is None:
                raise CommandError(f"{union.slug} has no key. Make one: manage.py mentoring_signing_key {union.slug}")
            certificate = x509.load_der_x509_certificate(bytes(row.certificate))
            for one in (certificate, *read_chain(bytes(row.chain))):
                self.stdout.write(one.public_bytes(Encoding.PEM).decode().strip())


def _told(key: SigningKey) -> str:
    certificate = x509.load_der_x509_certificate(bytes(key.certificate))
    until = timezone.localdate(key.not_after)
    by = "itself" if certificate.issuer == certificate.subject else certificate.issuer.rfc4514_string()
    return f"valid until {until}, certificate {short_fingerprint(key.fingerprint)}, issued by {by}"


def _is_in_name_of(certificate: x509.Certificate, union: Union) -> bool:
    """Tell whether the certificate names the union, in any of its languages or by its abbreviation, as whole words."""
    subject = " | ".join(_plain(str(part.value)) for part in certificate.subject)
    names = (_plain(name) for name in (*union.names.values(), union.short) if name)
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", subject) for name in names if name)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error


def _password(file: str | None, ask: Callable[[str], str] = getpass.getpass) -> str:
    """Return the password from its file, or ask for it. Never an argument: those stand in the list of processes."""
    if file:
        return _read(file).decode().rstrip("\r\n")
    if not sys.stdin.isatty() and not os.isatty(2):
        raise CommandError("There is nobody to ask for the password: put it into a file and use --password-file.")
    return ask("Password of the PKCS#12 file: ")
