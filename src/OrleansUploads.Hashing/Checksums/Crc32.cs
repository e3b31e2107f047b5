namespace OrleansUploads.Hashing.Checksums;

/// <summary>Computes CRC-32 (IEEE 802.3).</summary>
/// <remarks>Polynomial 0x04C11DB7, reflected bits, initial value and final XOR 0xFFFFFFFF. The check value for the ASCII digits
/// <c>123456789</c> is 0xCBF43926.</remarks>
public static class Crc32
{
    /// <summary>The computation, for tests of each path.</summary>
    internal static ReflectedCrc Engine { get; } = new(32, 0xEDB88320);

    /// <summary>Computes the CRC of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Computes the CRC of some bytes followed by <paramref name="data"/>, from the CRC of these bytes. The CRC of no bytes
    /// is 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) => (uint)Engine.Append(crc, data);

    /// <summary>The CRC of two sequences of bytes in a row, from the CRC of each.</summary>
    public static uint Combine(uint first, uint second, long secondBytes) => (uint)Engine.Combine(first, second, secondBytes);
}
