#!/usr/bin/env bash
# Holds the manifests against the schemas of Kubernetes, brought from the npm registry into DIR: types and required fields by the schemas themselves, and names that
# no schema knows (which a server would drop in silence) by the compiler.
# usage: validate.sh [DIR]      (artifacts/kubernetes)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-$here/../../artifacts/kubernetes}
mkdir -p "$dir"
cd "$dir"
[ -d node_modules/kubernetes-models ] && [ -d node_modules/typescript ] || npm install --silent --no-audit --no-fund --prefix . kubernetes-models@5.1.0 js-yaml@4.1.0 typescript@5.9.3 >/dev/null
cat >validate.mjs <<'END'
import fs from "node:fs";
import path from "node:path";
import yaml from "js-yaml";
let bad = 0, count = 0, typed = "";
for (const file of process.argv.slice(2)) {
  for (const object of yaml.loadAll(fs.readFileSync(file, "utf8")).filter(Boolean)) {
    count++;
    const { apiVersion, kind } = object;
    const module = `kubernetes-models/${apiVersion}/${kind}`;
    const { [kind]: Type } = await import(module);
    const where = `${path.basename(file)}: ${kind} ${object.metadata.name}`;
    try { new Type(object).validate(); } catch (error) { bad++; console.error(`${where}: ${error.message}`); }
    typed += `import type { I${kind} as T${count} } from "${module}";\n// ${where}\nexport const o${count}: T${count} = ${JSON.stringify(object, null, 1)};\n`;
  }
}
fs.writeFileSync("manifests.ts", typed);
if (bad || !count) process.exit(1);
console.log(`${count} objects are as the schemas say`);
END
[ -f package.json ] && grep -q '"module"' package.json || echo '{ "type": "module", "private": true }' >package.json
node validate.mjs "$here"/*.yaml
node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module nodenext --moduleResolution nodenext manifests.ts
echo "and name nothing that no schema knows"
