"""The pages of the first setup, on the kiosk's own screen: parse -> answer -> keep -> next page."""

import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance import kiosk
from appliance.domain import kecamatan
from appliance.domain.errors import BadInput
from appliance.screen.page_beat import add_beat
from appliance.setup import answers as asked
from appliance.setup.answers import Answers, Step
from appliance.setup.draft import Folder, Phase, Request
from appliance.setup.machine import look
from appliance.setup.modem_trial import ModemTrial
from appliance.setup.site_file import Machine
from web import i18n
from web.face import Plate, new_app
from web.security import check_endpoints, public

KIOSK = Path(kiosk.__file__).parent
MATCHES = 8
_STAGES = {
    "settings": "Menyimpan pengaturan",
    "database": "Menyiapkan penyimpanan",
    "enrolment": "Mendaftar ke kota",
    "system files": "Menyalakan WiFi",
    "daemons": "Menyalakan layanan",
}


def create_app(
    folder: Folder,
    on_finish: Callable[[], None],
    *,
    machine: Callable[[], Machine] = look,
    trial: ModemTrial | None = None,
) -> Flask:
    """Build the pages; `on_finish` is called when the technician has noted everything."""
    app = new_app(
        __name__,
        plate=Plate(name="Posko", place="Pemasangan"),
        more_templates=[KIOSK / "templates"],
    )
    i18n.share_screen(app)
    static = KIOSK / "static"
    app.register_blueprint(Blueprint("kiosk", __name__, static_folder=static, static_url_path="/k"))
    pages = Pages(folder, machine, trial or ModemTrial(), on_finish)
    add_beat(app)
    app.add_url_rule("/", "home", pages.home)
    app.add_url_rule("/cari", "search", pages.search)
    app.add_url_rule("/negara", "country", pages.country)
    app.add_url_rule("/modem/uji", "try_modem", pages.try_modem, methods=["POST"])
    app.add_url_rule("/modem/hasil", "tried", pages.tried)
    app.add_url_rule("/pasang", "install", pages.install, methods=["POST"])
    app.add_url_rule("/pasang", "progress", pages.progress)
    app.add_url_rule("/selesai", "finish", pages.finish, methods=["POST"])
    app.add_url_rule("/<step>", "step", pages.step)
    app.add_url_rule("/<step>", "answer", pages.answer, methods=["POST"])
    check_endpoints(app)
    return app


class Pages:
    """The views; what was answered is on disk before the next page is shown."""

    def __init__(
        self,
        folder: Folder,
        machine: Callable[[], Machine],
        trial: ModemTrial,
        on_finish: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._machine = machine
        self._trial = trial
        self._on_finish = on_finish

    @public
    def home(self) -> ResponseReturnValue:
        """Go on where the power was cut."""
        if self._folder.result() and self._folder.answers().step is Step.REVIEW:
            return redirect(url_for("progress"))
        return _to(self._folder.answers().step)

    @public
    def step(self, step: str) -> ResponseReturnValue:
        """Ask one question."""
        return self._screen(_step(step))

    @public
    def answer(self, step: str) -> ResponseReturnValue:
        """Keep an answer, or go back."""
        here, answers = _step(step), self._folder.answers()
        try:
            if request.form.get("go") == "back":
                answers = asked.before(answers, here)
            elif country := request.form.get("country"):
                answers = asked.with_country(answers, country)
            else:
                answers = _answered(answers, here)
        except BadInput as error:
            return self._screen(here, problem=str(error))
        self._folder.keep(answers)
        return _to(answers.step)

    @public
    def search(self) -> ResponseReturnValue:
        """Kecamatan that fit what was typed."""
        typed = request.args.get("cari", "")[: kecamatan.TYPED_MAX_CHARS]
        places = kecamatan.search(typed, MATCHES + 1)
        if not places:
            problem = "Tidak ada kecamatan bernama begitu." if typed.strip() else ""
            return self._screen(Step.PLACE, problem=problem, typed=typed)
        return render_template(
            "setup/matches.html", places=places[:MATCHES], typed=typed, more=len(places) > MATCHES
        )

    @public
    def country(self) -> ResponseReturnValue:
        """By whose rules the radio sends."""
        return render_template(
            "setup/country.html", countries=asked.COUNTRIES, answers=self._folder.answers()
        )

    @public
    def try_modem(self) -> ResponseReturnValue:
        """Begin a trial of a port that is there."""
        device = request.form.get("device", "")
        if device not in self._machine().modems:
            return _to(Step.MODEM)
        self._trial.begin(device)
        return redirect(url_for("tried", device=device))

    @public
    def tried(self) -> ResponseReturnValue:
        """How the trial goes; the page looks again by itself."""
        device = request.args.get("device", "")
        outcome = self._trial.of(device)
        if outcome is None and not self._trial.is_running(device):
            return _to(Step.MODEM)
        return render_template("setup/tried.html", device=device, outcome=outcome)

    @public
    def install(self) -> ResponseReturnValue:
        """Call root."""
        if self._folder.answers().place is None:
            return _to(Step.PLACE)
        self._folder.ask(Request(secrets.token_hex(8)))
        return redirect(url_for("progress"))

    @public
    def progress(self) -> ResponseReturnValue:
        """How far root is; the page looks again by itself."""
        is_asked, result = self._folder.request_file.exists(), self._folder.result()
        if is_asked:
            result = None
        elif result is None:
            return _to(Step.REVIEW)
        return render_template(
            "setup/progress.html",
            result=result,
            stage=_STAGES.get(result.stage if result else "", "Memasang"),
            answers=self._folder.answers(),
            machine=self._machine(),
        )

    @public
    def finish(self) -> ResponseReturnValue:
        """End for good; only once root is done."""
        result = self._folder.result()
        if result is None or result.phase is not Phase.DONE:
            abort(409)
        self._folder.forget()
        self._on_finish()
        return render_template("setup/finished.html")

    def _screen(self, step: Step, *, problem: str = "", typed: str = "") -> ResponseReturnValue:
        answers = self._folder.answers()
        return render_template(
            f"setup/{step}.html",
            step=step,
            answers=answers,
            problem=problem,
            typed=typed or request.form.get("typed", ""),
            machine=self._machine(),
            countries=asked.COUNTRIES,
        )


def _answered(answers: Answers, step: Step) -> Answers:
    form, typed = request.form, request.form.get("typed", "")[:200]
    is_skipped = form.get("go") == "skip"
    ways: dict[Step, Callable[[], Answers]] = {
        Step.PLACE: lambda: asked.with_place(answers, form.get("place", "")),
        Step.WIFI: lambda: asked.with_wifi(answers, "" if is_skipped else typed),
        Step.MODEM: lambda: asked.with_modem(answers, form.get("device", "")[:200]),
        Step.NUMBER: lambda: asked.with_number(answers, typed),
        Step.CITY: lambda: asked.with_city(answers, "" if is_skipped else typed),
        Step.CODE: lambda: asked.with_code(answers, typed),
        Step.DESK: lambda: asked.with_desk(answers, is_open=form.get("open") == "yes"),
    }
    return ways[step]() if step in ways else answers


def _step(word: str) -> Step:
    try:
        return Step(word)
    except ValueError:
        abort(404)


def _to(step: Step) -> ResponseReturnValue:
    return redirect(url_for("step", step=step.value))
