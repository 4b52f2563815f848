namespace DebugRelay.Agent.Install;

/// <summary>A file that an installation consists of.</summary>
/// <param name="Resource">Its text, in this program; `@BIN@`, `@ETC@` and `@VAR@` in it stand for folders.</param>
/// <param name="Path">Where it goes.</param>
/// <param name="IsOurs">Whether it is replaced and removed with the program. What is not belongs to who runs the host, from the first time on.</param>
internal sealed record InstalledFile(string Resource, string Path, bool IsOurs)
{
    /// <summary>Where configuration lies.</summary>
    public const string Etc = "/etc/debugrelay";

    /// <summary>Where recordings and state lie.</summary>
    public const string Var = "/var/lib/debugrelay";

    /// <summary>All of them, in the order in which they are written.</summary>
    public static IReadOnlyList<InstalledFile> All { get; } =
    [
        new("sysusers.conf", "/usr/lib/sysusers.d/debugrelay.conf", IsOurs: true),
        new("tmpfiles.conf", "/usr/lib/tmpfiles.d/debugrelay.conf", IsOurs: true),
        new("debugrelay-broker.service", "/usr/lib/systemd/system/debugrelay-broker.service", IsOurs: true),
        new("debugrelay-agent.service", "/usr/lib/systemd/system/debugrelay-agent.service", IsOurs: true),
        new("debugrelay-broker.socket", "/usr/lib/systemd/system/debugrelay-broker.socket", IsOurs: true),
        new("debugrelay-agent.socket", "/usr/lib/systemd/system/debugrelay-agent.socket", IsOurs: true),
        new("agent.json", $"{Etc}/agent.json", IsOurs: false),
        new("policy.json", $"{Etc}/policy.json", IsOurs: false),
    ];

    /// <summary>Its text, for programs in a folder.</summary>
    public string Text(string programs)
    {
        using Stream stream = typeof(InstalledFile).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("@BIN@", programs, StringComparison.Ordinal).Replace("@ETC@", Etc, StringComparison.Ordinal).Replace("@VAR@", Var, StringComparison.Ordinal);
    }
}
