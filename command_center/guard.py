"""Who may see staff pages before there are accounts: people on this very machine.

The one place of the rule. The address is the socket's, or the one a proxy on this machine names
(web.serve); the host name must be this machine's too, or a page on the internet could point its
own name at 127.0.0.1 and read on in an officer's browser (DNS rebinding).
"""

import ipaddress
from urllib.parse import urlsplit

from flask import render_template, request
from flask.typing import ResponseReturnValue


def only_this_machine() -> ResponseReturnValue | None:
    """The staff gate: None lets the request pass, else a page that says how to get in."""
    if is_loopback(request.remote_addr) and is_local_name(request.host):
        return None
    return render_template("only_local.html"), 403


def is_loopback(address: str | None) -> bool:
    """Tell whether an IP address is this machine."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_loopback


def is_local_name(host: str) -> bool:
    """Tell whether a Host header, with or without port, names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name == "localhost" or is_loopback(name)
