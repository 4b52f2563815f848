#!/bin/sh
# Brings the published OCSF schema, in the version that our events name, into DIR, for the test that holds our facts against it.
# usage: install-ocsf-schema.sh DIR
set -eu
[ ! -f "$1/version.json" ] || exit 0
git -c advice.detachedHead=false clone --quiet --depth 1 --branch 1.4.0 https://github.com/ocsf/ocsf-schema "$1" 2>/dev/null
