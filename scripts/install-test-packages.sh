#!/bin/sh
# Install the Debian packages that tests talk to. Without root, say what is missing; in CI
# (CI=true) a missing package is a failure.
set -eu

# program:package:what needs it
needed='mosquitto:mosquitto:sync, command center and end-to-end tests
openssl:openssl:the tests of TLS and certificates
mosquitto_passwd:mosquitto:the tests of logins by password
mosquitto_sub:mosquitto-clients:the sync benchmark
nats-server:nats-server:end-to-end tests on a cluster of brokers
rabbitmq-server:rabbitmq-server:end-to-end tests on a cluster of brokers
chromium:chromium:page tests and screenshots
msgfmt:gettext:the catalogue test
gammu:gammu:the proof that the simulated modem is one
pdftotext:poppler-utils:the tests of the archive
gnokii:gnokii-cli:the proof that the simulated modem is one
gammu-smsd:gammu-smsd:the same, and the SMS benchmark
smsd:smstools:the SMS benchmark
ip:iproute2:the tests of a half-open link and of the WiFi (as root)
nft:nftables:the tests of the WiFi (as root)
dnsmasq:dnsmasq-base:the same
nginx:nginx-light:the same
conntrack:conntrack:the same
hostapd:hostapd:the tests of system files
modprobe:kmod:the same
sysctl:procps:the same
systemd-analyze:systemd:the same
iperf3:iperf3:the same
udhcpc:udhcpc:the same
opennds:opennds:the portal benchmark
iptables-legacy:iptables:the portal benchmark
ab:apache2-utils:the portal benchmark
mmdebstrap:mmdebstrap:the tests of a whole system (as root)
systemd-nspawn:systemd-container:the tests of the units (as root)
qemu-system-x86_64:qemu-system-x86:the tests in a virtual machine (as root)
cpio:cpio:the same
nbdkit:nbdkit:the power cuts of a whole box
cc:gcc:power-cut tests and the wear benchmark
dh:debhelper:the tests of the package
lintian:lintian:the same
sfdisk:fdisk:the tests of the image
mkfs.vfat:dosfstools:the tests of sticks
mcopy:mtools:the same
mkfs.exfat:exfatprogs:the same
mkfs.ntfs:ntfs-3g:the same
npm:npm:the AsyncAPI document against the official parser'

missing='' left_out=''
PATH=$PATH:/usr/sbin:/sbin
while IFS=: read -r program package purpose; do
    command -v "$program" >/dev/null 2>&1 && continue
    missing="$missing $package"
    left_out="$left_out
  - $purpose ($package)"
done <<LIST
$needed
LIST
# A driver, not a program: gammu-smsd reaches SQLite through it.
if ! ls /usr/lib/*/dbd/libdbdsqlite3.so >/dev/null 2>&1; then
    missing="$missing libdbd-sqlite3"
    left_out="$left_out
  - gammu-smsd on SQLite in the SMS benchmark (libdbd-sqlite3)"
fi
# Debian keeps the server's programs out of the PATH.
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then
    missing="$missing postgresql"
    left_out="$left_out
  - the tests of the command center on PostgreSQL (postgresql)"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    echo "installing Debian packages:$missing"
    apt-get update -q
    # shellcheck disable=SC2086  # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
    exit 0
fi
echo "Missing Debian packages. As root, run: apt-get install$missing" >&2
echo "Without them these tests are left out:$left_out" >&2
[ "${CI:-}" != true ] || exit 1
