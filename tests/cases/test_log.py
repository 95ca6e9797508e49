"""The chained history: every kind of tampering is noticed, and erasing a text is not tampering."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from wagtail.log_actions import log

from tests.factories import as_handler, make_case, make_field, make_handler, make_supervisor, make_union, make_user
from wagtail_mentoring import clock
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.cases.log import verify_chain
from wagtail_mentoring.cases.models import Case, CaseLogEntry, CaseLogText
from wagtail_mentoring.cases.words import sentence

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    """A case with a long history and some texts."""
    made = make_case(state="meeting_2", user=make_handler())
    moves.move(made.pk, "undo_meeting", as_handler(), {"reason": "It was another case."})
    moves.move(made.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown", "note": "No answer."})
    made.refresh_from_db()
    assert verify_chain(made) == []
    assert made.log_length > 8
    return made


CHANGES: dict[str, Callable[[CaseLogEntry], Any]] = {
    "action": lambda entry: "mentoring.corrected",
    "label": lambda entry: "TEK-1999-0001",
    "actor": lambda entry: "system",
    "user_id": lambda entry: 4711,
    "uuid": lambda entry: uuid.uuid4(),
    "content_changed": lambda entry: True,
    "deleted": lambda entry: True,
    "timestamp": lambda entry: entry.timestamp + datetime.timedelta(microseconds=1),
    "data": lambda entry: {**entry.data, "more": 1},
    "sequence": lambda entry: 500,
    "previous_hash": lambda entry: "0" * 64,
    "hash": lambda entry: "0" * 64,
    "content_type_id": lambda entry: ContentType.objects.get(app_label="auth", model="user").pk,
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("position", [0, 3, -1])
def test_a_changed_column_is_noticed(case: Case, column: str, position: int) -> None:
    entry = list(case.log.order_by("sequence"))[position]
    CaseLogEntry.objects.filter(pk=entry.pk).update(**{column: CHANGES[column](entry)})
    assert verify_chain(case)


def test_every_column_of_an_entry_is_tried_above() -> None:
    columns = {field.attname for field in CaseLogEntry._meta.concrete_fields}
    # ``id`` is the database's own; ``case_id`` and a revision have tests of their own below.
    assert columns - set(CHANGES) == {"id", "case_id", "revision_id"}


def test_an_entry_moved_to_another_case_is_noticed(case: Case) -> None:
    other = make_case()
    CaseLogEntry.objects.filter(pk=case.log.get(sequence=4).pk).update(case=other, sequence=2)
    assert verify_chain(case)
    assert verify_chain(other)


@pytest.mark.parametrize("position", ["first", "middle", "last"])
def test_a_deleted_entry_is_noticed(case: Case, position: str) -> None:
    number = {"first": 1, "middle": 4, "last": case.log_length}[position]
    case.log.get(sequence=number).delete()
    assert verify_chain(case)


def test_a_deleted_entry_is_noticed_when_the_later_ones_move_up(case: Case) -> None:
    case.log.get(sequence=4).delete()
    for entry in case.log.filter(sequence__gt=4).order_by("sequence"):
        CaseLogEntry.objects.filter(pk=entry.pk).update(sequence=entry.sequence - 1)
    assert verify_chain(case)


def test_two_entries_deleted_at_the_end_are_noticed(case: Case) -> None:
    case.log.filter(sequence__gt=case.log_length - 2).delete()
    assert [fault.message for fault in verify_chain(case)] == ["the end of the history is missing"]


def test_the_whole_history_deleted_is_noticed(case: Case) -> None:
    case.log.all().delete()
    assert verify_chain(case)


def test_swapped_entries_are_noticed(case: Case) -> None:
    case.log.filter(sequence=3).update(sequence=900)
    case.log.filter(sequence=4).update(sequence=3)
    case.log.filter(sequence=900).update(sequence=4)
    assert verify_chain(case)


def test_an_added_entry_is_noticed(case: Case) -> None:
    last = case.log.get(sequence=case.log_length)
    last.pk, last.sequence, last.previous_hash = None, last.sequence + 1, last.hash
    last.save(force_insert=True)
    assert verify_chain(case)


def text_of(case: Case) -> CaseLogText:
    return CaseLogText.objects.get(entry__case=case, text="It was another case.")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "It was this case."},
        {"text": ""},
        {"salt": "0" * 32},
        {"text": "It was this case.", "erased_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},
    ],
)
def test_a_changed_text_is_noticed(case: Case, change: dict[str, Any]) -> None:
    CaseLogText.objects.filter(pk=text_of(case).pk).update(**change)
    assert [fault.message for fault in verify_chain(case)] == ["its text was changed"]


def test_a_deleted_text_is_noticed(case: Case) -> None:
    text_of(case).delete()
    assert [fault.message for fault in verify_chain(case)] == ["its text is missing"]


def test_an_added_text_is_noticed(case: Case) -> None:
    CaseLogText.objects.create(entry=case.log.get(sequence=1), text="Was rude on the phone.", salt="")
    assert [fault.message for fault in verify_chain(case)] == ["its text was added"]


def test_an_exchanged_text_is_noticed(case: Case) -> None:
    first, second = CaseLogText.objects.filter(entry__case=case).order_by("-pk")[:2]
    texts = [(first.pk, second.text, second.salt), (second.pk, first.text, first.salt)]
    for pk, text, salt in texts:
        CaseLogText.objects.filter(pk=pk).update(text=text, salt=salt)
    assert len(verify_chain(case)) == 2


def test_erasing_a_text_keeps_the_chain_valid_and_forgets_it(case: Case) -> None:
    for text in CaseLogText.objects.filter(entry__case=case):
        text.erase()
        text.refresh_from_db()
        assert (text.text, text.salt) == ("", "")
        assert text.erased_at is not None
    assert verify_chain(case) == []


def test_nothing_personal_stands_in_the_chain(case: Case) -> None:
    name = case.mentee.name
    assert name
    for entry in case.log.all():
        for told in (entry.label, str(entry.data), sentence(entry)):
            assert name not in told
            assert "It was another case." not in told


def test_a_deleted_user_leaves_the_chain_valid() -> None:
    user = make_handler()
    case = make_case(state="eligible", user=user)
    user.delete()
    assert verify_chain(Case.objects.get(pk=case.pk)) == []


def test_an_action_that_is_not_registered_is_refused() -> None:
    case = make_case()
    with pytest.raises(ValueError, match="mentoring.invented"):
        moves.note(case.pk, "mentoring.invented", actors.SYSTEM)
    assert Case.objects.get(pk=case.pk).log_length == case.log_length


def test_a_note_prolongs_the_chain() -> None:
    case = make_case()
    moves.note(case.pk, "mentoring.corrected", actors.SYSTEM, {"fields": ["phone"]}, "She told it on the phone.")
    case.refresh_from_db()
    assert verify_chain(case) == []
    assert case.log.get(sequence=case.log_length).text.text == "She told it on the phone."


def test_whoever_appends_a_line_saves_the_whole_end_of_the_chain() -> None:
    """Its length and head, and when it was written, by which idle cases are found."""
    case = make_case(state="meeting_1")
    ways: list[Callable[[], Any]] = [
        lambda: moves.note(case.pk, "mentoring.link_sent", actors.SYSTEM),
        lambda: moves.move(case.pk, "end", as_handler(), {"end_reason": "no_contact", "situation": "unknown"}),
        # As Wagtail calls it, without our moves.
        lambda: log(Case.objects.get(pk=case.pk), "mentoring.corrected"),
    ]
    for hours, append in enumerate(ways, start=1):
        with clock.at(clock.now() + datetime.timedelta(hours=hours)):
            append()
        case.refresh_from_db()
        last = case.log.latest("sequence")
        assert (case.log_length, case.log_head, case.log_at) == (last.sequence, last.hash, last.timestamp)
        assert case.log_at > clock.now() + datetime.timedelta(minutes=59 * hours)


def test_the_head_alone_is_noticed(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(log_length=F("log_length") - 1)
    case.refresh_from_db()
    assert verify_chain(case)


def test_the_chain_is_checked_from_rows_at_hand(case: Case, django_assert_num_queries: Any) -> None:
    entries = list(CaseLogEntry.objects.filter(case=case).select_related("text").order_by("sequence"))
    verify_chain(case, entries)  # warms the content type
    with django_assert_num_queries(0):
        assert verify_chain(case, entries) == []


def test_the_history_is_seen_by_those_who_may_read_the_case() -> None:
    mine, foreign = make_case(), make_case(make_field(make_union("kt")))

    def seen(user: Any) -> set[int]:
        return set(CaseLogEntry.objects.viewable_by_user(user).values_list("case_id", flat=True))

    assert seen(make_handler(mine.union)) == {mine.pk}
    assert seen(make_supervisor(mine.union)) == {mine.pk}
    assert seen(make_user()) == set()
    assert seen(make_user(rights=("view_case",))) == set()
    assert seen(make_user(is_superuser=True)) == {mine.pk, foreign.pk}
    assert clock.now()
