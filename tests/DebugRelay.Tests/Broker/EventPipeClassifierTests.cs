using DebugRelay.Broker.Gate;
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
    [InlineData("counters", "System.Diagnostics.Metrics", 2, "SessionId=a;Metrics=System.Runtime;RefreshInterval=1;MaxTimeSeries=1000;MaxHistograms=20")]
    public void What_is_on_the_list_is_built_anew(string operation, string provider, long keywords, string arguments)
    {
        EventPipeRequest built = EventPipeClassifier.Check(operation, Parameters(provider, (ulong)keywords, 4, arguments));
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
    // Forces collections.
    [InlineData("trace", "Microsoft-Windows-DotNETRuntime", 0x800000, "")]
    [InlineData("trace", "Microsoft-Windows-DotNETRuntime", -1, "")]
    public void What_is_not_on_the_list_is_not_sent(string operation, string provider, long keywords, string arguments)
    {
        ProtocolException e = Assert.Throws<ProtocolException>(() => EventPipeClassifier.Check(operation, Parameters(provider, (ulong)keywords, 4, arguments)));
        Assert.Equal(ErrorCode.BadRequest, e.Code);
    }

    [Theory]
    [InlineData("System.Runtime", "EventCounterIntervalSec=1")]
    [InlineData("Any.Thing", "EventCounterIntervalSec=60")]
    public void Counters_are_asked_for_at_the_level_that_no_event_has(string provider, string arguments)
    {
        EventPipeRequest built = EventPipeClassifier.Check("counters", Parameters(provider, 0, 2, arguments));
        Assert.Equal(new EventPipeProvider(provider, 0, 0, arguments), Assert.Single(built.Providers));
    }

    [Fact]
    public void What_no_runtime_could_take_is_refused_before_it_is_sent()
    {
        EventPipeParameters one = Parameters("System.Diagnostics.Metrics", 2, 4, "Metrics=" + new string('a', 4000));
        EventPipeParameters nine = one with { Providers = [.. Enumerable.Repeat(one.Providers[0], 9)] };
        ProtocolException e = Assert.Throws<ProtocolException>(() => EventPipeClassifier.Check("counters", nine));
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
