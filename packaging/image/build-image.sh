#!/bin/sh
# Build OUT/posko_VERSION_arm64.img of a Raspberry Pi, on a machine of any kind: build-image.sh [OUT]
# As root; takes half an hour to an hour, most of it a Debian of arm64 under qemu, which is kept for the next time.
set -eu
cd "$(dirname "$0")/../.."
here=packaging/image out=${1:-build/image} suite=bookworm
firmware_mb=256 root_mb=1600 data_mb=128 # never changed: a system is written anew beside its data
[ "$(id -u)" = 0 ] || { echo "an image is built as root" >&2; exit 1; }
sh "$here/install-build-packages.sh"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y pyproject.toml)}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/posko
include=$(paste -sd, "$here/packages")
base=$cache/image-$suite-$(echo "$include" | sha256sum | cut -c1-16).tar
work=$(mktemp -d) root=$work/root log=$work/log started=$(date +%s)
mounted() { umount -q "$root/proc" 2>/dev/null || true; }
trap 'mounted; rm -rf "$work"' EXIT
say() { echo "$(($(date +%s) - started)) s: $*"; }
quietly() { "$@" >>"$log" 2>&1 || { tail -40 "$log" >&2; exit 1; }; }
inside() { quietly chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    SOURCE_DATE_EPOCH="$epoch" "$@"; }

mkdir -p "$cache" "$out" "$root"
if [ ! -f "$base" ]; then
    say "1/7 a Debian $suite of arm64, under qemu (20 minutes)"
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' | awk '$2 == "Debian" && $1 !~ /security/ { print $1; exit }')
    mirror=${mirror:-http://deb.debian.org/debian} mirror=${mirror%/}
    quietly mmdebstrap --architectures=arm64 --mode=root --variant=minbase --include="$include" \
        --aptopt='Apt::Install-Recommends false' --dpkgopt=force-unsafe-io \
        --essential-hook='chroot "$1" dpkg-divert --quiet --local --rename --add /usr/sbin/update-initramfs' \
        --essential-hook='ln -sf /bin/true "$1/usr/sbin/update-initramfs"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --format=tar "$suite" "$base.new" \
        "deb $mirror $suite main non-free-firmware" \
        "deb $mirror-security $suite-security main non-free-firmware"
    mv "$base.new" "$base"
fi
say "2/7 unpacking it"
tar -xf "$base" -C "$root"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"

say "3/7 the package for arm64, under qemu"
mkdir -p "$root/build/tree" "$root/build/wheels"
quietly .venv/bin/python -m pip download --disable-pip-version-check --only-binary=:all: --no-deps \
    --python-version 311 --implementation cp --abi cp311 --abi abi3 --abi none --platform manylinux_2_17_aarch64 \
    --platform manylinux2014_aarch64 --platform manylinux_2_28_aarch64 --platform manylinux_2_34_aarch64 \
    --require-hashes -r packaging/requirements.txt -d "$root/build/wheels"
tar -c --exclude=__pycache__ --exclude='*.egg-info' -T packaging/sources | tar -x -C "$root/build/tree"
inside PIP_NO_INDEX=1 PIP_FIND_LINKS=/build/wheels sh /build/tree/packaging/build-deb.sh /build
cp "$root"/build/posko_*_arm64.deb "$out/"

say "4/7 installing it"
inside apt-get install -y -qq --no-install-recommends "/build/posko_${version}_arm64.deb"
rm -rf "$root/build"
inside apt-get purge -y -qq --auto-remove debhelper python3-venv
cp -RP "$here/files/." "$root/"
inside /usr/lib/posko/bin/python3 -c 'from pathlib import Path; from firmware_config.placing import link
link(Path("/"), Path("/etc/posko/firmware/current"))'
inside systemctl enable systemd-networkd systemd-resolved systemd-timesyncd ssh posko-first-boot \
    posko-settings-again
inside passwd --lock root
echo posko >"$root/etc/hostname"
printf '127.0.0.1 localhost posko\n::1 localhost posko\n' >"$root/etc/hosts"
: >"$root/etc/machine-id"
rm -f "$root"/etc/ssh/ssh_host_* "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
ln -s /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"

say "5/7 kernel and firmware for the boot partition"
rm "$root/usr/sbin/update-initramfs"
inside dpkg-divert --quiet --local --rename --remove /usr/sbin/update-initramfs
mkdir -p "$root/boot/firmware"
inside update-initramfs -c -k all
cp "$here/cmdline.txt" "$root/boot/firmware/cmdline.txt"
inside apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/log/*
mounted

say "6/7 the partitions"
mkdir "$work/data" "$work/empty"
mv "$root/boot/firmware" "$work/firmware" && mkdir "$root/boot/firmware" "$root/data"
for pair in posko:var/lib/posko posko-setup:var/lib/posko-setup posko-update:var/lib/posko-update \
    systemd:var/lib/systemd settings:etc/posko; do
    mkdir -p "$root/${pair#*:}"
    mv "$root/${pair#*:}" "$work/data/${pair%%:*}"
    mkdir "$root/${pair#*:}"
done
image=$out/posko_${version}_arm64.img
rm -f "$image" && truncate -s $((firmware_mb + root_mb + data_mb + 2))M "$image"
sh "$here/partitions.sh" $firmware_mb $root_mb $data_mb | quietly sfdisk --quiet "$image"
truncate -s ${firmware_mb}M "$work/p1" && quietly mkfs.vfat -n FIRMWARE -i 706f736b "$work/p1"
quietly mcopy -s -i "$work/p1" "$work"/firmware/* ::
truncate -s ${root_mb}M "$work/p2" && quietly mke2fs -q -F -t ext4 -L posko-root -d "$root" "$work/p2"
truncate -s ${data_mb}M "$work/p3" && quietly mke2fs -q -F -t ext4 -L posko-data -d "$work/data" "$work/p3"
at=1
for part in $firmware_mb:p1 $root_mb:p2 $data_mb:p3; do
    dd if="$work/${part#*:}" of="$image" bs=1M seek=$at conv=notrunc,sparse status=none
    at=$((at + ${part%%:*}))
done

say "7/7 compressing it"
zstd --quiet --force -T0 -9 "$image" -o "$image.zst"
say "done; write it to a card: zstdcat $image.zst | dd of=/dev/sdX bs=4M conv=fsync"
echo
echo "what takes the room, in MB:"
for what in usr/lib/posko usr/lib/modules usr/lib/firmware usr/bin usr/share usr/lib; do
    printf '  %-22s %5s\n' "/$what" "$(du -sm "$root/$what" | cut -f1)"
done
printf '  %-22s %5s of %s\n' "root" "$(du -sm "$root" | cut -f1)" "$root_mb"
printf '  %-22s %5s of %s\n' "boot partition" "$(du -sm "$work/firmware" | cut -f1)" "$firmware_mb"
printf '  %-22s %5s\n' "image" "$(du -m --apparent-size "$image" | cut -f1)" "image, compressed" "$(du -m "$image.zst" | cut -f1)"
