"""The daily mail of a contact person says what stands on the desk."""

import datetime

import pytest
from django.core import mail

from tests.factories import make_case, make_field, make_handler, make_union
from wagtail_mentoring import clock
from wagtail_mentoring.messages import delivery, digests
from wagtail_mentoring.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


def test_the_daily_mail_counts_what_is_on_the_desk_and_names_nobody() -> None:
    union = make_union()
    handler = make_handler(union, "kaisa")
    make_handler(make_union("safa"), "elsewhere")
    for _ in range(2):
        make_case(make_field(union), name="Amina Yusuf")
    OutboxMessage.objects.all().delete()
    with clock.at(clock.now().replace(hour=9) + datetime.timedelta(days=1)):
        assert digests.for_handlers().done == 1
        delivery.deliver_waiting()
    (message,) = mail.outbox
    assert message.to == [handler.email]
    assert "  2 " in message.body
    assert "Amina" not in message.body
