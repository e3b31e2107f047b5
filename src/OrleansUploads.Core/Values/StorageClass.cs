namespace OrleansUploads.Core.Values;

/// <summary>The storage classes of objects. The values are stored: never change them.</summary>
public enum StorageClass
{
    /// <summary>STANDARD.</summary>
    Standard = 0,

    /// <summary>REDUCED_REDUNDANCY.</summary>
    ReducedRedundancy = 1,

    /// <summary>STANDARD_IA.</summary>
    StandardInfrequentAccess = 2,

    /// <summary>ONEZONE_IA.</summary>
    OneZoneInfrequentAccess = 3,

    /// <summary>INTELLIGENT_TIERING.</summary>
    IntelligentTiering = 4,

    /// <summary>GLACIER_IR: archived, and read at once.</summary>
    GlacierInstantRetrieval = 5,

    /// <summary>GLACIER: read only after a restore.</summary>
    Glacier = 6,

    /// <summary>DEEP_ARCHIVE: read only after a restore.</summary>
    DeepArchive = 7,
}

/// <summary>What storage classes mean.</summary>
public static class StorageClasses
{
    /// <summary>Whether objects of the class can only be read after a restore.</summary>
    public static bool NeedsRestore(this StorageClass storageClass) =>
        storageClass is StorageClass.Glacier or StorageClass.DeepArchive;

    /// <summary>Whether objects of the class can be restored with a tier. The deepest class has no expedited one.</summary>
    public static bool Offers(this StorageClass storageClass, RetrievalTier tier) =>
        storageClass.NeedsRestore() && !(storageClass == StorageClass.DeepArchive && tier == RetrievalTier.Expedited);
}
