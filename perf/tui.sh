#!/usr/bin/env bash
# What the client's screens cost: time to the first picture, time to the first counters, processor time with many processes at 1 Hz.
# usage: perf/tui.sh CLIENT AGENT [PROCESSES [SECONDS [ROUNDS]]]   (programs, with the sample service beside the client)
set -euo pipefail
client=$1 agent=$2 processes=${3:-20} seconds=${4:-30} rounds=${5:-5}
sample=$(dirname "$agent")/debugrelay-sample
[ -x "$sample" ] || sample=$(dirname "$client")/debugrelay-sample
work=$(mktemp -d) server=debugrelay-perf-$$ pids=()
trap 'tmux -L $server kill-server 2>/dev/null || true; kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
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

now() { date +%s%N; }
tmux -L "$server" -f /dev/null new-session -d -x 120 -y 40 'sleep 100000'
tmux -L "$server" set-option -g remain-on-exit on
open() {
  rm -f began pid
  tmux -L "$server" respawn-pane -k "date +%s%N > $work/began; echo \$\$ > $work/pid; exec $client tui --host $address --cert $work/pki/alice.crt --key $work/pki/alice.key --ca $work/pki/ca.crt"
}
seen() { # PATTERN: milliseconds from the start of the program until it is on the screen
  local pattern=$1
  for ((n = 0; n < 3000; n++)); do
    if [ -s began ] && tmux -L "$server" capture-pane -p | grep -qE "$pattern"; then echo $((($(now) - $(cat began)) / 1000000)); return; fi
    sleep 0.005
  done
  echo "it never showed $pattern" >&2; tmux -L "$server" capture-pane -p >&2; return 1
}
ticks() { awk '{ print $14 + $15 }' "/proc/$(cat pid)/stat"; }

for ((round = 1; round <= rounds; round++)); do
  open
  paint=$(seen DebugRelay) counters=$(seen 'debugrelay-sample .* [0-9]+\.[0-9]')
  echo "round $round: first picture $paint ms, first counters $counters ms"
  if [ "$round" -lt "$rounds" ]; then tmux -L "$server" send-keys q; sleep 1.5; fi
done
sleep 5
before=$(ticks); sleep "$seconds"; after=$(ticks)
awk -v t=$((after - before)) -v s="$seconds" -v hz="$(getconf CLK_TCK)" -v n="$processes" 'BEGIN { printf "%d processes at 1 Hz for %d s: %.1f %% of one core\n", n, s, 100 * t / hz / s }'
grep -E 'VmRSS|Threads' "/proc/$(cat pid)/status"
tmux -L "$server" send-keys q
sleep 1
