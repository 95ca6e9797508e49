"""The rule that the contact person signs too is told before an agreement is issued, as it is that day."""

from typing import Any

import pytest

from tests.factories import make_case
from wagtail_mentoring.desk.consequences import of_step
from wagtail_mentoring.desk.dossier import Dossier

TOLD = "stands in it as contact person and signs too"


@pytest.mark.parametrize("rule", [True, False])
@pytest.mark.parametrize(("step", "out"), [("send_agreement", "none"), ("reissue", "out")])
def test_the_contact_person_is_named_where_the_rule_is_on(
    field: Any, handler: Any, rule: bool, step: str, out: str
) -> None:
    case = make_case(field, "paired", agreement=out)
    case.participation.contact_person_signs = rule
    told = of_step(Dossier(case, handler), step)
    found = [sentence for sentence in told if TOLD in sentence]
    assert len(found) == rule
    assert not rule or (handler.get_full_name() or handler.get_username()) in found[0]
