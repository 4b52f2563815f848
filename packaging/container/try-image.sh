#!/usr/bin/env bash
# Makes the root file system that the Dockerfile describes, without a container engine, and tries it: its COPY and RUN instructions are carried out in a fresh Debian
# by chroot. Says nothing about what an engine adds. Needs root and debootstrap.
# usage: try-image.sh CONTEXT [ROOT]      CONTEXT holds the package; ROOT is kept for the next time
set -euo pipefail
context=$(realpath "$1") clean=${2:+$(realpath -m "$2")}
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'if mountpoint -q "$work/root/proc"; then umount "$work/root/proc"; fi; rm -rf "$work"' EXIT
[ -n "$clean" ] || clean=$work/debian
[ -x "$clean/bin/sh" ] || debootstrap --variant=minbase bookworm "$clean" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
cp -a "$clean" "$work/root"
root=$work/root
mount -t proc proc "$root/proc"
# As debian:bookworm-slim, which has neither.
rm -rf "$root"/usr/share/doc/*
declare -A arguments
instruction() {
  local name=$1 rest=$2
  for key in "${!arguments[@]}"; do rest=${rest//\$\{$key\}/${arguments[$key]}}; done
  case $name in
    ARG) arguments[${rest%%=*}]=${rest#*=} ;;
    COPY) cp "$context/${rest% *}" "$root${rest##* }" ;;
    RUN) chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -ec "$rest" >"$work/run.log" 2>&1 || { tail -20 "$work/run.log" >&2; exit 1; } ;;
    USER) user=$rest ;;
    ENTRYPOINT) entry=$(jq -r '.[0]' <<<"$rest") ;;
  esac
}
while read -r line; do
  case $line in '' | '#'*) continue ;; esac
  while [ "${line%\\}" != "$line" ]; do read -r more; line="${line%\\} $more"; done
  instruction "${line%% *}" "${line#* }"
done <Dockerfile
says=$(chroot --userspec "$user" "$root" "$entry" --help)
grep -q 'debugrelay-agent run' <<<"$says" || { echo "try-image.sh: the entry point does not start" >&2; exit 1; }
for file in agent broker worker dumpworker; do [ -x "$root/usr/lib/debugrelay/debugrelay-$file" ] || { echo "try-image.sh: no debugrelay-$file" >&2; exit 1; }; done
[ "$(chroot "$root" stat -c '%u' /var/lib/debugrelay/recordings)" = "${user%%:*}" ] || { echo "try-image.sh: recordings are another's" >&2; exit 1; }
echo "try-image.sh: $(du -sm --exclude=proc "$root" | cut -f1) MB in all; as $user the entry point answers"
