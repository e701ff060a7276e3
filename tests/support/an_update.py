"""An update of a box, and its manifest."""

from appliance.domain.box.software import Manifest
from software_update.rescue.machine import Update

MANIFEST = Manifest(
    version="1.2.0",
    architecture="arm64",
    size_bytes=1000,
    sha256="0" * 64,
    installed_bytes=4000,
    schema=20,
    compatible_from=18,
)
UPDATE = Update(
    number="1", version="1.1.0", before="1.0.0", source="hand", minutes=15, boot="first"
)
