namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The header with which a client announces how large an upload will be, in the vault API and in S3. The dashboard shows it; no
/// completion is bound by it.</summary>
internal static class AnnouncedTotal
{
    /// <summary>The name of the header.</summary>
    public const string Header = "x-orleans-uploads-total-length";

    /// <summary>The largest total: 10,000 parts of 5 GiB.</summary>
    public const long MaxBytes = ObjectLimits.MaxParts * ObjectLimits.MaxPartBytes;

    /// <summary>Why a total is refused.</summary>
    public static readonly string Rule = string.Create(
        CultureInfo.InvariantCulture, $"It must be a whole number of bytes, at most {MaxBytes}. Leave it out if the size is not known.");

    /// <summary>Reads the header.</summary>
    /// <returns>The total, or null if the request does not have the header.</returns>
    /// <exception cref="FrontError">The value is malformed.</exception>
    public static long? Read(FrontCall call) => TryRead(call.Header(Header), out var totalBytes)
        ? totalBytes
        : throw call.InvalidHeader(Header, call.Header(Header)!, Rule);

    /// <summary>Reads a total.</summary>
    /// <param name="text">The value of the header, or null if the request does not have it.</param>
    /// <param name="totalBytes">The total, or null without a value.</param>
    /// <returns>False if the value is malformed.</returns>
    public static bool TryRead(string? text, out long? totalBytes)
    {
        totalBytes = null;
        if (text is null)
        {
            return true;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) || bytes > MaxBytes)
        {
            return false;
        }

        totalBytes = bytes;
        return true;
    }
}
