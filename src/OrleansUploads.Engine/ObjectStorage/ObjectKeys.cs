using System.Globalization;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>The keys of objects: <c>{fan-out}/{upload}/{attempt}.part</c>, <c>{fan-out}/{upload}/manifest</c> and <c>store-mark</c>. They
/// are stored; never change them.</summary>
internal static class ObjectKeys
{
    /// <summary>The number of prefixes over which keys are spread, because stores limit the rate of requests for each prefix.</summary>
    public const int FanOut = 256;

    /// <summary>Key of the mark.</summary>
    public const string Mark = "store-mark";

    private const string AttemptSuffix = ".part";
    private const string ManifestName = "manifest";

    /// <summary>What the keys of a fan-out begin with.</summary>
    public static string PrefixOf(int fanOut) => string.Create(CultureInfo.InvariantCulture, $"{fanOut:x2}/");

    /// <summary>What the keys of an upload begin with.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string PrefixOf(UploadId upload)
    {
        var name = upload.ToString();
        ArgumentException.ThrowIfNullOrEmpty(name, nameof(upload));
        return $"{PrefixOf(FanOutOf(name))}{name}/";
    }

    /// <summary>Key of an attempt.</summary>
    public static string Of(UploadId upload, AttemptId attempt) => $"{PrefixOf(upload)}{attempt}{AttemptSuffix}";

    /// <summary>Key of a manifest.</summary>
    public static string ManifestOf(UploadId upload) => PrefixOf(upload) + ManifestName;

    /// <summary>Reads the upload from a key; false for an object that no part store has made.</summary>
    public static bool TryParseUpload(string key, out UploadId upload)
    {
        upload = default;
        var parts = key.Split('/');
        return parts.Length == 3
            && UploadId.TryParse(parts[1], out upload)
            && key.StartsWith(PrefixOf(upload), StringComparison.Ordinal);
    }

    /// <summary>Reads the attempt from a key of its upload; false for any other object.</summary>
    public static bool TryParseAttempt(string key, out AttemptId attempt)
    {
        attempt = default;
        return key.EndsWith(AttemptSuffix, StringComparison.Ordinal)
            && AttemptId.TryParse(key.AsSpan(key.LastIndexOf('/') + 1)[..^AttemptSuffix.Length], out attempt);
    }

    private static int FanOutOf(string upload) => (int)(Crc32C.Compute(Encoding.ASCII.GetBytes(upload)) % FanOut);
}
