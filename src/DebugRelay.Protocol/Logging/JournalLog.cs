using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DebugRelay.Protocol.Logging;

/// <summary>systemd's journal by its own protocol: one datagram an entry, a field a line (systemd.io/JOURNAL_NATIVE_PROTOCOL).</summary>
/// <param name="program">SYSLOG_IDENTIFIER.</param>
/// <param name="path">The journal's socket.</param>
/// <param name="fallback">Where the message goes when the journal does not take it.</param>
internal sealed class JournalLog(string program, string path, TextWriter fallback) : LogWriter
{
    /// <summary>Where the journal listens.</summary>
    public const string Socket = "/run/systemd/journal/socket";

    /// <summary>What a datagram may have. Longer texts would need a file to be passed; no entry of ours is that long but an exception's.</summary>
    private const int MostBytesOfField = 16 * 1024;

    private const string Prefix = "DEBUGRELAY_";

    public override void Write(LogEntry entry)
    {
        using var datagram = new MemoryStream();
        Add(datagram, "MESSAGE", entry.Message);
        Add(datagram, "PRIORITY", entry.Severity.ToString(CultureInfo.InvariantCulture));
        Add(datagram, "SYSLOG_IDENTIFIER", program);
        if (entry.Category is not null)
            Add(datagram, Prefix + "CATEGORY", entry.Category);
        if (entry.EventId != 0)
            Add(datagram, Prefix + "EVENT", entry.EventId.ToString(CultureInfo.InvariantCulture));
        foreach ((string name, string? value) in entry.Fields)
            Add(datagram, Prefix + FieldName(name), value ?? "");
        if (entry.Exception is not null)
            Add(datagram, Prefix + "EXCEPTION", entry.Exception);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // The journal may be slow; we are not to wait for it.
            socket.Blocking = false;
            socket.SendTo(datagram.GetBuffer().AsSpan(0, (int)datagram.Length), SocketFlags.None, new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            fallback.WriteLine($"{program}: {entry.SeverityName}: {entry.Message}");
        }
    }

    /// <summary>Upper case, digits and underscores: others the journal drops. `ExitCode` becomes `EXIT_CODE`.</summary>
    private static string FieldName(string name)
    {
        var upper = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && !char.IsAsciiLetterUpper(name[i - 1]))
                upper.Append('_');
            upper.Append(char.IsAsciiLetterOrDigit(name[i]) ? char.ToUpperInvariant(name[i]) : '_');
        }
        return upper.ToString();
    }

    /// <summary>Values with line breaks have their length before them, in 64 bits.</summary>
    private static void Add(MemoryStream datagram, string name, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        ReadOnlySpan<byte> content = bytes.AsSpan(0, Math.Min(bytes.Length, MostBytesOfField));
        datagram.Write(Encoding.ASCII.GetBytes(name));
        if (content.Contains((byte)'\n'))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, content.Length);
            datagram.WriteByte((byte)'\n');
            datagram.Write(length);
        }
        else
        {
            datagram.WriteByte((byte)'=');
        }
        datagram.Write(content);
        datagram.WriteByte((byte)'\n');
    }
}
