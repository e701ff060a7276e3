#!/bin/sh
# Make the virtual environment below STAGE as it will be at HOME: make-home.sh STAGE HOME
# Of another architecture (dpkg-architecture's variables) nothing is run here: its wheels are only unpacked.
set -eu
stage=$1 home=$2 made=$1$2
pip() { "$made/bin/python3" -m pip --quiet --disable-pip-version-check "$@"; }

/usr/bin/python3 -m venv "$made"
if [ "${DEB_HOST_ARCH:-}" = "${DEB_BUILD_ARCH:-}" ]; then
    pip install --no-compile --no-deps --require-hashes -r debian/requirements.txt
else
    pip uninstall --yes setuptools
    modules=$(echo "$made"/lib/python3.*/site-packages) platforms=''
    for glibc in 2_17 2_28 2_34; do
        platforms="$platforms --platform manylinux_${glibc}_$DEB_HOST_GNU_CPU"
    done
    # shellcheck disable=SC2086  # a list of options
    pip install --no-compile --no-deps --require-hashes -r debian/requirements.txt \
        --only-binary :all: $platforms --target "$modules"
    rm -r "$modules/bin"
fi
pip install --no-compile --no-deps --no-build-isolation .
pip uninstall --yes pip setuptools

# Scripts name the Python of the folder in which they were made.
cd "$made"
rm -rf bin/activate* bin/Activate.ps1 bin/pip* include share lib64 pyvenv.cfg
printf 'home = /usr/bin\ninclude-system-site-packages = false\n' >pyvenv.cfg
for script in bin/*; do
    case $script in
    bin/posko-center) rm "$script" ;;
    bin/posko | bin/posko-*) sed -i "1s|.*|#!$home/bin/python3|" "$script" ;;
    bin/python3) ln -sf /usr/bin/python3 "$script" ;;
    *) rm "$script" ;;
    esac
done
# The demonstration, and what wheels bring beside their modules.
(cd lib/python3*/site-packages && rm -rf demo docs tests importlib_resources/tests)
# Neither is of use here, and both name the folder of the build; hashes of scripts no longer hold.
find lib \( -name __pycache__ -o -name direct_url.json -o -name RECORD -o -name REQUESTED -o -name INSTALLER \) \
    -prune -exec rm -rf {} +
find lib -type f -perm /111 -exec chmod a-x {} +
cd - >/dev/null

mkdir -p "$stage/usr/bin"
for script in "$made"/bin/posko*; do
    ln -s "../lib/posko/bin/${script##*/}" "$stage/usr/bin/${script##*/}"
done
