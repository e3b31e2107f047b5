namespace OrleansUploads.Engine.Checking;

/// <summary>The kind of damage. The names are part of the output of <c>check --json</c>.</summary>
public enum DamageKind
{
    /// <summary>The journal as a whole: its file, its counters or its end.</summary>
    Journal,

    /// <summary>The history of one entity in the journal.</summary>
    History,

    /// <summary>Two entities contradict each other: one is lost or outdated.</summary>
    Index,

    /// <summary>A manifest: the list of an archive's parts.</summary>
    Manifest,

    /// <summary>The bytes of a part.</summary>
    Part,

    /// <summary>The file of key pairs.</summary>
    Keys,
}

/// <summary>Stored data that differs from what was acknowledged.</summary>
/// <param name="Kind">The kind of damage.</param>
/// <param name="What">A description of the damage.</param>
public sealed record Damage(DamageKind Kind, string What)
{
    /// <summary>The damaged file, relative to the data folder, or the damaged object; null if none is known.</summary>
    public string? File { get; init; }

    /// <summary>The affected vault, or null if unknown.</summary>
    public VaultId? Vault { get; init; }

    /// <summary>The affected upload, or null if unknown.</summary>
    public UploadId? Upload { get; init; }

    /// <summary>The affected archive, or null if it is unknown or no archive is affected.</summary>
    public ArchiveId? Archive { get; init; }

    /// <summary>The affected bucket, or null if it is unknown or no bucket is affected.</summary>
    public BucketName? Bucket { get; init; }

    /// <summary>The key of the affected object or upload in the bucket, or null if no single key is known.</summary>
    public ObjectKey? Key { get; init; }

    /// <summary>Damage of a history, with what its entity belongs to.</summary>
    internal static Damage Of(EntityId entity, string what)
    {
        var damage = new Damage(DamageKind.History, what);
        return entity.Kind switch
        {
            EntityKind.Upload when UploadId.TryParse(entity.Key, out var upload) => damage with { Upload = upload },
            EntityKind.Vault when VaultId.TryParse(entity.Key, out var vault) => damage with { Vault = vault },
            EntityKind.Jobs when VaultIncarnation.TryParse(entity.Key, out var incarnation) => damage with { Vault = incarnation.Id },
            EntityKind.ArchiveShard when entity.Key.LastIndexOf('/') is > 0 and var slash
                && VaultIncarnation.TryParse(entity.Key[..slash], out var incarnation) => damage with { Vault = incarnation.Id },
            EntityKind.Bucket when BucketName.TryParse(entity.Key, out var bucket) => damage with { Bucket = bucket },
            EntityKind.KeyLeaf when LeafId.TryParse(entity.Key, out var leaf) => damage.In(leaf.Index),
            EntityKind.KeyRoutes when KeyIndexId.TryParse(entity.Key, out var index) => damage.In(index),
            _ => damage,
        };
    }

    /// <summary>Returns the damage with the bucket or vault of an index.</summary>
    internal Damage In(KeyIndexId index) => this with { Bucket = index.Bucket?.Name, Vault = index.Vault?.Id };

    /// <summary>Damage that concerns an upload, with what it belongs to.</summary>
    internal static Damage Of(UploadState state, DamageKind kind, string what) => state switch
    {
        UploadState.Known { Spec: ArchiveUploadSpec spec } => new Damage(kind, what)
        {
            Upload = spec.Upload,
            Vault = spec.Vault.Id,
            Archive = state is UploadState.Known { Completed: ArchiveCompletion archive } ? archive.Archive : null,
        },
        UploadState.Known { Spec: ObjectUploadSpec spec } => new Damage(kind, what)
        {
            Upload = spec.Upload,
            Bucket = spec.Name.Bucket.Name,
            Key = spec.Name.Key,
        },
        _ => new Damage(kind, what),
    };

    /// <summary>Returns one line with the file, the damage and its owners.</summary>
    public override string ToString()
    {
        string?[] owners =
        [
            Named("archive", Archive),
            Named("upload", Upload),
            Named("vault", Vault),
            Named("key", Key is { } key ? OnOneLine(key.ToString()) : null),
            Named("bucket", Bucket),
        ];
        var named = string.Join(", ", owners.OfType<string>());
        var line = File is null ? What : $"{File}: {What}";
        return named.Length == 0 ? line : $"{line} ({named})";
    }

    private static string? Named(string kind, object? owner) => owner is null ? null : $"{kind} {owner}";

    /// <summary>A key may contain any character, such as the end of a line.</summary>
    private static string OnOneLine(string key) =>
        string.Concat(key.Select(letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()));
}

/// <summary>Bytes that nothing in the journal refers to. The server collects them after the grace period. They do not count
/// as damage.</summary>
/// <param name="Upload">The upload for which they were stored.</param>
/// <param name="Attempts">Number of attempts, or 0 if only a manifest or an empty folder is left.</param>
/// <param name="Folder">Their folder, relative to the data folder, or what their keys begin with.</param>
public sealed record Orphan(UploadId Upload, int Attempts, string Folder);
