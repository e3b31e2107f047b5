using System.Collections.Concurrent;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>All acknowledgements that the clients received.</summary>
internal sealed class ClusterLedger
{
    public const string Vault = "crashes";

    private int _seed;

    /// <summary>Archives whose ID was returned to a client, and that are kept.</summary>
    public ConcurrentQueue<FinishedUpload> Finished { get; } = new();

    /// <summary>The IDs of archives whose deletion was acknowledged.</summary>
    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>The number of archives whose ID was returned to a client.</summary>
    public int Archives => Finished.Count + Deleted.Count;

    /// <summary>Uploads that are left open, with their acknowledged parts.</summary>
    public ConcurrentQueue<OpenUpload> Open { get; } = new();

    /// <summary>Calls that failed for good, after all retries.</summary>
    public ConcurrentQueue<GlacierException> FailedCalls { get; } = new();

    /// <summary>Downloads that ended before their last byte, and were begun again.</summary>
    public ConcurrentQueue<IOException> CutDownloads { get; } = new();

    /// <summary>Creates content that differs from that of every other part.</summary>
    public PartContent NewContent(int lengthBytes) => new(Interlocked.Increment(ref _seed), lengthBytes);
}

/// <summary>A completed upload.</summary>
internal sealed record FinishedUpload(string UploadId, string ArchiveId, IReadOnlyList<PartContent> Parts)
{
    public long SizeBytes => Parts.Sum(part => (long)part.LengthBytes);

    public byte[] Bytes() => [.. Parts.SelectMany(part => part.Bytes())];
}

/// <summary>An upload that is in progress.</summary>
internal sealed record OpenUpload(string UploadId, IReadOnlyList<PartContent> Acknowledged);
