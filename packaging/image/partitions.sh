#!/bin/sh
# The partition table, as sfdisk reads it: partitions.sh FIRMWARE_MB ROOT_MB DATA_MB
set -eu
cat <<END
label: dos
label-id: 0x706f736b
start=1MiB, size=$1MiB, type=c, bootable
start=$((1 + $1))MiB, size=$2MiB, type=83
start=$((1 + $1 + $2))MiB, size=$3MiB, type=83
END
