namespace OrleansUploads.Core.Uploads;

/// <summary>Names one upload: 92 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct UploadId
{
    /// <summary>Random bytes that <see cref="FromRandom"/> takes.</summary>
    public const int RandomBytes = 69;

    private readonly string? _text;

    private UploadId(string text) => _text = text;

    /// <summary>The entity that decides about the upload.</summary>
    public EntityId Entity => new(EntityKind.Upload, ToString());

    /// <summary>Makes an ID of <see cref="RandomBytes"/> random bytes.</summary>
    public static UploadId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new UploadId(UrlSafeText.Encode(random, Limits.UploadIdChars));
    }

    /// <summary>Reads an ID; false where length or alphabet are wrong, so no upload can have that name.</summary>
    public static bool TryParse(string? text, out UploadId id)
    {
        var ok = UrlSafeText.Is(text, Limits.UploadIdChars);
        id = ok ? new UploadId(text!) : default;
        return ok;
    }

    /// <summary>The 92 characters; empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
