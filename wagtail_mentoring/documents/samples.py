"""A sample of every document, made of invented people and dates: to look at, to check, to show. Needs no database."""

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from . import inside
from .agreement_sheet import AgreementSheet, SheetParty, SupplementTo, UnionBrand, render_agreement
from .backends import MemoryKeys, SigningBackend
from .certificate_sheet import CertificateSheet, Kind, render_certificate
from .certify import certify, seal
from .export_sheet import ExportSection, ExportSheet, render_export
from .findings import REVIEW
from .guide_sheet import GuideSheet, render_guide
from .pdf_tags import long_date
from .record_sheet import RecordSheet, SignatureEntry, render_record
from .render import Attachment, RenderedPdf
from .sample_evidence import scan, signed_by

REFERENCE = "SAMPLE-2026-0417"
ACCENT = "#1e4a8c"
_ISSUED = datetime.datetime(2026, 10, 23, 9, 30, tzinfo=datetime.UTC)
_HASH = "0123456789abcdef" * 4


@dataclass(frozen=True)
class SampleUnion:
    """What stands for a union where there is none: enough to certify in its name."""

    pk: int = 0
    short: str = "SAMPLE"
    slug: str = "sample"
    accent: str = ACCENT

    def __str__(self) -> str:
        return gettext("Union of Sample Professionals")


@dataclass(frozen=True)
class Sample:
    """One document: the name of its file without ending, and how it is rendered.

    ``may_sign`` says how such documents are certified: True when parties may still sign, False when nothing may change
    any more, None when they are not certified.
    """

    name: str
    render: Callable[[], RenderedPdf]
    may_sign: bool | None = None

    def content(self, union: SampleUnion, keys: SigningBackend) -> bytes:
        """Return the document as people get it: certified, if such documents are. Raises as render and certify."""
        rendered = self.render().content
        return rendered if self.may_sign is None else certify(rendered, union, may_sign=self.may_sign, keys=keys)


@dataclass(frozen=True)
class SampleMaker:
    """Makes the samples of one language. ``agreement_text`` and ``guide_text`` are HTML as editors write it."""

    language: str
    language_name: str
    agreement_text: str
    guide_text: str = ""
    union: SampleUnion = field(default_factory=SampleUnion)
    keys: SigningBackend = field(default_factory=MemoryKeys)

    def samples(self) -> Iterator[Sample]:
        """Yield every sample; nothing is rendered before it is asked for."""
        mentors = ("Maija Mallikas", "Erik Exempel")
        variants = {
            "agreement-one-mentor": self.agreement("Amal Example", mentors[:1]),
            "agreement-two-mentors": self.agreement("Amal Example", mentors, contact="Kaisa Kontakti"),
            "agreement-long-names": self.agreement(
                "Wolfeschlegelsteinhausenbergerdorff-Keihanaikukauakahihuliheekahaunaele Example",
                (
                    "Maria-Magdalena Korhonen-Lindström von Wright af Schultén",
                    "Aleksanteri Juhani Wilhelm Gyllenbögel-Äyräväinen-Yrjö-Koskinen",
                ),
            ),
            "agreement-right-to-left": self.agreement("أمل بنت عبد الرحمن آل مثال", ("گلناز پژمان‌فر", "נועה לדוגמה")),
            "agreement-scripts": self.agreement(
                "ሰላም ምሳሌ", ("สมหญิง ตัวอย่าง", "प्रिया उदाहरण"), contact="Олександра Їжакевич"
            ),
        }
        for name, sheet in variants.items():
            yield Sample(name, partial(render_agreement, sheet), may_sign=True)
        yield Sample("supplement", partial(render_agreement, self.supplement()), may_sign=True)
        yield Sample("signing-record", self.render_record, may_sign=False)
        yield Sample("participation", partial(render_certificate, self.certificate("participation")), may_sign=False)
        yield Sample("thanks", partial(render_certificate, self.certificate("thanks")), may_sign=False)
        yield Sample("guide", partial(render_guide, self.guide()))
        yield Sample("data-export", partial(render_export, self.export()))

    def _brand(self) -> UnionBrand:
        with translation.override(self.language):
            return UnionBrand(str(self.union), self.union.short, self.union.accent)

    def agreement(self, mentee: str, mentors: tuple[str, ...], contact: str = "") -> AgreementSheet:
        """Return an agreement of these people."""
        with translation.override(self.language):
            detail, union = pgettext("sample document", "Architect"), str(self.union)
            parties = [SheetParty("mentee", mentee, detail), *(SheetParty("mentor", name, detail) for name in mentors)]
            if contact:
                parties.append(SheetParty("contact", contact, union, required=False))
            return AgreementSheet(
                union=self._brand(),
                reference=REFERENCE,
                language=self.language,
                language_name=self.language_name,
                parties=tuple(parties),
                text=self.agreement_text,
                version_label="4",
                issued=_ISSUED.date(),
                field=pgettext("sample document", "Architecture"),
                meetings="3–5",
                verify_address="https://example.org/check/",
            )

    def supplement(self) -> AgreementSheet:
        """Return the supplement by which a new mentor joins."""
        whole = self.agreement("Amal Example", ("Helena Ny-Mentor", "Erik Exempel"))
        mentee, new, other = whole.parties
        joined = SupplementTo(REFERENCE, whole.issued, _HASH, (mentee, other))
        return replace(whole, parties=(new,), issued=datetime.date(2027, 1, 14), supplement=joined)

    def certificate(self, kind: Kind) -> CertificateSheet:
        """Return the mentee's certificate or the thanks to a mentor."""
        with translation.override(self.language):
            return CertificateSheet(
                kind=kind,
                union=self._brand(),
                reference=REFERENCE,
                language=self.language,
                name="Amal Example" if kind == "participation" else "Maija Mallikas",
                field=pgettext("sample document", "Architecture"),
                meetings=5,
                minutes=450,
                first=datetime.date(2026, 11, 3),
                last=datetime.date(2027, 4, 20),
                issued=datetime.date(2027, 5, 4),
                contact="Kaisa Kontakti",
                verify_address="https://example.org/check/",
            )

    def render_record(self) -> RenderedPdf:
        """Render the record of an agreement that was signed in every way, with the agreement and a scan inside."""
        agreement = render_agreement(
            self.agreement("Amal Example", ("Maija Mallikas", "Erik Exempel"), "Kaisa Kontakti")
        )
        issued = certify(agreement.content, self.union, may_sign=True, keys=self.keys)
        newest = seal(signed_by("MALLIKAS MAIJA", issued, "sig_mentor_1"), self.union, keys=self.keys)
        sha256 = hashlib.sha256(issued).hexdigest()
        told = {"sha256": sha256, "file_sha256": hashlib.sha256(newest).hexdigest()}
        data = json.dumps({"reference": REFERENCE, "agreement": told}, indent=1).encode()
        name = f"{REFERENCE}-{self.language}-3.pdf"
        with translation.override(self.language):
            attachments = (
                Attachment(name, newest, "application/pdf", str(inside.AGREEMENT_SIGNED), "Source"),
                Attachment(
                    f"{REFERENCE}-signatures.json", data, "application/json", str(inside.SIGNATURE_DATA), "Data"
                ),
                Attachment(f"{REFERENCE}-scan-1.png", scan(), "image/png", str(inside.SCAN), "Supplement"),
            )
            return render_record(self.record(sha256), attachments)

    def record(self, sha256: str) -> RecordSheet:
        """Return the record of an agreement with this hash; the texts are in the active language."""
        mentee, mentor = pgettext("role in an agreement", "Mentee"), pgettext("role in an agreement", "Mentor")
        contact = pgettext("role in an agreement", "Contact person")
        shown = (gettext("Document shown (SHA-256)"), sha256)
        confirmed = (gettext("Confirmed by"), "Kaisa Kontakti")
        issuer = "Example Trust Services, Certificates for Persons G2"
        paper = _ISSUED + datetime.timedelta(days=4)
        entries = (
            SignatureEntry(
                mentee,
                "Amal Example",
                gettext(
                    "Typed the name on the private page, with a code sent by e-mail: a simple electronic signature."
                ),
                _ISSUED + datetime.timedelta(days=1, hours=2),
                (
                    (gettext("Name as typed"), "Amal Example"),
                    (gettext("Private link"), gettext("number %d") % 417),
                    shown,
                ),
                "typed",
            ),
            SignatureEntry(
                mentor,
                "Maija Mallikas",
                gettext("Signed in the file with an own certificate; the contact person looked at it and took it."),
                _ISSUED + datetime.timedelta(days=2, hours=-3),
                (
                    (gettext("Name in the certificate"), "MALLIKAS MAIJA"),
                    (gettext("Issued by"), issuer),
                    (gettext("What the check found"), str(REVIEW["unknown_issuer"]) % {"issuer": issuer}),
                    confirmed,
                    shown,
                ),
                "certificate",
            ),
            SignatureEntry(
                mentor,
                "Erik Exempel",
                gettext(
                    "Signed on paper. "
                    "The contact person looked at the scan and confirmed it; nobody verified it further."
                ),
                _ISSUED + datetime.timedelta(days=5),
                ((gettext("Date on the paper"), long_date(paper.date())), confirmed, shown),
                "paper",
            ),
            SignatureEntry(
                contact,
                "Kaisa Kontakti",
                gettext("Typed the name while signed in to the site: a simple electronic signature."),
                _ISSUED + datetime.timedelta(days=5, minutes=12),
                ((gettext("Name as typed"), "Kaisa Kontakti"), shown),
                "account",
            ),
        )
        return RecordSheet(
            union=self._brand(),
            reference=REFERENCE,
            language=self.language,
            agreement_title=", ".join((gettext("Ethics agreement for mentoring"), REFERENCE)),
            agreement_sha256=sha256,
            issued_at=_ISSUED,
            entries=entries,
            completed_at=_ISSUED + datetime.timedelta(days=5, minutes=12),
            version="4",
            verify_address="https://example.org/check/",
        )

    def guide(self) -> GuideSheet:
        """Return the guide of the first meeting."""
        with translation.override(self.language):
            body = self.guide_text or format_html(
                "<h2>{}</h2><p>{}</p>",
                pgettext("sample document", "Begin"),
                pgettext("sample document", "Tell each other who you are. Take your time."),
            )
            return GuideSheet(
                union=self._brand(),
                language=self.language,
                number=1,
                of=5,
                title=pgettext("sample document", "Getting to know each other"),
                summary=pgettext("sample document", "At the end you know what you want to reach together."),
                body_html=body,
                issued=_ISSUED.date(),
            )

    def export(self) -> ExportSheet:
        """Return what is kept about an invented mentee: short values and long ones, and a part without any."""
        with translation.override(self.language):
            kept = pgettext("sample document", "12 months after the mentoring has ended")
            goal = pgettext("sample document", "I want to know how architects find work in Finland, and whom to ask.")
            sections = (
                ExportSection(
                    pgettext("sample document", "Contact details"),
                    pgettext("sample document", "To reach you about mentoring."),
                    pgettext("sample document", "The contact person, and your mentors."),
                    kept,
                    (
                        (gettext("Name"), "أمل المثال"),
                        (gettext("E-mail"), "amal@example.org"),
                        (gettext("Phone"), ""),
                    ),
                ),
                ExportSection(
                    pgettext("sample document", "Your application"),
                    pgettext("sample document", "To find mentors who suit you."),
                    pgettext("sample document", "The contact person."),
                    kept,
                    (
                        (gettext("Profession"), pgettext("sample document", "Architect")),
                        (pgettext("sample document", "Goals"), f"{goal}\n\n{' '.join([goal] * 28)}"),
                    ),
                ),
                ExportSection(
                    pgettext("sample document", "Meetings"),
                    pgettext("sample document", "To see how the mentoring goes."),
                    pgettext("sample document", "The contact person, and your mentors."),
                    kept,
                ),
            )
            return ExportSheet(self._brand(), REFERENCE, self.language, "أمل المثال", _ISSUED, sections)
