#!/usr/bin/env bash
# What the client's screens cost: time to the first picture, time to the first counters, processor time with many processes at 1 Hz.
# usage: perf/tui.sh CLIENT AGENT [PROCESSES [SECONDS [ROUNDS]]]   (programs, with the sample service beside the client)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
client=$1 agent=$2 processes=${3:-20} seconds=${4:-30} rounds=${5:-5}
sample=$(dirname "$agent")/debugrelay-sample
[ -x "$sample" ] || sample=$(dirname "$client")/debugrelay-sample
work=$(mktemp -d) pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
"$client" pki init --dir pki >/dev/null
"$client" pki issue --dir pki --name agent --server "$(hostname)" --server localhost --server 127.0.0.1 >/dev/null
"$client" pki issue --dir pki --name alice --id spiffe://corp.example/eng/alice >/dev/null
cat > policy.json <<'J'
{ "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{ "process": "debugrelay-sample" }], "allow": ["process.list", "process.info", "counters"] } } }
J
cat > agent.json <<'J'
{ "listen": ["127.0.0.1:0"], "certificate": "pki/agent.crt", "key": "pki/agent.key", "clientCa": "pki/ca.crt", "policy": "policy.json", "scrub": "default",
  "recordings": "recordings", "state": "state", "spool": "spool" }
J
# Targets of this run alone: the host finds sockets in its own TMPDIR.
export TMPDIR=$work DEBUGRELAY_RECEIPTS=$work/receipts
for ((i = 0; i < processes; i++)); do
  "$sample" --secrets "secrets$i.json" > /dev/null 2>&1 & pids+=($!)
done
"$agent" run --config agent.json > ready 2> agent.log & pids+=($!)
for ((i = 0; i < 300; i++)); do grep -q listening ready && break; sleep 0.1; done
address=$(grep -oE '127.0.0.1:[0-9]+' ready | head -n 1) || { cat ready agent.log >&2; exit 1; }
for ((i = 0; i < 600; i++)); do [ "$(find . -maxdepth 1 -name 'dotnet-diagnostic-*' | wc -l)" -ge "$processes" ] && break; sleep 0.1; done
sleep 3

python3 "$here/tui-terminal.py" "$rounds" "$seconds" "$processes" \
  "$client" tui --host "$address" --cert "$work/pki/alice.crt" --key "$work/pki/alice.key" --ca "$work/pki/ca.crt"
