#!/usr/bin/env pwsh
#requires -Version 7.0
<#
.SYNOPSIS
    The developer's front door: build, test and show DebugRelay. Thin on purpose; .ci/run is the whole check.
.EXAMPLE
    ./build.ps1 test
.EXAMPLE
    ./build.ps1 demo --duration 10s --keep /tmp/demo
.PARAMETER Task
    build    the whole solution, no warning allowed (more arguments go to dotnet build)
    test     build, then every test (more arguments go to dotnet test)
    demo     build the client, then run its demo (more arguments go to the demo)
    perf     measure in Release: rewriter (default), live, micro; see perf/README.md
    fuzz     fuzz in Release: TARGET --executions N --seed S --seconds T (default: a million), or: afl TARGET [SECONDS] (guided by coverage, AFL++)
    quality  what the detectors find of labelled corpora; arguments go to perf/DebugRelay.Quality
    publish  the host's programs as native code, one file each, into artifacts/published
    package  a Debian package, with a bill of materials, and the client as a dotnet tool, into artifacts/packages (packaging/package.sh, without PowerShell)
#>
param(
    [Parameter(Position = 0)]
    [ValidateSet('build', 'test', 'demo', 'perf', 'fuzz', 'quality', 'publish', 'package')]
    [string] $Task = 'build',

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Rest = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# A step that fails ends the script with the exit code of its program. dotnet reads global.json from the folder it runs in.
function Invoke-Dotnet([string[]] $Arguments) {
    Push-Location $PSScriptRoot
    try { & dotnet @Arguments } finally { Pop-Location }
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

switch ($Task) {
    'build' { Invoke-Dotnet (@('build', 'DebugRelay.sln') + $Rest) }
    'test' {
        Invoke-Dotnet @('build', 'DebugRelay.sln')
        Invoke-Dotnet (@('test', '--no-build') + $Rest)
    }
    'demo' {
        Invoke-Dotnet @('build', 'src/DebugRelay.Cli', '--nologo', '--verbosity', 'quiet')
        & (Join-Path $PSScriptRoot 'src/DebugRelay.Cli/bin/Debug/net10.0/debugrelay') demo @Rest
        exit $LASTEXITCODE
    }
    'perf' {
        $what = if ($Rest.Count -gt 0) { $Rest } else { @('rewriter') }
        Invoke-Dotnet (@('run', '-c', 'Release', '--project', 'perf/DebugRelay.Perf', '--') + $what)
    }
    'fuzz' {
        if ($Rest.Count -gt 0 -and $Rest[0] -eq 'afl') {
            & bash (Join-Path $PSScriptRoot 'tests/DebugRelay.Fuzz/afl.sh') @($Rest | Select-Object -Skip 1)
            exit $LASTEXITCODE
        }
        Invoke-Dotnet (@('run', '-c', 'Release', '--project', 'tests/DebugRelay.Fuzz', '--') + $Rest)
    }
    'quality' { Invoke-Dotnet (@('run', '-c', 'Release', '--project', 'perf/DebugRelay.Quality', '--') + $Rest) }
    'publish' { Invoke-Dotnet (@('publish', 'src/DebugRelay.Agent', '-c', 'Release', '-o', 'artifacts/published', '--nologo') + $Rest) }
    'package' {
        & bash (Join-Path $PSScriptRoot 'packaging/package.sh') @Rest
        exit $LASTEXITCODE
    }
}
