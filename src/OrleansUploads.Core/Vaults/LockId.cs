namespace OrleansUploads.Core.Vaults;

/// <summary>Names one attempt to lock a vault: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct LockId
{
    /// <summary>Random bytes that <see cref="FromRandom"/> takes.</summary>
    public const int RandomBytes = 18;

    private readonly string? _text;

    private LockId(string text) => _text = text;

    /// <summary>Makes an ID of <see cref="RandomBytes"/> random bytes.</summary>
    public static LockId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new LockId(UrlSafeText.Encode(random, Limits.LockIdChars));
    }

    /// <summary>Reads an ID; false where length or alphabet are wrong, so no lock can have that name.</summary>
    public static bool TryParse(string? text, out LockId id)
    {
        var ok = UrlSafeText.Is(text, Limits.LockIdChars);
        id = ok ? new LockId(text!) : default;
        return ok;
    }

    /// <summary>The 24 characters; empty for the default value, which is no lock's.</summary>
    public override string ToString() => _text ?? "";
}
