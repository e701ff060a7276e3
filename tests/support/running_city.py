"""The command center's receiver and link in this process, on a broker and a database of a test."""

from datetime import UTC, datetime
from typing import Self

from sqlalchemy import Engine

from command_center.receiving.link import Link
from command_center.receiving.receiver import Receiver
from command_center.signing import Sign, as_it_is
from mqtt_link.access import Access
from tests.conftest import SITE


class RunningCity:
    """Both as `posko-center` puts them together; a context manager."""

    def __init__(self, engine: Engine, where: int | Access, *, sign: Sign = as_it_is) -> None:
        """`where` is an access, or the port of a broker that lets everybody in."""
        self.engine = engine
        if isinstance(where, int):
            name = f"posko-center-{SITE.city}"
            where = Access(host="127.0.0.1", port=where, client_id=name)
        self.link = Link(where, SITE.city, sign=sign)
        self.receiver = Receiver(engine, self.link, now=lambda: datetime.now(UTC))

    def start(self) -> None:
        """Receive from now on."""
        self.receiver.start()
        self.link.start(on_message=self.receiver.offer, on_up=self.receiver.link_up)

    def stop(self) -> None:
        """End both."""
        self.receiver.stop()
        self.link.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
