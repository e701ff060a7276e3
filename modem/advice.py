"""What a technician should do about the health of the channel; pure.

One sentence for each trouble, the gravest first: it stands in the log, in `posko status` and in the
city's view of the box.
"""

from datetime import date, timedelta

from modem.events import Health, ModemState

LOW_BALANCE_RP = 10_000
"""Enough for some thirty texts, and a few days to top up."""
ENDS_SOON = timedelta(days=14)
WEAK_DBM = -105
"""Two bars of +CSQ above nothing: texts fail in rain."""
STATES = {
    ModemState.ABSENT: "check the modem's cable and power supply",
    ModemState.NO_NETWORK: "check antenna and coverage, and that the SIM is active",
    ModemState.NO_SIM: "insert the SIM, clean its contacts or take another one; it is found "
    "without a restart",
    ModemState.PIN_REQUIRED: "the PIN in [modem] pin is missing or was refused once: put the right "
    "one there, or remove the PIN in a phone",
    ModemState.PUK_REQUIRED: "unlock the SIM with its PUK in a phone",
    ModemState.TEXT_MODE: "this modem shows messages in text mode only: use another one, and "
    "look it over with posko sms probe first",
    ModemState.RECOVERING: "wait; if it stays, check the modem's power supply (2 A while it sends)",
}

_SILENT = (
    "the port opens, but no modem answers there: if this stays, look over the modem's other ports "
    "with posko sms probe, and check [modem] device and baud, and its power supply"
)


def advise(health: Health, today: date) -> str:
    """Return what to do, or "" if all is well."""
    return "; ".join([*about_state(health), *_about_account(health, today)])


def about_state(health: Health) -> list[str]:
    """What to do about state, signal and space, without the account: nothing if all is well."""
    found = [STATES[health.state]] if health.state in STATES else []
    if health.state is ModemState.RECOVERING and not health.profile:
        found = [_SILENT]
    if health.signal_dbm is not None and health.signal_dbm <= WEAK_DBM:
        found.append(f"the signal is weak ({health.signal_dbm} dBm): move the antenna")
    if health.is_full:
        found.append(
            f"all {health.total} places for messages are taken, so none comes in: if this stays, "
            "delete them in a phone, or use another SIM"
        )
    return found


def _about_account(health: Health, today: date) -> list[str]:
    found = []
    account = health.account
    if account.balance_rp is not None and account.balance_rp < LOW_BALANCE_RP:
        found.append(f"top up the SIM: Rp{account.balance_rp} are left")
    if account.valid_until is not None and account.valid_until - today <= ENDS_SOON:
        found.append(
            f"top up the SIM before {account.valid_until.isoformat()}: then it is blocked, and "
            "later its number is given away"
        )
    return found
