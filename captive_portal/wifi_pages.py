"""The way to the Internet: one tap, time left, more time, the end. No account, no JavaScript.

The portal writes what the resident wants; the gate lets the device through. Each act ends with a
full navigation, since phones look anew whether they are online only after one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi import wifi_vouchers
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import Ending, Refusal, Refused, Session
from appliance.runtime.settings import Settings
from appliance.store.box import gauges
from appliance.store.wifi import wifi_sessions as store
from captive_portal.visitors import Visitors
from web.database import db
from web.security import public

COOKIE = "wifi"
COOKIE_S = 24 * 3600
RESUME_CODE_MAX_CHARS = 40
_OPENING_S = 1.0
"""The gate takes milliseconds; who waits longer is told that it does not run."""
_POLL_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiPages:
    """The views of the WiFi; `new_id` and `new_code` make ids and resume codes."""

    settings: Settings
    visitors: Visitors
    now: Callable[[], Moment]
    new_id: Callable[[], str]
    new_code: Callable[[], str]
    new_salt: Callable[[], bytes]

    def add(self, app: Flask) -> None:
        """Register them."""
        app.add_url_rule("/wifi", "wifi", self.status)
        app.add_url_rule("/wifi/sambung", "wifi_connect", self.connect, methods=["POST"])
        app.add_url_rule("/wifi/tambah", "wifi_extend", self.extend, methods=["POST"])
        app.add_url_rule("/wifi/lanjut", "wifi_resume", self.resume, methods=["POST"])
        app.add_url_rule("/wifi/voucher", "wifi_voucher", self.voucher, methods=["POST"])
        app.add_url_rule("/wifi/selesai", "wifi_end", self.end, methods=["POST"])
        app.add_url_rule("/ketentuan", "terms", self.terms)

    @public
    def status(self) -> ResponseReturnValue:
        """Time and data left, or the way in."""
        return self._page(_device_code())

    @public
    def connect(self) -> ResponseReturnValue:
        """Open a session by one tap; a second tap finds the same one."""
        device = self.visitors.present()
        if device is None:
            return self._refused(Refused(Refusal.UNKNOWN_DEVICE))
        code = self.new_code()
        fresh = self._fresh(code)
        opened = wifi.open_session(db(), device, self.now(), fresh)
        if isinstance(opened, Refused):
            return self._refused(opened)
        wait_until_open(opened.id)
        is_new = opened.id == fresh.session_id
        return _to_status(code if is_new else _device_code())

    @public
    def extend(self) -> ResponseReturnValue:
        """Fill the session up."""
        return self._changed(lambda device: wifi.extend(db(), device, self.now()))

    @public
    def resume(self) -> ResponseReturnValue:
        """Go on under a new MAC, by the code that was shown."""
        code = request.form.get("kode", "")[:RESUME_CODE_MAX_CHARS] or _device_code()
        key = rules.resume_key(code)
        return self._changed(lambda device: wifi.resume(db(), device, key, self.now()), code)

    @public
    def voucher(self) -> ResponseReturnValue:
        """A longer session for a code that staff have handed out."""
        typed, code = request.form.get("kode", "")[:RESUME_CODE_MAX_CHARS], self.new_code()
        return self._changed(
            lambda device: wifi_vouchers.redeem(db(), device, typed, self.now(), self._fresh(code)),
            code,
        )

    @public
    def end(self) -> ResponseReturnValue:
        """End the session of this device."""
        live = wifi.live_of(db(), self.visitors.present())
        if live is not None:
            wifi.end(db(), live.id, Ending.USER)
        return _to_status("")

    def card(self) -> dict[str, object]:
        """What templates need to know of this device's way to the Internet."""
        device, now = self.visitors.present(), self.now()
        live = wifi.live_of(db(), device)
        if live is not None and rules.remaining_s(live, now) < 1:
            live = None
        return {
            "has_wifi": bool(self.settings.wifi.zones),
            "device": device,
            "session": live,
            "minutes_left": rules.remaining_minutes(live, now) if live else 0,
            "bytes_left": rules.remaining_bytes(live) if live else None,
            "can_extend": bool(device and live and wifi.can_extend(db(), device, live, now)),
            "is_offline": _is_offline(),
        }

    def _fresh(self, code: str) -> Fresh:
        return Fresh(
            session_id=self.new_id(), resume_code=rules.resume_key(code), salt=self.new_salt()
        )

    def _changed(
        self, act: Callable[[Device], Session | Refused], code: str = ""
    ) -> ResponseReturnValue:
        device = self.visitors.present()
        if device is None:
            return self._refused(Refused(Refusal.UNKNOWN_DEVICE))
        outcome = act(device)
        if isinstance(outcome, Refused):
            return self._refused(outcome)
        wait_until_open(outcome.id)
        return _to_status(code or _device_code())

    def _refused(self, refused: Refused) -> ResponseReturnValue:
        page = make_response(self._page("", refused), 409)
        if refused.retry_after_s:
            page.headers["Retry-After"] = str(refused.retry_after_s)
        return page

    def _page(self, code: str, refused: Refused | None = None) -> str:
        opens_at = None
        if refused is not None and refused.retry_after_s:
            opens_at = rules.local_time(self.now().wall, refused.retry_after_s)
        return render_template(
            "wifi.html",
            wifi=self.card(),
            code=rules.shown_code(code),
            refused=refused,
            opens_at=opens_at,
            terms_version=rules.TERMS_VERSION,
        )

    @public
    def terms(self) -> ResponseReturnValue:
        """What we ask for and what we keep, in plain words."""
        return render_template("terms.html", terms_version=rules.TERMS_VERSION)


def wait_until_open(session_id: str) -> bool:
    """Wait until the gate has let a session through; False if it takes too long."""
    until_s = time.monotonic() + _OPENING_S
    while time.monotonic() < until_s:
        session = store.by_id(db(), session_id)
        if session is None or session.is_open:
            return session is not None
        time.sleep(_POLL_S)
    return False


def _is_offline() -> bool:
    """Whether the Internet is gone, as the gate sees it; without a gate the way to the city."""
    internet = gauges.of(db(), "gate").get("internet")
    if internet is None:
        return gauges.of(db(), "sync").get("link") == "down"
    return internet == "down"


def _device_code() -> str:
    """The resume code that this browser brings: in the address, or as a cookie."""
    return (request.args.get("kode") or request.cookies.get(COOKIE, ""))[:RESUME_CODE_MAX_CHARS]


def _to_status(code: str) -> ResponseReturnValue:
    response = make_response(redirect(url_for("wifi", kode=code or None), code=303))
    if code:
        response.set_cookie(COOKIE, code, max_age=COOKIE_S, httponly=True, samesite="Lax")
    return response
