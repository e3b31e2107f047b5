namespace OrleansUploads.Core.Values;

/// <summary>A group of entities that work together: the entities of a vault and its uploads, or a leaf of a bucket and the uploads to its
/// keys. A cluster keeps a group on one silo if it can, so that its members call each other without the network and write to the journal
/// together.</summary>
/// <remarks>A hint: an entity elsewhere decides the same. Upload IDs contain the number.</remarks>
/// <param name="Number">From 0 to <see cref="Count"/> - 1.</param>
public readonly record struct EntityGroup(int Number)
{
    public const int Count = 4096;

    public static EntityGroup Of(VaultId vault) => OfText(vault.ToString());

    /// <summary>The first leaves of a bucket's indexes belong to the group of the bucket, and each leaf that a split creates gets a
    /// separate group, so that a large bucket is spread over the silos.</summary>
    public static EntityGroup Of(LeafId leaf) => leaf.Name != LeafName.First ? OfText(leaf.ToString())
        : leaf.Index.Vault is { } vault ? Of(vault.Id)
        : OfText(leaf.Index.Bucket.GetValueOrDefault().Name.ToString());

    public static EntityGroup Of(EntityId entity) => entity.Kind switch
    {
        EntityKind.Upload when UploadId.TryParse(entity.Key, out var upload) => upload.Group,
        EntityKind.KeyLeaf when LeafId.TryParse(entity.Key, out var leaf) => Of(leaf),
        EntityKind.KeyRoutes when KeyIndexId.TryParse(entity.Key, out var index) => Of(new LeafId(index, LeafName.First)),
        EntityKind.Jobs when VaultIncarnation.TryParse(entity.Key, out var vault) => Of(vault.Id),
        EntityKind.ArchiveShard when VaultIncarnation.TryParse(entity.Key[..entity.Key.LastIndexOf('/')], out var vault) => Of(vault.Id),
        _ => OfText(entity.Key),
    };

    private static EntityGroup OfText(string text) => new(StableHash.Of(text) % Count);
}
