namespace OrleansUploads.Core;

/// <summary>The kinds of entities. The numbers are stored; never change one.</summary>
public enum EntityKind
{
    /// <summary>An account: which vaults it has.</summary>
    Account = 1,

    /// <summary>A vault: its open uploads and the totals of its archives.</summary>
    Vault = 2,

    /// <summary>A shard of a vault's archive index.</summary>
    ArchiveShard = 3,

    /// <summary>The retrieval jobs of a vault.</summary>
    Jobs = 4,

    /// <summary>An upload: the range map, the part hashes, the completion result.</summary>
    Upload = 5,
}

/// <summary>Names one entity, and so its stream in the journal.</summary>
/// <param name="Kind">Which decider it has.</param>
/// <param name="Key">Unique within its kind; printable ASCII, at most 512 characters.</param>
public readonly record struct EntityId(EntityKind Kind, string Key)
{
    /// <summary><c>kind/key</c>, for logs and traces.</summary>
    public override string ToString() => $"{Kind}/{Key}";
}
