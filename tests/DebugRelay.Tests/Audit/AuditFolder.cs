using Xunit;
using DebugRelay.Audit;

namespace DebugRelay.Tests.Audit;

/// <summary>A folder of its own with files to audit.</summary>
internal sealed class AuditFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("debugrelay-audit-").FullName;

    public AuditFolder Add(string file, string text)
    {
        string full = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text.ReplaceLineEndings("\n"));
        return this;
    }

    public AuditResult Run(AuditOptions? options = null) => Auditor.Run(Path, options ?? new AuditOptions(), TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
