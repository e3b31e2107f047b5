using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>A timeline in the form in which it is stored and sent: usually three or four bytes for each part. <see cref="TimelineCodec"/>
/// knows what they mean.</summary>
/// <param name="bytes">The bytes.</param>
public readonly struct PackedTimeline(ReadOnlyMemory<byte> bytes) : ITextValue<PackedTimeline>, IEquatable<PackedTimeline>
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
    public static bool TryParse(string? text, out PackedTimeline value)
    {
        var bytes = new byte[(text?.Length ?? 0) / 4 * 3];
        var isValid = Convert.TryFromBase64String(text ?? "", bytes, out var count);
        value = isValid ? new PackedTimeline(bytes.AsMemory(0, count)) : default;
        return isValid;
    }

    /// <summary>The bytes in base64.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes.Span);

    /// <inheritdoc/>
    public bool Equals(PackedTimeline other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PackedTimeline other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;

    /// <summary>Whether the bytes are the same.</summary>
    public static bool operator ==(PackedTimeline left, PackedTimeline right) => left.Equals(right);

    /// <summary>Whether a byte differs.</summary>
    public static bool operator !=(PackedTimeline left, PackedTimeline right) => !left.Equals(right);
}
