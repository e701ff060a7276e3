"""A city that can enrol boxes: a real authority, made once."""

from datetime import timedelta
from pathlib import Path

import pytest

from command_center.fleet.authority import Authority
from command_center.fleet.broker_files import BrokerFiles
from command_center.fleet.office import Office
from mqtt_link.access import Access
from tests.support.city_broker import Certificates


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of Pekanbaru, as the technician's script makes it."""
    made = Certificates(tmp_path_factory.mktemp("pki"))
    return Authority(
        ca=made.folder / "ca.pem", key=made.folder / "ca.key", good_for=timedelta(days=825)
    )


@pytest.fixture
def office(authority: Authority, tmp_path: Path) -> Office:
    """An office that gives certificates."""
    folder = tmp_path / "broker"
    folder.mkdir()
    return Office(
        authority=authority,
        files=BrokerFiles(folder=folder, reload=()),
        ca=authority.ca,
        broker="mqtt.pekanbaru.go.id",
        port=8883,
        city_keys=("ed25519:" + "0" * 64,),
        access=Access(host="127.0.0.1", port=1, client_id="posko-center-1471"),
        url="https://posko.pekanbaru.go.id",
    )
