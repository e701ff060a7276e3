"""Debian's openNDS on the box of the WiFi lab, as its package comes.

It edits /etc, calls systemctl and kills by name, so it gets namespaces of its own for mounts and
processes. With Debian's default iptables-nft its chains fail and the network stays open; it runs
with iptables-legacy. It serves only devices it finds in dnsmasq's file of leases. What it leaves of
its chains keeps it from starting again, so they are cleared for it.
"""

import os
import re
import shlex
import signal
import subprocess
from html import unescape
from urllib.parse import urlencode, urljoin

from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.http import Answer
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, RESOLVER

_READY = "openNDS is now running"
_CONF = f"""
GatewayInterface {OFFICE.bridge}
GatewayName lab
MaxClients 250
FirewallRuleSet authenticated-users {{
 FirewallRule allow all
}}
FirewallRuleSet users-to-router {{
 FirewallRule allow udp port 53
 FirewallRule allow tcp port 53
 FirewallRule allow udp port 67
 FirewallRule allow tcp port 80
}}
"""
_SCRIPT = """set -e
mount --make-rprivate /
mount -t tmpfs none /mnt; mkdir /mnt/upper /mnt/work /mnt/bin
mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
mount -t proc none /proc
mount -t tmpfs none /var/lib/misc
for tool in iptables ip6tables; do ln -sf /usr/sbin/$tool-legacy /etc/alternatives/$tool; done
printf '#!/bin/sh\\nexit 0\\n' >/mnt/bin/systemctl; chmod +x /mnt/bin/systemctl
export PATH=/mnt/bin:/usr/sbin:/usr/bin:/sbin:/bin
printf '%s' {conf} >/etc/opennds/opennds.conf
dnsmasq --conf-file=/dev/null --no-resolv --server={resolver} --user=root --no-ping \\
  --bind-interfaces --interface={bridge} --dhcp-range={pool} --pid-file= \\
  --dhcp-authoritative --dhcp-leasefile=/var/lib/misc/dnsmasq.leases
while :; do
  for table in filter nat mangle; do iptables -t $table -F; iptables -t $table -X; done
  iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
  opennds -f -d 1 || true
  echo 'openNDS ended'
  sleep 0.2
done
"""


class OpenNds:
    """The whole of it as one program of the box."""

    name = "openNDS"
    landing = ""
    """Where its redirect leads, by a token."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def start(self) -> None:
        """Start it and wait until it says that it runs."""
        needs("opennds")
        needs("iptables-legacy")
        script = _SCRIPT.format(
            conf=shlex.quote(_CONF),
            resolver=RESOLVER,
            bridge=OFFICE.bridge,
            pool="10.77.0.50,10.77.0.250,1h",
        )
        self._lab.box.forward()
        inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]
        self._lab.box.start("opennds", *inside, ready=_READY)

    def restart(self) -> None:
        """Kill the daemon; the loop around it starts it again, as systemd does."""
        program = self._lab.box.programs["opennds"]
        before = program.said().count(_READY)
        for pid in self.programs()[1:]:
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: program.said().count(_READY) > before, "openNDS runs again", limit_s=60)

    def programs(self) -> list[int]:
        """Its daemon, and what started it."""
        shell = self._lab.box.programs["opennds"].pid
        named = subprocess.run(
            ["pgrep", "-x", "opennds"], capture_output=True, text=True, check=True
        )
        return [shell, *map(int, named.stdout.split())]

    def click(self, client: Client) -> None:
        """From the probe's redirect through its pages to the end, as a person clicks."""
        answer = client.get("http://www.test/generate_204", "User-Agent: Mozilla/5.0")
        url = "http://www.test/generate_204"
        for _ in range(6):
            if answer.status in (301, 302, 303, 307):
                url = urljoin(url, answer.location)
            elif form := _form(answer):
                url = urljoin(url, form)
            else:
                return
            answer = client.get(url, "User-Agent: Mozilla/5.0")


def _form(answer: Answer) -> str:
    """The address that the first form of a page asks for."""
    page = answer.body.decode(errors="replace")
    form = re.search(
        r"<form action=\"?([^\" >]+)\"? method=\"?get\"?>(.*?)</form>", page, re.S | re.I
    )
    if form is None:
        return ""
    fields = re.findall(r"name=\"?([^\" >]+)\"? value=\"([^\"]*)\"", form[2])
    return f"{form[1]}?{urlencode([(name, unescape(value)) for name, value in fields])}"
