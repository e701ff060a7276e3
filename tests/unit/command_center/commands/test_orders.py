"""The operator's commands, tables and signing key, on the command line and in the database."""

import errno
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.city import signature, wire
from appliance.domain.city.topics import Lane
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import CommandIssued, CommandResult, TablePublished
from appliance.domain.ids import SiteCode
from command_center import signing
from command_center.commands import orders
from command_center.receiving import ingest
from command_center.sending import commanding, table_publishing
from command_center.sending.downlink import Downlink
from command_center.store import this_city
from command_center.store.database import reading
from command_center.store.sending import commands
from command_center.store.sending.commands import Issued
from durable_files import key_files
from tests.conftest import SITE, START
from tests.unit.command_center.city import (
    BOX_EPOCH,
    CLOCK,
    NEIGHBOUR,
    SESSION,
    a_batch,
    commit,
    going_down,
    hello,
    store,
    wire_event,
)


def issue(engine: Engine, name: str = "report", *, expires_s: int = 3600, id_: str = "c1") -> None:
    commanding.issue(engine, [SITE], name, {}, expires_s=expires_s, now=START, new_id=lambda: id_)


def given(engine: Engine) -> list[Issued]:
    with reading(engine) as connection:
        return commands.every(connection, None, limit=99)


def answer(
    engine: Engine,
    outcome: str,
    *,
    id_: str = "c1",
    first: int = 1,
    site: SiteCode = SITE,
    detail: str = "fine",
):
    """A box sends a result; return the ack."""
    result = CommandResult(command_id=id_, outcome=outcome, detail=detail, at=START)
    event = wire_event(result)
    return store(engine, a_batch(event, first=first, lane=Lane.URGENT), site=site)


def test_a_command_goes_down_as_the_box_expects_it(city: Engine, run) -> None:
    code, out, _ = run("command", "14.71.07", "resend", "lane=p1", "from=120", "--expires", "30m")
    assert code == 0
    [event] = going_down(city)
    sent = wire.decode_event(event.kind, event.payload.encode())
    assert isinstance(sent, CommandIssued)
    assert (sent.name, sent.args) == ("resend", {"lane": "p1", "from": "120"})
    assert sent.expires_s == 1800
    assert sent.command_id in out


def test_all_boxes_or_none(city: Engine, run) -> None:
    hello(city, NEIGHBOUR)
    assert run("command", "all", "report")[0] == 0
    assert len(going_down(city)) == len(going_down(city, NEIGHBOUR)) == 1
    assert len({command.command_id for command in given(city)}) == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["14.71.99", "report"], "no box '14.71.99' has ever reported; known: 14.71.07"),
        (["14.71.07", "report", "lane"], "'lane' is not KEY=VALUE"),
        (["14.71.07", "report", "a=1", "a=2"], "'a=2' is not KEY=VALUE, or is given twice"),
        (["14.71.07", "report", "--expires", "soon"], "'soon' is not a duration; write 90s, 30m"),
        (["14.71.07", "report", "--expires", "400d"], "not a duration"),
        (["14.71.07", "Re-port"], "a box would refuse this"),
        (["14.71.07", "report", "a=" + "x" * 1001], "a box would refuse this"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_ordered(
    city: Engine, run, args: list[str], words: str
) -> None:
    code, _, err = run("command", *args)
    assert code == 1
    assert words in err
    assert (given(city), going_down(city)) == ([], [])


def test_an_unknown_command_is_given_with_a_warning(city: Engine, run) -> None:
    code, _, err = run("command", "147107", "make_coffee")
    assert code == 0
    assert "warning: this release knows no 'make_coffee' (check_store" in err
    assert [command.name for command in given(city)] == ["make_coffee"]


def test_the_list_tells_how_far_each_command_is(city: Engine, run) -> None:
    """Check 23: the result is visible."""
    for number in range(1, 5):
        issue(city, id_=f"c{number}")
    hello(city, down_seq=2)
    answer(city, "done")
    listed = json.loads(run("commands", "--json")[1])
    assert [one["state"].split(",")[0] for one in listed] == [
        "done",
        "delivered",
        "waiting",
        "waiting",
    ]
    assert (listed[0]["detail"], listed[0]["site"]) == ("fine", "14.71.07")
    assert listed[0]["issued_at"] == "2026-11-21T02:00:00.000Z"
    assert "fine" in run("commands", "14.71.07")[1]
    assert run("commands", "14.71.99")[0] == 1


def test_a_command_that_the_box_could_not_read_is_not_waited_for(city: Engine) -> None:
    issue(city)
    with reading(city) as connection:
        epoch = this_city.epoch(connection)
    reject = wire.Reject(seq=1, code="event")
    ack = wire.Ack(epoch=epoch, lane="p1", upto=1, reject=[reject])
    commit(city, ingest.ack_down, SITE, ack, START)
    assert orders.state(given(city)[0], START) == "refused"


def test_a_command_that_can_still_be_in_time_waits(city: Engine) -> None:
    issue(city, expires_s=60)
    [command] = given(city)
    assert orders.state(command, START + timedelta(seconds=59)) == "waiting"
    assert orders.state(command, START + timedelta(seconds=60)) == "waiting, expired"


def test_the_first_result_stands_and_duplicates_are_counted(city: Engine) -> None:
    issue(city)
    for number, outcome in enumerate(("done", "duplicate", "failed", "duplicate"), start=1):
        answer(city, outcome, first=number)
    [command] = given(city)
    assert (command.outcome, command.duplicates) == ("done", 2)


@pytest.mark.parametrize("outcome", ["done", "duplicate"])
def test_a_result_for_a_command_of_another_box_is_set_aside(city: Engine, outcome: str) -> None:
    issue(city)
    ack = answer(city, outcome, site=NEIGHBOUR)
    assert [(reject.seq, reject.code) for reject in ack.reject] == [(1, "event")]
    [command] = given(city)
    assert (command.outcome, command.duplicates) == (None, 0)


def test_renumbering_after_a_restored_backup_keeps_the_command_in_its_place(city: Engine) -> None:
    issue(city)
    hello(city, down_seq=7)
    assert not given(city)[0].is_delivered
    hello(city, down_seq=8)
    assert given(city)[0].is_delivered


def test_the_downlink_names_the_run_of_the_latest_hello(city: Engine) -> None:
    sent: list[wire.Batch] = []
    issue(city)
    sender = Downlink(
        city,
        lambda _topic, payload, _qos: sent.append(wire.decode(payload, wire.Batch)),
        now=lambda: START,
        jitter=lambda: 1.0,
    )
    sender.tick()
    assert [batch.session for batch in sent] == [SESSION]


def test_the_welcome_names_the_hello_it_answers(engine: Engine) -> None:
    message = wire.Hello(versions=[1], epoch=BOX_EPOCH, lanes={}, clock=CLOCK, session=SESSION)
    welcome, _ = commit(engine, ingest.hello, SITE, message, START)
    assert welcome.session == SESSION


CSV = "id,title,body,until\n1,Posyandu, Jumat pagi ,2026-11-30\n2,Libur,,\n"


def test_a_table_goes_down_with_a_growing_version(city: Engine, run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    for _ in range(2):
        assert run("tables", "publish", "all", "announcements", tmp_path / "a.csv")[0] == 0
    sent = [wire.decode_event(e.kind, e.payload.encode()) for e in going_down(city)]
    first, second = (event for event in sent if isinstance(event, TablePublished))
    assert second.version > first.version
    assert first.rows[0] == {
        "id": "1",
        "title": "Posyandu",
        "body": "Jumat pagi",
        "until": "2026-11-30",
    }


def test_a_version_grows_although_the_citys_clock_goes_back(city: Engine) -> None:
    hello(city, NEIGHBOUR)
    first = table_publishing.publish(city, [NEIGHBOUR], "x", [], START)
    other = table_publishing.publish(city, [SITE], "y", [], START)
    earlier = START - timedelta(hours=1)
    assert table_publishing.publish(city, [SITE, NEIGHBOUR], "x", [], earlier) == first + 1
    assert table_publishing.publish(city, [SITE], "z", [], earlier) < other


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,title,body\n1,,x\n", "line 2: title must have"),
        ("id,title,body\n1,a,x\n2,b,x,y\n", "line 3: not as many columns"),
        ("id,title,body,until\n1,a,x,besok\n", "line 2: until must be"),
        ('id,title,body\n1,a,"x\n', "line 2: unexpected end"),
    ],
)
def test_a_mistake_in_a_table_names_its_line(text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        table_publishing.read_table("announcements", text)


def test_a_table_that_no_event_can_hold_is_refused(city: Engine) -> None:
    large = [{"id": str(number), "text": "x" * 1000} for number in range(60)]
    with pytest.raises(BadInput, match="too many for one event"):
        table_publishing.publish(city, [SITE], "large", large, START)
    with pytest.raises(BadInput, match="at most 200 rows"):
        table_publishing.publish(city, [SITE], "many", [{"id": "1"}] * 201, START)
    assert going_down(city) == []


def test_a_missing_or_foreign_file_is_said_so(city: Engine, run, tmp_path: Path) -> None:
    assert "cannot be read" in run("tables", "publish", "all", "x", tmp_path / "none.csv")[2]
    (tmp_path / "old.csv").write_bytes(b"id\n\xe9\n")
    assert "is not UTF-8" in run("tables", "publish", "all", "x", tmp_path / "old.csv")[2]


def test_the_signing_key_is_made_once_and_shown_as_the_box_needs_it(run, tmp_path: Path) -> None:
    code, made, _ = run("signing-key", "create")
    path = tmp_path / "city.key"
    assert code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    shown = run("signing-key", "show")[1]
    assert made.endswith(shown)
    key = shown.split('"')[1]
    payload = signing.signer(path)("a/topic", b"body")
    assert signature.verified(payload, "a/topic", [key]) == (b"body", key)
    code, _, err = run("signing-key", "create")
    assert (code, "never overwritten" in err) == (1, True)


def test_a_key_that_could_not_be_written_leaves_nothing_behind(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(key_files.os, "fsync", full)
        code, _, err = run("signing-key", "create")
    assert (code, "cannot be written: No space left" in err) == (1, True)
    assert run("signing-key", "create")[0] == 0


def test_a_box_cannot_write_to_the_operators_terminal(city: Engine, run) -> None:
    issue(city)
    answer(city, "done", detail="fine\x1b[2J\x9b2J\u202egnorw")
    shown = run("commands")[1]
    assert all(character.isprintable() for character in shown.replace("\n", ""))


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (None, 0o600, "cannot be read"),
        (b"00" * 32, 0o640, "chmod 600"),
        (b"", 0o600, "is not a key file"),
        (b"00" * 31, 0o600, "is not a key file"),
        (b"\xff" * 64, 0o600, "is not a key file"),
    ],
    ids=["missing", "readable", "empty", "short", "binary"],
)
def test_an_unusable_key_file_stops_the_start_and_is_explained(
    run, tmp_path: Path, content: bytes | None, mode: int, reason: str
) -> None:
    path = tmp_path / "city.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    code, _, err = run()
    assert code == 78
    assert f"center.signing_key: {path}" in err
    assert reason in err


def test_without_a_key_nothing_is_signed_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert signing.signer(None)("a/topic", b"body") == b"body"
    assert "center.signing_key" in caplog.text


def test_the_log_names_the_key_that_signs_and_not_its_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    public = signing.create(tmp_path / "city.key")
    signing.signer(tmp_path / "city.key")
    assert signature.short(public) in caplog.text
    assert signing.load(tmp_path / "city.key").hex() not in caplog.text


def test_signing_key_without_any_file_says_what_is_missing(run, config: Path) -> None:
    config.write_text(config.read_text().split("\nsigning_key")[0])
    code, _, err = run("signing-key", "show")
    assert (code, "center.signing_key" in err) == (1, True)
