#!/usr/bin/env bash
# Writes the bill of materials (CycloneDX 1.6, JSON) of the host's programs: their files, and every library that was compiled into them.
# usage: sbom.sh PROGRAMS OUT      after a publish; needs jq
set -euo pipefail
programs=$(realpath "$1") out=$(realpath -m "$2")
cd "$(dirname "$0")"
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' ../Directory.Build.props)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet tool restore >/dev/null
# shellcheck disable=SC2016
for project in Agent Broker Worker DumpWorker; do
  dotnet tool run dotnet-CycloneDX -- "../src/DebugRelay.$project/DebugRelay.$project.csproj" \
    -o "$work" -fn "$project.json" -F Json -dpr -spv 1.6 -sn "debugrelay-${project,,}" -sv "$version" >"$work/log" || { cat "$work/log" >&2; exit 1; }
  # The runtime is compiled in as well: NuGet knows it as what the SDK downloads for the publish, not as a dependency.
  jq '[.project.frameworks[].downloadDependencies[]? | select(.name | test("^Microsoft[.](NETCore|AspNetCore)[.]App[.]Runtime[.]|ILCompiler$"; "i"))
    | (.version | split(",")[0] | ltrimstr("[")) as $version
    | { type: "library", "bom-ref": "pkg:nuget/\(.name)@\($version)", name, version: $version, purl: "pkg:nuget/\(.name)@\($version)", scope: "required", licenses: [{ license: { id: "MIT" } }] }]' \
    "../src/DebugRelay.$project/obj/project.assets.json" >"$work/$project.runtime"
  file="$programs/debugrelay-${project,,}"
  jq -n --arg name "debugrelay-${project,,}" --arg version "$version" --arg sha256 "$(sha256sum "$file" | cut -d' ' -f1)" \
    '{ type: "application", "bom-ref": $name, name: $name, version: $version, licenses: [{ license: { id: "MIT" } }], hashes: [{ alg: "SHA-256", content: $sha256 }] }' >"$work/$project.program"
  jq -s '.[0] as $bom | .[1] as $runtime | .[2] as $program
    | ([$bom.components[]? | select(.scope != "excluded")] + $runtime) as $libraries
    | { program: $program, libraries: $libraries, dependency: { ref: $program["bom-ref"], dependsOn: ($libraries | map(.["bom-ref"]) | unique) } }' \
    "$work/$project.json" "$work/$project.runtime" "$work/$project.program" >"$work/$project.part"
done
jq -s --arg version "$version" --arg time "$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)" '{
    bomFormat: "CycloneDX", specVersion: "1.6", version: 1,
    metadata: { timestamp: $time, component: { type: "application", "bom-ref": "debugrelay", name: "debugrelay", version: $version, licenses: [{ license: { id: "MIT" } }] } },
    components: (map(.program) + (map(.libraries[]) | unique_by(.["bom-ref"]))),
    dependencies: ([{ ref: "debugrelay", dependsOn: map(.program["bom-ref"]) }] + map(.dependency))
  }' "$work"/*.part >"$out"
