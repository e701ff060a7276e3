"""`posko doctor` at boxes that have a fault, box check 18: what is plugged into the box."""

import os
from contextlib import ExitStack, closing

import pytest

from modem.port import open_port
from tests.integration.doctor.sick import Doctor, Faults, Sick
from tests.sim.escpos import EscposPrinter
from tests.sim.escpos_lines import on_network
from tests.sim.running import running_modem
from tests.support.ports import unused_ports
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow
faults = Faults()


@faults.seed("clock", "fault", "ds3231", "battery")
def clock_chip_that_is_not_there(box: Sick, _: ExitStack) -> None:
    box.set("board", rtc="ds3231")


@faults.seed("modem", "fault", "cannot be used", "cable")
def modem_unplugged(box: Sick, _: ExitStack) -> None:
    box.set("modem", device=str(box.home / "modem"))


@faults.seed("modem", "fault", "cannot be used", "no port of a USB modem is there")
def hub_of_the_modem_without_power(box: Sick, _: ExitStack) -> None:
    box.set("modem", device="/dev/serial/by-id/usb-SimTech")


@faults.seed("modem", "fault", "blocked", "PUK")
def sim_that_wants_its_puk(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home, "--pin", "1234"))
    with closing(open_port(str(box.home / "modem"))) as port:
        for _ in range(3):
            port.write(b'AT+CPIN="0000"\r')
            wait_for(lambda: b"ERROR" in port.read(100), "it refuses the PIN")
    box.set("modem", device=str(box.home / "modem"))


@faults.seed("modem", "fault", "nothing answers AT", "power")
def port_behind_which_no_modem_is(box: Sick, done: ExitStack) -> None:
    master, slave = os.openpty()
    done.callback(lambda: [os.close(end) for end in (master, slave)])
    box.set("modem", device=os.ttyname(slave))


@faults.seed("modem", "fault", "PIN", "[modem] pin")
def sim_with_a_pin(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home, "--pin", "1234"))
    box.set("modem", device=str(box.home / "modem"))


@faults.seed("modem", "fault", "not registered", "antenna")
def modem_without_a_network(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home)).fault(no_network=True)
    box.set("modem", device=str(box.home / "modem"))


@faults.seed("modem", "fault", "cannot be used", "ModemManager")
def modem_that_another_program_holds(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home))
    done.enter_context(closing(open_port(str(box.home / "modem"))))
    box.set("modem", device=str(box.home / "modem"))


@faults.seed("printer", "fault", "unreachable", "cable")
def printer_unplugged(box: Sick, _: ExitStack) -> None:
    box.set("printer", kind="network", device=f"127.0.0.1:{unused_ports(1)[0]}")


@faults.seed("printer", "fault", "paper out", "roll")
def printer_without_paper(box: Sick, done: ExitStack) -> None:
    _, address = done.enter_context(on_network(EscposPrinter(paper_dots=0)))
    box.set("printer", kind="network", device=address)


@faults.seed("screen", "fault", "no display is connected", "HDMI")
def screen_cable_out(box: Sick, _: ExitStack) -> None:
    connector = box.home / "sys/class/drm/card0-HDMI-A-1"
    connector.mkdir(parents=True)
    (connector / "status").write_text("disconnected\n")


@pytest.mark.parametrize("name", faults)
def test_doctor_finds_a_fault_and_says_what_to_do(name: str, sick: Sick, doctor: Doctor) -> None:
    faults[name].check(sick, doctor)
