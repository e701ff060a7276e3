"""What an account of the city is for. Pure.

Roles and their values are those of SP4N's handling of complaints, plus those who run the center.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.domain.errors import BadInput

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
SESSIONS_PER_ACCOUNT = 5
UNIT_MAX_CHARS = 60


class Role(StrEnum):
    """The values are stored."""

    OPERATOR = "operator"
    VERIFIKATOR = "verifikator"
    OFFICER = "officer"
    SUBUNIT = "subunit"
    AUDITOR = "auditor"
    LEADER = "leader"
    ADMIN = "admin"
    WALL = "wall"
    FEED = "feed"


WORDS = {
    Role.OPERATOR: "Operator",
    Role.VERIFIKATOR: "Verifikator",
    Role.OFFICER: "Petugas dinas",
    Role.SUBUNIT: "Petugas unit",
    Role.AUDITOR: "Auditor",
    Role.LEADER: "Pimpinan",
    Role.ADMIN: "Admin",
    Role.WALL: "Layar dinding",
    Role.FEED: "Sistem lain",
}
DUTIES = {
    Role.OPERATOR: "menerima telepon, membetulkan, melihat pertama kali",
    Role.VERIFIKATOR: "memeriksa, meneruskan, menggabung, mengembalikan",
    Role.OFFICER: "mengerjakan laporan satu dinas",
    Role.SUBUNIT: "mengerjakan laporan satu unit dari satu dinas",
    Role.AUDITOR: "membaca semuanya, termasuk catatan petugas; tidak mengubah apa pun",
    Role.LEADER: "angka, rapor, dan daftar tanpa data pribadi",
    Role.ADMIN: "akun, kotak, tabel, pengaturan; tanpa isi laporan rahasia",
    Role.WALL: "hanya layar dinding, tetap masuk 90 hari",
    Role.FEED: "umpan kejadian dengan kunci dari posko-center accounts token",
}

WITHOUT_IDLE = {Role.WALL: timedelta(days=90), Role.FEED: timedelta(days=365)}
"""Nobody sits at a wall, which shows figures only, or at another system: how long a session holds,
used or not."""
PEOPLE = tuple(role for role in Role if role not in WITHOUT_IDLE)
"""Everybody who works here."""
HANDLERS = (Role.VERIFIKATOR, Role.OFFICER, Role.SUBUNIT)
"""Who moves cases."""
READERS = (Role.OPERATOR, *HANDLERS, Role.AUDITOR)
"""Who reads what residents say and who they are, confidential reports too."""
SUPERVISORS = (Role.OPERATOR, Role.VERIFIKATOR, Role.AUDITOR, Role.LEADER)
"""Who looks after what is late, whosesoever it is."""
OF_AGENCY = frozenset({Role.OFFICER, Role.SUBUNIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A role, and where: an officer's agency, a subunit's unit of it."""

    role: Role
    agency: str | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        """Raise BadInput for a post that does not exist."""
        if (self.role in OF_AGENCY) != bool(self.agency):
            raise BadInput("officers and subunits have an agency, other roles have none")
        if (self.role is Role.SUBUNIT) != bool(self.unit):
            raise BadInput("a subunit has a unit, other roles have none")
        if self.unit and (len(self.unit) > UNIT_MAX_CHARS or not self.unit.isprintable()):
            raise BadInput(f"a unit has 1 to {UNIT_MAX_CHARS} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who logs in; `must_change` while the password is one that somebody else has given."""

    name: str
    post: Post
    is_disabled: bool = False
    must_change: bool = False

    @property
    def role(self) -> Role:
        """What it is for."""
        return self.post.role

    @property
    def agency(self) -> str | None:
        """Whose cases it sees; None for those of every agency."""
        return self.post.agency

    @property
    def unit(self) -> str | None:
        """Which unit's of that agency; None for all."""
        return self.post.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in."""

    account: str
    opened_at: datetime
    seen_at: datetime

    def is_alive(self, role: Role, now: datetime) -> bool:
        """Whether it still holds."""
        if role in WITHOUT_IDLE:
            return now - self.opened_at < WITHOUT_IDLE[role]
        return now - self.seen_at < IDLE and now - self.opened_at < LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """What a code makes of who types it."""

    post: Post
    made_by: str
    made_at: datetime
    ends_at: datetime
