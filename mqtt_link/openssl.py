"""Keys, requests and certificates by the `openssl` program, so that no library must be installed.

Keys are P-256. Nothing here touches a file but a folder of its own that is gone afterwards.
"""

import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

TIMEOUT_S = 20
_P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
_P256_BYTES = 91
_NO_SUCH_CONFIG = {"OPENSSL_CONF": "/dev/null", "PATH": "/usr/bin:/bin:/usr/local/bin"}

_CA_CONFIG = """\
[ca]
default_ca = city
[city]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = name
unique_subject = no
[name]
commonName = supplied
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
"""


class OpensslError(Exception):
    """The program is not there, or refused; the message says what it told."""


def new_key() -> str:
    """A new private key, as PEM."""
    return _run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def request(key: str, name: str) -> str:
    """A request for a certificate of this common name."""
    with _folder({"key.pem": key}) as folder:
        return _run("req", "-new", "-sha256", "-key", f"{folder}/key.pem", "-subj", f"/CN={name}")


def requested(csr: str) -> tuple[str, bytes]:
    """The subject of a request (`CN=147107`) and its public key (SPKI, DER).

    Raises OpensslError unless whoever made it holds the key, and the key is one of P-256.
    """
    told = _run("req", "-verify", "-noout", "-subject", "-nameopt", "RFC2253", "-pubkey", sent=csr)
    public = _der(told)
    if len(public) != _P256_BYTES or not public.startswith(_P256_HEAD):
        raise OpensslError("the key is not one of P-256")
    [subject] = [line for line in told.splitlines() if line.startswith("subject=")]
    return subject.removeprefix("subject=").strip(), public


def public_key(key: str) -> bytes:
    """The public half of a private key (SPKI, DER)."""
    return _der(_run("pkey", "-pubout", sent=key))


def subject_and_key(certificate: str) -> tuple[str, bytes, int]:
    """Of a certificate: its subject, its public key and its serial number."""
    told = _run(
        "x509", "-noout", "-subject", "-nameopt", "RFC2253", "-pubkey", "-serial", sent=certificate
    )
    lines = dict(line.split("=", 1) for line in told.splitlines() if line[:2] in ("su", "se"))
    return lines["subject"].strip(), _der(told), int(lines["serial"], 16)


def signed(
    csr: str, *, ca: Path, ca_key: Path, serial: int, begins: datetime, ends: datetime
) -> str:
    """A client's certificate for a request, of which only name and key are heeded."""
    files = {"csr": csr, "index": "", "serial": _hex(serial)}
    with _folder(files) as folder:
        return _run(
            *("ca", "-batch", "-notext", "-config", _config(folder), "-extensions", "client"),
            *("-cert", str(ca), "-keyfile", str(ca_key), "-in", f"{folder}/csr"),
            *("-startdate", _generalized(begins), "-enddate", _generalized(ends)),
        )


def is_of(certificate: str, ca: str) -> bool:
    """Whether an authority has signed a client's certificate; its dates are not looked at."""
    with _folder({"ca.pem": ca, "own.pem": certificate}) as folder:
        try:
            _run(
                *("verify", "-no_check_time", "-purpose", "sslclient"),
                *("-CAfile", f"{folder}/ca.pem", f"{folder}/own.pem"),
            )
        except OpensslError:
            return False
    return True


def revocation_list(revoked: Mapping[int, datetime], *, ca: Path, ca_key: Path, days: int) -> str:
    """A CRL of these serial numbers and when each was revoked."""
    index = "".join(
        f"R\t491231235959Z\t{at:%y%m%d%H%M%SZ}\t{_hex(serial)}\tunknown\t/CN=box\n"
        for serial, at in sorted(revoked.items())
    )
    with _folder({"index": index}) as folder:
        return _run(
            *("ca", "-gencrl", "-config", _config(folder), "-crldays", str(days)),
            *("-cert", str(ca), "-keyfile", str(ca_key)),
        )


def _config(folder: Path) -> str:
    path = folder / "ca.cnf"
    path.write_text(_CA_CONFIG.format(folder=folder))
    return str(path)


def _generalized(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%SZ}"


def _hex(serial: int) -> str:
    """As `openssl ca` wants it: an even number of digits."""
    digits = f"{serial:X}"
    return digits.rjust(len(digits) + len(digits) % 2, "0")


def _der(told: str) -> bytes:
    begin, end = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
    body = told.partition(begin)[2].partition(end)[0]
    pem = f"{ssl.PEM_HEADER}{body}{ssl.PEM_FOOTER}"
    try:
        return ssl.PEM_cert_to_DER_cert(pem)
    except ValueError:
        raise OpensslError("there is no public key") from None


@contextmanager
def _folder(files: Mapping[str, str]) -> Iterator[Path]:
    """A folder with these files that nobody else may read."""
    with tempfile.TemporaryDirectory(prefix="posko-openssl-") as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="ascii")
        yield folder


def _run(*command: str, sent: str = "") -> str:
    program = shutil.which("openssl")
    if program is None:
        raise OpensslError("openssl is not installed: apt install openssl")
    try:
        done = subprocess.run(  # noqa: S603
            [program, *command],
            input=sent,
            capture_output=True,
            encoding="ascii",
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
            env=_NO_SUCH_CONFIG,
        )
    except (subprocess.TimeoutExpired, UnicodeEncodeError) as error:
        raise OpensslError(f"openssl {command[0]}: {type(error).__name__}") from None
    if done.returncode or "did not match" in done.stderr or "verify failure" in done.stderr:
        told = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise OpensslError(f"openssl {command[0]}: {told[0][:200]}")
    return done.stdout
