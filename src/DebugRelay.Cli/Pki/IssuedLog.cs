using System.Globalization;

namespace DebugRelay.Cli.Pki;

/// <summary>
/// Which certificates the authority issued, one a line: serial number, end, name, what it stands for. <c>pki revoke</c> revokes by it,
/// so that it also reaches a certificate whose file was overwritten since.
/// </summary>
internal static class IssuedLog
{
    private const string FileName = "ca.issued";

    public static void Append(PkiFiles files, string serialNumber, DateTimeOffset notAfter, CertificateOrder order)
    {
        string subject = order.Identity ?? string.Join(' ', order.ServerNames);
        string end = notAfter.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        files.AppendLine(FileName, string.Join('\t', serialNumber, end, order.Name, subject));
    }

    public static IEnumerable<string> SerialNumbersOf(PkiFiles files, string name)
    {
        if (!files.Exists(FileName)) return [];
        return files.Read(FileName)
            .Split('\n')
            .Select(line => line.Split('\t'))
            .Where(fields => fields.Length == 4 && fields[2] == name)
            .Select(fields => fields[0]);
    }
}
