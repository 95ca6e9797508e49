"""`mentoring_setup` makes what is missing, and changes nothing when it runs again."""

import io

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import GroupPagePermission, Page, Site

from tests.factories import make_user
from tests.setup.rows import row_counts
from wagtail_mentoring.models import AgreementText, MailText, MeetingTheme, Notice, Programme, ProgrammePage
from wagtail_mentoring.setup import groups
from wagtail_mentoring.setup.programme import load_themes

pytestmark = pytest.mark.django_db


def run() -> str:
    out = io.StringIO()
    call_command("mentoring_setup", stdout=out)
    return out.getvalue()


def test_everything_is_made_once() -> None:
    first = run()
    assert "5 made (Mentoring editors" in first
    assert Programme.objects.get().names.keys() == {"en", "fi", "sv"}
    assert list(MeetingTheme.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    for theme in MeetingTheme.objects.all():
        assert theme.titles.keys() == theme.summaries.keys() == theme.guides.keys() == {"en", "fi", "sv"}
    assert Notice.objects.count() == 18
    assert set(AgreementText.objects.exclude(summary="").values_list("language", flat=True)) == {"en", "fi", "sv"}
    counts = row_counts()
    second = run()
    assert row_counts() == counts
    assert second.count("nothing was missing") == 5


def test_what_editors_changed_stays() -> None:
    run()
    MailText.objects.filter(event="eligible", language="en").update(subject="Our own subject")
    MeetingTheme.objects.filter(number=1).update(titles={"en": "Our own theme"})
    Notice.objects.filter(kind="cookies", language="fi").update(body="<p>Oma teksti</p>")
    run()
    assert MailText.objects.get(event="eligible", language="en").subject == "Our own subject"
    assert MeetingTheme.objects.get(number=1).titles == {"en": "Our own theme"}
    assert Notice.objects.get(kind="cookies", language="fi").body == "<p>Oma teksti</p>"


def test_a_programme_of_the_sites_own_is_kept() -> None:
    own = Programme.objects.create(slug="ours", names={"en": "Ours"})
    run()
    assert Programme.objects.get() == own
    assert load_themes(own) == 0


def test_every_right_of_a_role_exists_and_is_given() -> None:
    run()
    for role in groups.ROLES:
        held = {f"{right.content_type.app_label}.{right.codename}" for right in groups.permissions(role.rights)}
        given = Group.objects.get(name=role.name).permissions.all()
        assert held == set(role.rights)
        assert held <= {f"{right.content_type.app_label}.{right.codename}" for right in given}


def test_a_right_that_does_not_exist_is_named() -> None:
    with pytest.raises(LookupError, match="wagtail_mentoring.juggle_case"):
        groups.permissions(("wagtail_mentoring.juggle_case",))


def test_a_right_added_by_hand_stays() -> None:
    run()
    handlers = Group.objects.get(name=groups.HANDLERS.name)
    extra = groups.permissions(("wagtail_mentoring.view_notice",))[0]
    handlers.permissions.add(extra)
    run()
    assert extra in handlers.permissions.all()


def test_editors_get_the_programme_page_once_there_is_one() -> None:
    assert "there is no programme page yet" in run()
    root = Site.objects.get(is_default_site=True).root_page
    held = GroupPagePermission.objects.filter(group__name=groups.EDITORS.name)
    assert [(row.page_id, row.permission.codename) for row in held] == [(root.pk, "add_page")]
    page = ProgrammePage(title="Mentoring", slug="programme", programme=Programme.objects.get(), lead="What it is.")
    Page.objects.get(pk=root.pk).add_child(instance=page)
    assert "editors may write and publish “Mentoring”" in run()
    editor = make_user("editor")
    editor.groups.add(Group.objects.get(name=groups.EDITORS.name))
    tester = Page.objects.get(pk=page.pk).permissions_for_user(editor)
    assert tester.can_edit()
    assert tester.can_publish()
    assert tester.can_add_subpage()
