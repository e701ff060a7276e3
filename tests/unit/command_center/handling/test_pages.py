"""Inboxes, the list of escalations, and handing on from the page of a case."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from appliance.domain.moment import CITY_TIME, to_ms
from command_center.handling import escalating, forms, open_cases, pages
from command_center.handling.disposing import Order, dispose
from command_center.handling.files import shipped_steps, shipped_units
from command_center.sending.table_publishing import publish
from command_center.staff.roles import Role
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading
from tests.conftest import SITE
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import request, rows
from tests.unit.command_center.handling.deadlines import DAY, MONDAY, filed
from tests.unit.command_center.page_text import HOSTILE, page, words

UNITS = shipped_units("1471")


LPS, OTHER_LPS = "LPS-14.71.07.1005", "LPS-14.71.07.1006"


NOW = MONDAY + 2 * DAY


@pytest.fixture
def staff(engine: Engine) -> FlaskClient:
    return an_officer(engine, now=NOW)


def hand(engine: Engine, case: CityRequest, unit: str = "", now: datetime = MONDAY) -> None:
    order = Order(agency=case.agency, unit=unit, note="cek pasar")
    dispose(engine, case.request_id, order, UNITS, by="Rina", now=now)


@pytest.fixture
def cases(engine: Engine) -> list[CityRequest]:
    """Five of DLHK in two units and none, late and not, and one of PUPR."""
    made = [filed(engine, MONDAY - n * DAY) for n in (0, 4, 7, 8, 0)]
    for case, unit in zip(made, (LPS, LPS, OTHER_LPS, ""), strict=False):
        hand(engine, case, unit)
    return [*made, filed(engine, category="jalan_rusak", agency="PUPR")]


def cells(text: str) -> dict[str, list[int]]:
    """The rows of the first table, by name."""
    table = re.search(r"<table class=\"table counts\">.*?</table>", text, re.DOTALL)
    assert table is not None
    found = {}
    for row in re.findall(r"<tr.*?</tr>", table[0], re.DOTALL)[1:]:
        name, *numbers = re.findall(r"<(?:th|td)[^>]*>(.*?)</(?:th|td)>", row, re.DOTALL)
        found[words(name)] = [int(words(number)) for number in numbers]
    return found


def test_the_rows_of_units_sum_to_the_row_of_their_agency(
    engine: Engine, staff: FlaskClient, cases: list[CityRequest]
) -> None:
    agencies = cells(page(staff, "/kotak-masuk"))
    shown = cells(page(staff, "/kotak-masuk/DLHK"))
    whole = shown.pop("DLHK")
    assert whole == [sum(column) for column in zip(*shown.values(), strict=True)]
    assert whole == agencies["DLHK"]
    assert whole == [5, 4, 1, 1]
    names = {UNITS["DLHK"][LPS].name, UNITS["DLHK"][OTHER_LPS].name, "Belum di unit"}
    assert set(shown) == names
    assert agencies["Semua dinas"][0] == 6


def test_an_inbox_is_sorted_by_deadline_and_narrowed_to_a_unit(
    engine: Engine, staff: FlaskClient, cases: list[CityRequest]
) -> None:
    def listed(query: str = "") -> list[str]:
        return re.findall(r"/permohonan/([^\"]+)\">", page(staff, f"/kotak-masuk/DLHK{query}"))

    with reading(engine) as connection:
        known = {
            one.request.request_id: one.deadlines[-1].day
            for one in open_cases.some(
                connection, requests.page(connection, Filter(agency="DLHK"), limit=9), NOW
            )
        }
    assert listed() == sorted(known, key=lambda id_: (known[id_], id_))
    assert set(listed(f"?unit={LPS}")) == {case.request_id for case in cases[:2]}
    assert set(listed("?unit=-")) == {case.request_id for case in cases[3:5]}
    assert listed("?page=2") == []
    assert "Catatan: cek pasar" in page(staff, "/kotak-masuk/DLHK")


@pytest.mark.parametrize("path", ["/kotak-masuk/NOBODY", "/kotak-masuk/%F0%9F%92%A9"])
def test_an_agency_that_is_not_known_has_no_inbox(staff: FlaskClient, path: str) -> None:
    page(staff, path, 404)


def test_an_agency_that_no_table_names_has_one_while_it_has_cases(
    engine: Engine, staff: FlaskClient
) -> None:
    case = filed(engine, agency="DINAS_LAMA")
    assert 'href="/kotak-masuk/DINAS_LAMA"' in staff.get("/kotak-masuk").text
    assert case.request_id in staff.get("/kotak-masuk/DINAS_LAMA").text


def test_without_open_cases_the_pages_say_so(staff: FlaskClient) -> None:
    for path in ("/kotak-masuk", "/kotak-masuk/DLHK?page=0&unit=%22%3E", "/eskalasi"):
        assert "Tidak ada" in words(page(staff, path))


def test_inboxes_show_nothing_of_what_is_confidential(engine: Engine, staff: FlaskClient) -> None:
    case = filed(engine, sensitivity="rahasia", text="rahasia sekali", reporter_name="Siti")
    dispose(
        engine,
        case.request_id,
        Order(agency="DLHK", note="rumah Siti"),
        UNITS,
        by="Rina",
        now=MONDAY,
    )
    for path in ("/kotak-masuk", "/kotak-masuk/DLHK", "/eskalasi"):
        assert "rahasia sekali" not in page(staff, path)
        assert "Siti" not in page(staff, path)


@pytest.mark.parametrize("role", [Role.LEADER, Role.VERIFIKATOR])
def test_the_unit_of_a_confidential_case_is_told_to_who_may_know_where_it_is(
    engine: Engine, role: Role
) -> None:
    case = filed(engine, MONDAY - 10 * DAY, sensitivity="rahasia")
    hand(engine, case, LPS, now=MONDAY - 9 * DAY)
    escalating.run(engine, shipped_steps(), NOW)
    supervisor = an_officer(engine, role, now=NOW)
    of_case, knows = f"/permohonan/{case.request_id}", role is Role.VERIFIKATOR
    for path in ("/eskalasi", "/kotak-masuk/DLHK", of_case):
        shown = page(supervisor, path)
        assert case.request_id in shown
        assert (UNITS["DLHK"][LPS].name in shown) is knows, path
    assert (of_case in page(supervisor, f"/kotak-masuk/DLHK?unit={LPS}")) is knows


def test_a_case_is_disposed_on_its_page(engine: Engine, staff: FlaskClient) -> None:
    case = filed(engine, kelurahan="14.71.07.1005")
    shown = page(staff, f"/permohonan/{case.request_id}")
    assert re.search(rf'value="DLHK/{LPS}" selected', shown), "its kelurahan's LPS is likely"
    form = {"to": f"DLHK/{LPS}", "due_on": "2026-11-04", "note": HOSTILE}
    seen = str(to_ms(case.updated_at))
    answer = staff.post(f"/permohonan/{case.request_id}/disposisi", data=form | {"seen": seen})
    assert answer.status_code == 303
    now = request(engine, case.request_id)
    assert (now.status, now.agency, now.unit) == ("diteruskan", "DLHK", LPS)
    shown = page(staff, f"/permohonan/{case.request_id}")
    assert "<script>alert" not in shown
    assert f"Disposisi ke DLHK, {UNITS['DLHK'][LPS].name}; tenggat 04-11-2026." in words(shown)
    again = staff.post(f"/permohonan/{case.request_id}/disposisi", data=form | {"seen": seen})
    assert again.status_code == 409
    assert "baru saja diubah" in again.text
    assert rows(engine, "SELECT count(*) FROM dispositions") == [(1,)]


def test_a_disposition_that_does_not_fit_is_told_on_the_page(
    engine: Engine, staff: FlaskClient
) -> None:
    case = filed(engine)
    for form, problem in (
        ({}, "Pilih dinas"),
        ({"to": "NOBODY"}, "tidak dikenal"),
        ({"to": "DLHK/UPT_PPA"}, "bukan bagian"),
        ({"to": "DLHK", "due_on": "besok"}, "seperti 2026-11-30"),
        ({"to": "DLHK", "due_on": "2027-01-01"}, "04-11-2026"),
        ({"to": "DLHK", "note": "x" * 501}, "terlalu panjang"),
    ):
        answer = staff.post(f"/permohonan/{case.request_id}/disposisi", data=form)
        assert answer.status_code == 409, form
        assert problem in words(answer.text), form
    assert rows(engine, "SELECT * FROM dispositions") == []


@pytest.mark.parametrize("act", ["disposisi", "kembalikan"])
def test_no_act_on_what_does_not_exist(staff: FlaskClient, act: str) -> None:
    form = {"to": "DLHK", "reason": "x"}
    assert staff.post(f"/permohonan/nobody/{act}", data=form).status_code == 404


def test_what_an_agency_gives_back_stands_on_top_until_it_is_disposed(
    engine: Engine, staff: FlaskClient
) -> None:
    case = filed(engine)
    answer = staff.post(
        f"/permohonan/{case.request_id}/kembalikan", data={"reason": "jalan provinsi"}
    )
    assert answer.status_code == 303
    assert "Dikembalikan dinas" in page(staff, "/kotak-masuk")
    assert "Dikembalikan DLHK: jalan provinsi" in page(staff, f"/permohonan/{case.request_id}")
    hand(engine, case)
    assert "Dikembalikan dinas" not in page(staff, "/kotak-masuk")


def late(engine: Engine, days: int, **more: object) -> CityRequest:
    """A case whose steps have been taken so many days after Monday."""
    case = filed(engine, **more)
    hand(engine, case)
    escalating.run(engine, shipped_steps(), MONDAY + timedelta(days=days))
    return case


def test_a_late_case_is_listed_until_somebody_says_that_it_was_told(
    engine: Engine, staff: FlaskClient
) -> None:
    person = {"agency": "DLHK", "rank": "1", "name": "Budi Hartono", "phone": "081234567891"}
    publish(engine, [SITE], "officials", [person], MONDAY)
    case = late(engine, 14, reporter_name="Siti Rahma")
    listed = page(staff, "/eskalasi")
    assert "Merah: laporkan kepada Sekda" in listed
    assert "Sekretaris Daerah" in words(listed)
    assert "Siti Rahma" not in listed
    assert "lampu jalan mati" not in listed
    shown = page(staff, f"/permohonan/{case.request_id}")
    assert "Sudah disampaikan" in shown
    told = f"/permohonan/{case.request_id}/eskalasi"
    assert staff.post(told, data={"step": "merah"}).status_code == 303
    assert staff.post(told, data={"step": "merah"}).status_code == 409
    assert "Tidak ada" in words(page(staff, "/eskalasi"))
    assert "Sudah disampaikan: Merah" in page(staff, f"/permohonan/{case.request_id}")


def test_the_citys_directory_names_whom_to_tell(engine: Engine, staff: FlaskClient) -> None:
    person = {"agency": "DLHK", "rank": "1", "name": "Budi Hartono", "phone": "081234567891"}
    publish(engine, [SITE], "officials", [person], MONDAY)
    case = late(engine, 3)
    assert "Budi Hartono" in page(staff, "/eskalasi")
    assert "tel:+6281234567891" not in page(staff, "/eskalasi")
    assert "tel:+6281234567891" in page(staff, f"/permohonan/{case.request_id}")


def test_who_takes_office_on_a_day_is_named_from_its_first_minute_in_the_city(
    engine: Engine,
) -> None:
    first_minute = datetime(2026, 11, 26, 0, 1, tzinfo=CITY_TIME)
    person = {
        "agency": "DLHK", "rank": "1", "name": "Budi Hartono", "phone": "081234567891",
        "valid_from": "2026-11-26",
    }  # fmt: skip
    publish(engine, [SITE], "officials", [person], MONDAY)
    case = late(engine, 3)
    staff = an_officer(engine, now=first_minute.astimezone(UTC))
    assert "Budi Hartono" in page(staff, "/eskalasi")
    assert "Budi Hartono" in page(staff, f"/permohonan/{case.request_id}")


def test_the_pages_ask_as_much_of_the_database_for_many_cases_as_for_one(
    engine: Engine, staff: FlaskClient
) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def questions() -> list[int]:
        found = []
        for path in ("/kotak-masuk", "/kotak-masuk/DLHK", "/eskalasi"):
            asked.clear()
            page(staff, path)
            found.append(len(asked))
        return found

    late(engine, 3)
    questions()  # the table of units is read once
    one = questions()
    for _ in range(5):
        late(engine, 3)
    assert questions() == one


def test_a_day_that_was_given_is_the_one_that_counts(engine: Engine, staff: FlaskClient) -> None:
    case = filed(engine, category="jalan_rusak", agency="PUPR")
    order = Order(agency="PUPR", due_on=date(2026, 11, 3))
    dispose(engine, case.request_id, order, UNITS, by="Rina", now=MONDAY)
    assert "Terlambat 1 hari kerja" in words(page(staff, "/kotak-masuk/PUPR"))
    assert case.ticket[2:5] in page(staff, "/?tenggat=terlambat")


def test_a_long_list_of_escalations_is_read_page_by_page(
    engine: Engine, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:

    for module in (forms, pages):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)
    for _ in range(3):
        late(engine, 3)
    first, second = (page(staff, f"/eskalasi?page={n}") for n in (1, 2))
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert "3–3 dari 3 laporan" in words(second)
