"""Every event that crosses between box and city, one frozen Struct each, in modules by subject.

The class carries its CloudEvents type in `KIND`; field names are the wire's. A receiver ignores
fields it does not know, so a newer sender may add some; it may never change or drop one. Who needs
an event imports it from its module; here is the list of all of them.
"""

from typing import get_args

from appliance.domain.events.box import BoxAlarm, BoxHeartbeat, RenewalAsked
from appliance.domain.events.files import (
    DocumentPublished,
    DocumentSettled,
    DocumentWithdrawn,
    PhotoAttached,
    PhotoLost,
    PhotoSettled,
    SoftwarePublished,
    SoftwareWithdrawn,
)
from appliance.domain.events.orders import CommandIssued, CommandResult, TablePublished
from appliance.domain.events.privacy import ConsentChanged, ErasureOrdered, RequestErased
from appliance.domain.events.requests import (
    FollowedUp,
    RequestCorrected,
    RequestReceived,
    RequestStatusChanged,
    TextAmended,
)
from appliance.domain.events.staff import (
    OfficialAnswered,
    OfficialReplied,
    StaffActed,
    StaffAnswered,
)
from appliance.domain.events.texts import NoticeSettled, TextSettled
from appliance.domain.events.wifi import WifiSessionClosed

Event = (
    RequestReceived
    | TextAmended
    | FollowedUp
    | RequestCorrected
    | RequestStatusChanged
    | OfficialReplied
    | OfficialAnswered
    | StaffActed
    | StaffAnswered
    | TextSettled
    | NoticeSettled
    | ConsentChanged
    | RequestErased
    | ErasureOrdered
    | PhotoAttached
    | PhotoLost
    | PhotoSettled
    | DocumentPublished
    | DocumentWithdrawn
    | DocumentSettled
    | SoftwarePublished
    | SoftwareWithdrawn
    | BoxHeartbeat
    | BoxAlarm
    | RenewalAsked
    | WifiSessionClosed
    | CommandIssued
    | CommandResult
    | TablePublished
)

EVENT_TYPES: dict[str, type[Event]] = {each.KIND: each for each in get_args(Event)}
