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
