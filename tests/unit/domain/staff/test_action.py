"""What staff may want of a request, and what the next act builds upon."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.service_request import OVER, TRANSITIONS, Kind, Status
from appliance.domain.errors import BadInput
from appliance.domain.staff.action import (
    MAY_SET,
    Act,
    Action,
    Standing,
    Wish,
    checked,
    expected,
    moves,
    parent,
    seen,
    version,
)
from tests.builders import a_request
from tests.conftest import START

HERE = Standing(
    status=Status.RECEIVED, category="sampah", kind=Kind.COMPLAINT, kelurahan="", agency="DLHK"
)


def an_action(act: Act, message: str = "", outcome: str = "", **changes: str) -> Action:
    wish = Wish(act=act, changes=changes, message=message)
    return Action(id=f"{act}-{changes}", wish=wish, by="rina", at=START, outcome=outcome)


def test_stored_words_never_change() -> None:
    assert [act.value for act in Act] == ["koreksi", "status", "disposisi", "gabung", "lepas"]


def test_what_waits_is_built_upon_and_what_is_decided_is_in_the_request() -> None:
    request = a_request()
    acts = [
        an_action(Act.MOVE, status="terverifikasi"),
        an_action(Act.MOVE, status="selesai", outcome="refused"),
        an_action(Act.DISPOSE, agency="DISHUB"),
        an_action(Act.CORRECT, kelurahan="14.71.07.1001"),
        an_action(Act.MERGE, parent="07123450"),
    ]
    assert expected(request, acts) == replace(
        HERE, status="diteruskan", agency="DISHUB", kelurahan="14.71.07.1001"
    )


def test_the_agency_is_not_known_while_a_new_category_waits() -> None:
    standing = expected(a_request(), [an_action(Act.CORRECT, category="pju")])
    assert standing.agency is None
    assert seen(Wish(act=Act.DISPOSE, changes={"agency": "DISHUB"}), standing) == {
        "status": "diterima"
    }


def test_an_act_tells_what_it_builds_upon() -> None:
    assert seen(Wish(act=Act.CORRECT, changes={"category": "pju"}), HERE) == {"category": "sampah"}
    assert seen(Wish(act=Act.MOVE, changes={"status": "diproses"}), HERE) == {"status": "diterima"}
    assert seen(Wish(act=Act.MERGE, changes={"parent": "07123450"}), HERE) == {}


@pytest.mark.parametrize(
    ("act", "changes", "message", "words"),
    [
        (Act.MOVE, {"status": "ditutup"}, "", "tidak boleh berpindah"),
        (Act.MOVE, {"status": "diarsipkan"}, "sampah", "tidak boleh berpindah"),
        (Act.MOVE, {"status": "x"}, "", "tidak boleh berpindah"),
        (Act.MOVE, {}, "", "Pilih status"),
        (Act.MOVE, {"status": "butuh_kelengkapan"}, " ", "Tulis alasannya"),
        (Act.MOVE, {"status": "diproses"}, "x" * 161, "terlalu panjang"),
        (Act.DISPOSE, {}, "", "Pilih dinas"),
        (Act.CORRECT, {"category": "sampah"}, "", "Tidak ada yang diubah"),
        (Act.CORRECT, {"sensitivity": "publik"}, "", "Tidak ada yang diubah"),
        (Act.CORRECT, {"category": "x"}, "", "tidak dikenal"),
        (Act.CORRECT, {"kind": "x"}, "", "tidak dikenal"),
        (Act.CORRECT, {"kelurahan": "x"}, "", "tidak dikenal"),
        (Act.MERGE, {"parent": "07123456"}, "", "tidak terbaca"),
        (Act.MERGE, {}, "", "tidak terbaca"),
    ],
)
def test_what_may_not_be_is_refused_in_words(
    act: Act, changes: dict[str, str], message: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        checked(Wish(act=act, changes=changes, message=message), HERE)


def test_only_what_changes_something_is_told() -> None:
    wish = Wish(act=Act.CORRECT, changes={"category": "pju", "kind": "pengaduan", "x": "y"})
    assert checked(wish, HERE).changes == {"category": "pju"}
    assert checked(Wish(act=Act.MERGE, changes={"parent": "07 123 45O"}), HERE).changes == {
        "parent": "07123450"
    }


@settings(max_examples=60)
@given(st.sampled_from(Status), st.sampled_from(Status))
def test_staff_move_by_the_table_and_never_end_a_case_for_its_reporter(
    here: Status, wanted: Status
) -> None:
    standing = replace(HERE, status=here)
    wish = Wish(act=Act.MOVE, changes={"status": wanted}, message="karena itu")
    if wanted in TRANSITIONS[here] & MAY_SET:
        assert wanted in moves(standing)
        assert checked(wish, standing).changes == {"status": wanted}
    else:
        with pytest.raises(BadInput):
            checked(wish, standing)


@pytest.mark.parametrize("status", sorted(OVER))
def test_a_case_that_is_over_is_given_to_nobody(status: Status) -> None:
    with pytest.raises(BadInput, match="buka lagi"):
        checked(Wish(act=Act.DISPOSE, changes={"agency": "DLHK"}), replace(HERE, status=status))


def test_every_change_of_a_case_is_another_version() -> None:
    request, act = a_request(), an_action(Act.MOVE, status="diproses")
    versions = [
        version(request, 1, []),
        version(request, 2, []),
        version(replace(request, agency="DISHUB"), 1, []),
        version(replace(request, text="Sampah menumpuk sekali"), 1, []),
        version(request, 1, [act]),
        version(request, 1, [replace(act, outcome="refused")]),
    ]
    assert len(set(versions)) == len(versions)
    assert version(request, 1, []) == versions[0]


def test_the_last_that_the_city_agreed_to_says_what_it_belongs_to() -> None:
    merged = an_action(Act.MERGE, parent="07123450", outcome="applied")
    apart = an_action(Act.SEPARATE, outcome="applied")
    refused = an_action(Act.MERGE, parent="07000000", outcome="refused")
    assert parent(None, []) is None
    assert parent("07000001", [refused]) == "07000001"
    assert parent("07000001", [merged, refused]) == "07123450"
    assert parent("07000001", [merged, apart]) is None
