#!/bin/sh
# Installs a worker on a Debian 12 where cloud-init has brought the packages and the user:
#
#   install.sh RELEASE_URL RELEASE_SHA256 KUBO_URL KUBO_SHA256 DATA_DEVICE
#
# The last three may be empty: then no Kubo is installed, or the worker's folder lies on the system's disk. Run again
# with the same it changes nothing, with another release it installs that beside the old one and then points at it;
# what is half installed is never pointed at.
set -eu
SOFTWARE=/opt/renderchain
DATA=/var/lib/renderchain

fail() {
    echo "renderchain-install: $1" >&2
    exit 1
}

# A disk that has anything on it is never formatted: it may hold what open leases need.
prepare_disk() {
    [ -e "$1" ] || fail "There is no $1; attach the disk, then run this again."
    kind=$(blkid --probe --output value --match-tag TYPE "$1") || kind=
    if [ -z "$kind" ] && [ -z "$(head -c 1048576 "$1" | tr -d '\000' | head -c 1 | od -An -c)" ]; then
        mkfs.ext4 -q -L renderchain "$1"
    elif [ "$kind" != ext4 ]; then
        fail "$1 holds something that is no ext4 (${kind:-of no known kind}); nothing was done to it. Name another."
    fi
}

mount_disk() {
    mkdir -p "$DATA"
    if ! grep -q " $DATA " /etc/fstab; then
        echo "UUID=$(blkid --output value --match-tag UUID "$1") $DATA ext4 nofail,nodev,nosuid 0 2" >>/etc/fstab
    fi
    mountpoint -q "$DATA" || mount "$DATA"
}

# fetch URL SHA256 FILE
fetch() {
    curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' --retry 5 --output "$3" "$1" ||
        fail "$1 can't be fetched; correct its address, then run this again."
    echo "$2  $3" | sha256sum --check --status ||
        fail "$1 has another sha-256 than $2: it was thrown away. Compare both with the release's SHA256SUMS."
}

install_release() {
    place="$SOFTWARE/$2"
    if [ ! -e "$place/.done" ]; then
        rm -rf "$place"
        mkdir -p "$place"
        fetch "$1" "$2" "$work/release.tar.gz"
        tar --extract --gzip --no-same-owner --strip-components 1 --directory "$place" --file "$work/release.tar.gz"
        python3 -m venv "$place/python"
        "$place/python/bin/pip" install --quiet --no-cache-dir --require-hashes \
            --requirement "$place/requirements-worker.lock"
        touch "$place/.done"
    fi
    ln -sfn "$place" "$SOFTWARE/current"
}

install_kubo() {
    fetch "$1" "$2" "$work/kubo.tar.gz"
    tar --extract --gzip --no-same-owner --directory "$work" --file "$work/kubo.tar.gz" kubo/ipfs
    install -m 755 "$work/kubo/ipfs" /usr/local/bin/ipfs
}

python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
    fail "Blender 4.5 as a Python module needs Python 3.11, as Debian 12 has it; begin with that."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$5" ]; then
    prepare_disk "$5"
    mount_disk "$5"
fi
install -d -m 755 "$SOFTWARE" /etc/renderchain
install -d -m 700 -o renderchain -g renderchain "$DATA"
if [ -n "$3" ]; then
    install_kubo "$3" "$4"
fi
install_release "$1" "$2"
systemctl daemon-reload
