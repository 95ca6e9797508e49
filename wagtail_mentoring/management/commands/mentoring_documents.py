"""Renders a sample of every document in every language."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_mentoring.agreements.texts import LANGUAGES as SHIPPED
from wagtail_mentoring.agreements.texts import agreement_text
from wagtail_mentoring.conf import conf
from wagtail_mentoring.documents.errors import DocumentRenderError
from wagtail_mentoring.documents.samples import SampleMaker
from wagtail_mentoring.meetings.texts import guide_text


class Command(BaseCommand):
    help = (
        "Render a sample of every document, with invented people, in every language of the site. What is certified in "
        "earnest is certified here too, with a key that is made for this run and thrown away. The database is not used."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, metavar="DIR", help="where the files go; made if it is not there")
        parser.add_argument(
            "--language", action="append", metavar="CODE", help="only this language; may be given more than once"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        languages = dict(conf.LANGUAGES)
        unknown = [code for code in options["language"] or () if code not in languages]
        if unknown:
            raise CommandError(f"This site has no language “{unknown[0]}”, only {', '.join(languages)}.")
        folder = Path(options["out"])
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"The folder {folder} cannot be made: {error.strerror}.") from error
        number = 0
        for code in options["language"] or languages:
            shipped = code if code in SHIPPED else SHIPPED[0]
            maker = SampleMaker(code, languages[code], agreement_text(shipped), guide_text(1, shipped))
            for sample in maker.samples():
                try:
                    content = sample.content(maker.union, maker.keys)
                except DocumentRenderError as error:
                    raise CommandError(f"{sample.name} ({code}) could not be made. {error}") from error
                path = folder / f"{sample.name}-{code}.pdf"
                path.write_bytes(content)
                number += 1
                told = "" if sample.may_sign is None else ", certified"
                self.stdout.write(f"{path}: {len(content) // 1024} kB{told}")
        self.stdout.write(f"{number} documents. Their certificates are of no union: no reader trusts them.")
