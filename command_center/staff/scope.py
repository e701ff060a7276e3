"""Which cases an account sees, and what of them."""

from dataclasses import replace

from sqlalchemy import Connection

from command_center.staff.roles import Account
from command_center.store import requests
from command_center.store.requests import Filter


def narrowed(account: Account, wanted: Filter) -> Filter:
    """A filter that lets through only what the account may see."""
    return replace(wanted, only_agency=account.agency or "", only_unit=account.unit or "")


def includes(connection: Connection, account: Account, request_id: str) -> bool:
    """Whether the account may see this case."""
    return requests.is_in(connection, request_id, narrowed(account, Filter()))
