"""Who may open what: every route of the app × every kind of person, with a look at what the answer says.

The routes are read from the URL resolver. A route that ``ROUTES`` does not list fails the first test, so that nobody
adds a screen without saying whose it is. Two unions exist: *ours* (tek) and *theirs* (kt); every object is made twice,
once for each.
"""

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.rights_world import PEOPLE, World, address, leaks, make_world
from tests.snapshots import rows

pytestmark = pytest.mark.django_db

# What a person gets, a letter for each in the order of PEOPLE (``foreign`` is the handler of the other union):
#   o open   l to the log-in   n no right   4 not found   r sent on by the route's own rule   p only by POST
# A route with an object in its address has two words: for an object of our union, and for one of theirs.
EVERYBODY, POST_ONLY, NOT_BEGUN, NO_LINK = "ooooooo", "ppppppp", "4444444", "nnnnnnn"
READ_LIST, ADD = "lnooono", "lnoonno"  # everybody who has a union; the rows are narrowed
READ_OURS, READ_THEIRS = "lno4ono", "ln4o4no"
MOVE_OURS, MOVE_THEIRS = "lno4nno", "ln4o4no"
EDIT, EDIT_ROW, NEVER_BY_EDITORS = "lonnnno", "lo4444o", "l44444o"


@pytest.fixture
def world() -> World:
    return make_world()


def word_for(response: Any) -> str:
    """Return one letter for what came back."""
    if response.status_code == 302:
        to = response.headers["Location"]
        return "l" if "/login/" in to else "n" if to == reverse("wagtailadmin_home") else "r"
    return {200: "o", 404: "4", 405: "p", 403: "n"}.get(response.status_code, str(response.status_code))


def listed_routes() -> dict[str, str]:
    """Return every route of ours in the site, by name with namespace."""
    found: dict[str, str] = {}

    def walk(resolver: Any, way: str, spaces: tuple[str, ...]) -> None:
        for entry in resolver.url_patterns:
            here = way + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry, here, (*spaces, entry.namespace) if entry.namespace else spaces)
            elif isinstance(entry, URLPattern) and is_ours(entry, spaces):
                found[":".join((*map(str, spaces), entry.name or here))] = here

    walk(get_resolver(), "", ())
    return found


def is_ours(entry: URLPattern, spaces: tuple[str, ...]) -> bool:
    view: Any = entry.callback
    modules = [getattr(view, "__module__", ""), getattr(getattr(view, "view_class", None), "__module__", "")]
    model = (getattr(view, "view_initkwargs", None) or {}).get("model")
    return (
        any(str(space).startswith(("wagtail_mentoring", "mentoring_")) for space in spaces)
        or any(str(module).startswith("wagtail_mentoring") for module in modules)
        or getattr(getattr(model, "_meta", None), "app_label", "") == "wagtail_mentoring"
    )


def editing(
    name: str, key: str, *more: str, delete: str = EDIT_ROW, copies: bool = False
) -> dict[str, tuple[str, ...]]:
    """Return the routes of one viewset for editors: they edit the programme and the texts of all unions."""
    routes: dict[str, tuple[str, ...]] = {f"{name}:{screen}": (EDIT,) for screen in ("index", "index_results", "add")}
    for screen in ("edit", *(["copy"] if copies else [])):
        routes[f"{name}:{screen}"] = (key, EDIT, EDIT)
    for screen in ("history", "history_results", "usage", *more):
        routes[f"{name}:{screen}"] = (key, EDIT_ROW, EDIT_ROW)
    routes[f"{name}:delete"] = (key, delete, delete)
    return routes


# Route → what everybody gets; or the object in its address, and what everybody gets for ours and for theirs.
ROUTES: dict[str, tuple[str, ...]] = {
    # Cases
    "mentoring_desk:cases": (READ_LIST,),
    "mentoring_desk:cases_results": (READ_LIST,),
    "mentoring_desk:register_applicant": (ADD,),
    "mentoring_desk:case": ("case", READ_OURS, READ_THEIRS),
    "mentoring_desk:assign": ("case", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:access_needs": ("case", "lnr4nnr", "ln4r4nr"),  # a GET goes back to the case
    "mentoring_desk:send_link": ("case and link", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:step": ("case and step", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:desk": (ADD,),
    "mentoring_desk:find_mentors": ("case", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:choose_mentors": ("case", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:invite": ("case", "lnr4nnr", "ln4r4nr"),  # without mentors: back to the choice
    "mentoring_desk:invitation_yes": ("case and invitation", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:invitation_no": ("case and invitation", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:invitation_reply": ("case and invitation", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:proposal_withdraw": ("case and proposal", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:proposal_go_on": ("case and proposal", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:proposal_mentee": ("case and proposal", MOVE_OURS, MOVE_THEIRS),
    # Messages, doubts and wishes of people
    "mentoring_desk:write_mentee": ("case", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:write_mentor": ("case and mentor", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:mentor_stays": ("case and mentor", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:feedback_seen": ("case and feedback", "lnr4nnr", "ln4r4nr"),  # a GET goes back to the case
    "mentoring_desk:address_change": ("address_change", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:daily_mail": ("lnrrnnr",),  # a GET goes to the desk
    # Concerns: those of a case are the handlers', those about a contact person the supervisors'
    "mentoring_desk:concerns": (READ_LIST,),
    "mentoring_desk:concern": ("concern", "lno44no", "ln4o4no"),
    "mentoring_desk:copy": ("case and copy", READ_OURS, READ_THEIRS),
    "mentoring_desk:copy_picture": ("case, copy and side", READ_OURS, READ_THEIRS),
    "mentoring_desk:make_record": ("case and agreement", "lnr4nnr", "ln4r4nr"),  # a GET goes back to the case
    "mentoring_desk:guide": ("case and meeting", READ_OURS, READ_THEIRS),
    "mentoring_desk:make_certificate": ("case", "lnr4nnr", "ln4r4nr"),  # a GET goes back to the case
    "mentoring_desk:sign_again": (ADD,),
    "mentoring_desk:sign_again_text": ("agreement_text", MOVE_OURS, "ln4onno"),
    # What a certificate says stands in every document
    "mentoring_desk:keys": ("loooono",),
    "mentoring_desk:keys_results": ("loooono",),
    "mentoring_desk:certificate": ("key", "loo4ono", "lo4o4no"),
    "mentoring_desk:mails": (READ_LIST,),
    "mentoring_desk:mails_results": (READ_LIST,),
    "mentoring_desk:mail": ("mail", READ_OURS, READ_THEIRS),
    # Plans for the queue: a supervisor reads them
    "mentoring_desk:plans": (READ_LIST,),
    "mentoring_desk:plan": ("plan", READ_OURS, READ_THEIRS),
    "mentoring_desk:plan_row": ("plan and row", READ_OURS, READ_THEIRS),
    "mentoring_desk:plan_discard": ("plan", MOVE_OURS, MOVE_THEIRS),
    "mentoring_desk:readings": ("lnnnono",),  # the log of who read what is the supervisor's
    "mentoring_desk:readings_results": ("lnnnono",),
    "wagtail_mentoring_private_file": ("file", READ_OURS, READ_THEIRS),
    # Mentors
    "mentoring_mentors:index": (READ_LIST,),
    "mentoring_mentors:index_results": (READ_LIST,),
    "mentoring_mentors:add": (ADD,),
    "mentoring_mentors:edit": ("mentor", MOVE_OURS, "ln4onno"),
    "mentoring_mentors:delete": ("mentor", "l4r444r", "l44r44r"),  # one who has had a mentee stays
    "mentoring_mentors:history": ("mentor", "l4o4n4o", "l44o44o"),
    "mentoring_mentors:history_results": ("mentor", "l4o4n4o", "l44o44o"),
    "mentoring_mentors:usage": ("mentor", "l4o4n4o", "l44o44o"),
    "mentoring_mentors:inspect": ("mentor", "l4o4o4o", "l44o44o"),
    "mentoring_mentor:approve": ("mentor", "lnr4nnr", "ln4r4nr"),  # a mentor already: back to the page
    "mentoring_mentor:decline": ("mentor", "lnr4nnr", "ln4r4nr"),
    "mentoring_mentor:end": ("mentor", MOVE_OURS, MOVE_THEIRS),
    "mentoring_mentor:back": ("mentor", "lnr4nnr", "ln4r4nr"),  # has not stopped
    "mentoring_mentor:link": ("mentor", MOVE_OURS, MOVE_THEIRS),
    "mentoring_mentor:conflicts": ("mentor", MOVE_OURS, MOVE_THEIRS),
    "mentoring_mentor:partner": ("mentor", MOVE_OURS, MOVE_THEIRS),
    "mentoring_mentor:import": (ADD,),
    "mentoring_mentor:import_run": ("lnrrnnr",),  # by POST, with what was shown
    "mentoring_mentor:template_csv": ("union", MOVE_OURS, "ln4onno"),
    "mentoring_mentor:template_xlsx": ("union", MOVE_OURS, "ln4onno"),
    # The queue of what fits no union: nobody but those whom a group lets in
    "mentoring_intake": ("l44444o",),
    "mentoring_intake_results": ("l44444o",),
    "mentoring_intake_entry": ("entry", "l44444o", "l44444o"),
    # What editors edit
    **editing("mentoring_programmes", "programme", delete=NEVER_BY_EDITORS),
    **editing("mentoring_unions", "union", delete=NEVER_BY_EDITORS),
    **editing("mentoring_rules", "participation", delete=NEVER_BY_EDITORS),
    **editing("mentoring_professions", "profession", delete=NEVER_BY_EDITORS),
    **editing("mentoring_fields", "field"),
    **editing("mentoring_themes", "theme"),
    **editing("mentoring_routing", "rule"),
    "mentoring_routing:reorder": ("rule", "lpnnnnp", "lpnnnnp"),
    **editing("mentoring_notices", "notice", "review", copies=True, delete=NEVER_BY_EDITORS),
    **editing("mentoring_agreementtexts", "agreement_text", "review", copies=True, delete=NEVER_BY_EDITORS),
    "mentoring_agreementtexts:preview": ("agreement_text", EDIT, EDIT),
    "mentoring_agreementtexts:preview_new": ("lpnnnnp",),  # by POST, with what is typed
    **editing("mentoring_mailtexts", "mail_text", "review", "default", copies=True),
    "mentoring_mailtexts:preview": ("mail_text", EDIT, EDIT),
    "mentoring_mailtexts:preview_new": ("lpnnnnp",),  # by POST, with what is typed
    # The public pages. A draft and a private page belong to whoever holds them in this browser: to nobody here.
    "wagtail_mentoring:apply": ("programme slug", EVERYBODY, EVERYBODY),
    "wagtail_mentoring:apply_field": ("field slugs", EVERYBODY, EVERYBODY),
    "wagtail_mentoring:apply_draft": (NOT_BEGUN,),
    "wagtail_mentoring:apply_stop": (NOT_BEGUN,),
    "wagtail_mentoring:apply_receipt": (NOT_BEGUN,),
    "wagtail_mentoring:apply_leave": (POST_ONLY,),
    "wagtail_mentoring:apply_step": ("step of a draft", NOT_BEGUN, NOT_BEGUN),
    "wagtail_mentoring:apply_resume": ("bad token", NOT_BEGUN, NOT_BEGUN),
    "wagtail_mentoring:language": (POST_ONLY,),
    "wagtail_mentoring:unions_css": (EVERYBODY,),
    "wagtail_mentoring:verify": (EVERYBODY,),
    "wagtail_mentoring:text": ("kind", EVERYBODY, EVERYBODY),
    "wagtail_mentoring:union_text": ("kind and union", EVERYBODY, EVERYBODY),
    # Becoming a mentor: everybody may ask, and nobody learns who is one.
    "wagtail_mentoring:become_mentor_union": ("programme slug", EVERYBODY, EVERYBODY),
    "wagtail_mentoring:become_mentor": ("programme and union", EVERYBODY, EVERYBODY),
    "wagtail_mentoring:become_mentor_field": ("field slugs", EVERYBODY, EVERYBODY),
    "wagtail_mentoring:become_mentor_sent": (NOT_BEGUN,),
    "wagtail_mentoring:portal_home": (NO_LINK,),
    "wagtail_mentoring:portal_leave": (POST_ONLY,),
    "wagtail_mentoring:portal_left": (EVERYBODY,),
    "wagtail_mentoring:portal_new_link": (EVERYBODY,),
    "wagtail_mentoring:portal_new_link_sent": (EVERYBODY,),
    "wagtail_mentoring:portal_other_case": ("reference", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_own_page": (NO_LINK,),
    "wagtail_mentoring:portal_agreement": (NO_LINK,),
    "wagtail_mentoring:portal_code": (NO_LINK,),
    "wagtail_mentoring:portal_signed": (NO_LINK,),
    "wagtail_mentoring:portal_agreement_pdf": (NO_LINK,),
    "wagtail_mentoring:portal_signed_file": (NO_LINK,),
    "wagtail_mentoring:portal_paper": (NO_LINK,),
    "wagtail_mentoring:portal_decline": (NO_LINK,),
    "wagtail_mentoring:portal_document": ("document", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_guide": ("meeting", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_guide_pdf": ("meeting", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_certificate": (NO_LINK,),
    "wagtail_mentoring:portal_certificate_pdf": (NO_LINK,),
    "wagtail_mentoring:portal_pair": (NO_LINK,),
    # What the three do
    "wagtail_mentoring:portal_times": (NO_LINK,),
    "wagtail_mentoring:portal_times_suggest": (NO_LINK,),
    "wagtail_mentoring:portal_meeting": (NO_LINK,),
    "wagtail_mentoring:portal_meeting_place": (NO_LINK,),
    "wagtail_mentoring:portal_meeting_cancel": (NO_LINK,),
    "wagtail_mentoring:portal_meeting_record": (NO_LINK,),
    "wagtail_mentoring:portal_meeting_undo": (NO_LINK,),
    "wagtail_mentoring:portal_messages": (NO_LINK,),
    "wagtail_mentoring:portal_contact": (NO_LINK,),
    "wagtail_mentoring:portal_concern": (NO_LINK,),
    "wagtail_mentoring:portal_concern_sent": (NO_LINK,),
    "wagtail_mentoring:portal_notes": (NO_LINK,),
    "wagtail_mentoring:portal_note": ("meeting", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_feedback": (NO_LINK,),
    "wagtail_mentoring:portal_invitation": (NO_LINK,),
    "wagtail_mentoring:portal_invitation_ask": (NO_LINK,),
    "wagtail_mentoring:portal_invitation_pause": (NO_LINK,),
    "wagtail_mentoring:portal_invitation_other": ("meeting", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_mentor": (NO_LINK,),
    "wagtail_mentoring:portal_mentor_profile": (NO_LINK,),
    "wagtail_mentoring:portal_mentor_confirm": (NO_LINK,),
    "wagtail_mentoring:portal_mentor_orientation": (NO_LINK,),
    "wagtail_mentoring:portal_mentor_away": (NO_LINK,),
    "wagtail_mentoring:portal_mentor_stop": (NO_LINK,),
    "wagtail_mentoring:portal_mentor_case": ("reference", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_mentor_invitation": ("meeting", NO_LINK, NO_LINK),
    # The own data
    "wagtail_mentoring:portal_data": (NO_LINK,),
    "wagtail_mentoring:portal_data_readers": (NO_LINK,),
    "wagtail_mentoring:portal_data_contact": (NO_LINK,),
    "wagtail_mentoring:portal_data_contact_saved": (NO_LINK,),
    "wagtail_mentoring:portal_data_address": (NO_LINK,),
    "wagtail_mentoring:portal_data_new_address": (NO_LINK,),
    "wagtail_mentoring:portal_data_address_changed": (NO_LINK,),
    "wagtail_mentoring:portal_data_keep_address": (NO_LINK,),
    "wagtail_mentoring:portal_data_lost_address": (NO_LINK,),
    "wagtail_mentoring:portal_data_consents": (NO_LINK,),
    "wagtail_mentoring:portal_data_export": (NO_LINK,),
    "wagtail_mentoring:portal_data_json": (NO_LINK,),
    "wagtail_mentoring:portal_data_pdf": (NO_LINK,),
    "wagtail_mentoring:portal_data_zip": (NO_LINK,),
    "wagtail_mentoring:portal_stop": (NO_LINK,),
    "wagtail_mentoring:portal_data_calendar": (NO_LINK,),
    "wagtail_mentoring:portal_calendar_feed": ("token", NOT_BEGUN, NOT_BEGUN),
    "wagtail_mentoring:portal_data_code": ("purpose", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_data_take_back": ("consent", NO_LINK, NO_LINK),
    "wagtail_mentoring:portal_open": ("token", EVERYBODY, EVERYBODY),  # asks for a click and shows nothing before it
}


def test_every_route_is_listed() -> None:
    found = set(listed_routes())
    assert len(found) > 100, "the routes were not read"
    assert sorted(found - set(ROUTES)) == [], "routes that the matrix does not list"
    assert sorted(set(ROUTES) - found) == [], "the matrix lists routes that are gone"


def test_everybody_gets_what_the_matrix_says(world: World) -> None:
    faults = []
    for name, row in ROUTES.items():
        what = row[0] if len(row) == 3 else ""
        for union, expected in zip(("tek", "kt"), row[-2:] if what else row, strict=False):
            where = address(world.objects[union], name, what)
            answers = {kind: world.clients[kind].get(where) for kind in PEOPLE}
            got = "".join(map(word_for, answers.values()))
            if got != expected:
                faults.append(f"{name} ({union}): {got} instead of {expected}")
            for kind, response in answers.items():
                # The address itself stands in links of a page (its language switch, the way to log in).
                if seen := [word for word in leaks(world, kind, response) if word not in where]:
                    faults.append(f"{name} ({union}) shows {kind}: {seen}")
    assert not faults, "\n" + "\n".join(faults)


def test_a_post_without_the_right_changes_nothing(world: World) -> None:
    """What a GET refuses, a POST refuses too: with an empty form, and with one that would do."""
    faults = []
    forms: list[dict[str, Any]] = [{}, {"end_reason": "duplicate", "situation": "unknown", "reason": "x", "name": "X"}]
    before = rows()
    for name, row in ROUTES.items():
        if len(row) != 3 or name.startswith("wagtail_mentoring:"):
            continue
        for union, expected in zip(("tek", "kt"), row[1:], strict=True):
            where = address(world.objects[union], name, row[0])
            for kind, word in zip(PEOPLE, expected, strict=True):
                if word not in "ln4":
                    continue
                for form in forms:
                    response = world.clients[kind].post(where, form)
                    if word_for(response) not in "ln4p" or leaks(world, kind, response):
                        faults.append(f"{name} ({union}) by {kind}: {word_for(response)}")
    assert rows() == before
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", ["mentoring_desk:cases", "mentoring_mentors:index", "mentoring_desk:mails"])
def test_filters_search_and_exports_show_the_own_rows_alone(world: World, name: str) -> None:
    theirs = world.objects["kt"]
    questions: list[dict[str, Any]] = [
        {"q": "Zenobia"},
        {"q": theirs["case"].reference},
        {"union": theirs["union"].pk},
        {"field": theirs["field"].pk},
        {"export": "csv"},
        {"export": "xlsx"},
        {"p": 2},
    ]
    for question in questions:
        for kind in ("handler", "supervisor"):
            response = world.clients[kind].get(reverse(name), question)
            shown = [word for word in leaks(world, kind, response) if word not in question.values()]
            assert not shown, (question, kind)
            if "q" not in question and response.status_code == 200 and "export" not in question:
                assert theirs["union"].names["en"] not in response.content.decode(), (question, kind)


def test_the_sites_history_shows_no_foreign_lines(world: World) -> None:
    from wagtail.log_actions import log

    for made in world.objects.values():
        log(made["mentor"], "wagtail.edit")
    for kind, own in (
        ("handler", "tek"),
        ("supervisor", "tek"),
        ("foreign", "kt"),
        ("editor", ""),
        ("coordinator", ""),
    ):
        response = world.clients[kind].get(reverse("wagtailadmin_reports:site_history"))
        assert not leaks(world, kind, response), kind
        if response.status_code == 200 and own:
            assert world.objects[own]["case"].reference in response.content.decode()


def test_the_first_page_of_the_admin_shows_no_foreign_rows(world: World) -> None:
    for kind in PEOPLE[1:]:
        response = world.clients[kind].get(reverse("wagtailadmin_home"))
        assert response.status_code == 200
        assert not leaks(world, kind, response), kind


def test_the_words_that_are_looked_for_are_found_where_they_may_stand(world: World) -> None:
    """Or else nothing above could fail."""
    text = world.clients["handler"].get(reverse("mentoring_desk:cases")).content.decode()
    assert world.objects["tek"]["case"].mentee.name in text
    assert world.objects["tek"]["case"].reference in text
    page = world.clients["superuser"].get(reverse("mentoring_mentors:index"))
    assert world.objects["kt"]["mentor"].name in page.content.decode()
    assert leaks(world, "coordinator", page)
