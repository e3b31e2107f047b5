namespace OrleansUploads.Core.Values;

/// <summary>ID of a unit of provisioned capacity: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct CapacityId : ITextValue<CapacityId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 18;

    private readonly string? _text;

    private CapacityId(string text) => _text = text;

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static CapacityId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new CapacityId(UrlSafeText.Encode(random, Limits.CapacityIdChars));
    }

    /// <summary>Parses an ID. Returns false if the length or a character is invalid.</summary>
    public static bool TryParse(string? text, out CapacityId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.CapacityIdChars);
        id = ok ? new CapacityId(text!) : default;
        return ok;
    }

    /// <summary>The 24 characters, or empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
