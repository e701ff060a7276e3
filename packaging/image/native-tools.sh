#!/bin/sh
# Let a root of arm64 unpack, and run shell scripts, by programs of this machine of amd64, many times faster than
# emulated ones: native-tools.sh add|shell|remove ROOT
# add: ROOT/native/bin, for those that have it in PATH. shell: /bin/sh too, once the root has its own. remove: all.
set -eu
verb=$1 root=$2
[ "$(uname -m)" = x86_64 ] || exit 0

case $verb in
add)
    mkdir -p "$root/native/bin" "$root/usr/lib64" "$root/usr/lib/x86_64-linux-gnu"
    ln -sfn usr/lib64 "$root/lib64"
    for program in dpkg-deb tar gzip xz zstd dash sed grep find xargs cpio modinfo basename cat chmod chown cp \
        cut dirname echo expr head id install ln ls mkdir mktemp mv printf readlink realpath rm rmdir sort stat tail \
        touch tr true uname uniq wc; do
        cp -L "$(which "$program")" "$root/native/bin/"
    done
    ldd "$root"/native/bin/* | grep -o '/[^ :)]*\.so[^ )]*' | sort -u | while read -r library; do
        cp -L "$library" "$root$library"
    done
    ;;
shell)
    # The package usr-is-merged takes folders away that are not of its architecture.
    sh "$0" add "$root"
    ln -sf /native/bin/dash "$root/usr/bin/sh"
    ;;
remove)
    [ ! -e "$root/native" ] || ln -sf dash "$root/usr/bin/sh"
    rm -rf "$root/native" "$root/lib64" "$root/usr/lib64" "$root/usr/lib/x86_64-linux-gnu"
    ;;
esac
