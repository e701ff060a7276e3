"""The `posko` command as tests call it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance import __main__ as posko


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    config = tmp_path / "posko.toml"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{tmp_path}/posko.db"\n[modem]\npin = "4321"\n'
    )

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posko", *arguments, "--config", str(config)])
        status = posko.main()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


Command = Callable[..., tuple[int, str, str]]
