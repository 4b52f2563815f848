#!/bin/sh
# Brings nats-server into DIR, out of Debian's package and without installing it.
# usage: install-nats.sh DIR
set -eu
[ ! -x "$1/usr/sbin/nats-server" ] || exit 0
mkdir -p "$1"
cd "$1"
apt-get download nats-server >/dev/null 2>&1
dpkg-deb --fsys-tarfile nats-server_*.deb | tar -x ./usr/sbin/nats-server
rm nats-server_*.deb
