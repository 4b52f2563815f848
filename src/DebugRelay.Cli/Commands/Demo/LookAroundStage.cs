using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>Who the agent takes us for, and what we may see.</summary>
internal static class LookAroundStage
{
    public static async Task<TargetProcess> RunAsync(Narrator narrator, Session session, int pid, CancellationToken interrupted)
    {
        narrator.Chapter("Who the agent takes you for");
        WhoAmICommand.WriteTo(narrator.Terminal, WhoAmI.Of(session), indent: "  ");

        narrator.Chapter("The processes that you may see, of all on this machine");
        ListedProcess[] processes = await Processes.ListAsync(session, interrupted);
        ProcessesCommand.WriteTo(narrator.Terminal, processes, session.Hello.Host, indent: "  ");
        return processes.FirstOrDefault(listed => listed.Process.Pid == pid)?.Process
            ?? throw new LocalException("the agent does not list the sample shop", "its diagnostic socket lies in TMPDIR or /tmp: is that the same for both?");
    }
}
