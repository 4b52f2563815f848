using System.Globalization;

namespace DebugRelay.NetTrace;

/// <summary>
/// The blocks of V6 other than events and stacks: each method reads one, asks the filter about its texts, writes the result to the buffer and tells
/// whether the block was whole.
/// </summary>
internal sealed class BlocksV6(EventTypes types, ITraceFilter filter, SequenceMender mender, BlockBuffer output)
{
    private static readonly string[] NumericKeys = ["HardwareThreadCount", "ProcessId", "ExpectedCPUSamplingRate", "SystemPageSize"];

    /// <summary>Any of them.</summary>
    public bool TryRewrite(BlockKind kind, ReadOnlySpan<byte> content) => kind switch
    {
        BlockKind.Trace => TryTrace(content),
        BlockKind.Metadata => TryMetadata(content),
        BlockKind.SequencePoint => TrySequencePoint(content),
        BlockKind.Thread => TryThreads(content),
        BlockKind.RemoveThread => TryRemoveThread(content),
        _ => TryLabels(content),
    };

    private bool TryTrace(ReadOnlySpan<byte> content)
    {
        if (TraceHead.Read(content) is not { } trace) return false;
        types.PointerSize = trace.PointerSize;
        var copier = Copier(content);
        copier.Bytes(TraceHead.Size);
        for (var left = copier.U32(); left > 0 && !copier.Failed; left--)
        {
            var ahead = copier;
            if (!NumericKeys.Contains(ahead.Key()))
            {
                copier.KeyValue(StreamText.TraceValue);
                continue;
            }
            copier.Key();
            if (!ulong.TryParse(copier.Key(), CultureInfo.InvariantCulture, out _)) return false;
        }
        return Finish(ref copier);
    }

    private bool TrySequencePoint(ReadOnlySpan<byte> content)
    {
        var copier = Copier(content);
        copier.Bytes(sizeof(ulong));
        var flags = copier.U32();
        for (var left = copier.U32(); left > 0 && !copier.Failed; left--) copier.Lower(mender.Dropped(copier.Varint64()));
        if ((flags & 1) != 0) mender.Clear();
        if ((flags & 2) != 0) types.Clear();
        return Finish(ref copier);
    }

    private bool TryRemoveThread(ReadOnlySpan<byte> content)
    {
        var copier = Copier(content);
        while (copier.Left > 0)
        {
            var thread = copier.Varint64();
            copier.Lower(mender.Dropped(thread));
            mender.Remove(thread);
        }
        return Finish(ref copier);
    }

    private bool TryThreads(ReadOnlySpan<byte> content)
    {
        var rows = new ByteReader(content);
        while (rows.Left > 0)
        {
            var row = Copier(rows.Bytes(rows.U16()));
            var start = BeginRow();
            row.Varint64();
            while (row.Left > 0)
            {
                switch (row.U8())
                {
                    case 1:
                        row.Text(StreamText.ThreadName, "");
                        break;
                    case 2 or 3:
                        row.Varint64();
                        break;
                    case 4:
                        row.KeyValue(StreamText.ThreadValue);
                        break;
                    default:
                        return false;
                }
            }
            if (!Finish(ref row) || !EndRow(start)) return false;
        }
        return !rows.Failed;
    }

    private bool TryLabels(ReadOnlySpan<byte> content)
    {
        var copier = Copier(content);
        copier.U32();
        for (var left = copier.U32(); left > 0 && !copier.Failed; left--)
        {
            byte kind;
            do
            {
                kind = copier.U8();
                if (!TryLabel(ref copier, kind & 0x7F)) return false;
            }
            while (kind < 0x80 && !copier.Failed);
        }
        return Finish(ref copier);
    }

    private static bool TryLabel(ref RowCopier copier, int kind)
    {
        switch (kind)
        {
            case 1 or 2 or 3:
                copier.Bytes(16);
                return true;
            case 4 or 8:
                copier.Bytes(sizeof(ulong));
                return true;
            case 5:
                copier.KeyValue(StreamText.LabelValue);
                return true;
            case 6:
                copier.VisitedKey();
                copier.Varint64();
                return true;
            case 7 or 9 or 10:
                copier.U8();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Defines the types of a metadata block.</summary>
    private bool TryMetadata(ReadOnlySpan<byte> content)
    {
        var rows = new ByteReader(content);
        var headerSize = rows.U16();
        rows.Bytes(headerSize);
        if (rows.Failed) return false;
        // What the header holds is not known, so it does not pass.
        output.Append(content[..sizeof(ushort)]);
        output.Take(headerSize).Clear();
        while (rows.Left > 0)
        {
            var row = rows.Bytes(rows.U16());
            if (rows.Failed || MetadataDefinitionV6.Read(row) is not { } read || types.Define(read.Definition) is not { } plan) return false;
            var start = BeginRow();
            if (!TryDefinition(row, read, plan) || !EndRow(start)) return false;
        }
        return true;
    }

    private bool TryDefinition(ReadOnlySpan<byte> row, MetadataDefinitionV6 read, EventPlan plan)
    {
        var keepsUnread = plan.Action == EventAction.Keep;
        var names = DefinitionNames.Ask(read.Definition, filter);
        if (!names.AreChanged && (keepsUnread || names.Fields is not null)) output.Append(row[..read.OptionalAt]);
        else if (!new DefinitionWriterV6(row, output).TryWrite(read, names, keepsUnread)) return false;

        var start = BeginRow();
        var optional = Copier(row[(read.OptionalAt + sizeof(ushort))..read.End]);
        while (optional.Left > 0) CopyOptional(ref optional, plan.Type.Name);
        if (!Finish(ref optional) || !EndRow(start)) return false;
        if (keepsUnread) output.Append(row[read.End..]);
        return true;
    }

    private static void CopyOptional(ref RowCopier optional, string type)
    {
        switch (optional.U8())
        {
            case OptionalKind.MessageTemplate:
                optional.Text(StreamText.MessageTemplate, type);
                break;
            case OptionalKind.Description:
                optional.Text(StreamText.Description, type);
                break;
            case OptionalKind.KeyValue:
                optional.KeyValue(StreamText.MetadataValue);
                break;
            case OptionalKind.Keywords:
                optional.Bytes(sizeof(ulong));
                break;
            case OptionalKind.ProviderGuid:
                optional.Bytes(16);
                break;
            default:
                optional.U8();
                break;
        }
    }

    private RowCopier Copier(ReadOnlySpan<byte> source) => new(source, output, filter);

    private static bool Finish(ref RowCopier copier)
    {
        if (copier.Failed || copier.Left > 0) return false;
        copier.Finish();
        return true;
    }

    private int BeginRow()
    {
        output.Take(sizeof(ushort));
        return output.Length;
    }

    /// <summary>Fills in the size of the row that began there; false where that has grown too large for its 16 bits.</summary>
    private bool EndRow(int start) => output.TrySetSize(start - sizeof(ushort), output.Length - start);
}
