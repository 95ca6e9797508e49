"""Does every document pass PDF/UA-1 and PDF/A-3a, as veraPDF, the reference checker, sees it? `make test-conformance`.

Makes every sample of `manage.py mentoring_documents` in every language: unsigned, certified, and (agreements) with the
signature of every party and the closing seal, one of them with timestamps and all evidence. Then runs veraPDF over them
for each profile. Fails on any rule that is not in scripts/conformance/known.json, and on an entry there that nothing
needs. Java and Maven must be there: Maven fetches veraPDF once into .conformance/, which git ignores.

Entries of known.json: {"rule": "PDF/UA-1 7.1-3", "documents": "signed/*", "reason": "…"}.
"""

import fnmatch
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "scripts" / "conformance"
CACHE = ROOT / ".conformance"
PROFILES = {"ua1": "PDF/UA-1", "3a": "PDF/A-3a"}
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
MEGABYTES = 768


def missing_programs() -> list[str]:
    """Return the names of what is not on this machine."""
    return [name for program, name in (("java", "Java"), ("mvn", "Maven")) if shutil.which(program) is None]


def fetch() -> Path:
    """Return the folder with veraPDF's libraries, fetched by Maven when the pom changed since the last time."""
    pom = HERE / "pom.xml"
    folder, stamp = CACHE / "verapdf", CACHE / "pom.xml"
    if stamp.exists() and stamp.read_bytes() == pom.read_bytes() and any(folder.glob("greenfield-apps-*.jar")):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    print("→ Fetching veraPDF with Maven (once)", flush=True)
    done = subprocess.run(
        ["mvn", "-B", "-q", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    if done.returncode:
        sys.exit("Maven could not fetch veraPDF:\n" + "\n".join((done.stdout + done.stderr).splitlines()[:8]))
    shutil.copyfile(pom, stamp)
    return folder


def make_documents(folder: Path) -> None:
    """Write the documents into ``unsigned/``, ``certified/`` and ``signed/``."""
    from django.conf import settings

    from tests.documents.authority import Authority
    from tests.documents.issued import sign_field
    from wagtail_mentoring.agreements.texts import agreement_text
    from wagtail_mentoring.conf import conf
    from wagtail_mentoring.documents.certify import certify, seal
    from wagtail_mentoring.documents.samples import SampleMaker

    unsigned, certified, signed = (folder / name for name in ("unsigned", "certified", "signed"))
    for one in (unsigned, certified, signed):
        one.mkdir(parents=True)
    authority = Authority()
    for code, name in conf.LANGUAGES:
        maker = SampleMaker(code, name, agreement_text(code))
        for sample in maker.samples():
            file, content = f"{sample.name}-{code}.pdf", sample.render().content
            (unsigned / file).write_bytes(content)
            if sample.may_sign is None:
                continue
            content = certify(content, maker.union, may_sign=sample.may_sign, keys=maker.keys)
            (certified / file).write_bytes(content)
            if sample.may_sign:
                for field in party_fields(content):
                    content = sign_field(content, field, "A Person", authority)
                (signed / file).write_bytes(seal(content, maker.union, keys=maker.keys))
    first = min(certified.glob("agreement-*.pdf"))
    (signed / f"with-time-{first.name}").write_bytes(sealed_with_time(first.read_bytes(), settings))


def party_fields(content: bytes) -> list[str]:
    """Return the names of the empty fields that people sign in."""
    from wagtail_mentoring.documents.certify import SEAL_FIELD, TIME_FIELD, empty_fields

    return sorted(empty_fields(content) - {SEAL_FIELD, TIME_FIELD})


def sealed_with_time(content: bytes, settings: Any) -> bytes:
    """Return the document sealed with timestamps and evidence, from an authority on this machine."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from tests.documents.authority import Server
    from wagtail_mentoring.documents.backends import MemoryKeys
    from wagtail_mentoring.documents.certify import sealed
    from wagtail_mentoring.documents.samples import SampleUnion

    root = CACHE / "root.pem"
    with Server().running() as server:
        root.write_bytes(server.authority.root.public_bytes(Encoding.PEM))
        before = settings.WAGTAIL_MENTORING
        settings.WAGTAIL_MENTORING = {**before, "TSA_URL": f"{server.address}/tsa", "TRUSTED_CERTIFICATES": [root]}
        try:
            result = sealed(content, SampleUnion(), keys=MemoryKeys())
        finally:
            settings.WAGTAIL_MENTORING = before
            root.unlink()
    if result.level != "B-LTA":
        sys.exit(f"The document with timestamps reached {result.level} only.")
    return result.content


def judge(libraries: Path, profile: str, folder: Path) -> dict[str, dict[str, str]]:
    """Return for each document the rules it breaks, in veraPDF's words. Ends the run when one was not looked at."""
    done = subprocess.run(
        ["java", f"-Xmx{MEGABYTES}m", "-cp", f"{libraries}/*", MAIN, "--flavour", profile, "--format", "json",
         "--recurse", "--maxfailuresdisplayed", "1", str(folder)],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    try:
        jobs = json.loads(done.stdout)["report"]["jobs"]
    except (ValueError, KeyError):
        sys.exit(f"veraPDF gave no report:\n{done.stderr[:2000]}")
    found = {}
    for job in jobs:
        name = str(Path(job["itemDetails"]["name"]).relative_to(folder))
        results = job.get("validationResult") or [None]
        if results[0] is None:
            found[name] = {"not read": str(job.get("taskException", "veraPDF could not read the document"))[:300]}
            continue
        rules = results[0]["details"]["ruleSummaries"]
        found[name] = {f"{rule['clause']}-{rule['testNumber']}": rule["description"] for rule in rules}
        if not results[0]["compliant"] and not rules:
            found[name] = {"not compliant": "without a rule"}
    unread = {str(path.relative_to(folder)) for path in folder.rglob("*.pdf")} - found.keys()
    if unread or not found:
        sys.exit(f"veraPDF did not look at {', '.join(sorted(unread)) or 'any document'}:\n{done.stderr[:2000]}")
    return found


def compare(found: dict[str, dict[str, str]], profile: str, known: list[dict[str, str]]) -> Iterator[str]:
    """Yield a line for each broken rule that is not known; known entries that were met get a mark."""
    for document, rules in sorted(found.items()):
        for rule, words in rules.items():
            name = f"{profile} {rule}"
            met = [entry for entry in known if entry["rule"] == name and fnmatch.fnmatch(document, entry["documents"])]
            for entry in met:
                entry["met"] = "yes"
            if not met:
                yield f"{document}: {name}: {words}"


def main() -> int:
    """Make the documents, judge them, and say what came of it."""
    missing = missing_programs()
    if missing:
        print(f"{' and '.join(missing)} not found: the documents cannot be checked against PDF/UA-1 and PDF/A-3a.")
        print("Install them (scripts/system_packages.sh test names the packages) and run the command again.")
        return 1
    started = time.monotonic()
    CACHE.mkdir(exist_ok=True)
    libraries = fetch()
    folder = CACHE / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    make_documents(folder)
    made = time.monotonic()
    numbers = {one.name: len(list(one.glob("*.pdf"))) for one in sorted(folder.iterdir())}
    told = ", ".join(f"{number} {name}" for name, number in numbers.items())
    print(f"Documents: {told}; made in {made - started:.0f} seconds", flush=True)
    known = json.loads((HERE / "known.json").read_text(encoding="utf-8"))
    faults: list[str] = []
    with ThreadPoolExecutor() as both:
        reports = list(both.map(lambda flavour: judge(libraries, flavour, folder), PROFILES))
    for profile, found in zip(PROFILES.values(), reports, strict=True):
        new = list(compare(found, profile, known))
        passed = sum(not rules for rules in found.values())
        print(f"{profile}: {passed} of {len(found)} pass; {len(new)} broken rules that are not known", flush=True)
        faults += new
    faults += [f"known.json: no document breaks {entry['rule']} any more" for entry in known if "met" not in entry]
    for fault in faults:
        print(f"  {fault}")
    version = next(libraries.glob("greenfield-apps-*.jar")).stem.rpartition("-")[2]
    print(f"veraPDF {version}, {time.monotonic() - started:.0f} seconds. The documents: {folder.relative_to(ROOT)}/")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
