namespace OrleansUploads.Hashing.Checksums;

/// <summary>The checksum algorithms of S3. The values are stored: never change them.</summary>
public enum ChecksumAlgorithm
{
    /// <summary>CRC-32.</summary>
    Crc32 = 1,

    /// <summary>CRC-32C.</summary>
    Crc32C = 2,

    /// <summary>CRC-64/NVME.</summary>
    Crc64Nvme = 3,

    /// <summary>SHA-1.</summary>
    Sha1 = 4,

    /// <summary>SHA-256.</summary>
    Sha256 = 5,
}

/// <summary>What the checksum of a multipart object is computed from. The values are stored: never change them.</summary>
public enum ChecksumType
{
    /// <summary>The checksum of the parts' checksums in a row.</summary>
    Composite = 1,

    /// <summary>The checksum of the object's bytes.</summary>
    FullObject = 2,
}

/// <summary>Facts about algorithms.</summary>
public static class ChecksumAlgorithms
{
    /// <summary>Length of a checksum in bytes.</summary>
    public static int Bytes(this ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Crc32 or ChecksumAlgorithm.Crc32C => 4,
        ChecksumAlgorithm.Crc64Nvme => 8,
        ChecksumAlgorithm.Sha1 => 20,
        ChecksumAlgorithm.Sha256 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Unknown checksum algorithm."),
    };

    /// <summary>Whether a multipart object may have a checksum of this algorithm and type.</summary>
    /// <remarks>Source: S3 user guide, "Checking object integrity".</remarks>
    public static bool Allows(this ChecksumAlgorithm algorithm, ChecksumType type) => type switch
    {
        ChecksumType.Composite => algorithm != ChecksumAlgorithm.Crc64Nvme,
        ChecksumType.FullObject =>
            algorithm is ChecksumAlgorithm.Crc32 or ChecksumAlgorithm.Crc32C or ChecksumAlgorithm.Crc64Nvme,
        _ => false,
    };
}
