#!/usr/bin/env bash
# Fuzzes a target guided by coverage: AFL++ over its instrumented assemblies. Installs what it needs.
#   tests/DebugRelay.Fuzz/afl.sh TARGET [SECONDS] [FOLDER]       default: 600 seconds, artifacts/fuzz/TARGET; a folder with findings of before is gone on with
# Exit code 1 where something was found. To look at a finding: dotnet FOLDER/target/DebugRelay.Fuzz.dll TARGET afl < FOLDER/found/default/crashes/id...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:?usage: afl.sh TARGET [SECONDS] [FOLDER]}
seconds=${2:-600}
folder=${3:-$here/../../artifacts/fuzz/$target}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

if ! command -v afl-fuzz >/dev/null; then
  as_root=$([ "$(id -u)" = 0 ] || echo sudo)
  $as_root apt-get update && $as_root apt-get install -y --no-install-recommends afl++
fi
[ -x "$folder/tools/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$folder/tools"

rm -rf "$folder/target" "$folder/seeds"
dotnet publish "$here/DebugRelay.Fuzz.csproj" -c Release -o "$folder/target" --nologo -v quiet
dotnet "$folder/target/DebugRelay.Fuzz.dll" "$target" seeds "$folder/seeds"
for assembly in $(dotnet "$folder/target/DebugRelay.Fuzz.dll" "$target" assemblies); do
  "$folder/tools/sharpfuzz" "$folder/target/$assembly.dll"
done

from=$([ -d "$folder/found/default/queue" ] && echo - || echo "$folder/seeds")
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 DOTNET_TieredPGO=0
nice -n 15 afl-fuzz -i "$from" -o "$folder/found" -t 10000 -m none -V "$seconds" -- dotnet "$folder/target/DebugRelay.Fuzz.dll" "$target" afl >"$folder/afl.log" 2>&1 \
  || { tail -n 20 "$folder/afl.log" >&2; exit 2; }

grep -E '^(run_time|execs_done|execs_per_sec|corpus_count|edges_found|total_edges|bitmap_cvg|saved_crashes|saved_hangs)' "$folder/found/default/fuzzer_stats"
! grep -qE '^saved_(crashes|hangs) *: [1-9]' "$folder/found/default/fuzzer_stats"
