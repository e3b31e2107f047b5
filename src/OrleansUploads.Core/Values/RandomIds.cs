using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>92 characters of URL-safe base64, never reused: random, except for the second and third, which name the group of the
/// upload, and in an upload of a single request for the last 16 bytes, which are its only attempt. The ID of an upload that a client
/// initiates repeatably is derived from the client's key.</summary>
public readonly record struct UploadId : ITextValue<UploadId>
{
    public const int RandomBytes = 69;

    private const int GroupAt = 1;

    private readonly string? _text;

    private UploadId(string text) => _text = text;

    public EntityId Entity => new(EntityKind.Upload, ToString());

    /// <summary>The group of the vault or leaf that the upload works with.</summary>
    public EntityGroup Group => new((UrlSafeText.ValueOf(ToString()[GroupAt]) * UrlSafeText.Values) + UrlSafeText.ValueOf(ToString()[GroupAt + 1]));

    public static UploadId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.UploadIdChars));

    /// <summary>The ID of an upload that a client initiates with its own key, so that repeating the request finds it.</summary>
    /// <param name="container">What the upload is for, and what is distinct for each account: a vault or an object.</param>
    /// <param name="createKey">The client's key.</param>
    public static UploadId FromCreateKey(string container, string createKey) => FromRandom(HKDF.DeriveKey(
        HashAlgorithmName.SHA512, Encoding.UTF8.GetBytes(createKey), RandomBytes, salt: null, info: Encoding.UTF8.GetBytes(container)));

    /// <summary>The same ID, but in another group.</summary>
    public UploadId InGroup(EntityGroup group) => new(string.Concat(
        ToString().AsSpan(0, GroupAt),
        [UrlSafeText.CharOf(group.Number / UrlSafeText.Values), UrlSafeText.CharOf(group.Number % UrlSafeText.Values)],
        ToString().AsSpan(GroupAt + 2)));

    /// <summary>Writes the <see cref="RandomBytes"/> bytes that the characters encode.</summary>
    internal void Write(Span<byte> destination) => Base64Url.DecodeFromChars(ToString(), destination);

    /// <summary>False if the length or a character is invalid, so no upload can have this ID.</summary>
    public static bool TryParse(string? text, out UploadId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.UploadIdChars);
        id = ok ? new UploadId(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";
}

/// <summary>92 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct JobId : ITextValue<JobId>
{
    public const int RandomBytes = 69;

    private readonly string? _text;

    private JobId(string text) => _text = text;

    public static JobId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.JobIdChars));

    public static bool TryParse(string? text, out JobId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.JobIdChars);
        id = ok ? new JobId(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";
}

/// <summary>One attempt to lock a vault: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct LockId : ITextValue<LockId>
{
    public const int RandomBytes = 18;

    private readonly string? _text;

    private LockId(string text) => _text = text;

    public static LockId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.LockIdChars));

    public static bool TryParse(string? text, out LockId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.LockIdChars);
        id = ok ? new LockId(text!) : default;
        return ok;
    }

    /// <summary>Empty for the default value, which no lock has.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>ID of a unit of provisioned capacity: 24 characters of URL-safe base64, random, never reused.</summary>
public readonly record struct CapacityId : ITextValue<CapacityId>
{
    public const int RandomBytes = 18;

    private readonly string? _text;

    private CapacityId(string text) => _text = text;

    public static CapacityId FromRandom(ReadOnlySpan<byte> random) =>
        new(UrlSafeText.FromRandom(random, RandomBytes, Limits.CapacityIdChars));

    public static bool TryParse(string? text, out CapacityId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.CapacityIdChars);
        id = ok ? new CapacityId(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";
}

/// <summary>The alphabet of all identifiers: <c>A-Z a-z 0-9 - _</c> (URL-safe base64 without padding).</summary>
internal static class UrlSafeText
{
    public const int Values = 64;

    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(Characters);

    public static char CharOf(int value) => Characters[value];

    public static int ValueOf(char character) => Characters.IndexOf(character, StringComparison.Ordinal);

    public static bool IsValid(ReadOnlySpan<char> text, int chars) =>
        text.Length == chars && !text.ContainsAnyExcept(Alphabet);

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
