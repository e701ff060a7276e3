"""The broker of a city as `posko-center broker-config` and deploy/make-certificates.sh make it."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from command_center import broker_config
from command_center.broker_config import CRL, Login
from command_center.fleet.authority import Authority
from mqtt_link.access import Access
from tests.support.broker import Broker
from tests.support.programs import needs

SCRIPT = Path(__file__).parents[2] / "deploy" / "make-certificates.sh"
HOST = "127.0.0.1"
CENTER = "posko-center-1471"

_CA_CONFIG = """\
[ca]
default_ca = city
[city]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copyall
[any]
commonName = supplied
"""


class Certificates:
    """A folder of certificates made by the script a technician uses."""

    def __init__(self, folder: Path) -> None:
        needs("openssl")
        self.folder = folder
        self.make("ca", "Kota Pekanbaru")

    def make(self, kind: str, name: str) -> None:
        """Run the script."""
        subprocess.run(["sh", SCRIPT, self.folder, kind, name], check=True)

    def date(self, name: str, begins: datetime, ends: datetime, *, san: str = "") -> None:
        """Replace a certificate by one of the same key and other dates (`openssl ca`)."""
        for file, text in (("index.txt", ""), ("serial", "77\n"), ("ca.cnf", _CA_CONFIG)):
            (self.folder / file).write_text(text)
        request = ["openssl", "req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}"]
        if san:
            request += ["-addext", f"subjectAltName={san}"]
        self._run(*request, "-out", f"{name}.csr")
        dates = ["-startdate", f"{begins:%Y%m%d%H%M%SZ}", "-enddate", f"{ends:%Y%m%d%H%M%SZ}"]
        authority = ["-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"]
        files = ["-in", f"{name}.csr", "-out", f"{name}.pem", "-notext", "-batch"]
        self._run("openssl", "ca", *authority, *dates, *files)

    def access(self, port: int, name: str, *, client_id: str = "", host: str = HOST) -> Access:
        """How the holder of the certificate `name` reaches the broker."""
        return Access(
            host=host,
            port=port,
            client_id=client_id or name,
            tls_ca=self.folder / "ca.pem",
            tls_cert=self.folder / f"{name}.pem",
            tls_key=self.folder / f"{name}.key",
        )

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, cwd=self.folder, capture_output=True)


class CityBroker(Broker):
    """mosquitto with TLS, logins and the ACL, on files in `folder`; `authority` can revoke."""

    def __init__(
        self,
        folder: Path,
        login: Login = Login.CERTIFICATE,
        *,
        can_revoke: bool = False,
        receivers: int = 1,
    ) -> None:
        super().__init__(folder)
        self.certificates = Certificates(folder)
        self.certificates.make("broker", HOST)
        self.certificates.make("center", "1471")
        self.authority = Authority(
            ca=folder / "ca.pem", key=folder / "ca.key", good_for=timedelta(days=825)
        )
        if can_revoke:
            (folder / CRL).write_text(self.authority.revocation_list([]))
        config, _acl = broker_config.write(
            folder, city="1471", center=CENTER, login=login, port=self.port, receivers=receivers
        )
        with config.open("a") as file:
            file.write("user root\n")  # the folder of a test is not mosquitto's
        self._command = [needs("mosquitto"), "-c", str(config)]

    def let_in(self, name: str, password: str) -> None:
        """Give somebody a password."""
        command = [needs("mosquitto_passwd"), "-b"]
        passwords = self.certificates.folder / "passwords"
        create = [] if passwords.exists() else ["-c"]
        subprocess.run([*command, *create, passwords, name, password], check=True)
