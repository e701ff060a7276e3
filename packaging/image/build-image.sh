#!/bin/sh
# Build OUT/posko_VERSION_arm64.img of a Raspberry Pi, on a machine of any kind: build-image.sh [OUT]
# As root; most of the time goes into a Debian of arm64, under qemu, which is kept for the next time.
set -eu
cd "$(dirname "$0")/../.."
here=packaging/image out=${1:-build/image} suite=bookworm
firmware_mb=256 root_mb=2304 data_mb=128 # never changed: a system is written anew beside its data
[ "$(id -u)" = 0 ] || { echo "an image is built as root" >&2; exit 1; }
sh "$here/install-build-packages.sh"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y pyproject.toml)}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/posko
work=$(mktemp -d) root=$work/root log=$work/log started=$(date +%s)
mounted() { umount -q "$root/proc" 2>/dev/null || true; }
trap 'mounted; rm -rf "$work"' EXIT
say() { echo "$(($(date +%s) - started)) s: $*"; }
quietly() { "$@" >>"$log" 2>&1 || { tail -40 "$log" >&2; exit 1; }; }
path=/native/bin:/usr/sbin:/usr/bin:/sbin:/bin
inside() { quietly chroot "$root" env -i PATH=$path DEBIAN_FRONTEND=noninteractive "$@"; }
native() { sh "$here/native-tools.sh" "$1" "$root"; }

mkdir -p "$cache" "$out" "$root"
say "1/7 the package for arm64"
SOURCE_DATE_EPOCH=$epoch quietly sh packaging/build-deb.sh "$out" arm64
package=$out/posko_${version}_arm64.deb

# With the package's dependencies: a new one makes the root anew, and so does a new week, with what Debian has mended.
include=$({ cat "$here/packages"; dpkg-deb -f "$package" Depends | sed 's/ *([^)]*)//g; s/, */\n/g'; } | sort -u | paste -sd,)
base=$cache/image-$suite-$(date +%G-%V)-$(echo "$include" | cat - "$here/make-root.sh" "$here/native-tools.sh" | sha256sum | cut -c1-16).tar
if [ ! -f "$base" ]; then
    say "2/7 a Debian $suite of arm64 (10 minutes)"
    quietly sh "$here/make-root.sh" "$suite" "$include" "$base"
fi
say "3/7 unpacking it"
tar -xf "$base" -C "$root"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
native shell

say "4/7 installing the package"
cp "$package" "$root/posko.deb"
inside dpkg -i /posko.deb
rm "$root/posko.deb"
cp -RP "$here/files/." "$root/"
inside mkdir -p /etc/posko/firmware
inside /usr/lib/posko/bin/python3 -c 'from pathlib import Path; from firmware_config.placing import link
link(Path("/"), Path("/etc/posko/firmware/current"))'
inside systemctl enable systemd-networkd systemd-resolved systemd-timesyncd ssh posko-first-boot \
    posko-settings-again
# Debian's own upkeep writes into the system; and what waits for the Internet would wait for two minutes at each start.
inside systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    e2scrub_reap.service systemd-networkd-wait-online.service
# What Chromium's package brings for desktops: the kiosk shows one page, and plays its prompts by ALSA.
inside systemctl --global mask pipewire.socket pipewire.service xdg-desktop-portal.service
inside passwd --lock root
ln -sf /usr/share/zoneinfo/Asia/Jakarta "$root/etc/localtime"
echo posko >"$root/etc/hostname"
printf '127.0.0.1 localhost posko\n::1 localhost posko\n' >"$root/etc/hosts"
: >"$root/etc/machine-id"
ln -sf /etc/machine-id "$root/var/lib/dbus/machine-id"
rm -f "$root"/etc/ssh/ssh_host_* "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
ln -s /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"

say "5/7 kernel and firmware for the boot partition"
rm "$root/usr/sbin/update-initramfs"
inside dpkg-divert --quiet --local --rename --remove /usr/sbin/update-initramfs
mkdir -p "$root/boot/firmware"
# It looks for programs where it says itself; what it puts into the initrd it names by their full paths.
sed -i.debian "s|^export PATH=.*|export PATH=$path|" "$root/usr/sbin/mkinitramfs"
inside update-initramfs -c -k all
mv "$root/usr/sbin/mkinitramfs.debian" "$root/usr/sbin/mkinitramfs"
# raspi-firmware has written words for the kernel that mount the system to be written.
cp "$here/cmdline.txt" "$root/boot/firmware/cmdline.txt"
inside apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/log/*
native remove
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
