using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>The keys of objects: the <see cref="StoredNames"/> with slashes, and <c>store-mark</c>. The fan-out spreads them over prefixes,
/// because stores limit the rate of requests for each prefix. They are stored; never change them.</summary>
internal static class ObjectKeys
{
    /// <summary>Key of the mark.</summary>
    public const string Mark = "store-mark";

    /// <summary>What the keys of an upload begin with.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string PrefixOf(UploadId upload) =>
        $"{StoredNames.FanOutName(StoredNames.FanOutOf(upload))}/{StoredNames.Of(upload)}/";

    /// <summary>Key of an attempt.</summary>
    public static string Of(UploadId upload, AttemptId attempt) => PrefixOf(upload) + StoredNames.Of(attempt);

    /// <summary>Key of a manifest.</summary>
    public static string ManifestOf(UploadId upload) => PrefixOf(upload) + StoredNames.Manifest;

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
    public static bool TryParseAttempt(string key, out AttemptId attempt) =>
        StoredNames.TryParseAttempt(key.AsSpan(key.LastIndexOf('/') + 1), out attempt);
}
