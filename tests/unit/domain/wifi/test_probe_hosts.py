import pytest

from appliance.domain.wifi import probe_hosts
from tests.wifi.places import PROBES, Probe


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_every_probe_of_the_lab_is_known(probe: Probe) -> None:
    assert probe_hosts.covered_by(probe.host) == [probe.host]


def test_a_name_covers_what_is_below_it_and_nothing_beside_it() -> None:
    assert "captive.apple.com" in probe_hosts.covered_by("apple.com")
    assert probe_hosts.covered_by("pple.com") == []
    assert probe_hosts.covered_by("support.apple.com") == []
    assert probe_hosts.covered_by("pekanbaru.go.id") == []
