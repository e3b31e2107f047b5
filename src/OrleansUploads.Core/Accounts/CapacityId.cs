namespace OrleansUploads.Core.Accounts;

/// <summary>Names a unit of provisioned capacity: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct CapacityId
{
    /// <summary>Random bytes that <see cref="FromRandom"/> takes.</summary>
    public const int RandomBytes = 18;

    private readonly string? _text;

    private CapacityId(string text) => _text = text;

    /// <summary>Makes an ID of <see cref="RandomBytes"/> random bytes.</summary>
    public static CapacityId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new CapacityId(UrlSafeText.Encode(random, Limits.CapacityIdChars));
    }

    /// <summary>Reads an ID; false where length or alphabet are wrong.</summary>
    public static bool TryParse(string? text, out CapacityId id)
    {
        var ok = UrlSafeText.Is(text, Limits.CapacityIdChars);
        id = ok ? new CapacityId(text!) : default;
        return ok;
    }

    /// <summary>The 24 characters; empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
