import csv
from pathlib import Path

import pytest

from appliance import __main__ as posko


def judge(tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[dict]]:
    told, judged = tmp_path / "in.csv", tmp_path / "out.csv"
    told.write_text(content, encoding="utf-8")
    argv = ["posko", "triage", "--input", str(told), "--output", str(judged)]
    monkeypatch.setattr("sys.argv", argv)
    status = posko.main()
    lines = judged.read_text(encoding="utf-8").splitlines() if judged.exists() else []
    return status, list(csv.DictReader(lines))


def test_messages_are_judged_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (
        "id,channel,text\n"
        '1,sms,"lampu jalan mati, kel Palas"\n'
        "2,sms,halo\n"
        "3,sms,\n"
        "4,sms,suami saya memukul saya\n"
    )
    status, rows = judge(tmp_path, content, monkeypatch)
    assert status == 0
    assert list(rows[0]) == ["id", "category", "kelurahan", "kind", "sensitive", "top3"]
    assert rows[0]["category"] == "pju"
    assert rows[0]["kelurahan"] == "Palas"
    assert rows[0]["kind"] == "pengaduan"
    assert rows[0]["sensitive"] == "0"
    assert rows[0]["top3"].split("|")[0] == "pju"
    assert [row["kind"] for row in rows[1:3]] == ["spam", "spam"]
    assert rows[1]["category"] == rows[1]["top3"] == ""
    assert rows[3]["sensitive"] == "1"


def test_a_file_without_messages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, rows = judge(tmp_path, "nomor,isi\n1,halo\n", monkeypatch)
    assert status == 1
    assert rows == []
    assert "no column id, text" in capsys.readouterr().err
