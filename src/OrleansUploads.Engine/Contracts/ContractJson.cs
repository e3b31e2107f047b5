using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The JSON format of the journal and of the messages between hosts.</summary>
internal static class ContractJson
{
    /// <summary>The format.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Reads the value that the reader is at, and leaves the reader at its end.</summary>
    /// <remarks><see cref="JsonSerializer"/> would first go through the whole value to find its end.</remarks>
    /// <returns>Null if the value is a JSON null.</returns>
    public static T? ReadValue<T>(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        ((JsonConverter<T>)options.GetTypeInfo(typeof(T)).Converter).Read(ref reader, typeof(T), options);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OmitGatewayStorage } },
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            Converters =
            {
                new TextConverterFactory(),
                new StoredAsConverterFactory(),
                new DoneConverter(),
                new InstantConverter(),
                new PartSizeConverter(),
                new ArchiveEntryConverter(),
                new IndexedArchiveConverter(),
                new KeyEntryConverter(),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Nearly all bytes are with the gateway.</summary>
    private static void OmitGatewayStorage(JsonTypeInfo shape)
    {
        foreach (var member in shape.Properties)
        {
            if (member.PropertyType == typeof(ByteStorage))
            {
                member.ShouldSerialize = static (_, storage) => storage is not ByteStorage.Gateway;
            }
        }
    }
}

/// <summary>Writes an instant as milliseconds since 1970, UTC.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}

/// <summary>Writes the answer without members as <c>true</c>.</summary>
internal sealed class DoneConverter : JsonConverter<Done>
{
    public override Done Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetBoolean() ? Done.Instance : throw new JsonException("Expected true.");

    public override void Write(Utf8JsonWriter writer, Done value, JsonSerializerOptions options) =>
        writer.WriteBooleanValue(true);
}

/// <summary>Writes a part size as its number of bytes.</summary>
internal sealed class PartSizeConverter : JsonConverter<PartSize>
{
    public override PartSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var bytes = reader.GetInt64();
        return PartSize.TryCreate(bytes, out var size) ? size : throw new JsonException($"{bytes} is not a valid part size.");
    }

    public override void Write(Utf8JsonWriter writer, PartSize value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Bytes);
}

/// <summary>Writes a value as its text form, which <see cref="object.ToString"/> gives.</summary>
internal sealed class TextConverter<T> : JsonConverter<T>
    where T : struct, IParsable<T>
{
    /// <summary>The maximum length of a text that is written without allocating a string.</summary>
    private const int MaxStackChars = 128;

    /// <summary>A host sends the default lock ID if a client's ID cannot exist; the vault then refuses the command.</summary>
    private static readonly bool ReadsEmptyAsDefault = typeof(T) == typeof(LockId);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return T.TryParse(text, provider: null, out var value) || (ReadsEmptyAsDefault && text is "")
            ? value
            : throw new JsonException($"'{text}' is not a valid {typeof(T).Name}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value is ISpanFormattable)
        {
            Span<char> text = stackalloc char[MaxStackChars];
            if (((ISpanFormattable)value).TryFormat(text, out var written, format: default, provider: null))
            {
                writer.WriteStringValue(text[..written]);
                return;
            }
        }

        writer.WriteStringValue(value.ToString());
    }
}

/// <summary>Creates the converters of the values of Core and Hashing that have a text form.</summary>
internal sealed class TextConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsValueType
        && typeToConvert.Namespace!.StartsWith("OrleansUploads.", StringComparison.Ordinal)
        && typeToConvert.GetInterfaces().Any(static implemented =>
            implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IParsable<>));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(TextConverter<>).MakeGenericType(typeToConvert))!;
}

/// <summary>Writes a value as the other one that it is stored as.</summary>
internal sealed class StoredAsConverter<T, TStored> : JsonConverter<T>
    where T : IStoredAs<T, TStored>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.FromStored(ContractJson.ReadValue<TStored>(ref reader, options) ?? throw new JsonException($"A {typeof(T).Name} is missing."));

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToStored(), options);
}

/// <summary>Creates the converters of the values of Core that are stored as other ones.</summary>
internal sealed class StoredAsConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => FindForm(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(
            typeof(StoredAsConverter<,>).MakeGenericType(FindForm(typeToConvert)!.GetGenericArguments()))!;

    private static Type? FindForm(Type type) => type.GetInterfaces().FirstOrDefault(static implemented =>
        implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IStoredAs<,>));
}
