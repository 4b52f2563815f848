#!/usr/bin/env bash
# Runs the failed tests of a run once more, one after the other, with nothing else running: a test of real processes can miss its time on a machine that had none
# to give. Each is named, so that it is looked at. More than five are no bad luck and are not tried. Needs jq.
# usage: again.sh REPORTS NEW-REPORTS      folders of CTRF reports; the exit code is 0 where each passes now
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t failed < <(jq -r '.results.tests[] | select(.status == "failed") | "\(.extra.type).\(.extra.method)"' "$1"/*.ctrf | sort -u)
[ "${#failed[@]}" -gt 0 ] && [ "${#failed[@]}" -le 5 ] || exit 1
for test in "${failed[@]}"; do
  assembly=$(grep -oE '^DebugRelay\.(FunctionalTests|Tests)' <<<"$test")
  "tests/$assembly/bin/Debug/net10.0/$assembly" --filter-method "$test" --progress off --results-directory "$2" --report-xunit-ctrf || exit 1
  echo "again.sh: FLAKY: $test failed, and passed when it ran alone" >&2
done
