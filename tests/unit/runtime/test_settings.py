from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.runtime import settings
from appliance.runtime.settings import ConfigError, Settings

EXAMPLE = Path(__file__).parents[3] / "posko.example.toml"
SITE = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "posko.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path)


def test_the_example_is_loadable_and_states_every_default() -> None:
    loaded = settings.load(EXAMPLE)
    assert loaded == Settings(site=loaded.site)


def test_the_example_shows_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for section in msgspec.structs.fields(Settings):
        body = text.split(f"\n[{section.name}]")[1].split("\n[")[0]
        for key in msgspec.structs.fields(section.type):
            ways = (f"\n{key.name} =", f"\n# {key.name} =", f"\n# [[{section.name}.{key.name}]]")
            assert any(way in body for way in ways), key.name


def test_only_the_site_is_required(tmp_path: Path) -> None:
    assert load(tmp_path, SITE).site.site_code.site == "147107"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"\[site\] is missing"),
        (SITE.replace('"14.71.07"', "14.71"), r"site\.code must be .*14\.71\.07.*, not 14\.71"),
        (SITE.replace("14.71.07", "147107"), r"site\.code must be"),
        (SITE.replace("name", "nama"), r"site\.nama is not a known key; allowed.*code, name, city"),
        (SITE + "[portl]\n", r"\[portl\] is not a known section; allowed.*portal"),
        ("portal = 3\n" + SITE, r"portal must be a section"),
        (SITE + '[modem]\nbaud = "fast"\n', r"modem\.baud must be one of 9600, .*not 'fast'"),
        (SITE + "[modem]\nbaud = 115201\n", r"modem\.baud must be one of"),
        (SITE + '[modem]\npin = "12"\n', r"modem\.pin must be 4 to 8 digits.*not something else"),
        (SITE + "[sync]\nport = 0\n", r"sync\.port must be a whole number, 1 to 65535, not 0"),
        (SITE + "[sync]\nport = true\n", r"sync\.port must be a whole number"),
        (SITE + '[portal]\nlisten = "8080"\n', r"portal\.listen must be HOST:PORT"),
        (SITE + '[portal]\nlisten = "a:99999"\n', r"portal\.listen: the port must be"),
        (SITE + '[portal]\nlisten = ":8080"\n', r"portal\.listen must be HOST:PORT"),
        (SITE + '[kiosk]\nlisten = "127.0.0.1:8080"\n', r"portal\.listen and kiosk\.listen are"),
        (
            SITE + '[desk]\nlisten = "127.0.0.1:8081"\n',
            r"kiosk\.listen and desk\.listen are the same",
        ),
        (SITE + '[desk]\nopen_to = ["office"]\n', r"desk\.open_to must be a list of .* networks"),
        (SITE + '[desk]\nopen_to = ["10.0.0.1/8"]\n', r"'10\.0\.0\.1/8' is no network"),
        (
            SITE
            + '[desk]\nopen_to = ["10.0.0.0/8"]\n'
            + '[[wifi.zones]]\nname = "a"\ninterface = "a"\nipv4 = "10.77.0.1/24"\n',
            r"desk\.open_to: 10\.0\.0\.0/8 is a network of the residents' WiFi",
        ),
        (SITE + '[modem]\ndevice = ""\n', r"modem\.device must be the path of a serial device"),
        (SITE.replace("Bukit Raya", "Bukit\\nRaya"), r"site\.name must be 1 to 40 characters"),
        (SITE + '[store]\npath = ""\n', r"store\.path must be a path"),
        (SITE + '[sync]\ntls_cert = "x"\n', r"sync\.tls_cert and sync\.tls_key belong together"),
        (SITE + '[sync]\npassword_file = "x"\n', r"sync\.password_file needs sync\.username"),
        (SITE + '[sync]\ncity_keys = "x"\n', r"sync\.city_keys must be a list of .* public keys"),
        (SITE + '[sync]\ncity_keys = ["x"]\n', r"sync\.city_keys must be .*posko-center signing"),
        (SITE + '[log]\nlevel = "loud"\n', r"log\.level must be one of TRAFFIC"),
        (
            SITE + '[[radio.devices]]\ninterface = "wlan0"\nchip = "x"\nchannel = 500\n',
            r"radio\.devices\[0\]\.channel must be a channel: .*, not 500",
        ),
        (
            SITE + '[[radio.networks]]\nzone = "a"\nssid = "a"\npassphrase = "short"\n',
            r"radio\.networks\[0\]\.passphrase must be 8 to 63.*not something else",
        ),
        (
            SITE + '[[radio.networks]]\nzone = "a"\nssid = "Posko\\n"\n',
            r"radio\.networks\[0\]\.ssid must be 1 to 32 characters in one line",
        ),
        (SITE + '[[network.ports]]\nzone = "a"\n', r"network\.ports\[0\]\.interface is missing"),
        (SITE + '[portal]\nurl = "http://a;b"\n', r"portal\.url must be an address without a path"),
        (SITE + '[wifi]\nwan = "eth0\\n"\n', r"wifi\.wan must be a network interface"),
        ("[site\n", "not valid TOML"),
    ],
)
def test_each_mistake_names_its_key_and_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"3 mistake\(s\)"):
        load(tmp_path, SITE + "x = 1\n[modem]\nbaud = 1\n[foo]\n")


def test_a_missing_or_binary_or_huge_file_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "posko.toml"
    with pytest.raises(ConfigError, match="cannot read"):
        settings.load(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        settings.load(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(ConfigError, match="more than"):
        settings.load(path)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_saved_by_an_editor_of_windows_is_read(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "posko.toml"
    path.write_bytes(SITE.replace("\n", newline).encode("utf-8-sig"))
    assert settings.load(path).site


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (SITE.encode("utf-16"), r"is not UTF-8 \(at line 1\); save it anew with that encoding"),
        (SITE.encode() + b"# B\xfckit\n", r"is not UTF-8 \(at line [2-9]\)"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "is not valid TOML: nested too deeply"),
    ],
)
def test_a_file_in_another_encoding_or_nested_without_end_is_said_so(
    tmp_path: Path, raw: bytes, told: str
) -> None:
    path = tmp_path / "posko.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match=told):
        settings.load(path)


toml_values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
sections = st.dictionaries(
    st.sampled_from(["site", "store", "portal", "modem", "sync", "center", "x"]), toml_values
)


@given(sections)
def test_any_table_is_settings_or_a_config_error(table: dict[str, object]) -> None:
    try:
        settings.parse(table, source="x")
    except ConfigError as error:
        assert "mistake" in str(error)


def test_the_option_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.find(None) == settings.DEFAULT_PATH
    monkeypatch.setenv("POSKO_CONFIG", "/from/variable")
    assert settings.find(None) == Path("/from/variable")
    assert settings.find("/from/option") == Path("/from/option")


def test_more_modems_are_checked_like_the_first() -> None:
    site = {"code": "14.71.07", "name": "Bukit Raya", "city": "Pekanbaru"}
    also = {"name": "xl", "device": "/dev/xl", "pin": "1234"}
    loaded = settings.parse({"site": site, "modem": {"also": [also]}}, source="x")
    assert list(loaded.modem.all) == ["modem", "modem-xl"]
    for wrong in ({**also, "name": "X L"}, {**also, "colour": 1}, {"name": "xl"}):
        with pytest.raises(ConfigError) as caught:
            settings.parse({"site": site, "modem": {"also": [wrong]}}, source="x")
        assert "modem.also" in str(caught.value)
        assert "1234" not in str(caught.value)
    with pytest.raises(ConfigError, match="same name"):
        settings.parse(
            {"site": site, "modem": {"also": [also, {**also, "device": "/dev/b"}]}}, source="x"
        )


@pytest.mark.parametrize(
    ("section", "mistake"),
    [
        ('[printer]\nkind = "usb"\ndevice = "/dev/usb/lp0"\n', r"printer\.device must be the ids"),
        ('[printer]\nkind = "serial"\n', r"printer\.device must be the path"),
        ('[printer]\nkind = "network"\ndevice = "a b"\n', r"printer\.device must be HOST"),
        ("[printer]\ncolumns = 12\n", r"printer\.columns must be characters per line, 24 to 64"),
        ("[panel]\nhelp_button = 5\npower_led = 5\n", r"GPIO 5 is given to 2 things"),
        ("[panel]\nbuzzer = 4\n[modem]\npower_key_pin = 4\n", r"GPIO 4 is given to 2 things"),
        ("[panel]\npresence_sensor = 4\n", r"panel\.presence_sensor and panel\.backlight"),
        ("[panel]\nbuzzer = 40\n", r"panel\.buzzer must be a GPIO number"),
    ],
)
def test_printers_and_panels_that_cannot_be_are_refused(
    tmp_path: Path, section: str, mistake: str
) -> None:
    with pytest.raises(ConfigError, match=mistake):
        load(tmp_path, SITE + section)


def test_what_lies_in_the_folder_of_additions_goes_before_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "posko.d"
    folder.mkdir()
    (folder / "50-enrolment.toml").write_text('[sync]\nbroker = "city"\n')
    (folder / "60-later.toml").write_text("[sync]\nport = 8883\n")
    (folder / "half.toml.new").write_text("half a fi")
    found = load(tmp_path, f'{SITE}[sync]\nbroker = "file"\nusername = "u"\n').sync
    assert (found.broker, found.port, found.username) == ("city", 8883, "u")


def test_additions_that_cannot_be_read_are_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "posko.d").write_text("no folder")
    with pytest.raises(ConfigError, match=r"cannot read .*posko\.d"):
        load(tmp_path, SITE)


def test_a_mistake_in_an_addition_is_named(tmp_path: Path) -> None:
    (tmp_path / "posko.d").mkdir()
    (tmp_path / "posko.d" / "a.toml").write_text("sync")
    with pytest.raises(ConfigError, match=r"posko\.d/a\.toml is not valid TOML"):
        load(tmp_path, SITE)
