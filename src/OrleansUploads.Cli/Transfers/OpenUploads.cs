namespace OrleansUploads.Cli.Transfers;

/// <summary>The uploads in progress of a vault, listed once.</summary>
internal sealed class OpenUploads(Session session, string vault)
{
    private const int MaxParts = 10_000;

    private ILookup<string, MultipartUpload>? _byDescription;

    /// <summary>Finds the uploads that may be those of a file, the newest first.</summary>
    public async Task<IReadOnlyList<MultipartUpload>> FindAsync(
        string description, long sizeBytes, CancellationToken cancellationToken)
    {
        _byDescription ??= await ReadAsync(cancellationToken);
        return
        [
            .. _byDescription[description]
                .Where(upload => upload.PartSizeBytes * MaxParts >= sizeBytes)
                .OrderByDescending(upload => upload.CreatedAt),
        ];
    }

    private async Task<ILookup<string, MultipartUpload>> ReadAsync(CancellationToken cancellationToken)
    {
        var uploads = new List<MultipartUpload>();
        await foreach (var upload in session.Connection.Transfers.ListMultipartUploadsAsync(vault, cancellationToken))
        {
            uploads.Add(upload);
        }

        return uploads.ToLookup(upload => upload.Description ?? "", StringComparer.Ordinal);
    }
}
