import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at import commands
from modem.at.framer import MAX_LINE_BYTES, Framer, Line, Prompt
from modem.at.parser import Final, Hex, Info, Text, parse, split_arguments


def tokens_of(data, *, is_prompt_due=False, size=None):
    framer = Framer()
    framer.expect_prompt(is_prompt_due)
    pieces = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]
    return [token for piece in pieces for token in framer.feed(piece)]


@given(st.binary(max_size=300) | st.text("OK\r\n> +CMT:", max_size=80).map(str.encode))
def test_byte_by_byte_gives_the_same_tokens_as_whole(data):
    """SMS check 39."""
    for is_due in (False, True):
        whole = tokens_of(data, is_prompt_due=is_due)
        assert tokens_of(data, is_prompt_due=is_due, size=1) == whole


def test_endless_noise_does_not_grow_the_framer():
    framer = Framer()
    for _ in range(100):
        assert list(framer.feed(b"\xff" * 1000)) == []
    noise, ok = framer.feed(b"\r\nOK\r\n")
    assert len(noise.text) == MAX_LINE_BYTES
    assert ok == Line("OK")


@pytest.mark.parametrize("data", [b"\r\n> ", b"> ", b">\r\n", b"AT+CMGS=20\r\r\n> ", b"\xff\x00> "])
def test_prompt_is_seen_in_all_its_forms_while_it_is_due(data):
    assert tokens_of(data, is_prompt_due=True)[-1] == Prompt()
    assert Prompt() not in tokens_of(data)


def test_line_that_contains_the_sign_is_no_prompt():
    assert tokens_of(b"+X: a> b\r\n", is_prompt_due=True) == [Line("+X: a> b")]


def test_one_prompt_disarms():
    assert tokens_of(b"> > \r\n", is_prompt_due=True) == [Prompt(), Line("> ")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OK", Final(True)),
        ("ERROR", Final(False)),
        ("OKE pak jalan rusak", Text("OKE pak jalan rusak")),
        ("ERROR 5", Text("ERROR 5")),
        ("COMMAND NOT SUPPORT", Final(False)),
        ("TOO MANY PARAMETERS", Final(False)),
        ("+CMS ERROR: ", Final(False, "CMS")),
        ("+CMS ERROR: 500", Final(False, "CMS", 500)),
        ("+CME ERROR: SIM busy", Final(False, "CME", 14, "SIM busy")),
        ("+CMS ERROR: SIM busy", Final(False, "CMS", 314, "SIM busy")),
        ("+CMS ERROR: (U)SIM not inserted", Final(False, "CMS", 310, "(U)SIM not inserted")),
        ("+CME ERROR: SIM PIN required", Final(False, "CME", 11, "SIM PIN required")),
        ("+CME ERROR: lunch", Final(False, "CME", None, "lunch")),
        ('+CMTI: "SM",3', Info("+CMTI", ("SM", "3"))),
        ("+CMTI: ,-1", Info("+CMTI", ("", "-1"))),
        ('+CMGL: 1,0,"a,b",23', Info("+CMGL", ("1", "0", "a,b", "23"))),
        ("^RSSI:18", Info("^RSSI", ("18",))),
        ("0791AB", Hex(b"\x07\x91\xab")),
        ("0791A", Text("0791A")),
    ],
)
def test_whole_lines_are_classified_by_grammar(line, expected):
    assert parse(line) == expected


@given(st.text(max_size=100))
def test_any_line_parses(line):
    parse(line)
    split_arguments(line)


@given(st.lists(st.from_regex(r"[A-Za-z0-9 ]{0,5}", fullmatch=True), min_size=1, max_size=6))
def test_arguments_survive_quoting(values):
    text = ",".join(f'"{value}"' for value in values)
    assert split_arguments(text) == tuple(values)


def test_registration_answer_is_not_confused_with_its_unsolicited_form():
    assert commands.read_registration([parse("+CREG: 5"), parse("+CREG: 1,1")], "+CREG") == 1
    assert commands.read_registration([parse("+CREG: 1")], "+CREG") is None


def test_storage_answer_names_the_memory_and_its_space():
    lines = [parse('+CPMS: "SM",3,20,"SM",3,20,"SM",3,20')]
    assert commands.read_storage(lines) == commands.Storage("SM", 3, 20)


@pytest.mark.parametrize(("line", "dbm"), [("+CSQ: 18,0", -77), ("+CSQ: 99,99", None)])
def test_signal_is_told_in_dbm(line, dbm):
    assert commands.read_signal_dbm([parse(line)]) == dbm


def test_delete_command_never_carries_a_flag():
    assert commands.delete_message(7) == "AT+CMGD=7"
