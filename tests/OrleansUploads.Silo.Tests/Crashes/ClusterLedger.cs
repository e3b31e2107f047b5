using System.Collections.Concurrent;
using OrleansUploads.EndToEnd.Tests.Crashes;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>All acknowledgements that the clients received.</summary>
internal sealed class ClusterLedger
{
    public const string Vault = "crashes";

    private int _seed;

    /// <summary>Archives whose ID was told.</summary>
    public ConcurrentQueue<FinishedUpload> Finished { get; } = new();

    /// <summary>Uploads that are left open, with the parts that were acknowledged.</summary>
    public ConcurrentQueue<OpenUpload> Open { get; } = new();

    /// <summary>Content that no other part has.</summary>
    public Content NewContent(int lengthBytes) => new(Interlocked.Increment(ref _seed), lengthBytes);
}

/// <summary>An upload that has become an archive.</summary>
internal sealed record FinishedUpload(string UploadId, string ArchiveId, IReadOnlyList<Content> Parts)
{
    public long SizeBytes => Parts.Sum(part => (long)part.LengthBytes);

    public byte[] Bytes() => [.. Parts.SelectMany(part => part.Bytes())];
}

/// <summary>An upload that is in progress.</summary>
internal sealed record OpenUpload(string UploadId, IReadOnlyList<Content> Acknowledged);
