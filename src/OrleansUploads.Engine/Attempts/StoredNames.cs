using System.Globalization;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Attempts;

/// <summary>The names under which part stores keep bytes, as files or as objects: <c>{fan-out}/{upload}.part</c> for the
/// <see cref="OnlyAttempt"/> of a single request, and otherwise <c>{fan-out}/{upload}/{attempt}.part</c> and
/// <c>{fan-out}/{upload}/manifest</c>. They are stored; never change them.</summary>
/// <remarks>A single request costs no directory of its own. The fan-out keeps directories small. It also spreads objects over prefixes, because object stores limit the rate of requests
/// for each prefix.</remarks>
internal static class StoredNames
{
    /// <summary>Maximum number of fan-out directories or prefixes. Their names have two hex digits.</summary>
    public const int FanOut = 256;

    /// <summary>Name of an upload's manifest.</summary>
    public const string Manifest = "manifest";

    /// <summary>The end of the name of an attempt.</summary>
    public const string AttemptSuffix = ".part";

    /// <summary>Number of an upload's fan-out. It is a checksum of the whole ID, so uploads are distributed evenly regardless of how IDs are
    /// generated.</summary>
    public static int FanOutOf(UploadId upload)
    {
        Span<byte> name = stackalloc byte[Limits.UploadIdChars];
        Encoding.ASCII.GetBytes(Of(upload), name);
        return (int)(Crc32C.Compute(name) % FanOut);
    }

    public static string FanOutName(int fanOut) => fanOut.ToString("x2", CultureInfo.InvariantCulture);

    /// <summary>Name of an upload.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string Of(UploadId upload)
    {
        var name = upload.ToString();
        ArgumentException.ThrowIfNullOrEmpty(name, nameof(upload));
        return name;
    }

    public static string Of(AttemptId attempt) => attempt + AttemptSuffix;

    /// <summary>Path of an upload in its store. Paths have slashes on every operating system, and are the keys of objects.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string PathOf(UploadId upload) => $"{FanOutName(FanOutOf(upload))}/{Of(upload)}";

    public static string PathOf(UploadId upload, AttemptId attempt) =>
        attempt == OnlyAttempt.Of(upload) ? PathOfOnly(upload) : $"{PathOf(upload)}/{Of(attempt)}";

    /// <summary>Path of the <see cref="OnlyAttempt"/> of an upload in its store.</summary>
    public static string PathOfOnly(UploadId upload) => PathOf(upload) + AttemptSuffix;

    public static string PathOfManifest(UploadId upload) => $"{PathOf(upload)}/{Manifest}";

    /// <summary>Reads what is stored under a path; false for a path that no part store has made.</summary>
    /// <param name="attempt">The attempt, or null if the path is that of a manifest.</param>
    public static bool TryParsePath(string path, out UploadId upload, out AttemptId? attempt)
    {
        (upload, attempt) = (default, null);
        switch (path.Split('/'))
        {
            case [_, var name] when TryParseOnly(name, out upload):
                attempt = OnlyAttempt.Of(upload);
                return path == PathOfOnly(upload);
            case [_, var name, Manifest] when UploadId.TryParse(name, out upload):
                return path == PathOfManifest(upload);
            case [_, var name, var file] when UploadId.TryParse(name, out upload) && TryParseAttempt(file, out var stored):
                attempt = stored;
                return path == PathOf(upload, stored);
            default:
                return false;
        }
    }

    /// <summary>Parses the name of the <see cref="OnlyAttempt"/> of an upload; false for any other name.</summary>
    public static bool TryParseOnly(ReadOnlySpan<char> name, out UploadId upload)
    {
        upload = default;
        return name.EndsWith(AttemptSuffix, StringComparison.Ordinal)
            && UploadId.TryParse(name[..^AttemptSuffix.Length].ToString(), out upload);
    }

    /// <summary>Parses the name of an attempt; false for any other name.</summary>
    public static bool TryParseAttempt(ReadOnlySpan<char> name, out AttemptId attempt)
    {
        attempt = default;
        return name.EndsWith(AttemptSuffix, StringComparison.Ordinal)
            && AttemptId.TryParse(name[..^AttemptSuffix.Length], out attempt);
    }
}
