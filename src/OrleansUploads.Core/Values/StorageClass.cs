namespace OrleansUploads.Core.Values;

/// <summary>The storage classes of objects. The values are stored: never change them.</summary>
public enum StorageClass
{
    Standard = 0,

    ReducedRedundancy = 1,

    StandardInfrequentAccess = 2,

    OneZoneInfrequentAccess = 3,

    IntelligentTiering = 4,

    /// <summary>GLACIER_IR: archived, and read at once.</summary>
    GlacierInstantRetrieval = 5,

    /// <summary>GLACIER: read only after a restore.</summary>
    Glacier = 6,

    /// <summary>DEEP_ARCHIVE: read only after a restore.</summary>
    DeepArchive = 7,
}

public static class StorageClasses
{
    /// <summary>Whether objects of the class can only be read after a restore.</summary>
    public static bool NeedsRestore(this StorageClass storageClass) =>
        storageClass is StorageClass.Glacier or StorageClass.DeepArchive;

    /// <summary>Whether objects of the class can be restored with a tier. The deepest class has no expedited one.</summary>
    public static bool Offers(this StorageClass storageClass, RetrievalTier tier) =>
        storageClass.NeedsRestore() && !(storageClass == StorageClass.DeepArchive && tier == RetrievalTier.Expedited);
}
