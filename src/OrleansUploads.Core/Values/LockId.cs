namespace OrleansUploads.Core.Values;

/// <summary>ID of one attempt to lock a vault: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct LockId : ITextValue<LockId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 18;

    private readonly string? _text;

    private LockId(string text) => _text = text;

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static LockId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new LockId(UrlSafeText.Encode(random, Limits.LockIdChars));
    }

    /// <summary>Parses an ID. Returns false if the length or a character is invalid, so no lock can have this ID.</summary>
    public static bool TryParse(string? text, out LockId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.LockIdChars);
        id = ok ? new LockId(text!) : default;
        return ok;
    }

    /// <summary>The 24 characters, or empty for the default value, which no lock has.</summary>
    public override string ToString() => _text ?? "";
}
