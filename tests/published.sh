#!/usr/bin/env bash
# The functional smoke suite against the programs as they are shipped: native code, one file each. Publishes them into artifacts/published, unless --programs DIR has them.
# usage: published.sh [--programs DIR] [OPTIONS OF THE TEST RUNNER]
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --programs ]; then
  dir=$2
  shift 2
else
  dir=artifacts/published
  rm -rf "$dir"
  dotnet publish src/DebugRelay.Agent -c Release -o "$dir" --nologo -v quiet
fi
ls "$dir" | while read -r file; do
  case $file in
    debugrelay-agent|debugrelay-broker|debugrelay-worker|debugrelay-dumpworker) ;;
    *) echo "published.sh: $dir holds $file: the programs are to be one file each" >&2; exit 1 ;;
  esac
done
[ -x tests/DebugRelay.FunctionalTests/bin/Debug/net10.0/DebugRelay.FunctionalTests ] || dotnet build tests/DebugRelay.FunctionalTests --nologo -v quiet
# One of everything that a host does: installing, sessions and their refusal, counters, traces that are scrubbed, dumps, recordings that verify, a stop in order.
DEBUGRELAY_TEST_PROGRAMS=$(realpath "$dir") tests/DebugRelay.FunctionalTests/bin/Debug/net10.0/DebugRelay.FunctionalTests \
  --filter-class '*.InstallTests' '*.SeparateBrokerTests' '*.TwoUsersTests' '*.RelayedDumpTests' '*.HandshakeTests' '*.TraceTests' '*.HostStopTests' '*.ObservabilityTests' '*.NativeProgramTests' \
  --progress off "$@"
