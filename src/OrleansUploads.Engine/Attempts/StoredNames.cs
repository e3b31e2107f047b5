using System.Globalization;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Attempts;

/// <summary>The names under which part stores keep bytes, as files or as objects: <c>{fan-out}/{upload}/{attempt}.part</c> and
/// <c>{fan-out}/{upload}/manifest</c>. They are stored; never change them.</summary>
/// <remarks>The fan-out keeps directories small. It also spreads objects over prefixes, because object stores limit the rate of requests
/// for each prefix.</remarks>
internal static class StoredNames
{
    /// <summary>Maximum number of fan-out directories or prefixes. Their names have two hex digits.</summary>
    public const int FanOut = 256;

    /// <summary>Name of an upload's manifest.</summary>
    public const string Manifest = "manifest";

    private const string AttemptSuffix = ".part";

    /// <summary>Number of an upload's fan-out. It is a checksum of the whole ID, so uploads are distributed evenly regardless of how IDs are
    /// generated.</summary>
    public static int FanOutOf(UploadId upload)
    {
        Span<byte> name = stackalloc byte[Limits.UploadIdChars];
        Encoding.ASCII.GetBytes(Of(upload), name);
        return (int)(Crc32C.Compute(name) % FanOut);
    }

    /// <summary>Name of a fan-out.</summary>
    public static string FanOutName(int fanOut) => fanOut.ToString("x2", CultureInfo.InvariantCulture);

    /// <summary>Name of an upload.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string Of(UploadId upload)
    {
        var name = upload.ToString();
        ArgumentException.ThrowIfNullOrEmpty(name, nameof(upload));
        return name;
    }

    /// <summary>Name of an attempt.</summary>
    public static string Of(AttemptId attempt) => attempt + AttemptSuffix;

    /// <summary>Path of an upload in its store. Paths have slashes on every operating system, and are the keys of objects.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string PathOf(UploadId upload) => $"{FanOutName(FanOutOf(upload))}/{Of(upload)}";

    /// <summary>Path of an attempt in its store.</summary>
    public static string PathOf(UploadId upload, AttemptId attempt) => $"{PathOf(upload)}/{Of(attempt)}";

    /// <summary>Path of a manifest in its store.</summary>
    public static string PathOfManifest(UploadId upload) => $"{PathOf(upload)}/{Manifest}";

    /// <summary>Reads the upload from the path of one of its files or objects; false for a path that no part store has made.</summary>
    public static bool TryParsePath(string path, out UploadId upload)
    {
        upload = default;
        var names = path.Split('/');
        return names.Length == 3
            && UploadId.TryParse(names[1], out upload)
            && path.StartsWith($"{PathOf(upload)}/", StringComparison.Ordinal);
    }

    /// <summary>Parses the name of an attempt; false for any other name.</summary>
    public static bool TryParseAttempt(ReadOnlySpan<char> name, out AttemptId attempt)
    {
        attempt = default;
        return name.EndsWith(AttemptSuffix, StringComparison.Ordinal)
            && AttemptId.TryParse(name[..^AttemptSuffix.Length], out attempt);
    }

    /// <summary>Parses the name of an upload; false for any other name, and for an upload in the wrong fan-out.</summary>
    public static bool TryParseUpload(string name, int fanOut, out UploadId upload) =>
        UploadId.TryParse(name, out upload) && FanOutOf(upload) == fanOut;
}
