#!/bin/sh
# Collect the sentences of all templates, merge them into each catalog, compile the catalogs.
# Needs Babel (a development dependency). Translate what it reports as missing, then run it again.
set -eu
cd "$(dirname "$0")/.."
babel=pybabel
[ -x .venv/bin/pybabel ] && babel=.venv/bin/pybabel
pot="$(mktemp)"
trap 'rm -f "$pot"' EXIT
"$babel" -q extract --mapping web/locale/babel.cfg --sort-by-file --no-location --omit-header \
    --output "$pot" web captive_portal appliance
for catalog in web/locale/*/LC_MESSAGES/posko.po; do
    language="$(basename "$(dirname "$(dirname "$catalog")")")"
    "$babel" -q update --input-file "$pot" --output-file "$catalog" --locale "$language" \
        --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
    "$babel" -q compile --input-file "$catalog" --output-file "${catalog%.po}.mo" --locale "$language"
done
