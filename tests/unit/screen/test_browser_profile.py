"""The flags of the kiosk's browser are written down once."""

import json

from appliance.runtime.kiosk_settings import Kiosk
from appliance.screen import browser_profile
from tests.support.repository import read


def test_the_page_of_the_kiosk_has_the_flags_that_the_program_prints() -> None:
    assert browser_profile.table() in read("docs/kiosk.md"), "copy what --kiosk-profile prints"


def test_the_document_starts_the_browser_and_opens_no_door() -> None:
    document = browser_profile.document(Kiosk(listen="127.0.0.1:8081"))
    command, _, rest = document.partition("\n\n")
    assert "--kiosk" in command
    assert command.endswith("http://127.0.0.1:8081/")
    assert not any(flag in command for flag in browser_profile.NEVER)
    assert "never: --no-sandbox" in rest


def test_only_this_origin_may_use_the_microphone_and_only_if_it_is_wanted() -> None:
    assert "AudioCapture" not in browser_profile.document(Kiosk())
    policy = json.loads(browser_profile.document(Kiosk(microphone=True)).partition(".json:\n")[2])
    assert policy == {
        "AudioCaptureAllowed": False,
        "AudioCaptureAllowedUrls": ["http://127.0.0.1:8081"],
        "VideoCaptureAllowed": False,
    }
