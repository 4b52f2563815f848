#!/usr/bin/env bash
# Tries a package in a clean root: a fresh Debian without .NET. Installs it, looks at users, folders and modes, runs both services as their users and asks them
# for the processes, installs again, removes, purges: recordings stay. Needs root, debootstrap and the built client.
# usage: try-package.sh PACKAGE.deb [ROOT]      ROOT is kept for the next time
set -euo pipefail
package=$(realpath "$1") root=${2:+$(realpath -m "$2")}
cd "$(dirname "$0")/.."
client=$PWD/src/DebugRelay.Cli/bin/Debug/net10.0/debugrelay
[ -x "$client" ] || { echo "try-package.sh: build src/DebugRelay.Cli first" >&2; exit 1; }
fail() { echo "try-package.sh: $*" >&2; exit 1; }

work=$(mktemp -d)
services=()
finish() {
  for pid in "${services[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  wait
  if mountpoint -q "$work/root/proc"; then umount "$work/root/proc"; fi
  rm -rf "$work"
}
trap finish EXIT
# The folder is copied, so that each try begins clean.
[ -n "$root" ] || root=$work/debian
[ -x "$root/bin/sh" ] || debootstrap --variant=minbase --include=libssl3,systemd-standalone-sysusers,systemd-standalone-tmpfiles bookworm "$root" >"$work/debootstrap.log" 2>&1 \
  || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
cp -a "$root" "$work/root"
root=$work/root
mount -t proc proc "$root/proc"
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent "$@"; }
start() { exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent "$@"; }

cp "$package" "$root/tmp/package.deb"
in_root dpkg -i /tmp/package.deb >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; fail "it did not install"; }
for user in debugrelay-agent debugrelay-broker; do in_root id "$user" >/dev/null || fail "no user $user"; done
modes=$(in_root stat -c '%a %U %G %n' /etc/debugrelay /etc/debugrelay/agent.json /etc/debugrelay/policy.json /var/lib/debugrelay/recordings /var/lib/debugrelay/state/agent /var/lib/debugrelay/state/broker /var/lib/debugrelay/spool)
expected='750 root debugrelay /etc/debugrelay
640 root debugrelay /etc/debugrelay/agent.json
640 root debugrelay /etc/debugrelay/policy.json
700 debugrelay-agent debugrelay-agent /var/lib/debugrelay/recordings
700 debugrelay-agent debugrelay-agent /var/lib/debugrelay/state/agent
700 debugrelay-broker debugrelay /var/lib/debugrelay/state/broker
1770 root debugrelay /var/lib/debugrelay/spool'
[ "$modes" = "$expected" ] || { diff <(echo "$expected") <(echo "$modes") >&2; fail "modes are other than meant"; }

# As the administrator would: certificates, a policy, a free port.
"$client" pki init --dir "$work/pki" >/dev/null
"$client" pki issue --dir "$work/pki" --name agent --server try-host --server 127.0.0.1 >/dev/null
"$client" pki issue --dir "$work/pki" --name alice --id spiffe://corp.example/eng/alice >/dev/null
cp "$work/pki/agent.crt" "$work/pki/agent.key" "$work/pki/ca.crt" "$root/etc/debugrelay/"
sed -i 's#"0.0.0.0:7443"#"127.0.0.1:0"#; s#"policy": "policy.json"#"host": "try-host", "policy": "policy.json"#' "$root/etc/debugrelay/agent.json"
sed -i 's#example.invalid#corp.example#' "$root/etc/debugrelay/policy.json"
chmod 644 "$root"/etc/debugrelay/*.crt
in_root systemd-tmpfiles --create debugrelay.conf
[ "$(in_root stat -c '%a %G' /etc/debugrelay/agent.key)" = "640 debugrelay-agent" ] || fail "the key is not the agent's alone"
in_root debugrelay-agent check --config /etc/debugrelay/agent.json >"$work/check" || fail "check: $(cat "$work/check")"

# The two services as their units start them, as far as that goes without systemd.
in_root install -d -o debugrelay-broker -g debugrelay -m 750 /run/debugrelay
powers=$(sed -n 's/^AmbientCapabilities=//p' "$root/usr/lib/systemd/system/debugrelay-broker.service" | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
start setpriv --reuid debugrelay-broker --regid debugrelay --clear-groups --inh-caps "-all,$powers" --ambient-caps "-all,$powers" --bounding-set "-all,$powers" --no-new-privs \
  /usr/lib/debugrelay/debugrelay-broker run --config /etc/debugrelay/agent.json >"$work/broker.log" 2>&1 &
services+=($!)
start setpriv --reuid debugrelay-agent --regid debugrelay-agent --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
  /usr/lib/debugrelay/debugrelay-agent run --config /etc/debugrelay/agent.json >"$work/agent.out" 2>"$work/agent.log" &
services+=($!)
for _ in $(seq 100); do grep -q listening "$work/agent.out" && grep -q listening "$work/broker.log" && break; sleep 0.1; done
address=$(sed -n 's/.*"listening":\["\([^"]*\)".*/\1/p' "$work/agent.out")
[ -n "$address" ] || { cat "$work/agent.log" "$work/broker.log" >&2; fail "the agent does not listen"; }
DEBUGRELAY_RECEIPTS=$work/receipts "$client" ps --host "$address" --cert "$work/pki/alice.crt" --key "$work/pki/alice.key" --ca "$work/pki/ca.crt" >"$work/ps" \
  || { cat "$work/agent.log" "$work/broker.log" >&2; fail "ps"; }
for pid in "${services[@]}"; do kill -TERM "$pid"; done
for pid in "${services[@]}"; do wait "$pid" || { cat "$work/agent.log" "$work/broker.log" >&2; fail "a service ended with an error"; }; done
services=()
recording=$(ls -d "$root"/var/lib/debugrelay/recordings/*)
"$client" recording verify "$recording" --ca "$work/pki/ca.crt" | grep -q '^OK' || fail "the recording does not verify"

# Again, as an upgrade does it; then away with it.
in_root dpkg -i /tmp/package.deb >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; fail "it did not install again"; }
grep -q try-host "$root/etc/debugrelay/agent.json" || fail "the configuration was replaced"
in_root dpkg -r debugrelay >/dev/null 2>&1
[ ! -e "$root/usr/lib/debugrelay/debugrelay-agent" ] && [ -e "$root/etc/debugrelay/agent.json" ] || fail "removing took too little or too much"
in_root dpkg -P debugrelay >/dev/null 2>&1
[ ! -e "$root/etc/debugrelay/agent.json" ] && [ -d "$recording" ] || fail "purging took too little or too much"
echo "try-package.sh: installed, ran, recorded, was upgraded, removed and purged; the recording stays"
