namespace OrleansUploads.Core.Values;

/// <summary>ID of an upload: 92 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct UploadId : ITextValue<UploadId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 69;

    private readonly string? _text;

    private UploadId(string text) => _text = text;

    /// <summary>ID of the upload entity.</summary>
    public EntityId Entity => new(EntityKind.Upload, ToString());

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static UploadId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new UploadId(UrlSafeText.Encode(random, Limits.UploadIdChars));
    }

    /// <summary>Parses an ID. Returns false if the length or a character is invalid, so no upload can have this ID.</summary>
    public static bool TryParse(string? text, out UploadId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.UploadIdChars);
        id = ok ? new UploadId(text!) : default;
        return ok;
    }

    /// <summary>The 92 characters, or empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
