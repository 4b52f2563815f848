#!/usr/bin/env bash
# Faults and long series against a real host, by tests/DebugRelay.Endurance.
# usage: endurance.sh [--programs DIR] chaos [--seed N] [--rounds N | --minutes N] [--only FAULT] | sessions --count N
# --programs: the host's programs as they are published; else as they are built here.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --programs ]; then
  DEBUGRELAY_TEST_PROGRAMS=$(realpath "$2")
  export DEBUGRELAY_TEST_PROGRAMS
  shift 2
fi
program=tests/DebugRelay.Endurance/bin/Debug/net10.0/DebugRelay.Endurance
[ -x "$program" ] || dotnet build tests/DebugRelay.Endurance --nologo -v quiet
exec "$program" "$@"
