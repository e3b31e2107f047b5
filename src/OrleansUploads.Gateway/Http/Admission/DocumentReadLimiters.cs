namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>The limits for small bodies and for large ones, so that large ones cannot take more memory than planned.</summary>
/// <param name="options">The length of a small body, and how many of them are read at the same time.</param>
internal sealed class DocumentReadLimiters(GatewayOptions options)
{
    private readonly DocumentReadLimiter _small = new(options.MaxConcurrentDocuments);
    private readonly DocumentReadLimiter _large = new(options.MaxConcurrentLargeDocuments);

    /// <summary>The limit for a body.</summary>
    /// <param name="contentLength">Its length, or null if it is not known in advance.</param>
    /// <param name="maxBytes">The maximum length that the operation allows.</param>
    public DocumentReadLimiter For(long? contentLength, int maxBytes) =>
        Math.Min(contentLength ?? maxBytes, maxBytes) <= options.MaxDocumentBytes ? _small : _large;
}
