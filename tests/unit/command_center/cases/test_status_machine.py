"""Whoever says whatever in whatever order: no move is made that the table does not allow."""

import itertools
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from appliance.domain.cases.service_request import NEEDS_REASON, OVER, TRANSITIONS, Source, Status
from appliance.domain.errors import BadInput
from command_center.cases import casework, lapses
from command_center.store import database
from command_center.store.cases import case_history
from command_center.store.database import reading, writing
from command_center.store.sending import downlinks
from tests.conftest import SITE, START
from tests.unit.command_center.about_cases import acted, replied, said
from tests.unit.command_center.city import received, request, tell


class Everybody(RuleBasedStateMachine):
    """Officers, the reporter, officials, staff and time at one case."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "center.db")
        self.engine = database.connect(f"sqlite:///{self.folder}/center.db")
        self.case = received(self.engine)
        self.now = START
        self.ids = (f"id-{n}" for n in itertools.count())

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @property
    def status(self) -> Status:
        return Status(request(self.engine, self.case.request_id).status)

    @rule(status=st.sampled_from(Status), message=st.sampled_from(["", "karena itu"]))
    def officer(self, status: Status, message: str) -> None:
        before = self.status
        try:
            casework.change_status(
                self.engine, self.case.request_id, status, message, by="Rina", now=self.now
            )
        except BadInput:
            assert self.status == before
        else:
            assert status in TRANSITIONS[before]

    @rule(wish=st.sampled_from(["sudah", "belum", "tambah", "batal", "hapus", "stop", "x"]))
    def reporter(self, wish: str) -> None:
        tell(self.engine, said(self.case, wish, text="kata", follow_up_id=next(self.ids)))

    @rule(
        status=st.sampled_from(["", *Status, "x"]),
        agency=st.sampled_from(["DISHUB", "DLHK", "DISKOMINFOTIKSAN"]),
        text=st.sampled_from(["", "alasan"]),
    )
    def official(self, status: str, agency: str, text: str) -> None:
        reply = replied(self.case, status, agency=agency, text=text, reply_id=next(self.ids))
        tell(self.engine, reply)

    @rule(
        status=st.sampled_from([*Status, "x"]),
        act=st.sampled_from(["status", "disposisi", "koreksi", "x"]),
        agency=st.sampled_from(["DISHUB", "DLHK", "x"]),
        message=st.sampled_from(["", "alasan"]),
    )
    def staff(self, status: str, act: str, agency: str, message: str) -> None:
        wanted = {"status": status, "agency": agency, "message": message}
        tell(self.engine, acted(self.case, act, action_id=next(self.ids), **wanted))

    @rule(days=st.integers(0, 40), is_heard=st.booleans())
    def time_passes(self, days: int, *, is_heard: bool) -> None:
        if is_heard:
            with writing(self.engine) as connection:
                for lane in downlinks.lanes(connection):
                    downlinks.set_acked(connection, SITE, lane.last_seq)
        lapses.run(self.engine, self.now)
        self.now += timedelta(days=days)
        before = self.status
        if lapses.run(self.engine, self.now):
            assert before in (Status.RESOLVED, Status.NEEDS_DETAILS)
            assert self.status in OVER

    @invariant()
    def every_move_is_legal_and_has_somebody_who_made_it(self) -> None:
        with reading(self.engine) as connection:
            history = case_history.of_request(connection, self.case)
        for before, after in itertools.pairwise(history):
            is_correction = after.agency is None
            is_move = after.down_seq is not None and not is_correction
            if is_move:
                assert after.status in TRANSITIONS[Status(before.status)]
                assert after.source in set(Source)
                assert after.by
                is_unclear = after.status in NEEDS_REASON and not after.message
                assert not is_unclear, "why"
            else:
                assert after.status == before.status, "a line is no move"
        assert history[-1].status == self.status


@pytest.mark.usefixtures("engine")
def test_no_illegal_move_is_ever_made(empty_city: Path) -> None:
    class Here(Everybody):
        empty = empty_city

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
