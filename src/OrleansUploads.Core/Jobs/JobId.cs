namespace OrleansUploads.Core.Jobs;

/// <summary>Names one job: 92 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct JobId
{
    /// <summary>Random bytes that <see cref="FromRandom"/> takes.</summary>
    public const int RandomBytes = 69;

    private readonly string? _text;

    private JobId(string text) => _text = text;

    /// <summary>Makes an ID of <see cref="RandomBytes"/> random bytes.</summary>
    public static JobId FromRandom(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        return new JobId(UrlSafeText.Encode(random, Limits.JobIdChars));
    }

    /// <summary>Reads an ID; false where length or alphabet are wrong, so no job can have that name.</summary>
    public static bool TryParse(string? text, out JobId id)
    {
        var ok = UrlSafeText.Is(text, Limits.JobIdChars);
        id = ok ? new JobId(text!) : default;
        return ok;
    }

    /// <summary>The 92 characters; empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
