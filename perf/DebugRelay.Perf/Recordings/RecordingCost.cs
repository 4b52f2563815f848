using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Recording;

namespace DebugRelay.Perf.Recordings;

/// <summary>What recording costs a bulk stream beside what its delivery costs anyway, and how long an hour takes to verify.</summary>
internal static class RecordingCost
{
    private const int Segments = 720;
    private const int Megabytes = 256;
    private const int Rounds = 5;

    public static async Task RunAsync(string? script)
    {
        string folder = Directory.CreateTempSubdirectory("recording-cost-").FullName;
        try
        {
            using X509Certificate2 agent = SelfSigned();
            using X509Certificate2 reviewer = SelfSigned();
            foreach (StreamKeeping keeping in (StreamKeeping[])[StreamKeeping.Plain, StreamKeeping.Hash, new StreamKeeping(StreamForm.Encrypted, [reviewer])])
                await BulkAsync(folder, new RecordingIdentity(agent), keeping);
            string hour = await RecordHourAsync(folder, new RecordingIdentity(agent));
            Verify(hour, agent);
            if (script is not null)
                VerifyInShell(script, hour, folder, agent);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// The yardstick does what a delivery needs without a recording: each piece is hashed, for the end tells the SHA-256, and lies in a file where
    /// a slow client finds it.
    /// </summary>
    private static async Task BulkAsync(string folder, RecordingIdentity identity, StreamKeeping keeping)
    {
        byte[] piece = RandomNumberGenerator.GetBytes(100 * 1024);
        int pieces = Megabytes * 1024 * 1024 / piece.Length;
        var ratios = new List<double>();
        double share = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            SpoolAndHash(Path.Combine(folder, "plain"), piece, pieces);
            TimeSpan plain = Stopwatch.GetElapsedTime(start);
            File.Delete(Path.Combine(folder, "plain"));
            start = Stopwatch.GetTimestamp();
            string recording;
            var options = new RecorderOptions { SpoolFolder = Path.Combine(folder, "spool") };
            await using (SessionRecorder recorder = SessionRecorder.Create(folder, "host", $"bulk{round}", identity, TimeProvider.System, options))
            {
                recording = recorder.Folder;
                using RecordedStream stream = recorder.OpenStream("0001.nettrace", keeping);
                for (int i = 0; i < pieces; i++)
                    await stream.AppendAsync(piece);
                stream.Complete();
                await recorder.CloseAsync("closed");
            }

            TimeSpan recorded = Stopwatch.GetElapsedTime(start);
            ratios.Add(recorded / plain);
            long bytes = (long)pieces * piece.Length;
            // What is kept by its hash alone has no bytes of its own to be beside.
            long kept = keeping.Form == StreamForm.Hash ? 0 : bytes;
            share = (double)(new DirectoryInfo(recording).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) - kept) / bytes;
            Directory.Delete(recording, recursive: true);
            Console.WriteLine($"{Megabytes} MB, {keeping.Form}: spooled, hashed and synced {plain.TotalMilliseconds:0} ms, recorded {recorded.TotalMilliseconds:0} ms");
        }

        ratios.Sort();
        Console.WriteLine($"{keeping.Form}: recorded / spooled: median {ratios[Rounds / 2]:0.00} (min {ratios[0]:0.00}, max {ratios[^1]:0.00}); beside the stream's bytes {share:0.0000 %}");
    }

    private static void SpoolAndHash(string path, byte[] piece, int pieces)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        for (int i = 0; i < pieces; i++)
        {
            file.Write(piece);
            hash.AppendData(piece);
        }

        hash.GetCurrentHash();
        file.Flush(flushToDisk: true);
    }

    private static async Task<string> RecordHourAsync(string folder, RecordingIdentity identity)
    {
        byte[] piece = RandomNumberGenerator.GetBytes(100 * 1024);
        await using SessionRecorder recorder = SessionRecorder.Create(folder, "host", "hour", identity, TimeProvider.System);
        using RecordedStream stream = recorder.OpenStream("0001.nettrace");
        for (int i = 0; i < Segments - 1; i++)
        {
            await recorder.AppendAsync("note", "{\"what\":\"something was done\"}"u8.ToArray(), durable: false);
            await stream.AppendAsync(piece);
            await recorder.SealAsync();
        }

        stream.Complete();
        await recorder.CloseAsync("closed");
        return recorder.Folder;
    }

    private static void Verify(string recording, X509Certificate2 root)
    {
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            Verdict verdict = RecordingVerifier.Verify(recording, [root]);
            // The processor's time tells, too, where others want the processors.
            Console.WriteLine($"verified natively in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms, {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:0} ms of processor: {verdict}");
        }
    }

    private static void VerifyInShell(string script, string recording, string folder, X509Certificate2 root)
    {
        string ca = Path.Combine(folder, "ca.crt");
        File.WriteAllText(ca, root.ExportCertificatePem() + "\n");
        long start = Stopwatch.GetTimestamp();
        // `times` writes the processor's time of the shell and then of its children: user, system.
        using Process sh = Process.Start("sh", ["-c", "sh \"$@\"; times", "sh", script, recording, ca]);
        sh.WaitForExit();
        Console.WriteLine($"verified in shell in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 20; i++)
        {
            using Process openssl = Process.Start(new ProcessStartInfo("openssl", ["version"]) { RedirectStandardOutput = true })!;
            openssl.WaitForExit();
        }

        Console.WriteLine($"one start of openssl: {Stopwatch.GetElapsedTime(start).TotalMilliseconds / 20:0.0} ms");
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=host", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
