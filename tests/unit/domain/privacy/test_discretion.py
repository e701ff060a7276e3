"""What of a request each role at the desk may read."""

import pytest

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.privacy.discretion import may_read
from appliance.domain.staff.accounts import Role
from tests.builders import a_request

ACCUSES = "pak camat minta uang rokok 50 ribu untuk surat"


@pytest.mark.parametrize("role", Role)
def test_nobody_reads_what_is_confidential(role: Role) -> None:
    request = a_request(sensitivity=Sensitivity.CONFIDENTIAL)
    assert not may_read(request, role, as_shipped().accusations)


@pytest.mark.parametrize(
    ("changes", "said", "is_for_the_camat"),
    [
        ({}, "", True),
        ({"text": "sampah di RT 02 dekat kantor lurah"}, "", True),
        ({"text": "parkir minta uang 2 ribu"}, "", True),
        ({"text": ACCUSES}, "", False),
        ({"text": "oknum kelurahan minta uang 50 ribu"}, "", False),
        ({"category": "pungli_aparat"}, "", False),
        ({}, ACCUSES, False),
    ],
)
def test_what_accuses_the_kecamatan_is_not_for_its_head(
    changes: dict[str, str], said: str, is_for_the_camat: bool
) -> None:
    request, accusations = a_request(**changes), as_shipped().accusations
    assert may_read(request, Role.CAMAT, accusations, said) is is_for_the_camat
    assert may_read(request, Role.OPERATOR, accusations, said)
