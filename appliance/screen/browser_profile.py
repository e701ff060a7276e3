"""How the screen's browser is started: the one place of its flags, each with its reason. Pure."""

import json

from appliance.runtime.kiosk_settings import Kiosk

FLAGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("--kiosk",), "full screen, no bars, no way out"),
    (
        ("--user-data-dir=$RUNTIME_DIRECTORY/chromium",),
        'a profile on tmpfs: every start is the first, no "restore pages", no writes to the card, '
        "nothing of a resident kept",
    ),
    (("--incognito",), "no history, no form data within a run either"),
    (("--no-first-run", "--no-default-browser-check"), "no welcome pages"),
    (
        ("--noerrdialogs", "--disable-session-crashed-bubble", "--hide-crash-restore-bubble"),
        "no bubbles after a crash or power cut",
    ),
    (("--disable-features=AutofillServerCommunication",), "nothing of its forms is sent out"),
    (
        ("--disable-component-update", "--disable-background-networking", "--disable-sync"),
        "no traffic of its own: the uplink may be dead or paid by the megabyte",
    ),
    (
        ("--host-resolver-rules=MAP\\ *\\ ~NOTFOUND,\\ EXCLUDE\\ HOST",),
        "nobody else's name is asked for; it looked for its maker's, whatever flags it had",
    ),
    (
        ("--disable-pinch", "--overscroll-history-navigation=0"),
        "no zoom and no swipe back by accident",
    ),
    (("--password-store=basic",), "no keyring dialog"),
    (
        ("--ipc-connection-timeout=600",),
        "on a box that is busy starting, its processes wait longer than 15 s for each other; "
        "the one that ended for that took the first page with it",
    ),
    (("--ozone-platform=wayland",), "draws in cage directly"),
    (("--autoplay-policy=no-user-gesture-required",), "recorded prompts play by themselves"),
    (("--process-per-site", "--disk-cache-dir=/dev/null"), "less memory on 1 GB"),
)
NEVER = (
    "--no-sandbox",
    "--disable-web-security",
    "--remote-debugging-port",
    "--use-fake-ui-for-media-stream",
)
_OWN_PLACES = "env HOME=$RUNTIME_DIRECTORY XDG_RUNTIME_DIR=$RUNTIME_DIRECTORY"
"""For Wayland's socket; that of the session is hidden by the unit's ProtectHome=. And for what
Chromium wants beside its profile: the account's home is there only while the kiosk's unit runs."""
_WATCHED = """\
# A browser that nobody watches would not be missed: it ends with the one that does.
(/usr/bin/posko kiosk watch-browser {listen} $$; kill -KILL $$ 2>/dev/null) &
exec {command}
"""
POLICY_FILE = "/etc/chromium/policies/managed/posko-kiosk.json"


def command(listen: str) -> str:
    """The command line for a shell."""
    host = listen.rpartition(":")[0]
    flags = (flag.replace("HOST", host) for flags, _ in FLAGS for flag in flags)
    words = [f"{_OWN_PLACES} cage -d -- chromium", *flags]
    return " \\\n    ".join([*words, f"http://{listen}/"])


def watched(listen: str) -> str:
    """What a unit's shell does: it becomes the browser, and one watches its page."""
    return _WATCHED.format(listen=listen, command=command(listen))


def table() -> str:
    """The flags with their reasons, in Markdown."""
    rows = [f"| {', '.join(f'`{flag}`' for flag in flags)} | {why} |" for flags, why in FLAGS]
    return "\n".join(["| flag | why |", "|---|---|", *rows, ""])


def policy(listen: str) -> str:
    """The policy by which this origin alone may use the microphone, and is not asked."""
    rules = {
        "AudioCaptureAllowed": False,
        "AudioCaptureAllowedUrls": [f"http://{listen}"],
        "VideoCaptureAllowed": False,
    }
    return json.dumps(rules, indent=2)


def document(kiosk: Kiosk) -> str:
    """What `posko-kiosk --kiosk-profile` prints."""
    told = f"{command(kiosk.listen)}\n\n{table()}\nnever: {', '.join(NEVER)}\n"
    return f"{told}\n{POLICY_FILE}:\n{policy(kiosk.listen)}\n" if kiosk.microphone else told
