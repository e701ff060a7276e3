import os

from mqtt_link.waker import Waker

GIVE_UP_S = 600


def test_what_is_readable_beside_it_ends_the_wait_until_it_is_read() -> None:
    with os.fdopen(os.eventfd(1), "rb", buffering=0) as other:
        waker = Waker([other])
        waker.wait(GIVE_UP_S)
        waker.wait(GIVE_UP_S)
