"""The broker's files that follow from who is enrolled: `crl.pem` and `passwords`.

Both are made anew, whole, from the database, so that doing it once more always mends them.
"""

import base64
import hashlib
import os
import re
import secrets
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.domain.errors import PoskoError
from command_center.broker_config import CRL
from command_center.fleet.authority import Authority
from command_center.store.fleet.credentials import Credential

PASSWORDS = "passwords"
PASSWORD_PATTERN = re.compile(r"[0-9a-f]{64}")
RELOAD_TIMEOUT_S = 30
_ROUNDS = 101
"""As mosquitto_passwd: a password of 256 bits needs no more."""


class BrokerFilesError(PoskoError, OSError):
    """They cannot be written, or the broker could not be told; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFiles:
    """Where they lie, and the command that makes the broker read them."""

    folder: Path
    reload: Sequence[str]

    def write(self, credentials: Sequence[Credential], authority: Authority | None) -> None:
        """Make both true; raises BrokerFilesError or AuthorityError."""
        if authority is not None:
            revoked = [c for c in credentials if c.serial and c.revoked_at]
            self._replace(CRL, authority.revocation_list(revoked))
        known = {c.site.site for c in credentials if c.login == "password"}
        if known:
            self._replace(PASSWORDS, self._passwords(known, credentials))
        self._reload()

    def _passwords(self, known: set[str], credentials: Iterable[Credential]) -> str:
        """The lines of others, and one of each box that has a valid password."""
        try:
            lines = (self.folder / PASSWORDS).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            lines = []
        kept = [line for line in lines if line.partition(":")[0] not in known]
        valid = {
            c.site.site: c.key
            for c in reversed(list(credentials))
            if c.login == "password" and c.revoked_at is None
        }
        return "".join(f"{line}\n" for line in [*kept, *(f"{n}:{h}" for n, h in valid.items())])

    def _replace(self, name: str, text: str) -> None:
        """With the owner and the mode of the folder's configuration: the broker must read it."""
        path, new = self.folder / name, self.folder / f"{name}.new"
        try:
            new.write_text(text, encoding="utf-8")
            new.chmod(0o640)
            model = (path if path.exists() else self.folder).stat()
            if os.geteuid() == 0:
                os.chown(new, model.st_uid, model.st_gid)
            new.replace(path)
        except OSError as error:
            raise BrokerFilesError(
                f"fleet.broker_folder: {path} cannot be written: {error.strerror}"
            ) from None

    def _reload(self) -> None:
        if not self.reload:
            return
        try:
            subprocess.run(  # noqa: S603  # words of the settings, no shell
                list(self.reload), check=True, capture_output=True, timeout=RELOAD_TIMEOUT_S
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise BrokerFilesError(
                f"fleet.reload has failed ({error}); the files are written: send mosquitto a "
                "SIGHUP by hand"
            ) from None


def hashed(password: str) -> str:
    """As mosquitto 2 stores passwords: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${_b64(salt)}${_b64(made)}"


def is_hash_of(stored: str, password: str) -> bool:
    """Whether it was made of this password."""
    try:
        _, kind, rounds, salt, made = stored.split("$")
        again = hashlib.pbkdf2_hmac(
            "sha512", password.encode(), base64.b64decode(salt), int(rounds)
        )
    except ValueError:
        return False
    return kind == "7" and secrets.compare_digest(_b64(again), made)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
