"""`posko-firmware apply` on a box in namespaces: what cuts uplink or access point goes back.

One box plays all the scenes, told in `_PLAY`; each test looks at one. networkctl and systemctl are
stand-ins that do what systemd would to the interfaces.
"""

import re
import sys

import pytest

from tests.support.programs import needs
from tests.support.real_parsers import in_own_machine

pytestmark = pytest.mark.slow

_SITE = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"

[wifi]
resolvers = ["203.0.113.53"]

[[wifi.zones]]
name = "taman"
interface = "br-taman"
ipv4 = "10.78.0.1/22"

[[radio.devices]]
interface = "wlan0"
chip = "hwsim"
channel = 6

[[radio.networks]]
zone = "taman"
ssid = "Taman"

[network]
wan_ipv4 = "192.168.1.10/24"
wan_gateway = "192.168.1.1"
"""

_PLAY = r"""
for place in etc usr/local/lib; do
    mkdir -p /run/over/$place /run/scratch/$place
    over="lowerdir=/$place,upperdir=/run/over/$place,workdir=/run/scratch/$place"
    mount -t overlay none -o "$over" /$place
done
mount -t tmpfs none /boot
mkdir -p /run/bin
mkdir -m 750 /etc/posko
export PATH=/run/bin:$PATH
cat > /run/bin/networkctl <<'END'
#!/bin/sh
file=/usr/local/lib/systemd/network/60-posko-wan.network
[ -e $file ] || exit 0
ip address flush dev eth0
ip address add $(sed -n s/^Address=//p $file) dev eth0
ip route replace default via $(sed -n s/^Gateway=//p $file)
END
cat > /run/bin/systemctl <<'END'
#!/bin/sh
echo "$*" >> /run/told
[ "$2" = posko-hostapd@wlan0 ] || exit 0
file=/etc/posko/firmware/current/hostapd/wlan0.conf
if grep -q ^ssid=Rusak $file; then ip link set wlan0 down; else ip link set wlan0 up; fi
END
chmod +x /run/bin/*

ip netns add internet
ip link add eth0 type veth peer name far netns internet
ip link add wlan0 type veth peer name air
ip link set eth0 up
ip link set air up
ip -n internet address add 192.168.1.1/24 dev far
ip -n internet address add 203.0.113.53/32 dev lo
ip -n internet link set lo up
ip -n internet link set far up
ip netns exec internet DNSMASQ --no-daemon --user=root --conf-file=/dev/null --no-resolv \
    --no-hosts --address=/gstatic.com/192.0.2.1 --pid-file= > /dev/null 2>&1 &
resolver=$!

state=/etc/posko/firmware
site=/etc/posko/posko.toml
firmware() { PYTHON -m firmware_config "$@" 2>&1; }
when() { for _ in $(seq 300); do eval "$1" && return; sleep 0.1; done; echo "never: $1"; exit 1; }
over() { when "[ ! -e $state/trial.json ]"; cat $state/outcome.txt; }
change() { sed -i "$1" $site; }

echo "## first"
cp "$1/posko.toml" $site
firmware apply --minutes 5
firmware confirm
setpriv --reuid nobody --clear-groups cat /usr/local/lib/systemd/network/50-posko-taman.netdev

echo "## gateway"
change 's/^wan_gateway = .*/wan_gateway = "192.168.1.99"/'
firmware apply --minutes 0.1
over
ip route show default
grep wan_gateway $site $site.rejected

echo "## caller"
change 's/^ssid = .*/ssid = "Rusak"/'
firmware apply --minutes 0.05 &
caller=$!
when "[ -e $state/trial.json ]"
kill -9 $caller
over
ip -brief link show wlan0

echo "## restarts"
change 's/^channel = .*/channel = 11/'
firmware apply --minutes 5
for n in 1 2 3; do
    kill -9 $(cat $state/watch.lock)
    sed -i 's/"boot":"[^"]*"/"boot":"another"/' $state/trial.json
    firmware watch &
    when "[ ! -e $state/trial.json ] || grep -q '\"boots\":$n' $state/trial.json"
done
over
grep ^channel= $state/current/hostapd/wlan0.conf

echo "## nobody"
rm /run/told
change 's/^channel = .*/channel = 1/'
firmware diff || true
firmware apply --minutes 0.05
over
grep ^channel= $state/current/hostapd/wlan0.conf
cat /run/told
firmware apply
kill $resolver
"""


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("firmware")
    (folder / "posko.toml").write_text(_SITE)
    play = _PLAY.replace("DNSMASQ", needs("dnsmasq")).replace("PYTHON", sys.executable)
    parts = in_own_machine(play, folder).split("## ")[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


def test_a_first_generation_is_confirmed(scenes: dict[str, str]) -> None:
    assert "On trial for 5 minutes" in scenes["first"]
    assert "generation 1 stays" in scenes["first"]


def test_a_daemon_that_is_not_root_finds_its_files(scenes: dict[str, str]) -> None:
    assert "Kind=bridge" in scenes["first"]


def test_a_gateway_that_leads_nowhere_is_taken_back(scenes: dict[str, str]) -> None:
    """Box check 6."""
    text = scenes["gateway"]
    assert "goes back by itself if one of these is lost: uplink, wlan0" in text
    assert "generation 2 was taken back to 1: lost: uplink" in text
    assert "default via 192.168.1.1 " in text
    assert 'posko.toml:wan_gateway = "192.168.1.1"' in text
    assert 'posko.toml.rejected:wan_gateway = "192.168.1.99"' in text


def test_an_access_point_that_stays_away_is_taken_back_though_the_caller_died(
    scenes: dict[str, str],
) -> None:
    """Box check 6."""
    assert "generation 3 was taken back to 1: lost: wlan0" in scenes["caller"]
    assert re.search(r"wlan0@air +UP", scenes["caller"])


def test_a_box_that_restarts_again_and_again_goes_back(scenes: dict[str, str]) -> None:
    assert "taken back to 1: the box restarted 3 times" in scenes["restarts"]
    assert "channel=6" in scenes["restarts"]


def test_what_keeps_uplink_and_access_point_stays_though_nobody_confirms(
    scenes: dict[str, str],
) -> None:
    text = scenes["nobody"]
    assert "-channel=6\n+channel=1\n" in text
    assert "generation 5 kept uplink and access point, and stays" in text
    assert "\nchannel=1\nrestart posko-hostapd@wlan0\nnothing to change\n" in text
