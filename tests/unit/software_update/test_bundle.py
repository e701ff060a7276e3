import os
from pathlib import Path

import pytest

from appliance.domain.blobs import UPDATE_MAX_BYTES
from appliance.domain.box.software import BadUpdate, Manifest
from software_update import bundle
from tests.support.tiny_package import KEY, package, update


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    return update(package(tmp_path, "1.2.0"))


def take(path: Path, *keys: str) -> Manifest:
    return bundle.unpack(path, keys or (KEY,), path.with_name("new.deb"), lambda manifest: None)


def refusal(path: Path, *keys: str) -> str:
    with pytest.raises(BadUpdate) as caught:
        take(path, *keys)
    assert list(path.parent.glob("*new*")) == []
    return str(caught.value)


def test_the_package_comes_out_as_it_went_in(signed: Path, tmp_path: Path) -> None:
    manifest = take(signed)
    assert manifest.version == "1.2.0"
    assert (tmp_path / "new.deb").read_bytes() == (tmp_path / "posko_1.2.0_all.deb").read_bytes()
    assert (tmp_path / "new.deb").stat().st_mode & 0o777 == 0o600


def test_a_changed_byte_of_every_part_is_refused(signed: Path) -> None:
    whole = signed.read_bytes()
    begins = bundle.head(signed, [KEY]).size_bytes
    parts = [0, 14, 15, 18, 19, 27, 60, 91, begins - 1, begins, begins + 8, len(whole) - 1]
    for place in parts:
        changed = bytearray(whole)
        changed[place] ^= 1
        signed.write_bytes(changed)
        assert refusal(signed), place


def test_a_package_cut_short_or_with_more_behind_it_is_refused(signed: Path) -> None:
    whole = signed.read_bytes()
    for wrong in (whole[:-1], whole[:30], b"", whole + b"x"):
        signed.write_bytes(wrong)
        assert "copy" in refusal(signed) or "take a file" in refusal(signed)


def test_who_only_looks_at_a_file_reads_all_of_it_and_writes_nothing(signed: Path) -> None:
    whole, there = signed.read_bytes(), sorted(signed.parent.iterdir())
    assert bundle.prove(signed, [KEY]).version == "1.2.0"
    for wrong in (whole[:-1], whole + b"x", whole[:-1] + bytes([whole[-1] ^ 1])):
        signed.write_bytes(wrong)
        with pytest.raises(BadUpdate, match="cut short or damaged"):
            bundle.prove(signed, [KEY])
    assert sorted(signed.parent.iterdir()) == there


def test_a_box_without_a_key_takes_nothing_and_says_which_setting_to_fill(signed: Path) -> None:
    with pytest.raises(BadUpdate, match=r"update\.release_keys"):
        bundle.head(signed, ())


def test_what_is_no_plain_file_is_not_opened(signed: Path, tmp_path: Path) -> None:
    link, pipe = tmp_path / "link.poskoupdate", tmp_path / "pipe.poskoupdate"
    link.symlink_to(signed)
    os.mkfifo(pipe)
    assert "cannot read" in refusal(link)
    assert "not a file" in refusal(pipe)
    (tmp_path / "folder").mkdir()
    assert "not a file" in refusal(tmp_path / "folder")
    assert "cannot read" in refusal(tmp_path / "missing")


def test_a_file_too_large_to_be_one_is_not_read(signed: Path) -> None:
    with signed.open("ab") as file:
        file.truncate(UPDATE_MAX_BYTES + 1)
    assert "more than 64 MB" in refusal(signed)


def test_nothing_is_written_of_what_the_box_does_not_want(signed: Path, tmp_path: Path) -> None:
    def refuse(manifest: Manifest) -> None:
        raise BadUpdate("not here")

    with pytest.raises(BadUpdate, match="not here"):
        bundle.unpack(signed, (KEY,), tmp_path / "new.deb", refuse)
    assert not (tmp_path / "new.deb").exists()
