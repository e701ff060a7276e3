#!/bin/sh
# Make the certificates of a city with openssl. What exists is left as it is, so the same command
# may be given again; to renew a certificate, delete its .pem first. Keys are readable by their
# owner alone.
#
#   make-certificates.sh DIR ca CITY        ca.pem, ca.key: the city's authority (keep the key away)
#   make-certificates.sh DIR broker HOST    broker.pem, broker.key: HOST is what boxes connect to
#   make-certificates.sh DIR center 1471    posko-center-1471.pem and .key: the command center
#   make-certificates.sh DIR center 1471-2  posko-center-1471-2.pem and .key: its second receiver
#   make-certificates.sh DIR box 147107     147107.pem and .key: one box, six digits of its site
#
# DAYS: how long a new certificate is valid (default 825; the authority 3650).
set -eu
umask 077

usage() {
    sed -n 's/^#   //p' "$0" >&2
    exit 2
}

[ $# = 3 ] || usage
dir=$1 kind=$2 name=$3
mkdir -p "$dir"
cd "$dir"

ec='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'

make_authority() {
    [ -e ca.pem ] && return
    # shellcheck disable=SC2086  # a list of options
    openssl req -x509 -new $ec -keyout ca.key -out ca.pem.new -days "${DAYS:-3650}" \
        -subj "/CN=Posko $name" \
        -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
        -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
    mv ca.pem.new ca.pem
}

# sign FILE COMMON-NAME EXTENSIONS
sign() {
    [ -e "$1.pem" ] && return
    [ -e ca.key ] || {
        echo "$dir has no ca.key; make the authority first" >&2
        exit 1
    }
    # shellcheck disable=SC2086  # a list of options
    openssl req -new $ec -keyout "$1.key.new" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
    printf 'basicConstraints=CA:FALSE\n%s\n' "$3" > "$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial \
        -days "${DAYS:-825}" -extfile "$1.ext" -out "$1.pem.new" 2>/dev/null
    rm "$1.csr" "$1.ext"
    mv "$1.key.new" "$1.key"
    mv "$1.pem.new" "$1.pem"
}

check() {
    printf '%s\n' "$name" | grep -Eqx "$1" || {
        echo "$name is not $2" >&2
        exit 2
    }
}

case $kind in
ca) make_authority ;;
broker)
    check '[A-Za-z0-9.:-]+' 'a host name or an address'
    case $name in
    *[!0-9.]*) alternative=DNS ;;
    *) alternative=IP ;;
    esac
    case $name in *:*) alternative=IP ;; esac
    sign broker "$name" "subjectAltName=$alternative:$name
extendedKeyUsage=serverAuth"
    ;;
center)
    check '[0-9]{4}(-[1-9][0-9]?)?' 'the four digits of a city, with -2 behind them for its second receiver'
    sign "posko-center-$name" "posko-center-$name" extendedKeyUsage=clientAuth
    ;;
box)
    check '[0-9]{6}' 'the six digits of a site'
    sign "$name" "$name" extendedKeyUsage=clientAuth
    ;;
*) usage ;;
esac
