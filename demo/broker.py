"""Choosing an MQTT broker for the demonstration: mosquitto where it is, else amqtt from PyPI."""

import importlib.util
import shutil
import sys
from enum import StrEnum
from pathlib import Path

from appliance.domain.errors import PoskoError

_ALSO_LOOK_IN = "/usr/sbin:/usr/local/sbin"
"""Debian installs mosquitto where the PATH of ordinary users does not look."""

_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
"""

_AMQTT = """\
listeners:
  default:
    type: tcp
    bind: 127.0.0.1:{port}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin:
    allow_anonymous: true
"""


class NoBroker(PoskoError, FileNotFoundError):
    """Neither broker is installed."""


class Engine(StrEnum):
    """A broker program we know how to start."""

    MOSQUITTO = "mosquitto"
    AMQTT = "amqtt"


def choose() -> Engine:
    """The better of the brokers that are installed; raises NoBroker."""
    if find_mosquitto():
        return Engine.MOSQUITTO
    if importlib.util.find_spec("amqtt"):
        return Engine.AMQTT
    raise NoBroker(
        "no MQTT broker: run `apt-get install mosquitto`, or `pip install 'posko[demo]'`"
    )


def command(engine: Engine, folder: Path, port: int) -> list[str]:
    """Write the broker's configuration into `folder` and return its command line."""
    if engine is Engine.MOSQUITTO:
        config = folder / "mosquitto.conf"
        config.write_text(_MOSQUITTO.format(port=port))
        return [find_mosquitto() or "mosquitto", "-c", str(config)]
    config = folder / "amqtt.yaml"
    config.write_text(_AMQTT.format(port=port))
    return [str(Path(sys.executable).with_name("amqtt")), "-c", str(config)]


def find_mosquitto() -> str | None:
    """The mosquitto program, also where only root's PATH would look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_ALSO_LOOK_IN)
