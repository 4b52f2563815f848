using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using DebugRelay.Audit.Files;
using DebugRelay.Audit.Scanning;

namespace DebugRelay.Audit.Assemblies;

/// <summary>Compiled assemblies, by their metadata alone: they are never loaded. Only those that the program's own projects made.</summary>
internal sealed class AssemblyScanner : IFileScanner
{
    /// <summary>DebuggableAttribute's flag that optimisation is off: Debug builds have 0x107, Release ones 0x2.</summary>
    private const int OptimisationOff = 0x100;

    public bool NeedsText => false;

    public bool Takes(string path, string name) => name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    public void Scan(FileScan scan)
    {
        if (PublishFolder.OwnAssemblies(scan.Folder) is not { } own || !own.Contains(Path.GetFileNameWithoutExtension(scan.Name)))
            return;
        try
        {
            using FileStream stream = File.OpenRead(Path.Combine(scan.Folder, scan.Name));
            if (stream.Length > Limits.AssemblyBytes)
            {
                scan.Unreadable("is too large to be an assembly");
                return;
            }
            using var image = new PEReader(stream);
            if (image.HasMetadata)
                Judge(scan, image.GetMetadataReader());
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException or InvalidOperationException or OverflowException or ArgumentException)
        {
            scan.Unreadable("is no readable assembly");
        }
    }

    private static void Judge(FileScan scan, MetadataReader reader)
    {
        if (Modes(reader) is { } modes && (modes & OptimisationOff) != 0)
            scan.Add("DBG308", scan.At(1), $"the assembly was built as Debug (modes 0x{modes:X})");
        foreach (MemberReferenceHandle handle in reader.MemberReferences)
        {
            MemberReference member = reader.GetMemberReference(handle);
            if (reader.StringComparer.Equals(member.Name, "Launch") && IsDebugger(reader, member.Parent))
                scan.Add("DBG312", scan.At(1), "the assembly calls Debugger.Launch");
        }
    }

    private static int? Modes(MetadataReader reader)
    {
        foreach (CustomAttributeHandle handle in reader.GetAssemblyDefinition().GetCustomAttributes())
        {
            CustomAttribute attribute = reader.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference)
                continue;
            MemberReference constructor = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
            if (constructor.Parent.Kind != HandleKind.TypeReference || !reader.StringComparer.Equals(reader.GetTypeReference((TypeReferenceHandle)constructor.Parent).Name, "DebuggableAttribute"))
                continue;
            BlobReader value = reader.GetBlobReader(attribute.Value);
            // The prolog, then the modes; the older constructor of two booleans is not made by any compiler in use.
            return value.Length >= 8 && value.ReadUInt16() == 1 ? value.ReadInt32() : null;
        }
        return null;
    }

    private static bool IsDebugger(MetadataReader reader, EntityHandle parent)
    {
        if (parent.Kind != HandleKind.TypeReference)
            return false;
        TypeReference type = reader.GetTypeReference((TypeReferenceHandle)parent);
        return reader.StringComparer.Equals(type.Name, "Debugger") && reader.StringComparer.Equals(type.Namespace, "System.Diagnostics");
    }
}
