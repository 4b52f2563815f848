#!/usr/bin/env bash
# Holds the agent's TLS against two scanners, sslscan and testssl.sh (Debian packages; `apt-get install sslscan testssl.sh`): a host of its own on loopback with
# mutual TLS. Fails where anything but TLS 1.3 is spoken, where who has no certificate gets as far as a byte of ours, or where testssl.sh has a finding above "info"
# that docs/security-testing.md does not explain. Needs the built client.
# usage: tls-scan.sh [FOLDER]      FOLDER keeps the scanners' output
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$PWD/src/DebugRelay.Cli/bin/Debug/net10.0
[ -x "$programs/debugrelay-agent" ] || { echo "tls-scan.sh: build src/DebugRelay.Cli first" >&2; exit 1; }
for tool in sslscan testssl jq openssl; do command -v "$tool" >/dev/null || { echo "tls-scan.sh: there is no $tool" >&2; exit 1; }; done
work=$(mktemp -d) agent=
out=${1:-$work/out}
mkdir -p "$out"
finish() {
  [ -z "$agent" ] || { kill -TERM "$agent" 2>/dev/null; wait "$agent" 2>/dev/null; } || true
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "tls-scan.sh: $*" >&2; exit 1; }

"$programs/debugrelay" pki init --dir "$work/pki" >/dev/null
"$programs/debugrelay" pki issue --dir "$work/pki" --name agent --server localhost --server 127.0.0.1 >/dev/null
"$programs/debugrelay" pki issue --dir "$work/pki" --name alice --id spiffe://corp.example/eng/alice --for 1h >/dev/null
cat >"$work/policy.json" <<'JSON'
{ "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list"] } } }
JSON
cat >"$work/agent.json" <<'JSON'
{ "host": "localhost", "listen": ["127.0.0.1:0"], "certificate": "pki/agent.crt", "key": "pki/agent.key", "clientCa": "pki/ca.crt", "crl": ["pki/ca.crl"], "policy": "policy.json", "recordings": "recordings", "state": "state", "spool": "spool" }
JSON
"$programs/debugrelay-agent" run --config "$work/agent.json" >"$work/listening" 2>"$out/agent.log" &
agent=$!
for _ in $(seq 300); do
  [ ! -s "$work/listening" ] || break
  kill -0 "$agent" 2>/dev/null || { cat "$out/agent.log" >&2; fail "the agent did not start"; }
  sleep 0.1
done
address=$(jq -r '.listening[0]' "$work/listening")

# The agent speaks first: to who has a certificate. Who has none hears nothing.
heard() { { timeout 20 openssl s_client -connect "$address" -quiet "$@" </dev/null 2>>"$out/openssl.log" || true; } | wc -c; }
[ "$(heard -cert "$work/pki/alice.crt" -key "$work/pki/alice.key")" -gt 0 ] || fail "who has a certificate hears nothing: $(cat "$out/openssl.log")"
[ "$(heard)" -eq 0 ] || fail "who has no certificate was sent something"

sslscan --no-colour --certs="$work/pki/alice.crt" --pk="$work/pki/alice.key" "$address" >"$out/sslscan.txt"
[ "$(grep -E '^(SSLv|TLSv1\.[0-9]) ' "$out/sslscan.txt" | awk '$2 == "enabled" { print $1 }')" = TLSv1.3 ] || fail "another protocol than TLS 1.3 is spoken: $out/sslscan.txt"

testssl --quiet --color 0 --add-ca "$work/pki/ca.crt" --jsonfile "$out/testssl.json" "$address" >"$out/testssl.txt" 2>&1 || true
[ -s "$out/testssl.json" ] || { tail -5 "$out/testssl.txt" >&2; fail "testssl.sh has not said anything"; }
# Explained in docs/security-testing.md: both are of a certificate in the open web, which this is not.
explained='["cert_revocation", "DNS_CAArecord"]'
above='.[] | select(.severity | IN("LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"))'
jq -r "$above | \"\(.severity) \(.id): \(.finding)\"" "$out/testssl.json" >"$out/findings.txt"
cat "$out/findings.txt"
[ "$(jq --argjson explained "$explained" "[$above | select(.id | IN(\$explained[]) | not)] | length" "$out/testssl.json")" -eq 0 ] || fail "a finding that is not explained"
echo "tls-scan.sh: TLS 1.3 alone; $(wc -l <"$out/findings.txt") findings above info of $(jq length "$out/testssl.json"); each is explained"
