"""`posko-center broker-config`: a mosquitto configuration in which a box can be only itself.

A box is known by its name, the six digits of its site, in its certificate or as its login. The
broker takes this name for user and client id alike, so that nobody writes under another site, reads
what another site is told, leaves a last will there, or takes over another's connection.
"""

import argparse
from enum import StrEnum
from pathlib import Path

from appliance.domain.city import topics, wire
from command_center.fleet.authority import Authority
from command_center.sharing.share import MOST_RECEIVERS
from command_center.subcommands import Subcommands

TLS_PORT = 8883

_CONFIG = """\
# Written by `posko-center broker-config`; give that command again instead of editing.
# For mosquitto 2.0. Start it with: mosquitto -c {folder}/mosquitto.conf
# The user `mosquitto` must be able to read this folder, broker.key included.

listener {port}
cafile {folder}/ca.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
{revoked}tls_version tlsv1.2
{login}
# The name of the login is the client id, so nobody takes over another's connection.
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/acl

{limits}
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
"""

LIMITS = f"""\
# What a box says once is at most {wire.MESSAGE_MAX_BYTES} bytes; the boxes keep what the city has
# not acknowledged, so a broker that forgets everything loses nothing, and remembered wills would
# be stale.
message_size_limit {wire.MESSAGE_MAX_BYTES}
persistence false
max_inflight_messages 20
max_queued_messages 5000
max_queued_bytes 67108864
max_connections -1
max_keepalive 120
set_tcp_nodelay true
allow_zero_length_clientid false
"""
"""What a broker of any size needs; each connection takes a file descriptor (deploy/README.md)."""

CRL = "crl.pem"
_REVOKED = """\
# Whose certificate is in here is refused; read anew on SIGHUP.
crlfile {folder}/crl.pem
"""

_BY_CERTIFICATE = """\
# The name in the certificate is the login.
require_certificate true
use_identity_as_username true\
"""

_BY_LOGIN = """\
# Made with: mosquitto_passwd {folder}/passwords 147107
require_certificate false
password_file {folder}/passwords\
"""

_ACL = """\
# Written by `posko-center broker-config`. %u is the name of the login.

# Every box: its own site and nothing else.
pattern write {root}/{city}/%u/up/#
pattern write {root}/{city}/%u/state/#
pattern read {root}/{city}/%u/down/#

{centers}"""

_CENTER = """# {words}
user {center}
topic read {root}/{city}/+/up/#
topic read {root}/{city}/+/state/#
topic write {root}/{city}/+/down/#
"""


class Login(StrEnum):
    """How boxes and command center prove who they are."""

    CERTIFICATE = "certificate"
    PASSWORD = "password"  # noqa: S105  # a word, not a secret


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "write a mosquitto configuration in which each box is confined to its own site"
    command = commands.add("broker-config", words)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    command.add_argument(
        "--login",
        type=Login,
        choices=list(Login),
        default=Login.CERTIFICATE,
        help="(default: %(default)s)",
    )
    command.add_argument(
        "--port", type=int, default=TLS_PORT, help="of the broker (default: %(default)s)"
    )
    command.add_argument(
        "--receivers",
        type=int,
        choices=range(1, MOST_RECEIVERS + 1),
        default=1,
        metavar="M",
        help="how many there are, for `receive --share N/M`; each has a login, "
        "that of the center with -1, -2 behind it (default: %(default)s)",
    )


def run(args: argparse.Namespace, *, city: str, center: str, authority: Authority | None) -> None:
    """Write the files where the command line says, and say which they are.

    An authority gives an empty list of what is revoked where there is none yet.
    """
    crl: Path = args.out / CRL
    if authority is not None and not crl.exists():
        args.out.mkdir(parents=True, exist_ok=True)
        crl.write_text(authority.revocation_list([]))
        crl.chmod(0o640)
    written = write(
        args.out,
        city=city,
        center=center,
        login=args.login,
        port=args.port,
        receivers=args.receivers,
    )
    print("written:", *written)


def write(
    folder: Path, *, city: str, center: str, login: Login, port: int, receivers: int = 1
) -> list[Path]:
    """Write the files of a city (four digits) and return their paths; `center` is its login, and
    each of several receivers has one of its own.

    A list of what is revoked is used if it is there: the broker refuses to start without it.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    by = _BY_CERTIFICATE if login is Login.CERTIFICATE else _BY_LOGIN
    config = _CONFIG.format(
        folder=folder,
        port=port,
        revoked=_REVOKED.format(folder=folder) if (folder / CRL).exists() else "",
        limits=LIMITS,
        login=by.format(folder=folder),
    )
    texts = {
        folder / "mosquitto.conf": config,
        folder / "acl": _acl(city, center, receivers),
    }
    for path, text in texts.items():
        path.write_text(text)
        path.chmod(0o640)
    return list(texts)


def _acl(city: str, center: str, receivers: int) -> str:
    logins = {center: "The command center."}
    if receivers > 1:
        logins |= {
            f"{center}-{n}": f"Its receiver {n}/{receivers}." for n in range(1, receivers + 1)
        }
    root = topics.ROOT
    centers = [
        _CENTER.format(words=words, root=root, city=city, center=login)
        for login, words in logins.items()
    ]
    return _ACL.format(root=root, city=city, centers="\n".join(centers))
