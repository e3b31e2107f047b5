namespace OrleansUploads.Cli.Transfers;

/// <summary>How files are uploaded.</summary>
internal sealed record UploadChoice
{
    /// <summary>The vault's name.</summary>
    public required string Vault { get; init; }

    /// <summary>The number of parts, or of small files, that are sent at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>The part size, or null to choose it by the size of the file.</summary>
    public long? PartSizeBytes { get; init; }

    /// <summary>The description, or null for the file's name as it was given.</summary>
    public string? Description { get; init; }

    /// <summary>Whether a new upload begins even if one of the same file is in progress.</summary>
    public bool StartsAnew { get; init; }

    /// <summary>Whether files are left out that the vault already has under the same description.</summary>
    public bool SkipsExisting { get; init; }

    /// <summary>Whether a folder is one archive, a tar, and not an archive for each of its files.</summary>
    public bool AsTar { get; init; }

    /// <summary>What happens to earlier uploads of standard input with the same description.</summary>
    public UnfinishedAction Unfinished { get; init; }
}
