"""The certificate authority of the lab, made with openssl for each lab anew."""

import subprocess
from pathlib import Path

from tests.support.programs import needs

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Its own certificate is `path`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._openssl = folder, needs("openssl")
        self.path = folder / "authority.pem"
        own = ["-x509", "-keyout", "authority.key", "-out", self.path.name, "-days", "2"]
        self._run("req", *_KEY, *own, "-subj", "/CN=Lab authority")

    def certify(self, *names: str, days: int = 2) -> tuple[Path, Path]:
        """A certificate for DNS names and its key; `days` below 0: expired since so long."""
        first = names[0]
        self._run(
            "req", *_KEY, "-keyout", f"{first}.key", "-out", f"{first}.csr", "-subj", f"/CN={first}"
        )
        extensions = self._folder / f"{first}.ext"
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        signer = ["-CA", self.path.name, "-CAkey", "authority.key", "-CAcreateserial"]
        files = ["-in", f"{first}.csr", "-out", f"{first}.pem", "-extfile", extensions.name]
        self._run("x509", "-req", *signer, *files, "-days", str(days))
        return self._folder / f"{first}.pem", self._folder / f"{first}.key"

    def self_signed(self, name: str) -> tuple[Path, Path]:
        """A certificate that nobody vouches for, and its key."""
        certificate, key = self._folder / f"self-{name}.pem", self._folder / f"self-{name}.key"
        files = ["-keyout", key.name, "-out", certificate.name, "-days", "2"]
        names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        self._run("req", "-x509", *_KEY, *files, *names)
        return certificate, key

    def _run(self, *command: str) -> None:
        subprocess.run([self._openssl, *command], cwd=self._folder, check=True, capture_output=True)
