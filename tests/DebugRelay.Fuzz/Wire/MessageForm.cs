using System.Collections;
using System.Reflection;

namespace DebugRelay.Fuzz;

/// <summary>
/// Makes and judges messages by their types alone. A message that was read must be one that its type allows: no null where none is declared, in lists and tables
/// too, and no number in place of a name. What is no member of ours (texts, numbers, times) is as it is.
/// </summary>
internal static class MessageForm
{
    private const int MostItems = 3;

    private static readonly NullabilityInfoContext Nullability = new();
    private static readonly Dictionary<Type, (PropertyInfo Property, NullabilityInfo Form)[]> Known = [];

    /// <summary>A message of this type with arbitrary content.</summary>
    public static object Make(Random random, Type type, NullabilityInfo? form = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Make(random, underlying);
        if (type == typeof(string)) return new[] { "", "a", "trace", "role oncall allows trace", "0123456789abcdef0123456789abcdef", "Zürich 東京 \U0001F600", "\"<&>\"" }[random.Next(7)];
        if (type == typeof(int)) return random.Next(3) == 0 ? random.Next() : random.Next(10);
        if (type == typeof(long)) return random.NextInt64(1L << random.Next(1, 62));
        if (type == typeof(ulong)) return (ulong)random.NextInt64() << random.Next(2);
        if (type == typeof(double)) return random.NextDouble() * 100;
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(Guid)) return Guid.NewGuid();
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000 + random.Next());
        if (type.IsEnum) return Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length))!;
        if (type == typeof(byte[])) return Bytes(random);
        if (type.IsArray) return Items(random, type.GetElementType()!, form?.ElementType);
        if (typeof(IDictionary).IsAssignableFrom(type)) return Table(random, type, form);
        var constructor = type.GetConstructors().MaxBy(each => each.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Value(random, parameter))]);
    }

    /// <summary>What the message must not have, or null.</summary>
    public static string? Problem(object? value, NullabilityInfo? form, string path)
    {
        if (value is null) return form is null or { ReadState: NullabilityState.Nullable } ? null : $"{path} is null.";
        var type = value.GetType();
        if (type.IsEnum) return Enum.IsDefined(type, value) ? null : $"{path} is {value}, which has no name.";
        if (type == typeof(byte[]) || type.Namespace != "DebugRelay.Protocol.Messages" && value is not IDictionary && !type.IsArray) return null;
        switch (value)
        {
            case IDictionary table:
                foreach (var each in table.Values)
                {
                    if (Problem(each, form?.GenericTypeArguments[1], $"{path}[]") is { } problem) return problem;
                }
                return null;
            case Array items:
                foreach (var each in items)
                {
                    if (Problem(each, form?.ElementType, $"{path}[]") is { } problem) return problem;
                }
                return null;
            default:
                foreach (var (property, member) in MembersOf(type))
                {
                    if (Problem(property.GetValue(value), member, $"{path}.{property.Name}") is { } problem) return problem;
                }
                return null;
        }
    }

    private static (PropertyInfo Property, NullabilityInfo Form)[] MembersOf(Type type)
    {
        if (Known.TryGetValue(type, out var members)) return members;
        return Known[type] = [.. type.GetProperties().Where(each => each.GetIndexParameters().Length == 0).Select(each => (each, Nullability.Create(each)))];
    }

    private static object? Value(Random random, ParameterInfo parameter)
    {
        var form = Nullability.Create(parameter);
        return form.ReadState == NullabilityState.Nullable && random.Next(2) == 0 ? null : Make(random, parameter.ParameterType, form);
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(100)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Array Items(Random random, Type type, NullabilityInfo? form)
    {
        var items = Array.CreateInstance(type, random.Next(MostItems + 1));
        for (var i = 0; i < items.Length; i++) items.SetValue(Make(random, type, form), i);
        return items;
    }

    private static object Table(Random random, Type type, NullabilityInfo? form)
    {
        var table = (IDictionary)Activator.CreateInstance(type)!;
        for (var left = random.Next(MostItems + 1); left > 0; left--) table[$"key {left}"] = Make(random, type.GetGenericArguments()[1], form?.GenericTypeArguments[1]);
        return table;
    }
}
