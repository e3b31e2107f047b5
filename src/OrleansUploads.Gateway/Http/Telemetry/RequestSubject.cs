namespace OrleansUploads.Gateway.Http.Telemetry;

/// <summary>What a request is about, for the log: its vault, archive, upload or object.</summary>
internal static class RequestSubject
{
    /// <summary>Maximum length of a description in characters.</summary>
    public const int MaxLength = 512;

    private const string UploadId = "uploadId";

    /// <summary>Returns the path, the upload that the query names, and the address of what the request created. The rest of the query
    /// may contain a signature, so it never appears.</summary>
    /// <param name="target">The request's path and query.</param>
    /// <param name="location">The address of what the request created, or null if it created nothing.</param>
    public static string Describe(RequestTarget target, string? location)
    {
        var text = target.Path;
        if (target.Query.FirstValue(UploadId) is { } upload)
        {
            text = $"{text}?{UploadId}={upload}";
        }

        if (location is not null)
        {
            text = $"{text} -> {location}";
        }

        return string.Create(Math.Min(text.Length, MaxLength), text, static (line, from) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsAscii(from[i]) && !char.IsControl(from[i]) ? from[i] : '?';
            }
        });
    }
}
