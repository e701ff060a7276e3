#!/bin/sh
# Make the virtual environment and install posko with one extra: make-venv.sh PYTHON VENV EXTRA
set -eu
python=$1 venv=$2 extra=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "posko needs Python 3.11 or newer, and $python is $("$python" --version 2>&1)." >&2
    echo "Name another one: make PYTHON=/path/to/python3 ..." >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        echo "installing python3-venv ..."
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3-venv
    else
        echo "Python's venv module is missing. As root, run: apt-get install python3-venv" >&2
        exit 1
    fi
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "installing posko[$extra] into $venv ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[$extra]"
