"""What is measured, and against what."""

import datetime
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_case, make_field, make_handler, make_mentor, make_union
from wagtail_mentoring.cases import actors, moves
from wagtail_mentoring.models import Case, FieldPage, Mentee

from .measure import Arm, Row, compare

ROUNDS = 60
FEW, MANY = 100, 10_000
INPUTS = {"basis": "residence_permit"}


def _again(user: Any) -> Any:
    """Return the user without what Django remembers of the rights, but with them asked once."""
    fresh = type(user).objects.get(pk=user.pk)
    fresh.has_perm("wagtail_mentoring.change_case")
    return fresh


def one_move() -> list[Row]:
    """The step "accept" on a fresh case, against its statements by the bare driver."""
    field = make_field()
    user = _again(make_handler(field.union))
    driver = _driver()
    inputs = {**INPUTS, "seen_on": timezone.localdate()}

    def accept(case: Case) -> Case:
        return moves.move(case.pk, "accept", lambda found: actors.user_on(user, found), inputs)

    def ours() -> Any:
        case = make_case(field)
        return lambda: accept(case)

    def theirs() -> Any:
        case = make_case(field)
        statements = _statements(lambda: accept(case))

        def replay() -> None:
            with driver.cursor() as cursor:
                for sql, parameters in statements:
                    cursor.execute(sql, parameters)
                    if cursor.description:
                        cursor.fetchall()
            driver.commit()

        return replay

    number = len(_statements(lambda: accept(make_case(field))))
    return compare(
        "one move of a case (accept)", ours, f"its {number} statements by psycopg", theirs, at_most=6, rounds=ROUNDS
    )


def _statements(run: Any) -> list[tuple[str, Any]]:
    """Return the SQL that ``run`` executes, and undo what it did."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):  # the move's own transaction, which the replay has as well
            found.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            run()
        transaction.set_rollback(True)
    return found


def _driver() -> Any:
    """Return a connection of the bare driver to the same database, with the cursor that Django uses."""
    import psycopg

    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"] or None,
        user=settings["USER"],
        dbname=settings["NAME"],
        cursor_factory=psycopg.ClientCursor,
    )


def a_button_press() -> list[Row]:
    """A handler's POST of a step, against the POST of Wagtail's own edit form of a model of that size."""
    from django.contrib.auth.models import Permission

    from .peer.models import Peer

    field = make_field()
    user = make_handler(field.union)
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="peer"))
    client = Client()
    client.force_login(user)
    today = timezone.localdate().strftime("%d.%m.%Y")
    moment = timezone.now()
    peer = Peer._default_manager.create(
        reference="PEER-1",
        union=field.union,
        participation=field.participation,
        field=field,
        handler=user,
        state_since=moment,
        opened_at=moment,
    )
    form = _form_of(client, reverse("peers:edit", args=[peer.pk]))

    def press(address: str, data: dict[str, Any]) -> Any:
        def post() -> None:
            response = client.post(address, data)
            assert response.status_code == 302, response.content[:2000]

        return post

    def ours() -> Any:
        case = make_case(field)
        data = {**INPUTS, "seen_on": today, "seen": case.log_length}
        return press(reverse("mentoring_desk:step", args=[case.pk, "accept"]), data)

    def theirs() -> Any:
        form["note"] = f"Seen at {datetime.datetime.now().isoformat()}"
        return press(reverse("peers:edit", args=[peer.pk]), form)

    return compare(
        "a handler's button press (accept), HTTP in process",
        ours,
        "saving Wagtail's edit form of a model of that size",
        theirs,
        at_most=1.2,
        rounds=ROUNDS,
    )


def _form_of(client: Client, address: str) -> dict[str, Any]:
    """Return the values of the form at ``address`` as a browser would send them."""
    form = client.get(address).context["form"]
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        shown: Any = "on" if value else None
        if not isinstance(value, bool):
            shown = widget.format_value(value)  # a list for a choice
        if shown is not None:
            data[bound.html_name] = shown[0] if isinstance(shown, list) else shown
    return data


def many_cases() -> list[Row]:
    """The list of cases for the handler of a union with many cases, against one with few, in the same database."""
    few = _client_with("few", FEW)
    many = _client_with("many", MANY)
    address = reverse("mentoring_desk:cases")

    def arm(client: Client) -> Arm:
        def ready() -> Any:
            def get() -> None:
                assert client.get(address).status_code == 200

            return get

        return ready

    return compare(
        f"list of cases at {MANY:,} cases", arm(many), f"at {FEW} cases", arm(few), at_most=1.5, rounds=ROUNDS // 2
    )


def _client_with(slug: str, number: int) -> Client:
    """Return the client of a handler whose union has ``number`` cases, one of them lived through, the others copies."""
    union = make_union(slug)
    field = make_field(union, slug)
    one = make_case(field, "meeting_1", mentors=[make_mentor(field), make_mentor(field)])
    mentees = Mentee.objects.bulk_create(
        Mentee(union=union, name=f"Mentee {slug} {count}", email=f"{count}@{slug}.example.org")
        for count in range(number - 1)
    )
    states = ("applied", "eligible", "eligible")
    Case.objects.bulk_create(
        Case(
            reference=f"{union.code}-2020-{count:05d}",
            union=union,
            participation=one.participation,
            field=field,
            mentee=mentee,
            state=states[count % 3],
            state_since=one.opened_at - datetime.timedelta(hours=count),
            opened_at=one.opened_at - datetime.timedelta(hours=count),
            themes=one.themes,
        )
        for count, mentee in enumerate(mentees)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(make_handler(union))
    return client


def field_page() -> FieldPage:
    """Return a field page of the demonstration, with the pages around it."""
    from wagtail_mentoring.setup.demo.pages import load_pages
    from wagtail_mentoring.setup.demo.unions import load_unions
    from wagtail_mentoring.setup.programme import default_programme

    found = FieldPage.objects.filter(slug="architects").first()
    if found is None:
        programme, _made = default_programme()
        load_pages(programme, load_unions(programme))
        found = FieldPage.objects.get(slug="architects")
    return found


def plain_page_like(page: FieldPage, slug: str) -> Any:
    """Return a plain Wagtail page, published, with the text of ``page``."""
    from wagtail.models import Page, Site

    from .peer.models import PlainPage

    plain = PlainPage(title=page.title, slug=slug, lead=page.lead, body=page.body)
    root = Site.objects.get(is_default_site=True).root_page
    # Below the same parent, whatever that may hold by its own rules.
    Page.objects.get(pk=root.pk).add_child(instance=plain)
    plain.save_revision().publish()
    return plain


def a_field_page() -> list[Row]:
    """A published field page, against a plain Wagtail page with the same text in the same frame."""
    page = field_page()
    plain = plain_page_like(page, "plain")
    client = Client()

    def arm(address: str) -> Arm:
        def ready() -> Any:
            def get() -> None:
                assert client.get(address).status_code == 200

            return get

        return ready

    return compare(
        "field page", arm(page.get_url()), "a plain Wagtail page", arm(plain.get_url()), at_most=1.5, rounds=ROUNDS
    )


ALL = (one_move, a_button_press, many_cases, a_field_page)
