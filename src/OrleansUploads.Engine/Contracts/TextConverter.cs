using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes a value as its text form, which <see cref="object.ToString"/> gives.</summary>
internal sealed class TextConverter<T> : JsonConverter<T>
    where T : struct, IParsable<T>
{
    /// <summary>The maximum length of a text that is written without allocating a string.</summary>
    private const int MaxStackChars = 128;

    /// <summary>Whether the empty text is read as the default value. A host may send the default value if a client's ID cannot exist;
    /// the receiving entity then refuses the command.</summary>
    public bool ReadsEmptyAsDefault { get; init; }

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
