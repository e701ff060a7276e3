"""The settings themselves."""

import os

from appliance.doctor.case import Case
from appliance.doctor.judging.configuration import Configuration


def look(case: Case) -> Configuration:
    """What is known of the file."""
    path = str(case.config)
    if case.settings is None:
        is_readable = not case.config.exists() or os.access(case.config, os.R_OK)
        return Configuration(path=path, mistake=case.mistake, is_readable=is_readable)
    box = case.settings
    pins = any(modem.pin for modem in box.modem.all.values())
    words = any(network.passphrase for network in box.radio.networks)
    return Configuration(
        path=path,
        mistake="",
        site=f"kecamatan {box.site.name} ({box.site.code})",
        mode=case.config.stat().st_mode & 0o777,
        has_secrets=pins or words,
    )
