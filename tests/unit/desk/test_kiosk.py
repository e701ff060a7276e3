"""The desk hears of who calls at the kiosk, and who went there is known."""

from appliance.actions.cases import helping
from appliance.domain.staff.accounts import Role
from appliance.store.cases import help_calls
from tests.conftest import at


def test_whoever_goes_to_the_kiosk_is_noted(desk, db) -> None:
    operator = desk(Role.OPERATOR)
    assert "Tidak ada yang memanggil" in operator.get("/kios").text
    call = helping.call(db, at())
    assert "Warga memanggil petugas" in operator.get("/kios").text
    assert operator.post("/kios").status_code == 303
    assert help_calls.open_since(db) is None
    assert help_calls.answered_by(db, call) == "uji-operator"
    assert "panggilan kios didatangi" in desk(Role.ADMIN).get("/catatan").text
