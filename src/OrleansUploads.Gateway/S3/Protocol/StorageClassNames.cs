namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The names of storage classes.</summary>
internal static class StorageClassNames
{
    /// <summary>The name.</summary>
    public static string Name(this StorageClass storageClass) => storageClass switch
    {
        StorageClass.Standard => "STANDARD",
        StorageClass.ReducedRedundancy => "REDUCED_REDUNDANCY",
        StorageClass.StandardInfrequentAccess => "STANDARD_IA",
        StorageClass.OneZoneInfrequentAccess => "ONEZONE_IA",
        StorageClass.IntelligentTiering => "INTELLIGENT_TIERING",
        StorageClass.GlacierInstantRetrieval => "GLACIER_IR",
        StorageClass.Glacier => "GLACIER",
        StorageClass.DeepArchive => "DEEP_ARCHIVE",
    };

    /// <summary>Parses a name.</summary>
    public static bool TryParse(string text, out StorageClass storageClass)
    {
        foreach (var known in Enum.GetValues<StorageClass>())
        {
            if (known.Name() == text)
            {
                storageClass = known;
                return true;
            }
        }

        storageClass = default;
        return false;
    }
}
