"""Whose a stored file is, and how it is found."""

import pytest
from django.db import connection

from tests.factories import make_case
from tests.statistics import tables_read_whole
from wagtail_mentoring.agreements.models import Agreement, AgreementVersion
from wagtail_mentoring.documents.models import Document, DocumentKind
from wagtail_mentoring.privacy.files import store
from wagtail_mentoring.privacy.ownership import Owner, owner_of

pytestmark = pytest.mark.django_db


def another(agreement: Agreement, name: str) -> Document:
    stored = store(agreement.case.union, name, b"%PDF-1.7", "application/pdf")
    return Document.objects.create(
        kind=DocumentKind.AGREEMENT_SIGNED, title=name, language="en", stored=stored, sha256=name
    )


def test_each_file_of_an_agreement_is_of_its_case() -> None:
    make_case(state="paired", agreement="out")
    agreement = Agreement.objects.get(case=make_case(state="paired", agreement="out"))
    agreement.record = another(agreement, "record")
    agreement.save()
    signed = AgreementVersion.objects.create(agreement=agreement, document=another(agreement, "signed"), number=1)
    for document in (agreement.document, agreement.record, signed.document):
        assert owner_of(document.stored) == Owner(agreement.case_id, "agreement")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks for SQLite's plan")
def test_however_many_agreements_there_are_none_is_read_but_that_of_the_file() -> None:
    agreement = Agreement.objects.get(case=make_case(state="paired", agreement="out"))
    assert tables_read_whole(lambda: owner_of(agreement.document.stored)) == []
