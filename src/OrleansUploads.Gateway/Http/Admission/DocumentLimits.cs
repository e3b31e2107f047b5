namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>The limits for small documents and for large ones, so that large ones cannot take more memory than planned.</summary>
/// <param name="options">The length of a small document, and how many of them are in memory at the same time.</param>
internal sealed class DocumentLimits(GatewayOptions options)
{
    private readonly DocumentPlaces _small = new(options.MaxConcurrentDocuments, options.MaxConcurrentDocuments);

    // A large document takes the processor for many milliseconds. Half of the cores stay free for other requests.
    private readonly DocumentPlaces _large = new(options.MaxConcurrentLargeDocuments, Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The limit for a document.</summary>
    /// <param name="contentLength">Its length, or null if it is not known in advance.</param>
    /// <param name="maxBytes">The maximum length that the operation allows.</param>
    public DocumentPlaces For(long? contentLength, int maxBytes) =>
        Math.Min(contentLength ?? maxBytes, maxBytes) <= options.MaxDocumentBytes ? _small : _large;
}
