using System.Globalization;
using DebugRelay.Cli.Text;
using DebugRelay.Policy.Grants;

namespace DebugRelay.Cli.Commands.Access;

/// <summary>Requests and grants as people read them.</summary>
internal static class AccessText
{
    public static void Write(Terminal terminal, GrantRequest request)
    {
        Line(terminal, "request", request.Id);
        Write(terminal, request.Scope);
        Line(terminal, "for", $"{Durations.Show(request.For)} from the first approval on");
    }

    public static void Write(Terminal terminal, GrantDocument grant)
    {
        Line(terminal, "grant", grant.Id);
        Write(terminal, grant.Scope);
        Line(terminal, "from", Time(grant.NotBefore));
        Line(terminal, "until", Time(grant.NotAfter));
    }

    public static void Line(Terminal terminal, string name, string value)
        => terminal.Output.WriteLine($"  {terminal.Dim(name.PadRight(12))}{Table.Printable(value)}");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static void Write(Terminal terminal, GrantScope scope)
    {
        Line(terminal, "who", scope.Requester.Value);
        Line(terminal, "may do", string.Join(", ", scope.Operations));
        if (scope.Processes.Count > 0)
            Line(terminal, "with", string.Join(", ", scope.Processes));
        Line(terminal, "on", string.Join(", ", scope.Hosts));
        Line(terminal, "how often", Amount(scope));
        Line(terminal, "why", scope.Reason);
        if (scope.Incident is { } incident)
            Line(terminal, "incident", incident);
    }

    private static string Amount(GrantScope scope)
    {
        string uses = scope.Uses == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{scope.Uses} times");
        string each = scope.Seconds is { } seconds ? $", {Durations.Show(TimeSpan.FromSeconds(seconds))} at a time" : "";
        return scope.Bytes is { } bytes ? $"{uses}{each}, {Amounts.Bytes(bytes)} in all" : uses + each;
    }
}
