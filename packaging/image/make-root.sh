#!/bin/sh
# Make a Debian of arm64, under qemu, into the archive TAR: make-root.sh SUITE PACKAGE,PACKAGE,... TAR
set -eu
here=$(dirname "$0") suite=$1 include=$2 tar=$3
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' | awk '$2 == "Debian" && $1 !~ /security/ { print $1; exit }')
mirror=${mirror:-http://deb.debian.org/debian} mirror=${mirror%/}
path=/native/bin:/usr/sbin:/usr/bin:/sbin:/bin
# What only the making wants is not left to a box: there, an update must be on the card before it is called installed.
PATH=/native/bin:$PATH mmdebstrap --architectures=arm64 --mode=root --variant=minbase --include="$include" \
    --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
    --aptopt='Apt::Install-Recommends false' --aptopt="DPkg::Path \"$path\"" --dpkgopt=force-unsafe-io \
    --extract-hook="sh $here/native-tools.sh add \"\$1\"" \
    --essential-hook="sh $here/native-tools.sh shell \"\$1\"" \
    --essential-hook='chroot "$1" dpkg-divert --quiet --local --rename --add /usr/sbin/update-initramfs' \
    --essential-hook='ln -sf /bin/true "$1/usr/sbin/update-initramfs"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/posko/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="sh $here/native-tools.sh remove \"\$1\"" \
    --customize-hook='sed -i /unsafe-io/d "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"' \
    --customize-hook='sed -i /DPkg::Path/Id "$1/etc/apt/apt.conf.d/99mmdebstrap"' \
    --format=tar "$suite" "$tar.new" \
    "deb $mirror $suite main non-free-firmware" \
    "deb $mirror-security $suite-security main non-free-firmware"
mv "$tar.new" "$tar"
