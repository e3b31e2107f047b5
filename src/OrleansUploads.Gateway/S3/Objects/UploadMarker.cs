namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>Where a page of uploads begins. The marker has the time of initiation beside the upload ID, because uploads of one key are
/// listed by time, and the upload may have ended since.</summary>
internal static class UploadMarker
{
    private const char Separator = '.';

    /// <summary>The marker of a position, or empty for a common prefix.</summary>
    public static string Format(KeyPosition position) => position is { At: { } at, Upload: { } upload }
        ? string.Create(CultureInfo.InvariantCulture, $"{upload}{Separator}{at.ToUnixTimeMilliseconds()}")
        : "";

    /// <summary>Reads a key marker and an upload marker.</summary>
    /// <param name="key">The key marker, or empty for none. Without one, an upload marker means nothing.</param>
    /// <param name="marker">The upload marker, or empty for none.</param>
    /// <param name="after">The position to begin behind; null to begin with the first upload. A bare upload ID, which has no time,
    /// begins with the first upload of the key.</param>
    /// <returns>False if the marker is neither an upload ID nor one that a page has returned.</returns>
    public static bool TryRead(string key, string marker, out KeyPosition? after)
    {
        after = null;
        if (key.Length == 0)
        {
            return true;
        }

        if (marker.Length == 0)
        {
            after = KeyPosition.Behind(key);
            return true;
        }

        var separator = marker.LastIndexOf(Separator);
        if (!UploadId.TryParse(separator < 0 ? marker : marker[..separator], out var upload))
        {
            return false;
        }

        if (separator < 0)
        {
            after = new KeyPosition(key);
            return true;
        }

        if (!long.TryParse(marker.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        after = new KeyPosition(key, DateTimeOffset.FromUnixTimeMilliseconds(at), upload);
        return true;
    }
}
