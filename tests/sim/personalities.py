"""What differs between modems of several makers, as data.

From their manuals and from reports of users; a row is an example of its family, not a copy of one
device with one firmware.
"""

from dataclasses import dataclass, replace

ALL = "0,1,2,3"


@dataclass(frozen=True, kw_only=True)
class Personality:
    """How a modem calls itself, what it accepts, and in which words it fails."""

    manufacturer: str
    model: str
    revision: str = "1.0"
    identity: tuple[str, ...] = ()
    """Lines of ATI; none means manufacturer and model."""
    memories: tuple[str, ...] = ("SM", "ME")
    default_memory: str = "ME"
    report_memory: str = ""
    """Where status reports are stored with ds=2; empty means where messages are."""
    first_index: int = 1
    cnmi: tuple[str, ...] = ("0,1,2", "0,1,2,3", "0,2", "0,1,2", "0,1")
    """Accepted values of mode, mt, bm, ds, bfr."""
    default_cmee: int = 0
    boot_lines: tuple[str, ...] = ("RDY", "+CFUN: 1")
    ready_lines: tuple[str, ...] = ("SMS DONE",)
    full_line: str = ""
    pin_counter: tuple[str, str] = ("+CPINR", "+CPINR: SIM PIN,{pin},3")
    is_empty_slot_ok: bool = False
    """Whether reading an empty slot is answered by a bare OK instead of CMS 321."""
    shows_flash: bool = True
    """Whether messages of class 0 come as +CMT although others are stored."""
    prompt: bytes = b"\r\n> "
    ussd_coding: str = "plain"
    own_commands: tuple[str, ...] = ()
    """Commands of this maker that are answered by OK."""


SIMCOM = Personality(
    manufacturer="SIMCOM_Ltd",
    model="SIMCOM_SIM800L",
    default_cmee=2,
    first_index=1,
    ready_lines=("Call Ready", "SMS Ready"),
    full_line="+SMS FULL",
    pin_counter=("+SPIC", "+SPIC: {pin},{puk},3,10"),
    own_commands=("+CSMINS=1", "+CFGRI=0"),
)

PERSONALITIES = {
    "sim7600": replace(
        SIMCOM,
        manufacturer="SIMCOM INCORPORATED",
        model="SIMCOM_SIM7600E",
        first_index=0,
        ready_lines=("SMS DONE", "PB DONE"),
        cnmi=("0,1,2", "0,1,2", "0,2", "0,1,2", "0,1"),
    ),
    "sim800": SIMCOM,
    "a7670": replace(
        SIMCOM,
        manufacturer="INCORPORATED",
        model="A7670E-FASE",
        identity=("Manufacturer: INCORPORATED", "Model: A7670E-FASE", "Revision: A7670M6"),
        first_index=0,
        boot_lines=("*ATREADY: 1",),
        ready_lines=("SMS DONE", "PB DONE"),
    ),
    "ec25": Personality(
        manufacturer="Quectel",
        model="EC25",
        identity=("Quectel", "EC25", "Revision: EC25EFAR06A01M4G"),
        memories=("SM", "ME", "SR"),
        report_memory="SR",
        first_index=0,
        cnmi=("0,1,2", "0,1,2,3", "0,2", "0,1,2", "0,1"),
        default_cmee=1,
        boot_lines=("RDY",),
        ready_lines=("+QIND: SMS DONE", "+QIND: PB DONE"),
        full_line='+QIND: "smsfull","ME"',
        pin_counter=('+QPINC="SC"', '+QPINC: "SC",{pin},{puk}'),
        own_commands=('+QURCCFG="urcport","all"', '+QINDCFG="smsfull",1'),
        ussd_coding="ucs2",
    ),
    "m95": Personality(
        manufacturer="Quectel_Ltd",
        model="Quectel_M95",
        identity=("Quectel_Ltd", "Quectel_M95", "Revision: M95FAR02A08"),
        memories=("SM", "ME"),
        default_memory="SM",
        cnmi=("0,1,2", "0,1,2,3", "0,2", "0,1", "0,1"),
        boot_lines=("RDY", "+CFUN: 1"),
        ready_lines=("Call Ready", "SMS Ready"),
        pin_counter=("+QSPN?", "+QSPN: {pin}"),
        is_empty_slot_ok=True,
        own_commands=('+QURCCFG="urcport","all"',),
    ),
    "huawei": Personality(
        manufacturer="huawei",
        model="E173",
        identity=("Manufacturer: huawei", "Model: E173", "Revision: 11.126.85.00.209"),
        memories=("SM", "ME", "SR"),
        default_memory="SM",
        report_memory="SR",
        first_index=0,
        cnmi=("0,1,2", "0,1,2,3", "0,2", "0,2", "0,1"),
        boot_lines=("^BOOT:20972800,0,0,0,6",),
        ready_lines=("^SIMST:1", "^SRVST:2"),
        full_line='^SMMEMFULL: "SM"',
        pin_counter=("^CPIN?", "^CPIN: READY,,{puk},{pin},10,3"),
        ussd_coding="packed",
        own_commands=("^CURC=0", "^PORTSEL=1"),
    ),
    "ublox": Personality(
        manufacturer="u-blox",
        model="SARA-U201",
        identity=("SARA-U201-03B-00",),
        memories=("SM", "ME", "MT"),
        default_memory="ME",
        cnmi=("0,1,2", "0,1,2,3", "0,2,3", "0,1,2", "0,1"),
        boot_lines=(),
        ready_lines=(),
        prompt=b"\r\n>\r\n",
        pin_counter=("+UPINCNT", "+UPINCNT: {pin},3,{puk},10"),
    ),
    "mc75i": Personality(
        manufacturer="Cinterion",
        model="MC75i",
        identity=("Cinterion", "MC75i", "REVISION 03.001"),
        memories=("SM", "ME", "MT"),
        default_memory="SM",
        cnmi=("0,1,2", "0,1,2,3", "0,2", "0,2", "1"),
        default_cmee=0,
        boot_lines=("^SYSSTART",),
        ready_lines=(),
        pin_counter=("^SPIC", "^SPIC: {pin}"),
        ussd_coding="ucs2",
    ),
}
DEFAULT = "sim7600"


def personality_of(vendor: str) -> Personality:
    """Return a row by its key; any other name is what a modem like the default calls itself."""
    if vendor in PERSONALITIES:
        return PERSONALITIES[vendor]
    lines = (f"Manufacturer: {vendor}", "Model: SIMULATED")
    return replace(PERSONALITIES[DEFAULT], manufacturer=vendor, model="SIMULATED", identity=lines)
