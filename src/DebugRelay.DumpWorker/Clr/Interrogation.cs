using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>
/// Asks the runtime in a dump what a debugger would ask, so that the recorder sees what the answers need. The answers are thrown away.
/// </summary>
/// <param name="runtime">Which.</param>
/// <param name="onName">Told each name that is an answer.</param>
internal sealed class Interrogation(ClrRuntime runtime, Action<string> onName)
{
    private readonly HashSet<ulong> _methods = [];
    private readonly HashSet<ulong> _types = [];
    private long _listed;

    /// <summary>Asks about all but single types of objects: see <see cref="AskType"/>.</summary>
    public void AskAll()
    {
        AskDomains();
        AskThreads();
        AskHeap();
        AskModules();
        AskNativeHeaps();
    }

    /// <summary>Asks about a type, its fields and its methods; once.</summary>
    public void AskType(ClrType? type)
    {
        for (; type is not null && _types.Add(type.MethodTable) && _types.Count <= DumpLimits.Types; type = type.BaseType)
        {
            Keep(type.Name, type.MetadataToken, type.TypeAttributes, type.IsFinalizable, type.IsEnum, type.IsCollectible);
            foreach (ClrInstanceField field in type.Fields)
                Ask(() => Keep(field.Name, field.Type?.Name, field.Offset, field.Attributes));
            foreach (ClrStaticField field in type.StaticFields)
                Ask(() => Keep(field.Name, field.Type?.Name, field.Offset, runtime.AppDomains.Select(field.GetAddress).FirstOrDefault()));
            foreach (ClrThreadStaticField field in type.ThreadStaticFields)
                Ask(() => AskThreadStatic(field));
            foreach (ClrMethod method in type.Methods)
                AskMethod(method);
            if (type.ComponentType is { } component)
                AskType(component);
        }
    }

    /// <summary>
    /// The library cannot say all of a type whose parts are not in the dump (a triage dump of a program with static pointers); nor can it say that to a debugger.
    /// </summary>
    private static void Ask(Action question)
    {
        try
        {
            question();
        }
        catch (Exception e) when (e.GetType() == typeof(Exception) || e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The next question.
        }
    }

    private void AskDomains()
    {
        foreach (ClrAppDomain domain in runtime.AppDomains.Append(runtime.SystemDomain).Append(runtime.SharedDomain).OfType<ClrAppDomain>())
            Keep(domain.Name, domain.Id, domain.ApplicationBase, domain.ConfigurationFile);
    }

    private void AskThreads()
    {
        foreach (ClrThread thread in runtime.Threads)
        {
            Keep(thread.OSThreadId, thread.State, thread.LockCount, thread.CurrentAppDomain?.Name, thread.IsGc, thread.IsFinalizer);
            foreach (ClrStackFrame frame in thread.EnumerateStackTrace(includeContext: true, DumpLimits.Frames))
            {
                Keep(frame.FrameName, frame.ToString());
                AskFrameMethod(frame);
            }
            foreach (ClrStackRoot root in thread.EnumerateStackRoots().Take(DumpLimits.Listed))
                Keep(root.StackFrame, root.RegisterName, root.Object.Type);
            if (thread.CurrentException is { } exception)
                Keep(exception.Type.Name, exception.StackTrace.Length, exception.HResult);
        }
        if (runtime.ThreadPool is { } pool)
            Keep(pool.MinThreads, pool.MaxThreads, pool.IdleWorkerThreads, pool.EnumerateLegacyWorkRequests().Take(100).Count(), pool.EnumerateHillClimbingLog().Take(300).Count());
    }

    /// <summary>The place of each thread's value; of the values themselves, references alone.</summary>
    private void AskThreadStatic(ClrThreadStaticField field)
    {
        Keep(field.Name, field.Type?.Name, field.Offset);
        foreach (ClrThread thread in runtime.Threads)
        {
            if (field.GetAddress(thread) is not 0 and var address && field.IsObjectReference)
                Keep(runtime.DataTarget.DataReader.ReadPointer(address));
        }
    }

    private void AskFrameMethod(ClrStackFrame frame)
    {
        if (frame.Method is not { } method)
            return;
        AskMethod(method);
        Keep(runtime.GetMethodByInstructionPointer(frame.InstructionPointer)?.Signature, method.GetILOffset(frame.InstructionPointer), method.GetILInfo()?.Length);
        AskType(method.Type);
    }

    private void AskHeap()
    {
        ClrHeap heap = runtime.Heap;
        Keep(heap.IsServer, heap.DynamicAdaptationMode, heap.CanWalkHeap);
        foreach (ClrSubHeap sub in heap.SubHeaps)
            Keep(sub.OomInfo, sub.InternalRootArray, sub.GenerationTable.Length, sub.FinalizationPointers.Length, sub.MarkArray);
        foreach (ClrHandle handle in runtime.EnumerateHandles().TakeWhile(_ => IsWithinLimit()))
            Keep(handle.HandleKind, handle.Object.Type, handle.Dependent.Type, handle.ReferenceCount);
        foreach (ClrRoot root in heap.EnumerateRoots().TakeWhile(_ => IsWithinLimit()))
            Keep(root.RootKind, root.Object.Type);
        foreach (ClrRoot root in heap.EnumerateAdditionalRoots().TakeWhile(_ => IsWithinLimit()))
            Keep(root.RootKind, root.Object.Type);
        foreach (SyncBlock block in heap.EnumerateSyncBlocks().TakeWhile(_ => IsWithinLimit()))
            Keep(block.IsMonitorHeld, block.HoldingThreadAddress, block.WaitingThreadCount, block.ComFlags);
        Keep(heap.EnumerateFinalizableObjects().TakeWhile(_ => IsWithinLimit()).Count(), heap.EnumerateFinalizerRoots().TakeWhile(_ => IsWithinLimit()).Count());
        Keep(runtime.EnumerateSyncBlockCleanupData().Take(1000).Count(), runtime.EnumerateRcwCleanupData().Take(1000).Count());
    }

    private void AskModules()
    {
        foreach (ClrModule module in runtime.EnumerateModules())
        {
            Keep(module.Name, module.AssemblyName, module.Size, module.Layout, module.DebuggingMode, module.Pdb?.Path);
            Keep(module.IsDynamic, module.MetadataAddress, module.ThunkHeap, module.LoaderAllocator, module.EnumerateTypeRefToMethodTableMap().Count());
            foreach ((ulong methodTable, _) in module.EnumerateTypeDefToMethodTableMap())
                AskType(runtime.GetTypeByMethodTable(methodTable));
        }
    }

    private void AskMethod(ClrMethod method)
    {
        if (_methods.Count >= DumpLimits.Methods || !_methods.Add(method.MethodDesc))
            return;
        Keep(method.Name, method.Signature, method.NativeCode, method.CompilationType, method.MetadataToken, method.Attributes);
        if (method.NativeCode is not 0 and not ulong.MaxValue)
            Keep(runtime.GetMethodByInstructionPointer(method.NativeCode)?.MethodDesc, method.ILOffsetMap.Length);
    }

    private void AskNativeHeaps()
    {
        foreach (ClrJitManager manager in runtime.EnumerateJitManagers())
            Keep(manager.Kind, manager.EnumerateNativeHeaps().Count());
        Keep(runtime.EnumerateClrNativeHeaps().Count(), runtime.GetJitHelperFunctionName(0));
    }

    private bool IsWithinLimit() => ++_listed <= DumpLimits.Listed;

    /// <summary>An answer that was asked for must not be left unasked by the compiler.</summary>
    private void Keep(params ReadOnlySpan<object?> answers)
    {
        // An answer that is a text is a name, and what a name is made of may stay.
        foreach (object? answer in answers)
        {
            if (answer is string name)
                onName(name);
        }
    }
}
