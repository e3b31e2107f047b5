using System.Text.Json;

namespace OrleansUploads.Core.Values;

/// <summary>Describes to a person why a text is not the JSON document that it should be.</summary>
public static class JsonFlaw
{
    /// <summary>The flaw and its position, without a period. Lines and bytes count from 1; the library counts from 0.</summary>
    /// <param name="malformed">If a value is of the wrong kind, the serializer's message names types of this program, so the
    /// description states only the place.</param>
    public static string Describe(JsonException malformed)
    {
        ArgumentNullException.ThrowIfNull(malformed);
        var syntax = malformed.InnerException as JsonException ?? (malformed.Path is null ? malformed : null);
        var flaw = syntax is null
            ? $"the value at {malformed.Path} is unknown, of the wrong kind, or contains an incomplete character"
            : syntax.Message.Split(" LineNumber:")[0].TrimEnd('.');
        var at = syntax ?? malformed;
        return at is { LineNumber: { } line, BytePositionInLine: { } position }
            ? string.Create(CultureInfo.InvariantCulture, $"{flaw} (line {line + 1}, byte {position + 1})")
            : flaw;
    }
}
