#!/usr/bin/env bash
# Makes the pictures of the client's screens in this folder anew, from the cells of the screens themselves. Look at them before you commit them.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
cd ../..
dotnet build tests/DebugRelay.Tests --nologo --verbosity quiet
DEBUGRELAY_SCREENSHOTS="$here" tests/DebugRelay.Tests/bin/Debug/net10.0/DebugRelay.Tests --filter-class '*ScreenshotTests'
