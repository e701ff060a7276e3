"""The captive portal API (RFC 8908) and how it is announced (RFC 8910). Pure."""

from urllib.parse import urlsplit

API_PATH = "/captive"
MEDIA_TYPE = "application/captive+json"
DHCP4_OPTION, DHCP6_OPTION, RA_OPTION = 114, 103, 37


def host(portal_url: str) -> str:
    """The name of the portal, which its certificate is for."""
    return urlsplit(portal_url).hostname or ""


def secure_url(portal_url: str) -> str:
    """The portal's address with TLS."""
    return f"https://{host(portal_url)}"


def api_uri(portal_url: str) -> str:
    """What devices are told; only where a certificate that they trust is in force."""
    return secure_url(portal_url) + API_PATH
