#!/bin/sh
# Writes users.conf, the users of a fleet's bus and what each may say and hear, from a list on standard input. A line of it:
#   host     SPIFFE-ID HOST    a host's debugrelay-shipper: speaks for this host and no other
#   engineer SPIFFE-ID         sees the hosts' records, nothing else
#   operator SPIFFE-ID         sends deny lists and policies, and sees who has them
#   monitor  SPIFFE-ID         reads ledgers and audit events
#   admin    SPIFFE-ID         makes the streams (`debugrelay fleet init`); leave it out afterwards
# Empty lines and lines that begin with # are passed over.
# usage: users.sh [PREFIX] <users.txt >users.conf      (PREFIX: debugrelay)
set -eu
prefix=${1:-debugrelay}
case $prefix in *[!A-Za-z0-9_-]* | '') echo "users.sh: $prefix is no prefix" >&2; exit 1 ;; esac

# The subject where answers come to. Nobody else may hear them.
inbox() { printf '_INBOX.%s.>' "$(printf %s "$1" | sha256sum | cut -c 1-32)"; }
get() { printf '"$JS.API.STREAM.INFO.%s", "$JS.API.DIRECT.GET.%s", "$JS.API.DIRECT.GET.%s.>"' "$1" "$1" "$1"; }
user() { # SPIFFE-ID PUBLISH SUBSCRIBE
  printf '  { user: "%s", permissions: {\n      publish: { allow: [%s] }\n      subscribe: { allow: [%s"%s"] } } }\n' "$1" "$2" "$3" "$(inbox "$1")"
}

echo "users = ["
while read -r role id host rest; do
  case $role in '' | '#'*) continue ;; esac
  case $id in spiffe://?*) ;; *) echo "users.sh: $role: \"$id\" is no SPIFFE id" >&2; exit 1 ;; esac
  case $id in *[!A-Za-z0-9:/._-]*) echo "users.sh: $role: \"$id\" has characters that no SPIFFE id has" >&2; exit 1 ;; esac
  [ -z "${rest:-}" ] || { echo "users.sh: too many words: $role $id $host $rest" >&2; exit 1; }
  case $role in
    host)
      case $host in '' | .* | *[!A-Za-z0-9._-]*) echo "users.sh: \"$host\" is no host's name" >&2; exit 1 ;; esac
      # Dots make tokens, and a host is one.
      token=$(printf %s "$host" | tr . /)
      user "$id" "\"\$KV.${prefix}_presence.$token\", \"$prefix.ack.*.$token\", \"$prefix.audit.$token.*\", \"$prefix.ledger.$token.*.*\", \"\$JS.API.DIRECT.GET.KV_${prefix}_documents.>\"" \
        "\"$prefix.documents.*\", "
      ;;
    engineer) user "$id" "$(get "KV_${prefix}_presence")" "\"\$KV.${prefix}_presence.*\", " ;;
    operator)
      user "$id" "$(get "KV_${prefix}_presence"), $(get "KV_${prefix}_documents"), \"$prefix.documents.*\", \"\$KV.${prefix}_documents.*\"" \
        "\"$prefix.ack.>\", \"\$KV.${prefix}_presence.*\", "
      ;;
    monitor) user "$id" "$(get "KV_${prefix}_presence"), $(get "${prefix}_ledger"), $(get "${prefix}_audit")" "" ;;
    admin) user "$id" '"$JS.API.>"' "" ;;
    *) echo "users.sh: \"$role\" is none of host, engineer, operator, monitor, admin" >&2; exit 1 ;;
  esac
done
echo "]"
