using System.Globalization;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Disk;

/// <summary>The names of files and directories: <c>{fan-out}/{upload}/{attempt}.part</c> and
/// <c>{fan-out}/{upload}/manifest</c>. They are stored; never change them.</summary>
internal static class DiskLayout
{
    /// <summary>Maximum number of fan-out directories. Their names have two hex digits.</summary>
    public const int FanOut = 256;

    /// <summary>Name of an upload's manifest.</summary>
    public const string Manifest = "manifest";

    private const string AttemptSuffix = ".part";
    private const string UnfinishedManifestPrefix = "manifest.";
    private const string UnfinishedManifestSuffix = ".unfinished";

    /// <summary>Number of an upload's fan-out directory. It is a checksum of the whole ID, so uploads are distributed evenly
    /// regardless of how IDs are generated.</summary>
    public static int FanOutOf(UploadId upload)
    {
        Span<byte> name = stackalloc byte[Limits.UploadIdChars];
        Encoding.ASCII.GetBytes(Name(upload), name);
        return (int)(Crc32C.Compute(name) % FanOut);
    }

    /// <summary>Name of a fan-out directory.</summary>
    public static string FanOutName(int fanOut) => fanOut.ToString("x2", CultureInfo.InvariantCulture);

    /// <summary>Name of an upload's directory.</summary>
    /// <exception cref="ArgumentException">The ID is the default value.</exception>
    public static string Name(UploadId upload)
    {
        var name = upload.ToString();
        ArgumentException.ThrowIfNullOrEmpty(name, nameof(upload));
        return name;
    }

    /// <summary>Name of an attempt's file.</summary>
    public static string Name(AttemptId attempt) => attempt + AttemptSuffix;

    /// <summary>Name of an unfinished manifest. The number makes it unique.</summary>
    public static string UnfinishedManifest(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{UnfinishedManifestPrefix}{number}{UnfinishedManifestSuffix}");

    /// <summary>Whether a file is an unfinished manifest.</summary>
    public static bool IsUnfinishedManifest(ReadOnlySpan<char> name) =>
        name.StartsWith(UnfinishedManifestPrefix, StringComparison.Ordinal)
        && name.EndsWith(UnfinishedManifestSuffix, StringComparison.Ordinal);

    /// <summary>Parses the name of an attempt's file; false for any other file.</summary>
    public static bool TryParseAttempt(ReadOnlySpan<char> name, out AttemptId attempt)
    {
        attempt = default;
        return name.EndsWith(AttemptSuffix, StringComparison.Ordinal)
            && AttemptId.TryParse(name[..^AttemptSuffix.Length], out attempt);
    }

    /// <summary>Parses the name of an upload's directory; false for any other directory, and for an upload in the wrong
    /// fan-out directory.</summary>
    public static bool TryParseUpload(string name, int fanOut, out UploadId upload) =>
        UploadId.TryParse(name, out upload) && FanOutOf(upload) == fanOut;
}
