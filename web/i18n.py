"""Languages: Indonesian is the source, others come from `locale/*/LC_MESSAGES/posko.mo`.

The choice travels in the address (`?lang=en`), which every link and form of the page then carries;
no cookie is needed. A button named `lang` inside a form switches and keeps what was typed: the
view sees `switched_language()` and renders the form again. Babel is needed in development only.
"""

import gettext
from functools import cache
from pathlib import Path

from flask import Flask, Request, current_app, g, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException

SOURCE_LANGUAGE = "id"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
_LOCALES = Path(__file__).parent / "locale"
_SHARED = "SHARED_SCREEN"


@cache
def catalog(language: str) -> gettext.NullTranslations:
    """The compiled catalog of a language; the source language needs none."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with (_LOCALES / language / "LC_MESSAGES" / "posko.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def install(app: Flask) -> None:
    """Give templates `_()`, `language`, `languages`, and links that keep a chosen language."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalog(language()).gettext(text),
        lambda one, many, n: catalog(language()).ngettext(one, many, n),
        newstyle=True,
    )
    app.context_processor(lambda: {"language": language(), "languages": LANGUAGES})
    app.url_defaults(_keep_choice)


def share_screen(app: Flask) -> None:
    """Greet in Indonesian whatever the browser wishes: a screen that many touch is nobody's."""
    app.config[_SHARED] = True


def language() -> str:
    """The language of the page being made."""
    if not has_request_context():
        return SOURCE_LANGUAGE
    if "language" not in g:
        g.language = chosen(request) or _unasked()
    found: str = g.language
    return found


def switched_language() -> bool:
    """Tell whether the form was sent by its language button rather than to be acted on."""
    return _known(_form_choice(request)) is not None


def chosen(sent: Request) -> str | None:
    """The language that the form's button or the address asks for, if it is one we have."""
    return _known(_form_choice(sent)) or _known(sent.args.get("lang"))


def _unasked() -> str:
    if _SHARED in current_app.config:
        return SOURCE_LANGUAGE
    return preferred(request.accept_languages)


def preferred(accepted: LanguageAccept) -> str:
    """The first of the browser's languages that we have; Indonesian if there is none.

    `in` is what some systems still send for Indonesian (ISO 639 before 1989); Malay readers are
    better served by Indonesian than by English.
    """
    for tag in accepted.values():
        primary = tag.partition("-")[0].lower()
        if primary in ("id", "in", "ms"):
            return SOURCE_LANGUAGE
        if primary in LANGUAGES:
            return primary
    return SOURCE_LANGUAGE


def _form_choice(sent: Request) -> str | None:
    try:
        return sent.form.get("lang")
    except HTTPException:
        return None  # an unreadable body is refused elsewhere; its error page needs a language


def _known(tag: str | None) -> str | None:
    return tag if tag in LANGUAGES else None


def _keep_choice(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "static" or endpoint.endswith(".static") or not has_request_context():
        return
    if (tag := chosen(request)) is not None:
        values.setdefault("lang", tag)
