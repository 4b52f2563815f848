namespace DebugRelay.Cli.Commands;

/// <summary>What `--help` shows below the options: how a command is used.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> ByCommand = new(StringComparer.Ordinal)
    {
        ["demo"] = ["debugrelay demo", "debugrelay demo --duration 30s --keep demo-files"],
        ["whoami"] = ["debugrelay whoami --host pay"],
        ["hosts"] = ["debugrelay hosts", "debugrelay hosts --json | jq -r 'select(.problem) | .name'"],
        ["ps"] = ["debugrelay ps", "debugrelay ps --json | jq '.[].process.name'"],
        ["counters"] =
        [
            "debugrelay counters Payments.Api", "debugrelay counters Payments.Api --counters 'System.Runtime[cpu-usage,gc-heap-size],Payments.Orders'",
            "debugrelay counters 2367 --duration 5m --csv > counters.csv",
        ],
        ["trace"] =
        [
            "debugrelay trace Payments.Api --duration 30s", "debugrelay trace Payments.Api --profile http --size 200MB -o http.nettrace",
            "debugrelay trace Payments.Api --profile cpu --duration 10s --format speedscope", "debugrelay trace 2367 --providers 'System.Net.Http,Payments.Events:0x3:4'",
        ],
        ["stacks"] = ["debugrelay stacks Payments.Api", "debugrelay stacks Payments.Api --json | jq -r '.frames[0]'"],
        ["gcdump"] = ["debugrelay gcdump Payments.Api --top 30", "debugrelay gcdump Payments.Api -o heap.gcdump"],
        ["dump"] = ["debugrelay dump Payments.Api -o heap.dmp --reason 'checkout slow' --grant grant.json", "debugrelay dump Payments.Api --type mini"],
        ["logs"] = ["debugrelay logs Payments.Api --level warning", "debugrelay logs Payments.Api --level debug --category Payments.Orders --category Npgsql"],
        ["exceptions"] = ["debugrelay exceptions Payments.Api", "debugrelay exceptions Payments.Api --duration 1m --summary"],
        ["env"] = ["debugrelay env Payments.Api", "debugrelay env Payments.Api | grep ^ASPNETCORE_"],
        ["forward"] =
        [
            "debugrelay forward Payments.Api", "debugrelay forward Payments.Api -- dotnet-trace collect --diagnostic-port '{socket},connect' --duration 00:00:10",
            "debugrelay forward Payments.Api -- dotnet-counters monitor --diagnostic-port '{socket},connect'", "debugrelay forward Payments.Api -- dotnet-stack report -p '{pid}'",
        ],
        ["completion"] = ["source <(debugrelay completion bash)", "debugrelay completion fish | source"],
        ["inventory"] = ["debugrelay inventory --host pay-07.prod"],
        ["audit"] = ["debugrelay audit . --fail-on high", "debugrelay audit publish --format sarif > audit.sarif"],
        ["scrub"] = ["debugrelay scrub raw.nettrace shared.nettrace", "debugrelay scrub --profile strict --report counts.json app.log app.scrubbed.log"],
        ["access request"] = ["debugrelay access request --host pay --process Payments.Api --operation dump.heap --reason 'leak' --incident INC-812 --for 30m -o request.json"],
        ["access approve"] = ["debugrelay access approve request.json --cert lea.crt --key lea.key -o grant.json"],
        ["sessions list"] = ["debugrelay sessions list --host pay"],
        ["sessions watch"] = ["debugrelay sessions watch 4f1c"],
        ["sessions kill"] = ["debugrelay sessions kill 4f1c"],
        ["recording verify"] = ["debugrelay recording verify recordings --ca ca.crt --heads heads --ledger state"],
        ["policy check"] = ["debugrelay policy check policy.json"],
        ["pki init"] = ["debugrelay pki init --dir pki"],
        ["pki issue"] = ["debugrelay pki issue --dir pki --name alice --id spiffe://corp.example/eng/alice --for 12h"],
    };

    /// <summary>The commands that have some: their words after `debugrelay`.</summary>
    public static IEnumerable<string> Commands => ByCommand.Keys;

    /// <summary>Of one command; none where it has none.</summary>
    /// <param name="path">Its words after `debugrelay`, with blanks between.</param>
    public static IReadOnlyList<string> Of(string path) => ByCommand.GetValueOrDefault(path, []);
}
