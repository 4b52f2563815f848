using System.Runtime.InteropServices;
using DebugRelay.Cli.Commands;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Text;

// The first Ctrl-C stops and keeps what has come; the second is the system's own and ends the process.
using var interrupt = new CancellationTokenSource();
using PosixSignalRegistration ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await CommandLine.RunAsync(args, Terminal.OfProcess(), ClientSurroundings.OfProcess(), interrupt.Token);

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
}
