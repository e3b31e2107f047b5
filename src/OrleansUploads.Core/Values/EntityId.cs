namespace OrleansUploads.Core.Values;

/// <summary>The kinds of entities. The values are stored: never change them.</summary>
public enum EntityKind
{
    /// <summary>An account: its vaults, its data retrieval policy and its provisioned capacity.</summary>
    Account = 1,

    /// <summary>A vault: the totals of its archives, its tags, policies and lock.</summary>
    Vault = 2,

    /// <summary>A shard of a vault's archive index.</summary>
    ArchiveShard = 3,

    /// <summary>The retrieval jobs of a vault.</summary>
    Jobs = 4,

    /// <summary>An upload: its parts, their hashes, and the result of its completion.</summary>
    Upload = 5,

    /// <summary>The service: when it was available, whether its clock is trusted, and whether a backup is in progress.</summary>
    Service = 7,

    /// <summary>A bucket: who owns it, and whether it is being deleted.</summary>
    Bucket = 8,

    /// <summary>A leaf of an ordered index of a bucket or a vault. It decides what is published under its keys.</summary>
    KeyLeaf = 9,

    /// <summary>Hints about which leaf of an ordered index has a key.</summary>
    KeyRoutes = 10,
}

/// <summary>ID of an entity. It also identifies the entity's stream in the journal.</summary>
/// <param name="Key">Unique within its kind; printable ASCII, at most 512 characters.</param>
public readonly record struct EntityId(EntityKind Kind, string Key)
{
    /// <summary><c>kind/key</c>, for logs and traces.</summary>
    public override string ToString() => $"{Kind}/{Key}";
}
