using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

internal static class ChecksumNames
{
    /// <summary>The name of an algorithm, such as CRC32C. In elements it follows <c>Checksum</c>.</summary>
    public static string Name(this ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Crc32 => "CRC32",
        ChecksumAlgorithm.Crc32C => "CRC32C",
        ChecksumAlgorithm.Crc64Nvme => "CRC64NVME",
        ChecksumAlgorithm.Sha1 => "SHA1",
        ChecksumAlgorithm.Sha256 => "SHA256",
    };

    /// <summary>The name of a type, such as FULL_OBJECT.</summary>
    public static string Name(this ChecksumType type) => type switch
    {
        ChecksumType.Composite => "COMPOSITE",
        ChecksumType.FullObject => "FULL_OBJECT",
    };

    /// <returns>Null if no type has the name.</returns>
    public static ChecksumType? TypeOf(string? name) => name switch
    {
        "COMPOSITE" => ChecksumType.Composite,
        "FULL_OBJECT" => ChecksumType.FullObject,
        _ => null,
    };

    /// <summary>The header with a checksum, in lower case.</summary>
    public static string Header(this ChecksumAlgorithm algorithm) =>
        S3Headers.ChecksumPrefix + algorithm.Name().ToLowerInvariant();

    /// <summary>Finds an algorithm by its name, ignoring case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ChecksumAlgorithm algorithm)
    {
        foreach (var known in Enum.GetValues<ChecksumAlgorithm>())
        {
            if (text.Equals(known.Name(), StringComparison.OrdinalIgnoreCase))
            {
                algorithm = known;
                return true;
            }
        }

        algorithm = default;
        return false;
    }
}

internal static class StorageClassNames
{
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
