"""Whether phones will trust the portal's certificate: tried out, by a handshake in memory.

Phones trust what the authorities of this machine vouch for, as good as any list. An API behind any
other certificate, or one that has expired, only slows them down (RFC 8908, 4).
"""

import ssl
from pathlib import Path

_FLIGHTS = 4
"""More than TLS 1.2 or 1.3 takes."""


def refusal(certificate: Path, key: Path, host: str) -> str:
    """Why a phone that asks for `host` would not accept the certificate; empty: it would."""
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key, password=bytes)  # never ask at a terminal
        _shake_hands(ssl.create_default_context(), server, host)
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except ssl.SSLError as error:
        return f"is not usable: {error.reason}"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


def _shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    phone = client.wrap_bio(to_client, to_server, server_hostname=host)
    portal = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(_FLIGHTS):
        for side in (phone, portal):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
