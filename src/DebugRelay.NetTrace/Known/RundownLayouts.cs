namespace DebugRelay.NetTrace;

/// <summary>The events of Microsoft-Windows-DotNETRuntimeRundown and of the sample profiler; written as in <see cref="RuntimeLayouts"/>.</summary>
internal static class RundownLayouts
{
    /// <summary>What the runtime tells at the end of a session about methods, modules and assemblies.</summary>
    public const string Rundown = """
        10/0 50
        141/0 36
        141/1 38
        141/2 46
        142/0 36
        142/1 38
        142/2 46
        143/0 36 s:MethodNamespace s:MethodName s:MethodSignature
        143/1 36 s:MethodNamespace s:MethodName s:MethodSignature 2
        143/2 36 s:MethodNamespace s:MethodName s:MethodSignature 10
        144/0 36 s:MethodNamespace s:MethodName s:MethodSignature
        144/1 36 s:MethodNamespace s:MethodName s:MethodSignature 2
        144/2 36 s:MethodNamespace s:MethodName s:MethodSignature 10
        145/0
        145/1 2
        146/0
        146/1 2
        147/0
        147/1 2
        148/0
        148/1 2
        149/0 17 c2 [4] [4] 2
        149/1 17 c2 [4] [4] 2 8
        150/0 17 c2 [4] [4] 2
        150/1 17 c2 [4] [4] 2 8
        151/0 32 s:ModuleILPath s:ModuleNativePath
        151/1 32 s:ModuleILPath s:ModuleNativePath 2
        152/0 32 s:ModuleILPath s:ModuleNativePath
        152/1 32 s:ModuleILPath s:ModuleNativePath 2
        153/0 24 s:ModuleILPath s:ModuleNativePath
        153/1 24 s:ModuleILPath s:ModuleNativePath 2
        153/2 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath
        153/3 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath s:NativeBuildID
        154/0 24 s:ModuleILPath s:ModuleNativePath
        154/1 24 s:ModuleILPath s:ModuleNativePath 2
        154/2 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath
        154/3 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath s:NativeBuildID
        155/0 20 s:FullyQualifiedAssemblyName
        155/1 28 s:FullyQualifiedAssemblyName 2
        156/0 20 s:FullyQualifiedAssemblyName
        156/1 28 s:FullyQualifiedAssemblyName 2
        157/0 12 s:AppDomainName
        157/1 12 s:AppDomainName 6
        158/0 12 s:AppDomainName
        158/1 12 s:AppDomainName 6
        159/0 30
        160/0 19
        161/0 19
        187/0 25 s:CommandLine 16 s:RuntimeDllPath
        280/0 6
        300/0 2 s:Name 8
        """;

    /// <summary>The one event of Microsoft-DotNETCore-SampleProfiler: what kind of code the thread ran.</summary>
    public const string SampleProfiler = """
        0/0 4
        """;
}
