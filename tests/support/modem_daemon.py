"""The modem process on a simulated modem."""

import signal
import subprocess
import sys

from appliance.domain.ids import SiteCode
from appliance.store import migrate
from appliance.store.cases import requests
from appliance.store.database import connect
from appliance.store.sms import texts
from tests.sim.control import ModemControl

CONFIG = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Pekanbaru"

[store]
path = "{folder}/posko.db"

[modem]
device = "{folder}/modem"
"""


class Daemon:
    def __init__(self, folder):
        self.folder = folder
        self.config = folder / "posko.toml"
        self.config.write_text(self.configuration(), encoding="utf-8")
        migrate.ensure(folder / "posko.db", SiteCode("14.71.07"), lambda: "00000001")
        self.log = (folder / "modem.log").open("ab")
        self.start()

    def configuration(self):
        return CONFIG.format(folder=self.folder)

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "modem", "--config", str(self.config)], stderr=self.log
        )

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        self.process.terminate()
        return self.process.wait(10)

    def query(self, function):
        db = connect(self.folder / "posko.db")
        try:
            return list(function(db))
        finally:
            db.close()

    def reports(self):
        return [request.text for request in self.query(requests.every)]

    def settle(self, count):
        """Wait until so many reports are in, and no text is left to send."""
        ModemControl.wait_for(lambda: len(self.reports()) >= count, limit_s=60)
        ModemControl.wait_for(
            lambda: not {text.state for text in self.query(texts.every)} & {"queued", "sending"},
            limit_s=60,
        )
