#!/bin/sh
# Brings Microsoft's SARIF validator from the npm registry into DIR, for the test that holds our reports against the published schema.
# usage: install-sarif-multitool.sh DIR
set -eu
dir=$1
[ ! -x "$dir/package/Sarif.Multitool" ] || exit 0
mkdir -p "$dir"
cd "$dir"
npm pack --silent @microsoft/sarif-multitool-linux@5.7.0 >/dev/null
tar xzf microsoft-sarif-multitool-linux-5.7.0.tgz
rm microsoft-sarif-multitool-linux-5.7.0.tgz
chmod +x package/Sarif.Multitool
