"""Each trouble has a kind and words for the technician."""

import socket
import ssl

import pytest

from mqtt_link import fault
from mqtt_link.fault import Code
from tests.support.repository import read


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.gaierror(-2, "Name or service not known"), Code.DNS),
        (UnicodeError("label empty or too long"), Code.DNS),
        (ConnectionRefusedError(111, "Connection refused"), Code.UNREACHABLE),
        (TimeoutError("timed out"), Code.UNREACHABLE),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), Code.TLS),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert"), Code.CERTIFICATE),
    ],
)
def test_a_failed_attempt_is_named(error: Exception, code: Code) -> None:
    found = fault.of_attempt(error)
    assert found.code is code
    assert str(found).startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("told", "was_accepted", "is_silence", "code"),
    [
        ("", True, False, Code.LOST),
        ("", False, False, Code.LOST),
        ("", True, True, Code.SILENT),
        ("failed to receive on socket: [Errno 110] Connection timed out", True, False, Code.SILENT),
        ("failed to receive on socket: [Errno 104] Connection reset", True, False, Code.LOST),
        (
            "failed to receive on socket: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] x",
            False,
            False,
            Code.CERTIFICATE,
        ),
        ("failed: [SSL: TLSV1_ALERT_INTERNAL_ERROR] x", False, False, Code.TLS),
    ],
)
def test_a_lost_connection_is_named(
    told: str, was_accepted: bool, is_silence: bool, code: Code
) -> None:
    found = fault.of_loss(
        told,
        was_accepted=was_accepted,
        was_served=was_accepted,
        is_known=was_accepted,
        is_silence=is_silence,
    )
    assert found.code is code


@pytest.mark.parametrize("is_known", [True, False])
def test_only_a_broker_that_never_let_us_in_is_suspected_to_want_tls(is_known: bool) -> None:
    found = fault.of_loss(
        "", was_accepted=False, was_served=False, is_known=is_known, is_silence=False
    )
    assert found.code is Code.LOST
    assert ("TLS" in found.words) is not is_known


def test_a_broker_that_ends_tls_without_a_word_may_refuse_our_certificate() -> None:
    """Its alert is lost where the connection is reset right behind it."""
    found = fault.of_loss(
        "failed to receive on socket: EOF occurred in violation of protocol (_ssl.c:2427)",
        was_accepted=False,
        was_served=False,
        is_known=False,
        is_silence=False,
    )
    assert found.code is Code.LOST
    assert "certificate" in found.words


def test_a_broker_that_lets_us_in_and_hangs_up_is_asked_for_its_log() -> None:
    found = fault.of_loss("", was_accepted=True, was_served=False, is_known=True, is_silence=False)
    assert found.code is Code.LOST
    assert "the broker's log" in found.words


@pytest.mark.parametrize("code", Code)
def test_every_trouble_is_explained_to_technicians(code: Code) -> None:
    assert f"| `{code}` |" in read("deploy/README.md")
