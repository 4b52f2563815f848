#!/bin/sh
# Verifies a DebugRelay recording with OpenSSL and sha256sum alone; docs/recording-format.md describes what is checked.
#   verify-recording.sh DIR CA [HEADS]
# DIR is a session's folder, or the folder of all sessions; CA the PEM file of the roots to trust, of agents and engineers; HEADS a file of
# witnessed checkpoints ("session index sha256" lines).
# Prints one line a session: OK (exit 0), INCOMPLETE or TAMPERED (exit 4). Without a folder or a root to trust there is no verdict: exit 2.
set -u
LC_ALL=C; export LC_ALL
unset CDPATH

usage() { echo "$1" >&2; exit 2; }
tampered() { echo "TAMPERED $1"; exit 4; }
incomplete() { echo "INCOMPLETE $1"; exit 4; }

[ $# -eq 2 ] || [ $# -eq 3 ] || usage "usage: verify-recording.sh DIR CA [HEADS]"
[ -d "$1" ] || usage "There is no folder $1."
openssl x509 -in "$2" -noout 2>/dev/null || usage "There is no certificate to trust in $2, so nothing can be verified."
ca=$(cd "$(dirname -- "$2")" && pwd)/$(basename -- "$2")
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
: > "$tmp/heads"
[ $# -eq 2 ] || cat -- "$3" > "$tmp/heads" 2>/dev/null || usage "The heads cannot be read."
[ $# -eq 2 ] || heads=$(cd "$(dirname -- "$3")" && pwd)/$(basename -- "$3")
case $0 in /*) script=$0 ;; *) script=$PWD/$0 ;; esac
grep -Evq '^([A-Za-z0-9_][A-Za-z0-9._-]* [0-9]{1,9} [0-9a-f]{64})?$' "$tmp/heads" && usage "A line of the heads is not 'session index sha256'."
cd -- "$1" || usage "The recording cannot be read."

# --- words -------------------------------------------------------------------------------------------------------------------------
is_name() { case $1 in '' | [.-]* | *[!A-Za-z0-9._-]*) return 1 ;; esac; [ ${#1} -le 128 ]; }
is_number() { case $1 in 0) return 0 ;; '' | 0* | *[!0-9]*) return 1 ;; esac; [ ${#1} -le 18 ]; }
is_hex() { case $1 in *[!0-9a-f]*) return 1 ;; esac; [ ${#1} -eq 64 ]; }
is_time() { case $1 in *.[0-9][0-9][0-9]) is_number "${1%.*}" && [ "${1%.*}" -le 253402300799 ] ;; *) return 1 ;; esac; }
shown() { if is_name "$1"; then echo "$1"; else echo "(odd name)"; fi; }
is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
size() { size=$(wc -c < "$1"); size=$((size)); }
pad() { padded=$1; while [ ${#padded} -lt 4 ]; do padded=0$padded; done; } # without a process: there are thousands of names
sum() { set -- $(sha256sum "$1"); echo "$1"; }

# --- many sessions -----------------------------------------------------------------------------------------------------------------
holds_sessions() { # folders and nothing else, none of them the streams of a session
  found=1
  for file in .[!.]* ..?* *; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    [ -d "$file" ] && [ ! -L "$file" ] && [ "$file" != streams ] || return 1
    found=0
  done
  return $found
}

if holds_sessions; then
  sessions=0 bad=0 open=0
  for folder in .[!.]* ..?* *; do
    [ -d "$folder" ] || continue
    line=$(sh "$script" "./$folder" "$ca" ${heads:+"$heads"})
    case $line in
      TAMPERED* | 'INCOMPLETE no segment'*) ;;
      *) session=$(sed -n '4s/^session //p' "./$folder/0000.checkpoint")
        [ "$session" = "$folder" ] || line="TAMPERED this is the recording of session $session" ;;
    esac
    echo "$(shown "$folder"): $line"
    sessions=$((sessions + 1))
    case $line in OK*) ;; INCOMPLETE*) open=$((open + 1)) ;; *) bad=$((bad + 1)) ;; esac
  done
  worst=OK
  [ $open -eq 0 ] || worst=INCOMPLETE
  [ $bad -eq 0 ] || worst=TAMPERED
  echo "$worst $sessions recordings, $bad tampered with, $open incomplete"
  [ $worst = OK ] || exit 4
  exit 0
fi

# --- which files are there ---------------------------------------------------------------------------------------------------------
sealed=0
number=0000
while [ -f "$number.checkpoint" ]; do sealed=$((sealed + 1)); pad $sealed; number=$padded; done
unsealed=''

check_segment_file() {
  stem=${1%%.*} extension=${1#*.} index=${1%%.*}
  while [ ${#index} -gt 1 ] && [ "${index#0}" != "$index" ]; do index=${index#0}; done
  pad "$index"
  is_number "$index" && [ ${#index} -le 9 ] && [ "$padded" = "$stem" ] || tampered "$(shown "$1") does not belong to a recording"
  case $extension in
    ndjson | pub | cert | sig) ;;
    checkpoint) ;;
    checkpoint.new) [ "$index" -ge $sealed ] || tampered "$1 does not belong to a recording" ;;
    *) tampered "$(shown "$1") does not belong to a recording" ;;
  esac
  [ "$index" -le $sealed ] || tampered "$number.checkpoint is missing, but $1 is there"
  if [ "$index" -eq $sealed ] && [ -z "$unsealed" ]; then unsealed=$1; fi
}

for file in .[!.]* ..?* *; do
  [ -e "$file" ] || [ -L "$file" ] || continue
  case ${file%.new} in
    streams) [ "$file" = streams ] || tampered "$file does not belong to a recording"; [ -d streams ] && [ ! -L streams ] || tampered "streams is not a regular folder" ;;
    agent.crt) [ "$file" = agent.crt ] || tampered "$file does not belong to a recording"; is_file agent.crt || tampered "agent.crt is not a regular file" ;;
    end.sig | review.json | review.p7s | review-[2-9].json | review-[2-9].p7s | review-[1-9][0-9].json | review-[1-9][0-9].p7s) # added after the end
      is_file "$file" || tampered "$file is not a regular file" ;;
    *) is_file "$file" || tampered "$(shown "$file") is not a regular file"; check_segment_file "$file" ;;
  esac
done
for file in streams/.[!.]* streams/..?* streams/*; do
  [ -e "$file" ] || [ -L "$file" ] || continue
  is_file "$file" || tampered "streams/$(shown "${file#streams/}") is not a regular file"
  is_name "${file#streams/}" || tampered "streams/(odd name) does not belong to a recording"
done
[ $sealed -gt 0 ] || incomplete "no segment is sealed"

# --- the agent's certificate -------------------------------------------------------------------------------------------------------
[ -f agent.crt ] || tampered "agent.crt is missing"
openssl x509 -in agent.crt -noout -pubkey > "$tmp/agent.pub" 2>/dev/null || tampered "agent.crt holds no certificate"
agent=$(sum agent.crt)

# --- each segment, in order --------------------------------------------------------------------------------------------------------
line() { # the next line of the checkpoint must be "$1 VALUE"
  IFS=' ' read -r name value rest && [ "$name" = "$1" ] && [ -z "$rest" ]
}

parse() { # reads the checkpoint from stdin, its streams' lines into $tmp/pieces
  line debugrelay-checkpoint && [ "$value" = 1 ] && line algorithm && [ "$value" = ecdsa-p256-sha256 ] || return 1
  line host && is_name "$value" || return 1; host=$value
  line session && is_name "$value" || return 1; session=$value
  line index && is_number "$value" || return 1; index=$value
  line time && is_time "$value" || return 1; time=${value%.*}
  IFS=' ' read -r name entries count rest && [ "$name" = entries ] && [ -z "$rest" ] || return 1
  is_number "$entries" && is_number "$count" || return 1
  line entries-sha256 && is_hex "$value" || return 1; entries_sum=$value
  line previous-sha256 && { [ "$value" = none ] || is_hex "$value"; } || return 1; previous=$value
  line agent-sha256 && is_hex "$value" || return 1; named_agent=$value
  line next-key-sha256 && { [ "$value" = final ] || is_hex "$value"; } || return 1; next=$value
  : > "$tmp/pieces"
  while IFS=' ' read -r name stream offset bytes piece whole rest; do
    [ "$name" = stream ] || [ "$name" = hashed ] || return 1
    [ -z "$rest" ] && is_name "$stream" && is_number "$offset" && is_number "$bytes" && is_hex "$piece" || return 1
    [ "$whole" = open ] || is_hex "$whole" || return 1
    echo "$stream $offset $bytes $piece $whole $name" >> "$tmp/pieces"
  done
  [ -z "$name" ]  # a last line without an end is left here
}

check_stream() { # STREAM OFFSET BYTES PIECE WHOLE KIND; how far a stream is verified lies in $tmp/stream.NAME
  known=0 state=open kind=$6
  if [ -f "$tmp/stream.$1" ]; then read -r known state kind < "$tmp/stream.$1"; else streams=$((streams + 1)); fi
  [ "$state" = open ] && [ "$2" -eq "$known" ] && [ "$6" = "$kind" ] || tampered "stream $1 does not continue in $checkpoint"
  end=$(($2 + $3))
  if [ "$6" = hashed ]; then
    [ ! -e "streams/$1" ] || tampered "stream $1 is kept by its hash alone, but a file is there"
  else
    check_bytes "$1" "$2" "$3" "$4" "$5"
  fi
  echo "$end $5 $6" > "$tmp/stream.$1"
}

check_bytes() { # STREAM OFFSET BYTES PIECE WHOLE
  [ -f "streams/$1" ] && size "streams/$1" && [ "$size" -ge $end ] || tampered "stream $1 is shorter than $checkpoint says"
  set -- "$1" "$2" "$3" "$4" "$5" $(tail -c "+$(($2 + 1))" "streams/$1" 2>/dev/null | head -c "$3" | sha256sum)
  [ "$6" = "$4" ] || tampered "stream $1 is changed"
  [ "$5" != open ] || return 0
  set -- "$1" "$2" "$3" "$4" "$5" $(head -c $end "streams/$1" | sha256sum)
  [ "$6" = "$5" ] || tampered "stream $1 is changed"
}

# What takes a process is done for all segments at once: hashes, entries' numbers, and two signatures a segment on all processors.
names_of() { # up to the first segment that lacks a file
  i=0
  while pad $i; [ $i -lt $sealed ] && [ -f $padded.pub ] && [ -f $padded.ndjson ]; do printf "$1" $padded $padded $padded; i=$((i + 1)); done
}
names_of '%s.pub %s.checkpoint %s.ndjson\n' | xargs sha256sum > "$tmp/sums" 2>/dev/null
names_of '%.0s%.0s%s.ndjson\n' | xargs awk -v story="$tmp/story" '
  { lines[FILENAME]++ }
  index($0, "{\"n\":" NR - 1 ",") != 1 { wrong[FILENAME] = 1 }
  /^[^}]*,"kind":"(open|request|decision|end)"/ { print FILENAME " " $0 > story }
  END { for (i = 1; i < ARGC; i++) print lines[ARGV[i]] + 0, wrong[ARGV[i]] + 0 }' > "$tmp/counts" 2>/dev/null

parse < 0000.checkpoint || : # the loop below tells
first_host=${host-} first_session=${session-} first_time=${time-}
cat > "$tmp/verify" <<'EOF'
while [ $# -gt 0 ]; do
  number=$1 key=$2 index=${1#0}
  shift 2
  while [ ${#index} -gt 1 ] && [ "${index#0}" != "$index" ]; do index=${index#0}; done
  printf 'debugrelay-segment-key 1\nalgorithm ecdsa-p256-sha256\nhost %s\nsession %s\nindex %s\nkey-sha256 %s\n' "$host" "$session" "$index" "$key" |
    openssl dgst -sha256 -verify "$tmp/agent.pub" -signature "$number.cert" >/dev/null 2>&1 || echo > "$tmp/uncertified.$number"
  openssl dgst -sha256 -verify "$number.pub" -signature "$number.sig" "$number.checkpoint" >/dev/null 2>&1 || echo > "$tmp/unsigned.$number"
done
EOF
host=$first_host session=$first_session; export tmp host session
sed -n 's/^\([0-9a-f]*\) [ *]\([0-9]*\)\.pub$/\2 \1/p' "$tmp/sums" |
  xargs -n 16 -P "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)" sh "$tmp/verify"

i=0 total=0 streams=0 expected_key='' earliest='' latest='' last_checkpoint=none
exec 3< "$tmp/sums" 4< "$tmp/counts"
while [ $i -lt $sealed ]; do
  pad $i; n=$padded
  checkpoint=$n.checkpoint
  for extension in ndjson pub cert sig; do [ -f $n.$extension ] || tampered "$n.$extension is missing"; done
  parse < $checkpoint || tampered "$checkpoint is malformed"
  [ "$index" -eq $i ] && [ "$session" = "$first_session" ] && [ "$host" = "$first_host" ] || tampered "$checkpoint belongs elsewhere"
  [ "$named_agent" = "$agent" ] || tampered "agent.crt is not the one that $checkpoint names"

  read -r key_sum rest <&3; read -r checkpoint_sum rest <&3; read -r ndjson_sum rest <&3; read -r lines wrong <&4
  [ -z "$expected_key" ] || [ "$expected_key" = final ] || [ "$expected_key" = "$key_sum" ] ||
    tampered "$n.pub is not the key that the checkpoint before names"
  [ ! -f "$tmp/uncertified.$n" ] || tampered "$n.pub is not certified by the agent"
  [ ! -f "$tmp/unsigned.$n" ] || tampered "$checkpoint is not signed by its key"
  [ "$expected_key" != final ] || tampered "$checkpoint comes after the final one"
  [ "$previous" = "$last_checkpoint" ] || tampered "$checkpoint does not follow the checkpoint before"

  [ "$entries" = $total ] || tampered "$checkpoint does not continue the entries"
  [ "$ndjson_sum" = "$entries_sum" ] || tampered "$n.ndjson is changed"
  [ "$lines $wrong" = "$count 0" ] || tampered "$n.ndjson does not hold the entries that $checkpoint names"
  while read -r piece_line; do check_stream $piece_line; done < "$tmp/pieces"

  expected_key=$next last_checkpoint=$checkpoint_sum total=$((total + count))
  echo "$i $checkpoint_sum" >> "$tmp/heads-here"
  if [ -z "$earliest" ] || [ "$time" -lt "$earliest" ]; then earliest=$time; fi
  if [ -z "$latest" ] || [ "$time" -gt "$latest" ]; then latest=$time; fi
  i=$((i + 1))
done

# --- nothing after the end ---------------------------------------------------------------------------------------------------------
[ "$next" != final ] || [ -z "$unsealed" ] || tampered "$unsealed comes after the final checkpoint"
for file in streams/*; do
  [ -f "$file" ] || continue
  name=${file#streams/}
  if [ -f "$tmp/stream.$name" ]; then
    read -r known state kind < "$tmp/stream.$name"
    if [ "$next" = final ] || [ "$state" != open ]; then
      size "$file"
      [ "$size" -le "$known" ] || tampered "stream $name is longer than its checkpoints say"
    fi
  elif [ "$next" = final ]; then
    tampered "stream $name is in no checkpoint"
  fi
done

# --- trust, at the time of the checkpoints -----------------------------------------------------------------------------------------
openssl x509 -in agent.crt -noout -ext extendedKeyUsage 2>/dev/null | grep -q 'TLS Web Server Authentication' ||
  tampered "agent.crt is not a server's certificate that may sign"
usage=$(openssl x509 -in agent.crt -noout -ext keyUsage 2>/dev/null)
case $usage in '' | *"Digital Signature"*) ;; *) tampered "agent.crt is not a server's certificate that may sign" ;; esac
names() { # the certificate's common names and DNS names, and the first labels of these
  openssl x509 -in agent.crt -noout -subject -nameopt sep_multiline,utf8 2>/dev/null | sed -n 's/^ *CN *= *//p'
  openssl x509 -in agent.crt -noout -ext subjectAltName 2>/dev/null | tr ',' '\n' | sed -n 's/^ *DNS://p' | sed 'p; s/\..*//'
}
lower() { tr '[:upper:]' '[:lower:]'; }
names | lower | grep -Fx "$(echo "$first_host" | lower)" >/dev/null || tampered "agent.crt does not name the host $first_host"
trusted() { # PURPOSE TIME CHAIN CERTIFICATE; the system's own roots are shut out: only CA is trusted
  openssl verify -no-CApath -no-CAstore -CAfile "$ca" -untrusted "$3" -purpose "$1" -attime "$2" "$4" >/dev/null 2>&1
}
for time in "$earliest" "$latest"; do
  trusted sslserver "$time" agent.crt agent.crt || tampered "agent.crt was not trusted when the checkpoints were made"
done

# --- what was allowed, an engineer has signed --------------------------------------------------------------------------------------
field() { sed -n 's/.*"'"$1"'":\[*"\([^"]*\)".*/\1/p' "$2"; }
decoded() { field "$1" "$2" | openssl base64 -d -A; }

engineers() { # under which identities the engineer's certificate may stand: its SPIFFE ids, else its e-mail addresses, else its common names
  openssl x509 -in "$tmp/engineer" -noout -ext subjectAltName 2>/dev/null | tr ',' '\n' | sed 's/^ *//' > "$tmp/names"
  if grep -q '^URI:spiffe://' "$tmp/names"; then
    sed -n 's/^URI:spiffe:/spiffe:/p' "$tmp/names"
  elif grep -q '^email:' "$tmp/names"; then
    grep '^email:' "$tmp/names" | lower
  else
    openssl x509 -in "$tmp/engineer" -noout -subject -nameopt sep_multiline,utf8 2>/dev/null | sed -n 's/^ *CN *= */cn:/p'
  fi
}

asked() { # what a request or a decision, without blanks, says of number, operation and process
  for pattern in 's/.*"number":\([0-9]*\).*/\1/p' 's/.*"operation":"\([^"]*\)".*/\1/p' 's/.*"target":{[^}]*"pid":\([0-9]*\).*/\1/p'; do
    printf ' %s' "$(sed -n "$pattern" "$1")"
  done
}

check_delivery() { # NUMBER BYTES HASH; after an end, nothing more is delivered
  [ $# -eq 3 ] || tampered "$file holds an end that cannot be read"
  [ -f "$tmp/delivery.$1" ] || return 0
  read -r stream < "$tmp/delivery.$1"
  known=0 state=open
  [ ! -f "$tmp/stream.$stream" ] || read -r known state kind < "$tmp/stream.$stream"
  case $state in
    open) [ "$next" != final ] || [ "$2" = 0 ] ;;
    *) [ "$known" = "$2" ] && [ "$state" = "$3" ] ;;
  esac || tampered "what request $1 delivered is not what stream $stream holds"
}

check_open() { # the line lies in $tmp/line, and is of $file
  decoded statement "$tmp/line" > "$tmp/statement"
  decoded signature "$tmp/line" > "$tmp/signature"
  sed -n 's/.*"certificates":\["\([^]]*\)"\].*/\1/p' "$tmp/line" | sed 's/","/ /g' | tr ' ' '\n' > "$tmp/certificates"
  while read -r certificate; do
    echo "$certificate" | openssl base64 -d -A 2>/dev/null | openssl x509 -inform DER 2>/dev/null
  done < "$tmp/certificates" > "$tmp/chain"
  openssl x509 -in "$tmp/chain" -out "$tmp/engineer" 2>/dev/null && openssl x509 -in "$tmp/engineer" -noout -pubkey > "$tmp/engineer.pub" 2>/dev/null
  case $(openssl pkey -pubin -in "$tmp/engineer.pub" -noout -text 2>/dev/null) in
    *Modulus*) set -- -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1 ;;
    *prime256v1*) set -- -sha256 ;;
    *) set -- -sha384 ;;
  esac
  openssl dgst "$@" -verify "$tmp/engineer.pub" -signature "$tmp/signature" "$tmp/statement" >/dev/null 2>&1 &&
    tr -d ' \t\r\n' < "$tmp/statement" | grep -F "\"session\":\"$first_session\"" >/dev/null &&
    tr -d ' \t\r\n' < "$tmp/statement" | grep -F "\"host\":\"$first_host\"" >/dev/null &&
    decoded ephemeralKey "$tmp/statement" | openssl pkey -pubin -inform DER -pubout -out "$tmp/session.pub" 2>/dev/null ||
    tampered "the engineer's proof in $file does not hold"
  trusted sslclient "$first_time" "$tmp/chain" "$tmp/engineer" || trusted sslclient $((first_time - 5)) "$tmp/chain" "$tmp/engineer" ||
    tampered "the engineer's certificate was not trusted when the session was opened"
  identity=$(field identity "$tmp/line" | sed "s/\\\\u0027/'/g; s/\\\\u002[Bb]/+/g")
  [ -z "$identity" ] || engineers | grep -Fx "$identity" >/dev/null || tampered "the engineer's certificate is not that of whom the recording names"
}

: > "$tmp/asked"; : > "$tmp/allowed"; : > "$tmp/session.pub"; [ -f "$tmp/story" ] || : > "$tmp/story"
while read -r file line; do
  printf '%s\n' "$line" > "$tmp/line"
  case ${line#*,\"kind\":} in
    '"open"'*) check_open ;;
    '"request"'*)
      decoded request "$tmp/line" > "$tmp/request"
      decoded signature "$tmp/line" > "$tmp/signature"
      openssl dgst -sha256 -verify "$tmp/session.pub" -signature "$tmp/signature" "$tmp/request" >/dev/null 2>&1 || continue
      tr -d ' \t\r\n' < "$tmp/request" > "$tmp/compact"
      echo "$(sum "$tmp/request")$(asked "$tmp/compact")" >> "$tmp/asked" ;;
    '"end"'*)
      check_delivery $(sed -n 's/.*"body":{"number":\([0-9]*\),"end":{"bytes":\([0-9]*\),"sha256":"\([0-9a-f]*\)".*/\1 \2 \3/p' "$tmp/line") ;;
    '"decision"'*'"allowed":true'*)
      request=$(field requestSha256 "$tmp/line")
      set -- $(asked "$tmp/line")
      grep -Fqx "$request$(asked "$tmp/line")" "$tmp/asked" || tampered "$file allows what no engineer signed"
      stream=$(field stream "$tmp/line")
      ! is_name "$stream" || echo "$stream" > "$tmp/delivery.$1"
      ! grep -Fqx "$request" "$tmp/allowed" || tampered "$file allows the same request twice"
      echo "$request" >> "$tmp/allowed" ;;
  esac
done < "$tmp/story"

countersigned=''
if [ -f end.sig ]; then
  [ "$next" = final ] || tampered "end.sig is there, but no final checkpoint"
  # Through a file: openssl may say no before it has read the statement, and the writer of a pipe would complain of that.
  printf 'debugrelay-session-end 1\nhost %s\nsession %s\nindex %s\nhead-sha256 %s\n' "$first_host" "$first_session" $((sealed - 1)) "$last_checkpoint" > "$tmp/end"
  openssl dgst -sha256 -verify "$tmp/session.pub" -signature end.sig "$tmp/end" >/dev/null 2>&1 || tampered "end.sig is not the engineer's"
  countersigned=', end countersigned'
fi

# --- what others have witnessed ----------------------------------------------------------------------------------------------------
witnessed=0 beyond=-1
while read -r session index head || [ -n "$session" ]; do
  [ "$session" = "$first_session" ] || continue
  while [ ${#index} -gt 1 ] && [ "${index#0}" != "$index" ]; do index=${index#0}; done
  pad "$index"
  if [ "$index" -lt $sealed ]; then
    grep -qx "$index $head" "$tmp/heads-here" || tampered "$padded.checkpoint is not the one that was witnessed"
    witnessed=$((witnessed + 1))
  elif [ "$next" = final ]; then
    tampered "$padded.checkpoint was witnessed, but the recording ends before it"
  elif [ "$index" -gt $beyond ]; then
    beyond=$index
  fi
done < "$tmp/heads"

if [ "$next" != final ]; then
  ends="no final checkpoint after segment $n"
  [ $beyond -lt 0 ] || { pad $beyond; ends="$ends, though $padded.checkpoint was witnessed"; }
  incomplete "$ends"
fi
echo "OK session $first_session on $first_host: $sealed segments, $total entries, $streams streams, $witnessed heads witnessed$countersigned"
