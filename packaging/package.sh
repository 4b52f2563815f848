#!/usr/bin/env bash
# Builds what is installed, in OUT: debugrelay_VERSION_amd64.deb (agent, broker, workers, units, documentation, bill of materials) and the client as a dotnet tool.
# Needs the .NET SDK, clang or gcc for the native programs, dpkg-deb, jq.
# usage: package.sh [OUT]      (artifacts/packages); the published programs are left in artifacts/published
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:-artifacts/packages}") programs=$PWD/artifacts/published
for tool in dpkg-deb jq gzip; do
  command -v "$tool" >/dev/null || { echo "package.sh: $tool is not here" >&2; exit 1; }
done
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) echo "package.sh: no package for $(uname -m)" >&2; exit 1 ;; esac
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
mkdir -p "$out"
rm -f "$out"/debugrelay_*.deb "$out"/debugrelay.*.nupkg

rm -rf "$programs"
dotnet publish src/DebugRelay.Agent -c Release -o "$programs" --nologo -v quiet

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
doc=$root/usr/share/doc/debugrelay
install -d "$root/usr/lib/debugrelay" "$root/usr/sbin" "$doc"
install -m 755 "$programs"/debugrelay-* "$root/usr/lib/debugrelay/"
# What a package holds of an installation is what the program itself would write.
"$programs/debugrelay-agent" install --root "$root" >/dev/null
ln -s ../lib/debugrelay/debugrelay-agent "$root/usr/sbin/debugrelay-agent"
install -m 644 docs/*.md docs/verify-recording.sh SECURITY.md "$doc/"
install -m 644 LICENSE "$doc/copyright"
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
packaging/sbom.sh "$programs" "$doc/sbom.cdx.json"
chmod 644 "$doc"/*

install -d "$root/DEBIAN"
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$(du -sk --exclude=DEBIAN "$root" | cut -f1)/" packaging/deb/control >"$root/DEBIAN/control"
(cd "$root" && find etc -type f | sort | sed 's:^:/:') >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "packaging/deb/$script" "$root/DEBIAN/$script"; done
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build "$root" "$out/debugrelay_${version}_$arch.deb"

dotnet pack src/DebugRelay.Cli -c Release -o "$out" --nologo -v quiet
ls -l "$out"
