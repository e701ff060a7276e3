"""When people are busy with an app's pages."""

from flask import Flask

from web.quiet import idle_pages, quiet_pages


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


def test_pages_are_idle_once_nobody_has_asked_for_one_for_some_time() -> None:
    app, now_s = Flask(__name__), [0.0]
    is_idle = idle_pages(app, 900.0, lambda: now_s[0])
    app.add_url_rule("/", "page", lambda: "")
    now_s[0] = 30.0
    app.test_client().get("/")
    now_s[0] = 929.0
    assert not is_idle()
    now_s[0] = 930.0
    assert is_idle()


def test_pages_that_nobody_has_ever_asked_for_are_idle_after_a_minute_at_most() -> None:
    now_s = [0.0]
    are_idle = [idle_pages(Flask(__name__), for_s, lambda: now_s[0]) for for_s in (5.0, 900.0)]
    for now_s[0], seen in ((4.0, [False, False]), (5.0, [True, False]), (60.0, [True, True])):
        assert [is_idle() for is_idle in are_idle] == seen
