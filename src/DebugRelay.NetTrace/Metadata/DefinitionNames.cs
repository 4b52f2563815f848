namespace DebugRelay.NetTrace;

/// <summary>The names of a definition as a filter answers them. <see cref="Fields"/> is null where they could not be read.</summary>
internal sealed record DefinitionNames(string Provider, string Name, FieldSchema[]? Fields, bool AreChanged)
{
    /// <summary>Asks about every name that is not empty.</summary>
    public static DefinitionNames Ask(MetadataDefinition definition, ITraceFilter filter)
    {
        var (provider, name) = (definition.Identity.Provider, definition.Identity.Name);
        var newProvider = Ask(filter, StreamText.ProviderName, "", provider);
        var newName = Ask(filter, StreamText.EventName, provider, name);
        var fields = definition.Fields is null ? null : Ask(filter, name, definition.Fields);
        var areChanged = !ReferenceEquals(provider, newProvider) || !ReferenceEquals(name, newName) || !ReferenceEquals(fields, definition.Fields);
        return new DefinitionNames(newProvider, newName, fields, areChanged);
    }

    /// <summary>The same list where no name of it changes.</summary>
    private static FieldSchema[] Ask(ITraceFilter filter, string type, FieldSchema[] fields)
    {
        var asked = fields;
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            var name = Ask(filter, StreamText.FieldName, type, field.Name);
            var fieldType = Ask(filter, type, field.Type);
            if (ReferenceEquals(name, field.Name) && ReferenceEquals(fieldType, field.Type)) continue;
            if (ReferenceEquals(asked, fields)) asked = [.. fields];
            asked[i] = new FieldSchema(name, fieldType);
        }
        return asked;
    }

    private static TypeSchema Ask(ITraceFilter filter, string type, TypeSchema schema)
    {
        var fields = schema.Fields is null ? null : Ask(filter, type, schema.Fields);
        var element = schema.Element is null ? null : Ask(filter, type, schema.Element);
        return ReferenceEquals(fields, schema.Fields) && ReferenceEquals(element, schema.Element) ? schema : schema with { Fields = fields, Element = element };
    }

    private static string Ask(ITraceFilter filter, StreamText place, string name, string text)
    {
        if (text.Length == 0) return text;
        var answer = filter.VisitText(place, name, text);
        if (answer == text) return text;
        // In V4 a name ends at U+0000.
        return answer[..Math.Min(answer.Length, Math.Max(text.Length, NetTraceLimits.MaxGrownName))].Replace('\0', '\uFFFD');
    }
}
