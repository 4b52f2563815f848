#!/bin/sh
# Brings Prometheus' own tool for rules into DIR, out of Debian's package and without installing it.
# usage: install-promtool.sh DIR
set -eu
[ ! -x "$1/usr/bin/promtool" ] || exit 0
mkdir -p "$1"
cd "$1"
apt-get download prometheus >/dev/null 2>&1
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
rm prometheus_*.deb
