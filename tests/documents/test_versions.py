"""Earlier versions of a file are sent to its check by length and hash; reports of other releases can be read."""

import hashlib
from typing import Any

import pytest

from tests.documents.signatures import MENTEE, MENTOR, NAMES, authority, issued, person, signed
from wagtail_mentoring.documents import uploads
from wagtail_mentoring.documents.checking.found import Version, signer_from
from wagtail_mentoring.documents.uploads import UploadResult, check_signed


def look(uploaded: bytes, latest: bytes, *earlier: bytes | Version) -> UploadResult:
    others = {field: name for field, name in NAMES.items() if field != "sig_mentee"}
    return check_signed(uploaded, latest=latest, earlier=earlier, field="sig_mentee", name=MENTEE, others=others)


def told(content: bytes) -> Version:
    return Version(len(content), hashlib.sha256(content).hexdigest())


def test_what_the_newest_begins_with_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    real = uploads.call

    def note(function: Any, *args: Any, **kwargs: Any) -> Any:
        sent.extend(args)
        return real(function, *args, **kwargs)

    monkeypatch.setattr(uploads, "call", note)
    first = issued()
    second = signed(first, person(MENTOR, authority()), "sig_mentor_1")
    stranger = issued("SAFA-2026-0002")
    look(signed(second, person(MENTEE, authority())), second, first, stranger)
    assert sent[2] == [told(first), Version(len(stranger), hashlib.sha256(stranger).hexdigest(), stranger)]


def test_versions_by_hash_answer_as_their_bytes() -> None:
    first = issued()
    second = signed(first, person(MENTOR, authority()), "sig_mentor_1")
    at = len(first) // 2
    cases = {
        "signed too early": (signed(first, person(MENTEE, authority())), "older_version"),
        "the older one itself": (first, "older_version"),
        "cut off": (second[: len(first) + 500], "truncated"),
        "cut off before": (first[:-500], "truncated"),
        "an older one with a changed byte": (first[:at] + b"\0" + first[at + 1 :], "changed"),
        "nobody's": (issued("SAFA-2026-0002")[:-300], None),
    }
    for name, (content, code) in cases.items():
        by_bytes, by_hash = look(content, second, first), look(content, second, told(first))
        assert by_bytes == by_hash, name
        assert code in (None, by_hash.code), (name, by_hash.code)


def test_a_report_of_another_release_is_read_as_far_as_it_is_understood() -> None:
    report = look(signed(issued(), person("A Stranger")), issued()).report()
    report["signer"] |= {"mood": "good"}
    del report["signer"]["issuer"], report["signer"]["trusted"]
    report["findings"] += [{"code": "from_the_future", "values": {}}, {"code": "other_name"}]
    found = UploadResult.from_report(report)
    assert found.signer is not None
    assert (found.signer.name, found.signer.issuer, found.signer.trusted) == ("A Stranger", "", False)
    assert found.told.endswith("The name in the certificate, ?, is not written as the name in the document, ?.")
    assert UploadResult.from_report({}).told == "" and signer_from({}) is None
