using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Engine.Contracts;

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
