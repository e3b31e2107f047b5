using OrleansUploads.Client.Models;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>The parts that the server has of an upload, to be compared with the source.</summary>
internal sealed class ServerParts
{
    // The largest list is that of 10,000 parts; a server that goes on and on is broken.
    private const int MaxPages = 10_001;

    private readonly Dictionary<long, UploadedPart> _byStart;

    private ServerParts(long partSizeBytes, Dictionary<long, UploadedPart> byStart)
    {
        PartSizeBytes = partSizeBytes;
        _byStart = byStart;
    }

    /// <summary>No parts.</summary>
    public static ServerParts None { get; } = new(0, []);

    /// <summary>The part size that the upload was initiated with.</summary>
    public long PartSizeBytes { get; }

    /// <summary>Reads all pages.</summary>
    public static async Task<ServerParts> ReadAsync(
        GlacierClient client, string vault, string uploadId, CancellationToken cancellationToken)
    {
        var byStart = new Dictionary<long, UploadedPart>();
        string? marker = null;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = await client.ListPartsPageAsync(
                vault, uploadId, marker, limit: null, cancellationToken: cancellationToken);
            foreach (var part in page.Parts)
            {
                byStart[part.Range.Start] = part;
            }

            if (string.IsNullOrEmpty(page.Marker))
            {
                return new ServerParts(page.PartSizeBytes, byStart);
            }

            marker = page.Marker;
        }

        throw new GlacierException(GlacierErrorCodes.UnreadableAnswer, "The server's list of parts does not end.");
    }

    /// <summary>Whether the server has exactly this part.</summary>
    public bool Has(ByteRange range, TreeHash hash) => Compare(range, hash) is null;

    /// <summary>The first part that is on one side only or differs; null where both sides are alike.</summary>
    public PartDifference? FindFirstDifference(PartPlan plan, ReadOnlySpan<TreeHash> hashes)
    {
        for (var part = 0; part < hashes.Length; part++)
        {
            var range = plan.RangeOf(part);
            if (Compare(range, hashes[part]) is { } kind)
            {
                return new PartDifference(kind, range);
            }
        }

        return FindBehind(plan.SizeBytes) is { } beyond ? new PartDifference(PartDifferenceKind.Unexpected, beyond) : null;
    }

    /// <summary>The first part that ends behind a size; null where there is none.</summary>
    public ByteRange? FindBehind(long sizeBytes)
    {
        ByteRange? first = null;
        foreach (var part in _byStart.Values)
        {
            if (part.Range.EndExclusive > sizeBytes && (first is null || part.Range.Start < first.Value.Start))
            {
                first = part.Range;
            }
        }

        return first;
    }

    private PartDifferenceKind? Compare(ByteRange range, TreeHash hash) =>
        !_byStart.TryGetValue(range.Start, out var theirs) ? PartDifferenceKind.Missing
        : theirs.Range != range ? PartDifferenceKind.Length
        : theirs.TreeHash != hash ? PartDifferenceKind.Content
        : null;
}
