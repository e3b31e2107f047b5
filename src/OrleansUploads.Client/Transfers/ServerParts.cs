using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client.Transfers;

/// <summary>The parts of an upload that the server has stored, for comparison with the source.</summary>
internal sealed class ServerParts(long partSizeBytes, Dictionary<long, UploadedPart> byStart)
{
    // An upload has at most 10,000 parts. A list with more pages comes from a broken server.
    private const int MaxPages = 10_001;

    public static ServerParts None { get; } = new(0, []);

    public long PartSizeBytes => partSizeBytes;

    /// <summary>Returns the parts of an upload, or null if the upload is not in progress. It may have been completed.</summary>
    public static async Task<ServerParts?> FindAsync(
        GlacierClient client, string vault, string uploadId, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(client, vault, uploadId, cancellationToken).ConfigureAwait(false);
        }
        catch (GlacierException ended) when (ended.Code == GlacierErrorCodes.ResourceNotFound)
        {
            return null;
        }
    }

    public static async Task<ServerParts> ReadAsync(
        GlacierClient client, string vault, string uploadId, CancellationToken cancellationToken)
    {
        var read = new Dictionary<long, UploadedPart>();
        string? marker = null;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = await client.ReadPartsPageAsync(vault, uploadId, marker, cancellationToken).ConfigureAwait(false);
            foreach (var part in page.Parts)
            {
                read[part.Range.Start] = part;
            }

            if (string.IsNullOrEmpty(page.Marker))
            {
                return new ServerParts(page.PartSizeBytes, read);
            }

            marker = page.Marker;
        }

        throw new GlacierException(
            GlacierErrorCodes.UnreadableAnswer, $"The server's list of parts has more than {MaxPages} pages.");
    }

    public int Count => byStart.Count;

    public long SizeBytes => byStart.Values.Sum(static part => part.Range.LengthBytes);

    /// <summary>Returns the tree hashes of all parts of an archive, in order, or null if the server does not have all of them.</summary>
    public TreeHash[]? HashesOf(PartPlan plan)
    {
        var hashes = new TreeHash[plan.PartCount];
        for (var part = 0; part < hashes.Length; part++)
        {
            var range = plan.RangeOf(part);
            if (!HasPart(range))
            {
                return null;
            }

            hashes[part] = byStart[range.Start].TreeHash;
        }

        return hashes;
    }

    public bool HasPartAt(long startBytes) => byStart.ContainsKey(startBytes);

    /// <summary>Whether the server has a part with exactly this range.</summary>
    public bool HasPart(ByteRange range) => byStart.TryGetValue(range.Start, out var theirs) && theirs.Range == range;

    /// <summary>Whether the server has a part with exactly this range and tree hash.</summary>
    public bool Contains(ByteRange range, TreeHash hash) => FindDifference(range, hash) is null;

    /// <summary>Returns the first part that differs or exists on one side only, or null if both sides are equal.</summary>
    public PartDifference? FindFirstDifference(PartPlan plan, ReadOnlySpan<TreeHash> hashes)
    {
        for (var part = 0; part < hashes.Length; part++)
        {
            if (FindDifference(plan.RangeOf(part), hashes[part]) is { } difference)
            {
                return difference;
            }
        }

        return FindPartBeyond(plan.SizeBytes) is { } beyond ? new PartDifference(PartDifferenceKind.Unexpected, beyond) : null;
    }

    /// <summary>Divides the bytes of a source into the parts of the upload.</summary>
    /// <exception cref="ArchiveUploadException">They cannot be the upload's: the server has bytes beyond their end, they need more than
    /// 10,000 parts, or there are none.</exception>
    public PartPlan Divide(string uploadId, long sizeBytes)
    {
        if (FindPartBeyond(sizeBytes) is { } beyond)
        {
            throw new ArchiveUploadException(
                uploadId, $"The server has stored bytes {beyond} of this upload, but the source has only {sizeBytes} bytes.")
            {
                FirstDifference = new PartDifference(PartDifferenceKind.Unexpected, beyond),
            };
        }

        if (sizeBytes < 1 || sizeBytes > GlacierLimits.MaxParts * PartSizeBytes)
        {
            throw new ArchiveUploadException(
                uploadId,
                $"The source has {sizeBytes} bytes, but this upload takes 1 to {GlacierLimits.MaxParts * PartSizeBytes}: at most "
                + $"{GlacierLimits.MaxParts} parts of {PartSizeBytes} bytes. Name the source with which it began.");
        }

        return PartPlan.Of(sizeBytes, PartSizeBytes);
    }

    /// <summary>Returns the range of the first part that ends after <paramref name="sizeBytes"/>, or null.</summary>
    public ByteRange? FindPartBeyond(long sizeBytes) => byStart.Values
        .Where(part => part.Range.EndExclusive > sizeBytes)
        .Select(static part => (ByteRange?)part.Range)
        .MinBy(static range => range?.Start);

    /// <summary>Compares a part of the source with the server's. Returns the difference, or null if there is none.</summary>
    public PartDifference? FindDifference(ByteRange range, TreeHash hash)
    {
        PartDifferenceKind? kind = !byStart.TryGetValue(range.Start, out var theirs) ? PartDifferenceKind.Missing
            : theirs.Range != range ? PartDifferenceKind.Length
            : theirs.TreeHash != hash ? PartDifferenceKind.Content
            : null;
        return kind is { } difference ? new PartDifference(difference, range) : null;
    }
}
