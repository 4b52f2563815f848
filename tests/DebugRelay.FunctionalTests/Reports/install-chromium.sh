#!/bin/sh
# Brings the browser that photographs the HTML report. Debian and Ubuntu; elsewhere install chromium by your own means.
set -eu
command -v chromium >/dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -q && apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core
