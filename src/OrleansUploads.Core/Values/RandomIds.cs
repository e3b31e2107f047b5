using System.Buffers;
using System.Buffers.Text;

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
    public static UploadId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.UploadIdChars));

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

/// <summary>ID of a job: 92 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct JobId : ITextValue<JobId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 69;

    private readonly string? _text;

    private JobId(string text) => _text = text;

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static JobId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.JobIdChars));

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

/// <summary>ID of one attempt to lock a vault: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct LockId : ITextValue<LockId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 18;

    private readonly string? _text;

    private LockId(string text) => _text = text;

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static LockId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.LockIdChars));

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

/// <summary>ID of a unit of provisioned capacity: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct CapacityId : ITextValue<CapacityId>
{
    /// <summary>Number of random bytes that <see cref="FromRandom"/> needs.</summary>
    public const int RandomBytes = 18;

    private readonly string? _text;

    private CapacityId(string text) => _text = text;

    /// <summary>Creates an ID from <see cref="RandomBytes"/> random bytes.</summary>
    public static CapacityId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.CapacityIdChars));

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

/// <summary>The alphabet of all identifiers: <c>A-Z a-z 0-9 - _</c> (URL-safe base64 without padding).</summary>
internal static class UrlSafeText
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether the text has exactly this length and contains only characters of the alphabet.</summary>
    public static bool IsValid(ReadOnlySpan<char> text, int chars) =>
        text.Length == chars && !text.ContainsAnyExcept(Alphabet);

    /// <summary>Encodes exactly so many random bytes.</summary>
    public static string FromRandom(ReadOnlySpan<byte> random, int randomBytes, int chars)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, randomBytes, nameof(random));
        return Encode(random, chars);
    }

    /// <summary>Encodes bytes and truncates the result to <paramref name="chars"/> characters. The result never starts with
    /// <c>-</c>, because command lines would take it for an option.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, int chars)
    {
        var text = Base64Url.EncodeToString(bytes)[..chars];
        return text[0] == '-' ? string.Concat("_", text.AsSpan(1)) : text;
    }
}
