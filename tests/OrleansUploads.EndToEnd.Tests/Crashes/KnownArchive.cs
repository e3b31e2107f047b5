using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>An archive as its client knows it.</summary>
internal sealed class KnownArchive(IReadOnlyList<PartContent> parts)
{
    /// <summary>The contents of its parts; a single one if it was uploaded in one request.</summary>
    public IReadOnlyList<PartContent> Parts { get; } = parts;

    /// <summary>The archive ID; null until the server has returned it.</summary>
    public string? Id { get; set; }

    /// <summary>Whether a deletion was sent.</summary>
    public bool DeletionSent { get; set; }

    /// <summary>Whether a deletion was acknowledged.</summary>
    public bool Deleted { get; set; }

    public long SizeBytes => Parts.Sum(part => (long)part.LengthBytes);

    public TreeHash TreeHash => TreeHasher.Combine([.. Parts.Select(part => part.TreeHash)]);

    public byte[] Bytes() => [.. Parts.SelectMany(part => part.Bytes())];

    public override string ToString() => $"archive {Id ?? "without a known ID"} of {SizeBytes} bytes";
}
