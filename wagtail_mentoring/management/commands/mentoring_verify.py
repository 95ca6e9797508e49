"""``manage.py mentoring_verify FILE…``: is this a document of ours, and is it as it was issued?"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_mentoring.documents.verify import Verification, verify, worst


class Command(BaseCommand):
    help = (
        "Say of each file which union issued it, which reference it bears, whether it is unchanged, and who signed it. "
        "Exit status: 0 all unchanged; 1 one was changed or added to; 2 one is not ours or unreadable, "
        "or its key was revoked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="write JSON instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[tuple[Path, Verification]] = []
        for path in options["files"]:
            try:
                found.append((path, verify(path.read_bytes(), seconds=None)))
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        if options["json"]:
            told = [{"file": str(path), **verification.as_json()} for path, verification in found]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            for path, verification in found:
                self.stdout.write(f"{path}")
                self._tell(verification, "  ")
        status = worst([verification for _path, verification in found])
        if status:
            faulty = sum(not verification.ok for _path, verification in found)
            raise CommandError(f"{faulty} of {len(found)} not unchanged.", returncode=status)

    def _tell(self, told: Verification, indent: str) -> None:
        style = self.style.SUCCESS if told.ok else self.style.ERROR
        self.stdout.write(indent + style(told.headline))
        lines = [told.summary, told.title, told.reference and f"Reference {told.reference}", told.issued, told.key_note]
        if told.state != "unreadable":
            lines += told.changes
        for line in [line for line in lines if line]:
            self.stdout.write(f"{indent}{line}")
        for signature in told.signatures:
            place = f" ({signature.place})" if signature.place else ""
            self.stdout.write(f"{indent}- {signature.title}{place}. {' '.join(signature.lines)}")
        for line in [line for line in (told.note, told.record_note) if line]:
            self.stdout.write(f"{indent}{line}")
        for file, inside in told.inside:
            self.stdout.write(f"{indent}Inside: {file.name}, {file.size} bytes, SHA-256 {file.sha256}")
            if inside is not None:
                self._tell(inside, indent + "  ")
