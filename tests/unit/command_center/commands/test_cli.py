import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.ids import Ticket
from command_center.cases import casework
from command_center.store.receiving import quarantine
from command_center.store.receiving.quarantine import Poison
from tests.conftest import SITE, START
from tests.unit.command_center.city import Run, a_batch, commit, received, store, wire_event


def test_requests_as_json(engine: Engine, run: Run) -> None:
    case = received(engine, text="lampu mati")
    casework.change_status(engine, case.request_id, Status.VERIFIED, "", by="x", now=START)
    code, out, _ = run("requests", "--json")
    assert code == 0
    assert json.loads(out) == [
        {
            "request_id": case.request_id,
            "site": "14.71.07",
            "ticket": str(Ticket(case.ticket)),
            "channel": "sms",
            "kind": "pengaduan",
            "category": "pju",
            "status": "terverifikasi",
            "text": "lampu mati",
            "phone": "+6281234567890",
            "created_at": "2026-11-21T02:00:00.000Z",
            "occurred_at": "2026-11-21T02:00:00.000Z",
            "time_quality": "trusted",
            "received_at": "2026-11-21T02:00:00.000Z",
            "parent_id": None,
        }
    ]


def test_requests_for_people_hide_what_is_confidential(
    engine: Engine, config: Path, posko_center: Run
) -> None:
    received(engine, text="lampu\nmati")
    received(engine, text="dipukul", sensitivity="rahasia")
    code, out, _ = posko_center("--config", config, "requests")
    assert code == 0
    assert "lampu mati" in out
    assert "Bukit Raya" in out
    assert "dipukul" not in out


def test_status_shows_each_boxs_last_heartbeat(engine: Engine, run: Run) -> None:
    told = BoxHeartbeat(
        at=START,
        backlog={"p0": 0, "p1": 7, "p2": 2},
        oldest_unacked_s=60,
        disk_free_bytes=5_000_000,
        texts={},
        gauges={},
        resends=4,
        rejects=1,
        clock_source="rtc",
        acked_last_minute=340,
    )
    store(engine, a_batch(wire_event(told)))
    [line] = [line for line in run("status")[1].splitlines() if "0/7/2" in line]
    assert line.split() == [
        "14.71.07",
        "2026-11-21T02:00:00.000Z",
        "0/7/2",
        "60",
        "340",
        "4",
        "1",
        "5000000",
        "rtc",
    ]


def test_status_counts_what_went_wrong(engine: Engine, run: Run) -> None:
    batch = a_batch(wire_event(), wire_event(data="{}"), wire_event(kind="mesh.heard", data="1"))
    store(engine, batch)
    store(engine, batch)
    store(engine, a_batch(first=9))
    poison = Poison(site=str(SITE), topic="t", code="json", payload=b"x", size_bytes=1)
    commit(engine, quarantine.add, poison, START)
    code, out, _ = run("status", "--json")
    assert code == 0
    record = json.loads(out)
    assert record["counts"] == {
        "requests": 1,
        "events": 3,
        "unknown_kinds": 1,
        "rejects": 1,
        "duplicates": 3,
        "gaps": 1,
        "quarantine": 1,
    }
    assert [(s["site"], s["lane"], s["upto"]) for s in record["streams"]] == [("14.71.07", "p1", 3)]
    assert record["boxes"][0]["last_seen_at"] == "2026-11-21T02:00:00.000Z"
    assert record["quarantine"] == {"json": 1}
    code, out, _ = run("status")
    assert code == 0
    assert "DUPLICATES" in out


def test_reading_never_makes_a_database(tmp_path: Path, posko_center: Run) -> None:
    config = tmp_path / "posko.toml"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[center]\ndatabase = "sqlite:///{tmp_path}/absent.db"\n'
    )
    code, _, error = posko_center("requests", "--json", "--config", config)
    assert code == 1
    assert "start posko-center first" in error
    assert not (tmp_path / "absent.db").exists()


@pytest.mark.parametrize("command", [[], ["requests"], ["status"]])
def test_a_wrong_configuration_exits_78(
    tmp_path: Path, command: list[str], posko_center: Run
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[center]\ndatabase = "postgres://x"\n')
    code, _, error = posko_center(*command, "--config", wrong)
    assert code == 78
    assert "center.database" in error
    assert "[site]" in error


@pytest.mark.parametrize(
    ("key", "told"), [("tls_ca", "tls_ca"), ("password_file", "center.password_file")]
)
def test_a_missing_secret_exits_78(
    config: Path, tmp_path: Path, key: str, told: str, run: Run
) -> None:
    with config.open("a") as file:
        file.write(f'{key} = "{tmp_path}/absent"\n')
    code, _, error = run()
    assert code == 78
    assert told in error


@pytest.mark.parametrize("command", [[], ["requests"], ["status"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "command_center", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--config" in done.stdout
