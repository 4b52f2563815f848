using System.Runtime.InteropServices;

namespace DebugRelay.Protocol.Unix.Confinement;

/// <summary>
/// Lets the kernel refuse to this process, all its threads, whatever is not on the list (seccomp(2)): sockets of its own, other programs, other processes, other
/// processes' memory, mounts, namespaces, keys, modules, files to be written. It cannot be taken off again.
/// </summary>
public static unsafe class SystemCallFilter
{
    private const nuint SetFilter = 1;
    private const nuint AllThreads = 1;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAnyBit = 0x45;
    private const ushort Return = 0x06;
    private const int NumberAt = 0, ArchitectureAt = 4, ArgumentsAt = 16;
    private const uint X64 = 0xc000_003e, Arm64 = 0xc000_00b7, Abi32 = 0x4000_0000;
    private const uint Allow = 0x7fff_0000, Refuse = 0x0005_0001, Unknown = 0x0005_0026, Pretend = 0x0005_0000;

    /// <summary>Numbers from here on came with kernels that programs still expect to be without: they are told that there is no such call, and do without.</summary>
    private const uint Newer = 424;

    private const uint NewThread = 0x0001_0000;
    private const uint AnyWriting = 0x3 | 0x40 | 0x200 | 0x2000 | 0x40_0000;

    /// <summary>Applies it.</summary>
    /// <param name="opensFiles">Whether files may be opened, for reading.</param>
    /// <param name="child">The process that it may end and wait for; 0: none.</param>
    /// <returns>False where this system has no filters, or is none that we know the numbers of.</returns>
    public static bool Apply(bool opensFiles, int child)
    {
        if (SystemCall.Seccomp.Number < 0)
            return false;
        var program = new Builder();
        program.RefuseUnless(ArchitectureAt, RuntimeInformation.ProcessArchitecture == Architecture.X64 ? X64 : Arm64);
        program.Load(NumberAt);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
            program.RefuseFrom(Abi32);
        foreach (SystemCall call in SystemCall.OfWorkers)
            program.AllowCall(call);
        foreach (SystemCall call in child != 0 ? SystemCall.OfParents : [])
            program.AllowCall(call);
        uint self = (uint)Environment.ProcessId;
        // The runtime asks for all processors of the process for each new thread, and ends when it does not get them. It has them.
        program.Answer(SystemCall.SetProcessors, Pretend);
        program.AllowWith(SystemCall.StartThread, 0, anyBit: NewThread);
        program.AllowWith(SystemCall.SignalThread, 0, self);
        program.AllowWith(SystemCall.Limit, 0, 0, self);
        if (child != 0)
            program.AllowWith(SystemCall.Signal, 0, (uint)child);
        // PR_SET_NAME, PR_GET_NAME, PR_SET_VMA; TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO.
        program.AllowWith(SystemCall.ProcessControl, 0, 15, 16, 0x5356_4d41);
        program.AllowWith(SystemCall.Control, 1, 0x5401, 0x5413, 0x541b, 0x5421);
        if (opensFiles)
        {
            program.AllowCall(SystemCall.ReadFolder);
            program.AllowWithout(SystemCall.Open, 1, AnyWriting);
            program.AllowWithout(SystemCall.OpenAt, 2, AnyWriting);
        }
        program.End();
        return program.Install();
    }

    /// <summary>The filter's program (classic BPF), which the kernel runs at each call.</summary>
    private sealed class Builder
    {
        private readonly List<Instruction> _program = [];

        public void Load(int offset) => _program.Add(new(LoadWord, 0, 0, (uint)offset));

        public void RefuseUnless(int offset, uint value)
        {
            Load(offset);
            _program.Add(new(JumpIfEqual, 1, 0, value));
            _program.Add(new(Return, 0, 0, Refuse));
        }

        public void RefuseFrom(uint number)
        {
            _program.Add(new(JumpIfAtLeast, 0, 1, number));
            _program.Add(new(Return, 0, 0, Refuse));
        }

        public void AllowCall(SystemCall call) => Answer(call, Allow);

        public void Answer(SystemCall call, uint answer)
        {
            if (call.Number < 0)
                return;
            _program.Add(new(JumpIfEqual, 0, 1, (uint)call.Number));
            _program.Add(new(Return, 0, 0, answer));
        }

        /// <summary>Allows a call while an argument is one of these.</summary>
        public void AllowWith(SystemCall call, int argument, params ReadOnlySpan<uint> values)
        {
            if (call.Number < 0)
                return;
            _program.Add(new(JumpIfEqual, 0, (byte)((2 * values.Length) + 2), (uint)call.Number));
            Load(ArgumentsAt + (8 * argument));
            foreach (uint value in values)
            {
                _program.Add(new(JumpIfEqual, 0, 1, value));
                _program.Add(new(Return, 0, 0, Allow));
            }
            _program.Add(new(Return, 0, 0, Refuse));
        }

        /// <summary>Allows a call while an argument has one of these bits.</summary>
        public void AllowWith(SystemCall call, int argument, uint anyBit) => ByBits(call, argument, anyBit, ifAny: Allow, ifNone: Refuse);

        /// <summary>Allows a call while an argument has none of these bits.</summary>
        public void AllowWithout(SystemCall call, int argument, uint anyBit) => ByBits(call, argument, anyBit, ifAny: Refuse, ifNone: Allow);

        public void End()
        {
            _program.Add(new(JumpIfAtLeast, 0, 1, Newer));
            _program.Add(new(Return, 0, 0, Unknown));
            _program.Add(new(Return, 0, 0, Refuse));
        }

        public bool Install()
        {
            fixed (Instruction* first = CollectionsMarshal.AsSpan(_program))
            {
                var filter = new Filter { Length = (ushort)_program.Count, Instructions = first };
                return ConfinementCalls.Call(SystemCall.Seccomp.Number, SetFilter, AllThreads, (nuint)(&filter), 0, 0) == 0;
            }
        }

        private void ByBits(SystemCall call, int argument, uint bits, uint ifAny, uint ifNone)
        {
            if (call.Number < 0)
                return;
            _program.Add(new(JumpIfEqual, 0, 4, (uint)call.Number));
            Load(ArgumentsAt + (8 * argument));
            _program.Add(new(JumpIfAnyBit, 0, 1, bits));
            _program.Add(new(Return, 0, 0, ifAny));
            _program.Add(new(Return, 0, 0, ifNone));
        }
    }

    private readonly struct Instruction(ushort code, byte jumpTrue, byte jumpFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte JumpTrue = jumpTrue;
        public readonly byte JumpFalse = jumpFalse;
        public readonly uint Value = value;
    }

    private struct Filter
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
