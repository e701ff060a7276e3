"""Reports that raise an alarm."""

from sqlalchemy import Engine

from tests.unit.command_center.city import received

KELURAHAN, OTHER = "14.71.07.1006", "14.71.07.1007"


def dengue(engine: Engine, number: int) -> list[str]:
    return [
        received(
            engine,
            text=f"anak di rumah nomor {n} kena dbd",
            category="wabah_jentik",
            agency="DINKES",
            kelurahan=KELURAHAN,
        ).request_id
        for n in range(number)
    ]
