using DebugRelay.Broker.Gate;
using System.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using Xunit;

namespace DebugRelay.Tests.Broker;

public class EventPipeClassifierTests
{
    [Theory]
    [InlineData("trace", "System.Runtime", 0, "")]
    [InlineData("trace", "Microsoft-Windows-DotNETRuntime", 0x1, "")]
    [InlineData("trace", "System.Runtime", 0, "EventCounterIntervalSec=1")]
    [InlineData("stacks", "Microsoft-DotNETCore-SampleProfiler", -1, "")]
    [InlineData("exceptions", "Microsoft-Windows-DotNETRuntime", 0x8010, "")]
    [InlineData("logs", "Microsoft-Extensions-Logging", 4, "FilterSpecs=\"Shop*:Debug;Microsoft:Warning\"")]
    [InlineData("trace", "Microsoft-Extensions-Logging", 4, "FilterSpecs=Shop*:Debug")]
    [InlineData("gcdump", "Microsoft-Windows-DotNETRuntime", 0x1980001, "")]
    [InlineData("gcdump", "Microsoft-DotNETCore-SampleProfiler", 0, "")]
    [InlineData("counters", "System.Diagnostics.Metrics", 2, "SessionId=a;Metrics=System.Runtime;RefreshInterval=1;MaxTimeSeries=1000;MaxHistograms=20")]
    public void What_is_on_the_list_is_built_anew(string operation, string provider, long keywords, string arguments)
    {
        EventPipeRequest built = EventPipeClassifier.Check(operation, Parameters(provider, (ulong)keywords, 4, arguments), ProviderArguments.None);
        Assert.Equal(new EventPipeProvider(provider, (ulong)keywords, 4, arguments), Assert.Single(built.Providers));
    }

    [Theory]
    // Counters are counters: anything that could carry text is a trace. With keywords or a level an EventSource sends its events beside its counters.
    [InlineData("counters", "Microsoft-Extensions-Logging", -1, "EventCounterIntervalSec=1")]
    [InlineData("counters", "System.Runtime", 0, "EventCounterIntervalSec=1")]
    [InlineData("counters", "System.Runtime", 0, "")]
    [InlineData("counters", "Microsoft-Extensions-Logging", 4, "")]
    [InlineData("counters", "Microsoft-Extensions-Logging", 4, "EventCounterIntervalSec=1;FilterSpecs=*")]
    [InlineData("counters", "System.Runtime", 0, "EventCounterIntervalSec=0")]
    [InlineData("counters", "System.Runtime", 0, "EventCounterIntervalSec=61")]
    [InlineData("counters", "System.Runtime", 0, "EventCounterIntervalSec=1;EventCounterIntervalSec=2")]
    [InlineData("counters", "System.Runtime", 0, "EventCounterIntervalSec=\"1\"")]
    [InlineData("counters", "System.Diagnostics.Metrics", 2, "Metrics=a;More=b")]
    // Arguments reach into the process: object properties, filters.
    [InlineData("trace", "Microsoft-Diagnostics-DiagnosticSource", -1, "FilterAndPayloadSpecs=X/Y:Request.Headers")]
    [InlineData("trace", "System.Runtime", 0, "anything")]
    [InlineData("logs", "Microsoft-Extensions-Logging", 4, "FilterAndPayloadSpecs=*")]
    // A narrow operation has its own providers and keywords, and no more.
    [InlineData("stacks", "Microsoft-Windows-DotNETRuntime", 0x1, "")]
    [InlineData("exceptions", "Microsoft-Windows-DotNETRuntime", 0x8001, "")]
    [InlineData("logs", "System.Net.Http", 1, "")]
    [InlineData("gcdump", "Microsoft-Windows-DotNETRuntime", 0x1988001, "")]
    [InlineData("exceptions", "Microsoft-Windows-DotNETRuntime", 0x800000, "")]
    // Forces collections.
    [InlineData("trace", "Microsoft-Windows-DotNETRuntime", 0x800000, "")]
    [InlineData("trace", "Microsoft-Windows-DotNETRuntime", -1, "")]
    public void What_is_not_on_the_list_is_not_sent(string operation, string provider, long keywords, string arguments)
    {
        ProtocolException e = Assert.Throws<ProtocolException>(() => EventPipeClassifier.Check(operation, Parameters(provider, (ulong)keywords, 4, arguments), ProviderArguments.None));
        Assert.Equal(ErrorCode.BadRequest, e.Code);
    }

    [Theory]
    [InlineData("System.Runtime", "EventCounterIntervalSec=1")]
    [InlineData("Any.Thing", "EventCounterIntervalSec=60")]
    public void Counters_are_asked_for_at_the_level_that_no_event_has(string provider, string arguments)
    {
        EventPipeRequest built = EventPipeClassifier.Check("counters", Parameters(provider, 0, 2, arguments), ProviderArguments.None);
        Assert.Equal(new EventPipeProvider(provider, 0, 0, arguments), Assert.Single(built.Providers));
    }

    [Fact]
    public void Stacks_are_left_out_where_they_are_not_wanted()
    {
        EventPipeParameters parameters = Parameters("System.Runtime", 0, 4, "");
        byte[] with = EventPipeClassifier.Check("trace", parameters, ProviderArguments.None).Encode(withStackSwitch: true);
        byte[] without = EventPipeClassifier.Check("trace", parameters with { Stacks = false }, ProviderArguments.None).Encode(withStackSwitch: true);
        // After the buffer's size, the format and the rundown.
        Assert.Equal((1, 0), (with[9], without[9]));
    }

    private const string Bridge = "Microsoft-Diagnostics-DiagnosticSource";

    private static readonly ProviderArguments Listed = ProviderArguments.Parse(Encoding.UTF8.GetBytes($$"""
        {
          "rules": "other keys are the scrubber's",
          "providerArguments": {
            // One line of a specification is one value.
            "{{Bridge}}": { "FilterAndPayloadSpecs": ["Shop/Order:-Id;Kind=Product.Kind", "Shop/Paid:-Id"], "Depth": ["2"] },
          }
        }
        """));

    [Theory]
    [InlineData("FilterAndPayloadSpecs=\"Shop/Order:-Id;Kind=Product.Kind\"", "FilterAndPayloadSpecs=\"Shop/Order:-Id;Kind=Product.Kind\"")]
    [InlineData("FilterAndPayloadSpecs=\"Shop/Paid:-Id\r\n  Shop/Order:-Id;Kind=Product.Kind\n\"", "FilterAndPayloadSpecs=\"Shop/Paid:-Id\nShop/Order:-Id;Kind=Product.Kind\"")]
    [InlineData("FilterAndPayloadSpecs=Shop/Paid:-Id;Depth=2", "FilterAndPayloadSpecs=Shop/Paid:-Id;Depth=2")]
    [InlineData(";Depth=\"2\";EventCounterIntervalSec=1;", "Depth=2;EventCounterIntervalSec=1")]
    public void Arguments_of_the_profiles_list_are_written_anew(string asked, string sent)
    {
        EventPipeRequest built = EventPipeClassifier.Check("trace", Parameters(Bridge, 2, 5, asked), Listed);
        Assert.Equal(sent, Assert.Single(built.Providers).Arguments);
    }

    [Theory]
    // Another value, a line more, another provider's, another case.
    [InlineData(Bridge, "FilterAndPayloadSpecs=\"Shop/Order:-Id;Kind=Product.Secret\"")]
    [InlineData(Bridge, "FilterAndPayloadSpecs=\"Shop/Paid:-Id\nShop/Paid:Secret\"")]
    [InlineData("Other", "FilterAndPayloadSpecs=\"Shop/Paid:-Id\"")]
    [InlineData(Bridge, "FilterAndPayloadSpecs=\"shop/paid:-Id\"")]
    [InlineData(Bridge, "filterAndPayloadSpecs=\"Shop/Paid:-Id\"")]
    [InlineData(Bridge, "FilterAndPayloadSpecs=")]
    // What a runtime would read otherwise than it was judged.
    [InlineData(Bridge, "Depth=2;Depth=2")]
    [InlineData(Bridge, "Depth=2=FilterAndPayloadSpecs")]
    [InlineData(Bridge, "Depth=\"2")]
    [InlineData(Bridge, "Dep\"th\"=2")]
    [InlineData(Bridge, "Depth=\"2\"\"\"")]
    [InlineData(Bridge, "Depth")]
    public void Other_arguments_are_refused(string provider, string asked)
    {
        ProtocolException e = Assert.Throws<ProtocolException>(() => EventPipeClassifier.Check("trace", Parameters(provider, 2, 5, asked), Listed));
        Assert.Equal(ErrorCode.BadRequest, e.Code);
        Assert.Contains("argument", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_take_no_arguments_but_their_own()
        => Assert.Throws<ProtocolException>(() => EventPipeClassifier.Check("counters", Parameters(Bridge, 0, 2, "Depth=2"), Listed));

    [Theory]
    [InlineData("""{ "providerArguments": [] }""", "providerArguments (line 1)")]
    [InlineData("{\n\"providerArguments\": { \"A\": { \"k\": [\"v\",\n\"v\"] } } }", "providerArguments.A.k[1] (line 3): appears twice")]
    [InlineData("""{ "providerArguments": { "A": { "k": ["a\"b"] } } }""", "quotation mark")]
    public void A_list_of_another_form_is_an_error(string profile, string complaint)
        => Assert.Contains(complaint, Assert.Throws<DocumentException>(() => ProviderArguments.Parse(Encoding.UTF8.GetBytes(profile))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_no_runtime_could_take_is_refused_before_it_is_sent()
    {
        EventPipeParameters one = Parameters("System.Diagnostics.Metrics", 2, 4, "Metrics=" + new string('a', 4000));
        EventPipeParameters nine = one with { Providers = [.. Enumerable.Repeat(one.Providers[0], 9)] };
        ProtocolException e = Assert.Throws<ProtocolException>(() => EventPipeClassifier.Check("counters", nine, ProviderArguments.None));
        Assert.Equal(ErrorCode.BadRequest, e.Code);
    }

    [Fact]
    public void A_buffer_is_as_large_as_the_role_allows_and_no_larger()
    {
        EventPipeParameters parameters = Parameters("System.Runtime", 0, 4, "");
        long bytes = (long)parameters.BufferMegabytes << 20;
        Assert.Null(parameters.ProblemFor(new RoleLimits { TraceBuffer = bytes }));
        Assert.Contains("traceBuffer", parameters.ProblemFor(new RoleLimits { TraceBuffer = bytes - 1 }), StringComparison.Ordinal);
    }

    private static EventPipeParameters Parameters(string provider, ulong keywords, int level, string arguments) => new()
    {
        Providers = [new EventProvider(provider, keywords, level, arguments)],
        BufferMegabytes = 64,
        Rundown = false,
        DurationSeconds = 1,
    };
}
