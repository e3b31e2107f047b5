namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>Where a page of uploads begins. The marker has the time of initiation beside the upload ID, because uploads of one key, or of
/// a vault, are listed by time, and the upload may have ended since.</summary>
internal static class UploadMarker
{
    private const char Separator = '.';

    /// <summary>The marker of a position, or empty for a common prefix.</summary>
    public static string Format(KeyPosition position) => position is { At: { } at, Upload: { } upload }
        ? string.Create(CultureInfo.InvariantCulture, $"{upload}{Separator}{at.ToUnixTimeMilliseconds()}")
        : "";

    /// <summary>Reads the marker of an upload.</summary>
    /// <param name="key">The key of the upload, or empty if it has none.</param>
    /// <param name="position">The position of the upload.</param>
    /// <returns>False if no page has returned the marker.</returns>
    public static bool TryParse(string key, string marker, out KeyPosition position)
    {
        position = default;
        var separator = marker.LastIndexOf(Separator);
        if (separator < 0
            || !UploadId.TryParse(marker[..separator], out var upload)
            || !long.TryParse(marker.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        position = new KeyPosition(key, DateTimeOffset.FromUnixTimeMilliseconds(at), upload);
        return true;
    }

    /// <summary>Reads a key marker and an upload marker, as S3 has them.</summary>
    /// <param name="key">The key marker, or empty for none. Without one, an upload marker means nothing.</param>
    /// <param name="marker">The upload marker, or empty for none.</param>
    /// <param name="after">The position to begin behind; null to begin with the first upload. A bare upload ID has no time, so
    /// it begins with the first upload of the key.</param>
    /// <returns>False if the marker is neither an upload ID nor one that a page has returned.</returns>
    public static bool TryRead(string key, string marker, out KeyPosition? after)
    {
        after = key.Length == 0 ? null : marker.Length == 0 ? KeyPosition.Behind(key) : new KeyPosition(key);
        if (key.Length == 0 || marker.Length == 0 || UploadId.TryParse(marker, out _))
        {
            return true;
        }

        var isKnown = TryParse(key, marker, out var position);
        after = position;
        return isKnown;
    }
}
