namespace OrleansUploads.Core.Values;

/// <summary>ID of a job: 92 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct JobId : ITextValue<JobId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 69;

    private readonly string? _text;

    private JobId(string text) => _text = text;

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static JobId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new JobId(UrlSafeText.Encode(random, Limits.JobIdChars));
    }

    /// <summary>Parses an ID. Returns false if the length or a character is invalid, so no job can have this ID.</summary>
    public static bool TryParse(string? text, out JobId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.JobIdChars);
        id = ok ? new JobId(text!) : default;
        return ok;
    }

    /// <summary>The 92 characters, or empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
