"""When people are busy with an app's pages."""

from flask import Flask

from web.quiet import quiet_pages


def test_pages_are_quiet_once_nobody_has_sent_anything_for_some_time() -> None:
    app, now_s = Flask(__name__), [0.0]
    is_quiet = quiet_pages(app, 10.0, lambda: now_s[0])
    app.add_url_rule("/", "page", lambda: "", methods=["GET", "POST"])
    client = app.test_client()
    client.get("/")
    assert is_quiet()
    client.post("/")
    now_s[0] = 9.0
    assert not is_quiet()
    client.get("/")
    now_s[0] = 10.0
    assert is_quiet()
