"""The files with which a box proves itself to the broker, as enrolment makes them.

Key and certificate lie in one file, so that both are replaced at once and a power cut leaves a
pair. A key that waits for its certificate lies beside it: asking again is asking for the same key.
"""

import os
import shutil
import ssl
from dataclasses import dataclass
from pathlib import Path

from appliance.domain.errors import PoskoError
from durable_files.folder import sync_folder
from mqtt_link import openssl
from mqtt_link.openssl import OpensslError

FOLDER = "credential"


class CredentialError(PoskoError, OSError):
    """A file cannot be made or used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Where they lie: in a folder of their own beside the database."""

    folder: Path
    owner: str = ""
    """As whom `posko-sync` runs, where root makes the files; empty: who owns the data folder."""

    @property
    def pair(self) -> Path:
        """The key and its certificate."""
        return self.folder / "box.pem"

    @property
    def ca(self) -> Path:
        """The city's authority."""
        return self.folder / "city-ca.pem"

    @property
    def password(self) -> Path:
        """What is used where there are no certificates."""
        return self.folder / "password"

    @property
    def pending(self) -> Path:
        """A key, or a password, that the city has not answered yet."""
        return self.folder / "pending"

    def waiting_key(self) -> str:
        """The key that waits for a certificate; made now if there is none."""
        if self.pending.exists():
            return _read(self.pending)
        try:
            key = openssl.new_key()
        except OpensslError as error:
            raise CredentialError(str(error)) from None
        self.put(self.pending, key)
        return key

    def request(self, site: str) -> str:
        """A request for a certificate of this site (six digits) for the waiting key."""
        try:
            return openssl.request(self.waiting_key(), site)
        except OpensslError as error:
            raise CredentialError(
                f"{self.pending} is no key ({error}); remove it, and give the command again"
            ) from None

    def complete(self, certificate: str, ca: str, site: str) -> None:
        """Put a certificate into force; raises CredentialError unless it is of this box's waiting
        key, of this site (six digits) and of that authority."""
        key = _read(self.pending)
        try:
            subject, public, _ = openssl.subject_and_key(certificate)
            is_ours = subject == f"CN={site}" and public == openssl.public_key(key)
            if not (is_ours and openssl.is_of(certificate, ca)):
                raise CredentialError("the certificate is not for this box's key and site")
        except OpensslError as error:
            raise CredentialError(f"the certificate cannot be used: {error}") from None
        self.put(self.pair, key + certificate)

    def renew(self, certificate: str) -> bool:
        """Replace the certificate by one of the waiting key; False if it is in force already.

        Raises CredentialError, and changes nothing, for one that is not of this box.
        """
        old = certificate_of(self.pair)
        if old.strip() == certificate.strip():
            self.settle()
            return False
        try:
            subject, _, _ = openssl.subject_and_key(old)
        except OpensslError as error:
            raise CredentialError(f"{self.pair} cannot be used: {error}") from None
        self.complete(certificate, _read(self.ca), subject.removeprefix("CN="))
        self.settle()
        return True

    def put(self, path: Path, text: str) -> None:
        """Replace a file for good, readable by its owner alone: whose the data folder is."""
        new = path.with_name(f"{path.name}.new")
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            for made in (new, self.folder):
                self._hand_over(made)
            new.replace(path)
            sync_folder(path.parent)
        except LookupError:
            raise CredentialError(f"there is no user {self.owner!r}") from None
        except OSError as error:
            raise CredentialError(f"{path} cannot be written: {error.strerror}") from None

    def _hand_over(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self.owner or self.folder.parent.stat().st_uid)

    def settle(self) -> None:
        """Nothing waits any more."""
        self.pending.unlink(missing_ok=True)


def of_store(store: Path, owner: str = "") -> Credential:
    """The credential of the box whose database lies there."""
    return Credential(store.parent / FOLDER, owner)


def certificate_of(pair: Path) -> str:
    """The certificate in a file of both, as PEM; empty if there is none."""
    text = _read(pair)
    begin = text.find(ssl.PEM_HEADER)
    return "" if begin < 0 else text[begin:]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialError(f"{path} cannot be read: {error}") from None
