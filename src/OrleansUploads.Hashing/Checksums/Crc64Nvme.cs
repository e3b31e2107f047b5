namespace OrleansUploads.Hashing.Checksums;

/// <summary>Computes CRC-64/NVME (NVM Express, NVM command set specification).</summary>
/// <remarks>Polynomial 0xAD93D23594C93659, reflected bits, initial value and final XOR all ones. The check value for the ASCII digits
/// <c>123456789</c> is 0xAE8B14860A799888.</remarks>
public static class Crc64Nvme
{
    /// <summary>The computation, for tests of each path.</summary>
    internal static ReflectedCrc Engine { get; } = new(64, 0x9A6C9329AC4BC9B5);

    /// <summary>Computes the CRC of some bytes.</summary>
    public static ulong Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Computes the CRC of some bytes followed by <paramref name="data"/>, from the CRC of these bytes. The CRC of no bytes
    /// is 0.</summary>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> data) => Engine.Append(crc, data);

    /// <summary>The CRC of two sequences of bytes in a row, from the CRC of each.</summary>
    public static ulong Combine(ulong first, ulong second, long secondBytes) => Engine.Combine(first, second, secondBytes);
}
