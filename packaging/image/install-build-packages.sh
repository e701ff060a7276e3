#!/bin/sh
# Install what building and starting an image needs, and let programs of arm64 run.
set -eu
missing=''
# What the package's shared objects need is read from the libraries of its architecture.
if [ "$(dpkg --print-architecture)" != arm64 ]; then
    dpkg --print-foreign-architectures | grep -qx arm64 || dpkg --add-architecture arm64
    for package in libc6 libgcc-s1 libstdc++6 zlib1g; do
        dpkg-query --show "$package:arm64" >/dev/null 2>&1 || missing="$missing $package:arm64"
    done
    command -v aarch64-linux-gnu-objdump >/dev/null || missing="$missing binutils-aarch64-linux-gnu"
fi
for pair in mmdebstrap:mmdebstrap qemu-aarch64-static:qemu-user-static update-binfmts:binfmt-support \
    arch-test:arch-test sfdisk:fdisk mkfs.vfat:dosfstools mcopy:mtools mke2fs:e2fsprogs zstd:zstd \
    qemu-system-aarch64:qemu-system-arm ssh:openssh-client; do
    command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
done
if [ -n "$missing" ]; then
    echo "installing$missing ..."
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi
if [ "$(uname -m)" != aarch64 ] && [ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; then
    [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    update-binfmts --enable qemu-aarch64
fi
