"""One short connection to the broker: whether it lets somebody in, whose place it then takes.

A broker ends the older of two connections with one client id (MQTT 3.1.1, 3.1.4).
"""

import ssl
import time
from datetime import datetime

import paho.mqtt.client as mqtt

from mqtt_link import access
from mqtt_link.access import Access
from mqtt_link.client import new_client

ANSWER_WITHIN_S = 5.0
_TURN_S = 0.1


def is_let_in(where: Access, now: datetime) -> bool:
    """Connect, hear what the broker says, and leave; raises OSError where there is no broker."""
    answers: list[bool] = []
    credentials = access.load(where, now)
    client = new_client(where, credentials)
    client.on_connect = lambda _c, _d, _f, reason, _p: answers.append(not reason.is_failure)
    try:
        client.connect(where.host, where.port)
    except ssl.SSLError:
        credentials.abandon()
        return False
    until_s = time.monotonic() + ANSWER_WITHIN_S
    while not answers and time.monotonic() < until_s:
        if client.loop(_TURN_S) != mqtt.MQTT_ERR_SUCCESS:
            break
    client.disconnect()
    if sock := client.socket():
        sock.close()
    return bool(answers) and answers[0]
