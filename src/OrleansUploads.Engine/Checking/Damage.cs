using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Checking;

/// <summary>What is damaged. The names are part of the output of <c>check --json</c>.</summary>
public enum DamageKind
{
    /// <summary>The journal as a whole: its file, its counters, its end.</summary>
    Journal,

    /// <summary>The history of one entity in the journal.</summary>
    History,

    /// <summary>Two entities contradict each other: one of them is older than the other, or lost.</summary>
    Index,

    /// <summary>A manifest: the list of an archive's parts.</summary>
    Manifest,

    /// <summary>The bytes of a part.</summary>
    Part,
}

/// <summary>Something in a data folder that is not what was acknowledged.</summary>
/// <param name="Kind">What is damaged.</param>
/// <param name="What">What is wrong with it, in words.</param>
public sealed record Damage(DamageKind Kind, string What)
{
    /// <summary>The damaged file, relative to the data folder; null where no single file is known.</summary>
    public string? File { get; init; }

    /// <summary>The vault that it belongs to; null where that is not known.</summary>
    public VaultId? Vault { get; init; }

    /// <summary>The upload that it belongs to; null where that is not known.</summary>
    public UploadId? Upload { get; init; }

    /// <summary>The archive that it belongs to; null where there is none or it is not known.</summary>
    public ArchiveId? Archive { get; init; }

    /// <summary>One line: file, what is wrong, whose it is.</summary>
    public override string ToString()
    {
        var owners = new List<string>();
        if (Archive is { } archive)
        {
            owners.Add($"archive {archive}");
        }

        if (Upload is { } upload)
        {
            owners.Add($"upload {upload}");
        }

        if (Vault is { } vault)
        {
            owners.Add($"vault {vault}");
        }

        var line = File is null ? What : $"{File}: {What}";
        return owners.Count == 0 ? line : $"{line} ({string.Join(", ", owners)})";
    }
}

/// <summary>Bytes that nothing in the journal refers to. The server collects them after its grace; they are no damage.</summary>
/// <param name="Upload">The upload that they were stored for.</param>
/// <param name="Attempts">How many attempts; 0 where only a manifest or an empty folder is left.</param>
/// <param name="Folder">Where they are, relative to the data folder.</param>
public sealed record Orphan(UploadId Upload, int Attempts, string Folder);
