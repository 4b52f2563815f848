namespace DebugRelay.NetTrace;

/// <summary>
/// The events of Microsoft-Windows-DotNETRuntime, a line each: id/version, then the layout (see <see cref="LayoutNotation"/>). From the runtime's
/// published manifest; NetTraceFormat.md says which were held against what. An event or version that is not here is not known, and its payload
/// does not pass. The elements of 208 are aligned as C aligns them, which their sum of bytes takes into account.
/// </summary>
internal static class RuntimeLayouts
{
    public const string Runtime = """
        1/0 8
        1/1 18
        1/2 26
        2/0 6
        2/1 10
        3/0
        3/1 2
        4/0 92
        4/1 94
        4/2 110
        5/0 20
        5/1 22
        6/0 8
        6/1 10
        7/0
        7/1 2
        8/0
        8/1 2
        9/0 2
        9/1 10
        10/0 8
        10/1 10
        10/2 18 p s:TypeName 4
        10/3 18 p s:TypeName 4 p
        10/4 18 p s:TypeName 4 p 8
        11/0
        11/1 2
        12/0
        12/1 2
        13/0 4
        13/1 6
        14/0
        14/1 2
        15/0 c4 2 Values[25 s:Name c4 [8]]
        16/0 4 c4 2 [p 5 p]
        17/0 4 c4 2 [p p p]
        18/0 4 c4 2 [p 24]
        19/0 4 c4 2 [p 4]
        20/0 p p 14
        21/0 4 c4 2 [p 8]
        22/0 4 c4 2 [p p 8]
        23/0 1 p 18
        25/0 6
        26/0 6
        27/0 6
        28/0 6
        29/0 p p 2
        30/0 p p 18
        31/0 p 2
        32/0 p p 14
        33/0 p p 8 s:TypeName 2
        35/0 6
        36/0 c4 2 [44]
        37/0 c4 2 [40]
        38/0 c4 10 Values[28 s:FieldName]
        39/0 s:Name c4 [1] 2
        40/0 8
        41/0 8
        42/0 8
        43/0 8
        44/0 8
        44/1 10
        45/0 8
        45/1 10
        46/0 8
        46/1 10
        47/0 8
        47/1 10
        48/0 8
        49/0 8
        50/0 10
        51/0 10
        52/0 10
        53/0 10
        54/0 10
        55/0 18
        56/0 76
        57/0 10
        58/0 18
        59/0 10
        60/0 6
        61/0 p 2
        62/0 p 2
        63/0 p p 6
        64/0 p p 2
        65/0 p p 2
        70/0 p 2
        71/0 p 2
        72/0 20 c4 8 [8]
        73/0 6
        74/0 16 s:TypeName
        80/0
        80/1 s:ExceptionType s:ExceptionMessage p 8
        81/0
        81/1 3
        81/2 3 p p 8
        83/0 18
        84/0 26
        85/0 30
        86/0 18
        87/0 18
        88/0 26 s:ManagedInteropMethodNamespace s:ManagedInteropMethodName s:ManagedInteropMethodSignature s:NativeMethodSignature \
          s:StubMethodSignature s:StubMethodILCode
        89/0 22 s:ManagedInteropMethodNamespace s:ManagedInteropMethodName s:ManagedInteropMethodSignature
        90/0 p p 2
        91/0 3
        91/1 11
        135/0
        136/0
        137/0 36
        138/0 36
        139/0 36 s:MethodNamespace s:MethodName s:MethodSignature
        140/0 36 s:MethodNamespace s:MethodName s:MethodSignature
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
        145/0 24 s:MethodNamespace s:MethodName s:MethodSignature
        145/1 24 s:MethodNamespace s:MethodName s:MethodSignature 2
        146/0 46
        149/0 24 s:ModuleILPath s:ModuleNativePath
        150/0 24 s:ModuleILPath s:ModuleNativePath
        151/0 32 s:ModuleILPath s:ModuleNativePath
        151/1 32 s:ModuleILPath s:ModuleNativePath 2
        152/0 24 s:ModuleILPath s:ModuleNativePath
        152/1 24 s:ModuleILPath s:ModuleNativePath 2
        152/2 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath
        152/3 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath s:NativeBuildID
        153/0 24 s:ModuleILPath s:ModuleNativePath
        153/1 24 s:ModuleILPath s:ModuleNativePath 2
        153/2 24 s:ModuleILPath s:ModuleNativePath 22 s:ManagedPdbBuildPath 20 s:NativePdbBuildPath
        154/0 20 s:FullyQualifiedAssemblyName
        154/1 28 s:FullyQualifiedAssemblyName 2
        155/0 20 s:FullyQualifiedAssemblyName
        155/1 28 s:FullyQualifiedAssemblyName 2
        156/0 12 s:AppDomainName
        156/1 12 s:AppDomainName 6
        157/0 12 s:AppDomainName
        157/1 12 s:AppDomainName 6
        158/0 19
        159/0 8 s:MethodNamespace s:MethodName s:MethodSignature 10
        160/0 10
        181/0 8 s:FullyQualifiedAssemblyName
        181/1 8 s:FullyQualifiedAssemblyName 2
        182/0 8 s:FullyQualifiedAssemblyName
        182/1 8 s:FullyQualifiedAssemblyName 2
        183/0 8 s:ModulePath
        183/1 8 s:ModulePath 2
        184/0 8 s:ModulePath
        184/1 8 s:ModulePath 2
        185/0 s:MethodBeingCompiledNamespace s:MethodBeingCompiledName s:MethodBeingCompiledNameSignature s:InlinerNamespace \
          s:InlinerName s:InlinerNameSignature s:InlineeNamespace s:InlineeName s:InlineeNameSignature 2
        186/0 s:MethodBeingCompiledNamespace s:MethodBeingCompiledName s:MethodBeingCompiledNameSignature s:InlinerNamespace s:InlinerName \
          s:InlinerNameSignature s:InlineeNamespace s:InlineeName s:InlineeNameSignature 4 a:FailReason 2
        187/0 25 s:CommandLine 16 s:RuntimeDllPath
        188/0 s:MethodBeingCompiledNamespace s:MethodBeingCompiledName s:MethodBeingCompiledNameSignature s:CallerNamespace \
          s:CallerName s:CallerNameSignature s:CalleeNamespace s:CalleeName s:CalleeNameSignature 10
        189/0 s:MethodBeingCompiledNamespace s:MethodBeingCompiledName s:MethodBeingCompiledNameSignature s:CallerNamespace s:CallerName \
          s:CallerNameSignature s:CalleeNamespace s:CalleeName s:CalleeNameSignature 4 a:FailReason 2
        190/0 17 c2 [4] [4] 2
        190/1 17 c2 [4] [4] 2 8
        191/0 s:MethodBeingCompiledNamespace s:MethodBeingCompiledName s:MethodBeingCompiledNameSignature s:CallerNamespace \
          s:CallerName s:CallerNameSignature s:CalleeNamespace s:CalleeName s:CalleeNameSignature 4 s:FailReason 2
        192/0 s:MethodBeingCompiledNamespace s:MethodBeingCompiledName s:MethodBeingCompiledNameSignature s:InlinerNamespace \
          s:InlinerName s:InlinerNameSignature s:InlineeNamespace s:InlineeName s:InlineeNameSignature 4 s:FailReason 2
        200/0 10
        201/0 10
        202/0 18
        203/2 18
        204/3 2 p p p p p p 24 p c4 [p p p p p p p p p p]
        205/4 46 c4 [4]
        206/0 6
        207/0 6
        208/0 2 c2 [8 p p p]
        209/0 12 c2 [8 p]
        240/0
        241/0
        242/0
        243/0
        250/0 16 s:MethodName 2
        251/0
        252/0 16 s:MethodName 2
        253/0
        254/0 16 s:MethodName 2
        255/0
        256/0
        260/0 12 c4 [1] 2
        270/0 4 s:EventName s:EventSourceName s:Payload
        280/0 6
        281/0 2
        282/0 6
        283/0 6
        284/0 10
        290/0 2 s:AssemblyName s:AssemblyPath s:RequestingAssembly s:AssemblyLoadContext s:RequestingAssemblyLoadContext
        291/0 2 s:AssemblyName s:AssemblyPath s:RequestingAssembly s:AssemblyLoadContext s:RequestingAssemblyLoadContext 4 \
          s:ResultAssemblyName s:ResultAssemblyPath 4
        292/0 2 s:AssemblyName 2 s:AssemblyLoadContext 2 s:ResultAssemblyName s:ResultAssemblyPath s:ErrorMessage
        293/0 2 s:AssemblyName s:HandlerName s:AssemblyLoadContext s:ResultAssemblyName s:ResultAssemblyPath
        294/0 2 s:AssemblyName s:HandlerName s:ResultAssemblyName s:ResultAssemblyPath
        295/0 2 s:AssemblyName 4 s:RequestingAssemblyPath s:ComputedRequestedAssemblyPath
        296/0 2 s:FilePath 6
        297/0 6 c4 8 [1]
        298/0 6 c4 20 s:MethodNamespace s:MethodName s:MethodSignature [1]
        299/0 2 s:Message
        300/0 2 s:Name 8
        301/0 1 p 2
        302/0 2
        303/0 6 p s:TypeName p 16
        """;
}
