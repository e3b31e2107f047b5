using System.Globalization;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Bytes;

/// <summary>The names under which part stores keep bytes, as files or as objects: <c>{fan-out}/{upload}/{attempt}.part</c> and
/// <c>{fan-out}/{upload}/manifest</c>. They are stored; never change them.</summary>
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
