using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>What its client knows of an archive.</summary>
internal sealed class KnownArchive(IReadOnlyList<Content> parts)
{
    /// <summary>Its bytes; more than one piece only where it was uploaded in parts.</summary>
    public IReadOnlyList<Content> Parts { get; } = parts;

    /// <summary>Null until the server has told it.</summary>
    public string? Id { get; set; }

    /// <summary>A deletion was sent.</summary>
    public bool DeletionSent { get; set; }

    /// <summary>A deletion was answered.</summary>
    public bool Deleted { get; set; }

    public long SizeBytes => Parts.Sum(part => (long)part.LengthBytes);

    public TreeHash TreeHash => TreeHasher.Combine([.. Parts.Select(part => part.TreeHash)]);

    public byte[] Bytes() => [.. Parts.SelectMany(part => part.Bytes())];

    public override string ToString() => $"archive {Id ?? "without a known ID"} of {SizeBytes} bytes";
}
