namespace DebugRelay.Cli.Commands;

/// <summary>What `--help` shows below the options: how a command is used.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> ByCommand = new(StringComparer.Ordinal)
    {
        ["demo"] = ["debugrelay demo", "debugrelay demo --duration 30s --keep demo-files"],
        ["tui"] = ["debugrelay tui --host pay", "debugrelay tui --reason 'checkout slow' --incident INC-812"],
        ["whoami"] = ["debugrelay whoami --host pay"],
        ["fleet init"] = ["debugrelay fleet init --bus bus-1:4222 --replicas 3 --cert admin.crt --key admin.key"],
        ["fleet policy"] = ["debugrelay fleet policy policy.json --version 7 -o fleet-policy.json --cert sam.crt --key sam.key"],
        ["fleet send"] = ["debugrelay fleet send deny.json --bus bus-1:4222", "debugrelay fleet send fleet-policy.json --for 1m --json | jq '.hosts'"],
        ["fleet status"] = ["debugrelay fleet status --json | jq -r '.hosts[].host'"],
        ["fleet verify"] = ["debugrelay fleet verify --state watch.json", "debugrelay fleet verify --state watch.json --accept pay-07"],
        ["hosts"] = ["debugrelay hosts", "debugrelay hosts --bus bus-1:4222 --label site=ams --silent", "debugrelay hosts --json | jq -r 'select(.problem) | .name'"],
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
        ["access approve"] = ["debugrelay access approve request.json --cert lea.crt --key lea.key -o grant.json", "debugrelay access approve --host pay --id 4f1c2a --cert lea.crt --key lea.key"],
        ["access inbox"] = ["debugrelay access inbox --host pay", "debugrelay access inbox --host pay --id 4f1c2a -o grant.json"],
        ["access show"] = ["debugrelay access show request.json", "debugrelay access show grant.json"],
        ["access verify"] = ["debugrelay access verify grant.json --ca ca.crt --approvers 2"],
        ["access unseal"] = ["debugrelay access unseal recordings/4f1c2a/streams/0001.sealed --key security.key -o trace.nettrace"],
        ["deny add"] = ["debugrelay deny add deny.json --identity spiffe://corp.example/eng/alice --reason 'laptop stolen'", "debugrelay deny add deny.json --operation dump.full"],
        ["deny sign"] = ["debugrelay deny sign deny.json --cert lea.crt --key lea.key"],
        ["deny show"] = ["debugrelay deny show deny.json"],
        ["sessions list"] = ["debugrelay sessions list --host pay"],
        ["sessions watch"] = ["debugrelay sessions watch 4f1c"],
        ["sessions kill"] = ["debugrelay sessions kill 4f1c"],
        ["recording list"] = ["debugrelay recording list --ca ca.crt", "debugrelay recording list /var/lib/debugrelay/recordings --ca ca.crt --json"],
        ["recording verify"] = ["debugrelay recording verify recordings --ca ca.crt --heads heads --ledger state"],
        ["recording show"] = ["debugrelay recording show recordings/4f1c2a --ca ca.crt"],
        ["recording replay"] = ["debugrelay recording replay recordings/4f1c2a --ca ca.crt --speed 10"],
        ["recording report"] = ["debugrelay recording report recordings/4f1c2a --ca ca.crt -o report.html"],
        ["recording decrypt"] = ["debugrelay recording decrypt recordings/4f1c2a 0001.nettrace --cert sec.crt --key sec.key -o trace.nettrace"],
        ["recording review"] = ["debugrelay recording review recordings/4f1c2a --ca ca.crt", "debugrelay recording review recordings/4f1c2a --sign --comment 'as agreed' --cert sec.crt --key sec.key --ca ca.crt"],
        ["policy check"] = ["debugrelay policy check policy.json"],
        ["policy test"] =
        [
            "debugrelay policy test --policy policy.json --as spiffe://corp.example/eng/alice --operation dump.heap --process Payments.Api",
            "debugrelay policy test --profile default --provider Payments.Events --event Ordered --field Customer.Email --value lea@corp.example",
        ],
        ["policy schema"] = ["debugrelay policy schema > policy.schema.json", "debugrelay policy schema --agent > agent.schema.json"],
        ["pki init"] = ["debugrelay pki init --dir pki"],
        ["pki issue"] = ["debugrelay pki issue --dir pki --name alice --id spiffe://corp.example/eng/alice --for 12h"],
        ["pki revoke"] = ["debugrelay pki revoke --dir pki --name alice"],
    };

    /// <summary>The commands that have some: their words after `debugrelay`.</summary>
    public static IEnumerable<string> Commands => ByCommand.Keys;

    /// <summary>Of one command; none where it has none.</summary>
    /// <param name="path">Its words after `debugrelay`, with blanks between.</param>
    public static IReadOnlyList<string> Of(string path) => ByCommand.GetValueOrDefault(path, []);
}
