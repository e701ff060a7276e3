"""Somebody who speaks MQTT to a broker with the logins and certificates that he has."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from mqtt_link.access import Access
from mqtt_link.connection import Connection
from mqtt_link.owner import Callbacks
from mqtt_link.waker import HasFileno
from tests.support.waiting import wait_for


class Peer:
    """Anybody with credentials, on the product's own connection, who writes down what arrives."""

    def __init__(self, where: Access, *filters: str, wakes: Sequence[HasFileno] = ()) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.reasons: list[str] = []
        self.connection = Connection(
            where,
            Callbacks(
                on_up=lambda: None,
                on_down=self.reasons.append,
                on_message=lambda topic, payload: self.got.append((topic, payload)),
            ),
            filters=filters or ["unused"],
            window=20,
            wakes=wakes,
        )

    def run_until(self, condition: Callable[[], object], what: str) -> None:
        def turned() -> object:
            self.connection.run(0.05)
            return condition()

        wait_for(turned, what)

    def send(self, topic: str, payload: bytes) -> None:
        """Publish and wait until the broker says that it has it, which proves nothing."""
        assert self.connection.publish(topic, payload, qos=1) is not None
        self.connection.run(0.05)


@contextmanager
def peer(where: Access, *filters: str, wakes: Sequence[HasFileno] = ()) -> Iterator[Peer]:
    made = Peer(where, *filters, wakes=wakes)
    try:
        made.run_until(lambda: made.connection.is_up, f"{where.client_id} is let in")
        yield made
    finally:
        made.connection.close()


def may_hear(
    port: int, topic: str, *, name: str = "", password: str | None = None, qos: int = 0
) -> bool | None:
    """Whether a login may subscribe; where it may not, some brokers hang up. None: not let in."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, name, reconnect_on_failure=False)
    if password is not None:
        client.username_pw_set(name, password)
    entered: list[bool] = []
    answers: list[bool] = []

    def on_connect(
        _client: object, _data: object, _flags: object, code: ReasonCode, _: object
    ) -> None:
        entered.append(not code.is_failure)
        client.subscribe(topic, qos)

    def on_subscribe(
        _client: object, _data: object, _id: int, codes: list[ReasonCode], _: object
    ) -> None:
        answers.append(not codes[0].is_failure)

    client.on_connect, client.on_subscribe = on_connect, on_subscribe
    client.on_disconnect = lambda *_: answers.append(False)
    client.connect("127.0.0.1", port)
    try:
        wait_for(lambda: client.loop(0.1) or answers, "an answer", limit_s=10)
    finally:
        client.disconnect()
        client.loop(0.1)
    return answers[0] if any(entered) else None


def lets_in(
    port: int, topic: str, *, name: str = "", password: str | None = None, qos: int = 0
) -> bool:
    """The same of a broker that may not be up yet."""
    try:
        return bool(may_hear(port, topic, name=name, password=password, qos=qos))
    except (OSError, AssertionError):
        return False
