"""A phone with a radio: wpa_supplicant joins a network, the rest is a client as any other."""

import secrets
import socket
import subprocess
from pathlib import Path

from tests.support.photos import jpeg
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.vm.places import PARK, Network
from tests.wifi.client import DEVICE, Client
from tests.wifi.http import Answer

_CHANNEL_6 = 2437
_JOINS_IN_S, _PATIENCE_S = 30.0, 20.0
_CONFIG = """\
ctrl_interface={control}
p2p_disabled=1
sae_pwe=2
country=ID
freq_list={frequency}
network={{
    ssid="{ssid}"
    {security}
}}
"""
SECURITY = {
    "open": "key_mgmt=NONE",
    "owe": "key_mgmt=OWE\n    ieee80211w=2",
    "wpa2": 'key_mgmt=WPA-PSK\n    psk="{passphrase}"',
    "wpa3": 'key_mgmt=SAE\n    ieee80211w=2\n    psk="{passphrase}"',
}


class Phone(Client):
    """`radio` is the number of its simulated radio."""

    def __init__(self, name: str, folder: Path, *, radio: int, authority: Path) -> None:
        super().__init__(name, folder, zone=PARK, mac="", port="", authority=authority)
        phy = Path(f"/sys/class/net/wlan{radio}/phy80211/name").read_text().strip()
        subprocess.run([needs("iw"), "phy", phy, "set", "netns", "name", self.name], check=True)
        self.ip(f"link set wlan{radio} name {DEVICE}")
        self._control = f"/run/wpa-{name}"

    def arrive(self, network: Network) -> dict[str, str]:
        """Come as a device never seen before, join and lease; what wpa_supplicant says of it."""
        self.switch_on(network)
        wait_for(self.is_associated, f"{self.name} joins: {self.status()}", limit_s=_JOINS_IN_S)
        self.lease()
        return self.status()

    def switch_on(self, network: Network) -> None:
        """Try to join as a device never seen before, without waiting for what comes of it."""
        self.leave()
        self.zone = network.zone
        self.set_mac(f"02:00:{secrets.token_bytes(4).hex(':')}")
        config = self.folder / f"{self.name}.conf"
        config.write_text(
            _CONFIG.format(
                control=self._control,
                frequency=_CHANNEL_6,
                ssid=network.ssid,
                security=SECURITY[network.security].format(passphrase=network.passphrase),
            )
        )
        driver = ["-D", "nl80211", "-i", DEVICE, "-c", str(config), "-t"]
        self.start(f"{self.name}-wpa", needs("wpa_supplicant"), *driver)

    def leave(self) -> None:
        """Turn the WiFi off."""
        if running := self.programs.pop(f"{self.name}-wpa", None):
            running.stop()

    def is_associated(self) -> bool:
        """Whether it is in the network, keys and all."""
        return self.status().get("wpa_state") == "COMPLETED"

    def status(self) -> dict[str, str]:
        """`wpa_cli status`."""
        said = self.run("wpa_cli", "-p", self._control, "-i", DEVICE, "status", check=False)
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def _line(
        self, *where: object, limit_s: float = _PATIENCE_S, **options: object
    ) -> socket.socket:
        return super()._line(*where, limit_s=max(limit_s, _PATIENCE_S), **options)

    def log(self) -> str:
        """What wpa_supplicant has said."""
        return self.programs[f"{self.name}-wpa"].said()

    def post_photo(self, url: str, fields: dict[str, str], size_bytes: int) -> Answer:
        """Send a form (RFC 7578) with a JPEG like no other, made here: the way in is narrow."""
        mark = secrets.token_hex(8)
        pixels = secrets.token_bytes(size_bytes).replace(b"\xff", b"\xfe")
        part = f'--{mark}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
        head = "".join(part % (name, "") + text + "\r\n" for name, text in fields.items())
        head += part % ("photo", '; filename="foto.jpg"')
        body = head.encode() + jpeg(pixels=pixels) + f"\r\n--{mark}--\r\n".encode()
        kind = f"Content-Type: multipart/form-data; boundary={mark}"
        return self.get(url, kind, method="POST", body=body)

    def own_address(self) -> str:
        """That of its lease."""
        return self.address
