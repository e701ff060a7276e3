#!/bin/sh
# Build OUT/posko_VERSION_ARCH.deb of this machine's architecture, or of ARCH, from a copy of the tree:
# build-deb.sh [OUT [ARCH]]. Another architecture needs its C libraries and binutils (packaging/image).
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/deb} arch=${2:-$(dpkg --print-architecture)}
if ! command -v dh >/dev/null || ! /usr/bin/python3 -c 'import ensurepip'; then
    [ "$(id -u)" = 0 ] || {
        echo "debhelper is missing. As root, run: apt-get install debhelper python3-venv" >&2
        exit 1
    }
    echo "installing debhelper and python3-venv ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debhelper python3-venv
fi
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y pyproject.toml)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$work/posko-$version
mkdir "$source" && mkdir -p "$out"
tar -c --exclude=__pycache__ --exclude='*.egg-info' -T packaging/sources | tar -x -C "$source"
mv "$source/packaging/debian" "$source/"
mv "$source/packaging/requirements.txt" "$source/debian/"
cat "$source"/systemd/tmpfiles.d/*.conf >"$source/debian/posko.tmpfiles"
cat "$source"/systemd/sysusers.d/*.conf | grep -v posko-center >"$source/debian/posko.sysusers"
cat >"$source/debian/changelog" <<END
posko ($version) bookworm; urgency=medium

  * See CHANGELOG.md.

 -- Posko maintainers <posko@pekanbaru.example>  $(date -u -R -d "@$epoch")
END
echo "building posko $version: fetching what it bundles, packing (a minute) ..."
(
    cd "$source"
    eval "$(dpkg-architecture --host-arch "$arch" --print-set)"
    SOURCE_DATE_EPOCH=$epoch PATH=/usr/sbin:/usr/bin:/sbin:/bin debian/rules binary
) >"$work/log" 2>&1 || {
    tail -40 "$work/log" >&2
    exit 1
}
made=$(basename "$work"/posko_"$version"_"$arch".deb)
mv "$work/$made" "$out/$made"
du -h "$out/$made"
