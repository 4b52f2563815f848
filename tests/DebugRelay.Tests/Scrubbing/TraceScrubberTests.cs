using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.IO.Pipelines;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using DebugRelay.NetTrace;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;
using DebugRelay.TestSupport.Leaks;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>A real EventPipe session on this very process, scrubbed as it comes, then read by an independent reader.</summary>
[Collection(nameof(LeakySource))]
public class TraceScrubberTests
{
    [Fact]
    public async Task No_secret_of_any_surface_gets_out_and_harmless_fields_stay()
    {
        using var source = new LeakySource();
        var card = "4111 1111" + " 1111 1111";
        var secrets = new Dictionary<string, Action<string>>
        {
            ["typed-surface@example.com"] = s => source.Typed($"order of {s}", 42),
            [card] = s => source.Typed($"paid with {s}", 43),
            ["params-surface@example.com"] = s => source.Params(s, "kept", 44, true, $"twice {s}"),
            ["bytes-surface@example.com"] = s => source.Bytes(45, Encoding.UTF8.GetBytes(s)),
            ["nul-surface@example.com"] = s => source.Typed($"a\0{s}\0b", 46),
            ["self-describing@example.com"] = source.SelfDescribing,
            ["json-surface-1"] = s => source.MessageJson("kept", $"{{\"Password\":\"{s}\",\"OrderId\":\"17\"}}", $"Signed in with {s} for order 17"),
            ["field-surface-1"] = s => source.SignIn("kept", s),
            ["header-surface-1"] = s => source.Header("X-Api-Key", s),
            ["array-surface-1"] = s => source.Arguments(new KeyValuePair<string, string>("Authorization", s)),
            ["url-surface-1"] = s => source.Typed($"GET https://host/x?access_token={s}&page=2", 47),
            ["userinfo-surface-1"] = s => source.Typed($"GET https://alice:{s}@host/x", 48),
            ["base64-surface@example.com"] = s => source.Typed(Convert.ToBase64String(Encoding.UTF8.GetBytes($"hello {s} hello")), 49),
            ["percent-surface@example.com"] = s => source.Typed(Uri.EscapeDataString($"q={s}"), 50),
            ["exception-surface-1"] = s => source.Typed(new InvalidOperationException($"Login failed, password={s}").ToString(), 51),
        };

        var (raw, scrubbed, result) = await TraceAsync(ScrubProfile.Default, () =>
        {
            foreach (var (secret, leak) in secrets)
            {
                leak(secret);
            }
        });

        Assert.Equal(RewriteState.Complete, result.Summary.State);
        foreach (var secret in secrets.Keys)
        {
            Assert.NotEmpty(LeakFinder.Find(raw, secret));
            Assert.Empty(LeakFinder.Find(scrubbed, secret));
        }

        var events = Read(scrubbed);
        Assert.Contains("Typed text=order of [email] number=42", events);
        Assert.Contains("Typed text=paid with [creditcard] number=43", events);
        Assert.Contains("Params text=[email] harmless=kept number=44 flag=True more=twice [email]", events);
        Assert.Contains("MessageJson loggerName=kept argumentsJson={\"Password\":\"[generic-secret]\",\"OrderId\":\"17\"} "
            + "formattedMessage=Signed in with [generic-secret] for order 17", events);
        Assert.Contains("SignIn user=kept password=[generic-secret]", events);
        Assert.Contains("Header headerName=X-Api-Key headerValue=[generic-secret]", events);
        Assert.Contains("Typed text=GET https://host/x?access_token=[generic-secret]&page=2 number=47", events);
        Assert.Contains("Typed text=GET https://[url-credentials]@host/x number=48", events);
        Assert.Contains("Typed text=[email] number=49", events);
        Assert.Equal(secrets.Count, events.Count);
        Assert.True(result.Report.Providers[LeakySource.Provider]["email"] >= 6);
    }

    [Fact]
    public async Task Values_of_pairs_follow_their_keys_and_their_siblings_follow_them()
    {
        const string Bridge = "Microsoft-Diagnostics-DiagnosticSource";
        using var listener = new DiagnosticListener("DebugRelay.Tests.Pairs");
        var specs = new Dictionary<string, string> { ["FilterAndPayloadSpecs"] = "DebugRelay.Tests.Pairs/Call:-Message;Authorization;Accept" };
        var provider = new EventPipeProvider(Bridge, EventLevel.Verbose, 0x2, specs);

        var (_, scrubbed, result) = await TraceAsync(ScrubProfile.Default, provider,
            () => listener.Write("Call", new { Message = "called with tweet-1 by kept", Authorization = "tweet-1", Accept = "kept" }));

        Assert.Equal(2, result.Report.Providers[Bridge]["generic-secret"]);
        Assert.Empty(LeakFinder.Find(scrubbed, "tweet-1"));
        Assert.NotEmpty(LeakFinder.Find(scrubbed, "called with [generic-secret] by kept"));
        Assert.NotEmpty(LeakFinder.Find(scrubbed, "Accept\0kept"));
    }

    [Fact]
    public async Task Runtime_events_keep_their_names_and_lose_the_secrets_of_exception_messages()
    {
        const string Runtime = "Microsoft-Windows-DotNETRuntime";
        var provider = new EventPipeProvider(Runtime, EventLevel.Verbose, 0x8000 | 0x10 | 0x8);   // exceptions, JIT, loader

        var (raw, scrubbed, result) = await TraceAsync(ScrubProfile.Default, provider, () =>
        {
            Assert.Throws<InvalidOperationException>((Action)(() => throw new InvalidOperationException("Login failed, password=tweet-tweet-2")));
        }, rundown: true);

        Assert.Equal(RewriteState.Complete, result.Summary.State);
        Assert.NotEmpty(LeakFinder.Find(raw, "tweet-tweet-2"));
        Assert.Empty(LeakFinder.Find(scrubbed, "tweet-tweet-2"));
        Assert.Equal([Runtime], result.Report.Providers.Keys.Where(p => p.StartsWith(Runtime, StringComparison.Ordinal)));
        Assert.Equal(["generic-secret"], result.Report.Providers[Runtime].Keys);
        Assert.Contains(ReadExceptions(scrubbed), e => e == "System.InvalidOperationException: Login failed, password=[generic-secret]");
        Assert.True(result.Summary.Counts.EventsOut > 1000);
    }

    [Fact]
    public async Task Profile_none_copies_byte_for_byte()
    {
        using var source = new LeakySource();

        var (raw, copied, result) = await TraceAsync(ScrubProfile.None, () => source.Typed("alice@example.com", 1));

        Assert.Equal(raw, copied);
        Assert.Equal(0, result.Report.Total);
    }

    /// <summary>Names made at run time stand in the metadata, not in the events.</summary>
    [Fact]
    public async Task Secrets_in_the_names_of_events_and_fields_do_not_get_out()
    {
        const string provider = "DebugRelay-Tests-Named";
        using var source = new EventSource(provider, EventSourceSettings.EtwSelfDescribingEventFormat);
        string[] secrets = ["name-surface@example.com", "4111 1111 1111 1111", "field-surface@example.com"];
        var named = WithProperty($"mail {secrets[2]}", "kept too");
        var write = typeof(EventSource).GetMethods().Single(m => m is { Name: "Write", IsGenericMethod: true } && m.GetParameters().Length == 2);

        var (raw, scrubbed, result) = await TraceAsync(
            ScrubProfile.Default,
            () =>
            {
                source.Write($"Login {secrets[0]}", new { Text = "kept" });
                write.MakeGenericMethod(named.GetType()).Invoke(source, [$"Paid {secrets[1]}", named]);
            },
            provider);

        Assert.Equal(RewriteState.Complete, result.Summary.State);
        Assert.All(secrets, secret => Assert.NotEmpty(LeakFinder.Find(raw, secret)));
        Assert.All(secrets, secret => Assert.Empty(LeakFinder.Find(scrubbed, secret)));
        var events = Read(scrubbed, provider);
        Assert.Equal(["Login [email] ={ \"Text\":\"kept\" }", "Paid [creditcard] ={ \"mail [email]\":\"kept too\" }"], events);
    }

    /// <summary>An event source that fails tells so in an event of its own, with the exception's message.</summary>
    [Fact]
    public async Task Secrets_in_the_error_messages_of_event_sources_do_not_get_out()
    {
        using var source = new FailingSource();

        var (raw, scrubbed, _) = await TraceAsync(ScrubProfile.Default, () => { }, FailingSource.Provider);

        Assert.NotEmpty(LeakFinder.Find(raw, FailingSource.Secret));
        Assert.Empty(LeakFinder.Find(scrubbed, FailingSource.Secret));
        var messages = new List<string>();
        using var reader = new EventPipeEventSource(new MemoryStream(scrubbed));
        reader.Dynamic.All += e => messages.Add($"{e.EventName} {e.PayloadByName("message")}");
        reader.Process();
        Assert.Contains(messages, m => m.StartsWith("EventSourceMessage ERROR", StringComparison.Ordinal) && m.Contains("password=[generic-secret]", StringComparison.Ordinal));
    }

    [EventSource(Name = Provider)]
    private sealed class FailingSource : EventSource
    {
        public const string Provider = "DebugRelay-Tests-Failing";
        public const string Secret = "message-surface-1";

        protected override void OnEventCommand(EventCommandEventArgs command) => throw new InvalidOperationException($"no login with password={Secret}");
    }

    /// <summary>An object whose one property has this name, which no C# compiler would take.</summary>
    private static object WithProperty(string name, string value)
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Named"), AssemblyBuilderAccess.Run).DefineDynamicModule("Named");
        var type = module.DefineType("Named", TypeAttributes.Public);
        type.SetCustomAttribute(new CustomAttributeBuilder(typeof(EventDataAttribute).GetConstructor([])!, []));
        var getter = type.DefineMethod("get", MethodAttributes.Public | MethodAttributes.SpecialName, typeof(string), []);
        getter.GetILGenerator().Emit(OpCodes.Ldstr, value);
        getter.GetILGenerator().Emit(OpCodes.Ret);
        type.DefineProperty(name, PropertyAttributes.None, typeof(string), null).SetGetMethod(getter);
        return Activator.CreateInstance(type.CreateType())!;
    }

    [Fact]
    public async Task Private_providers_are_dropped()
    {
        using var source = new EventSource("Private.DebugRelay.Tests");

        var (raw, scrubbed, result) = await TraceAsync(
            ScrubProfile.Default, () => source.Write("Event", new { Text = "not for you" }), "Private.DebugRelay.Tests");

        Assert.NotEmpty(LeakFinder.Find(raw, "not for you"));
        Assert.Empty(LeakFinder.Find(scrubbed, "not for you"));
        Assert.Equal(1, result.Report.Rules["private-provider"]);
    }

    private static Task<(byte[] Raw, byte[] Scrubbed, ScrubResult Result)> TraceAsync(
        ScrubProfile profile, Action emit, string provider = LeakySource.Provider) =>
        TraceAsync(profile, new EventPipeProvider(provider, EventLevel.Verbose, -1), emit);

    private static async Task<(byte[] Raw, byte[] Scrubbed, ScrubResult Result)> TraceAsync(ScrubProfile profile, EventPipeProvider provider, Action emit, bool rundown = false)
    {
        var client = new DiagnosticsClient(Environment.ProcessId);
        using var session = await client.StartEventPipeSessionAsync(
            [provider], requestRundown: rundown, circularBufferMB: 64, TestContext.Current.CancellationToken);
        var raw = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(raw, TestContext.Current.CancellationToken);
        emit();
        await session.StopAsync(TestContext.Current.CancellationToken);
        await reading;

        var scrubbed = new MemoryStream();
        var output = PipeWriter.Create(scrubbed);
        raw.Position = 0;
        var result = await TraceScrubber.ScrubAsync(PipeReader.Create(raw), output, profile, cancellationToken: TestContext.Current.CancellationToken);
        await output.CompleteAsync();
        return (raw.ToArray(), scrubbed.ToArray(), result);
    }

    private static List<string> ReadExceptions(byte[] trace)
    {
        var exceptions = new List<string>();
        using var source = new EventPipeEventSource(new MemoryStream(trace));
        source.Clr.ExceptionStart += e => exceptions.Add($"{e.ExceptionType}: {e.ExceptionMessage}");
        source.Process();
        return exceptions;
    }

    private static List<string> Read(byte[] trace, string provider = LeakySource.Provider)
    {
        var events = new List<string>();
        using var source = new EventPipeEventSource(new MemoryStream(trace));
        source.Dynamic.All += e =>
        {
            if (e.ProviderName == provider && e.ID != (TraceEventID)0xFFFE)
            {
                events.Add(e.EventName + string.Concat(e.PayloadNames.Select((n, i) => $" {n}={e.PayloadValue(i)}")));
            }
        };
        source.Process();
        return events;
    }
}
