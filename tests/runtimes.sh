#!/usr/bin/env bash
# Dumps of processes on the older runtimes that are supported, and of a single-file program, sanitised by `scrub`: publishes a program for each, half a minute in all where nothing else runs.
# usage: runtimes.sh [OPTIONS OF THE TEST RUNNER]
set -euo pipefail
cd "$(dirname "$0")/.."
tests=tests/DebugRelay.FunctionalTests/bin/Debug/net10.0/DebugRelay.FunctionalTests
[ -x "$tests" ] || dotnet build tests/DebugRelay.FunctionalTests --nologo -v quiet
DEBUGRELAY_TEST_RUNTIMES=1 "$tests" --filter-method '*.Dumps_of_older_runtimes_and_of_single_files_are_sanitised' --progress off "$@"
