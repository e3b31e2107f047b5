using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;
using X86Sse42 = System.Runtime.Intrinsics.X86.Sse42;

namespace OrleansUploads.Hashing.Checksums;

/// <summary>Computes CRC-32C (Castagnoli, RFC 3720). It detects accidental damage, but not tampering.</summary>
/// <remarks>Polynomial 0x1EDC6F41, reflected bits, initial value and final XOR 0xFFFFFFFF. The check value for the ASCII digits
/// <c>123456789</c> is 0xE3069283.</remarks>
public static class Crc32C
{
    /// <summary>The length of each stream. The processor's instruction has a latency of three cycles but can start every cycle, so
    /// three streams are processed in parallel. The streams are short enough to leave few remaining bytes, and long enough that
    /// combining them costs little.</summary>
    private const int StreamBytes = 1024;

    private const int Streams = 3;

    /// <summary>Row n, entry b: the register after <see cref="StreamBytes"/> zero bytes, starting with b in byte n and zero in the
    /// other bytes. The CRC is linear, so the XOR of one entry of each row gives the result for any register.</summary>
    private static readonly uint[] StreamTables = MakeStreamTables();

    /// <summary>Whether the processor has a CRC-32C instruction.</summary>
    internal static bool HasInstruction => X86Sse42.IsSupported || ArmCrc32.IsSupported;

    /// <summary>Computes the CRC of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Computes the CRC of some bytes followed by <paramref name="data"/>, from the CRC of these bytes. The CRC of no bytes
    /// is 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) =>
        HasInstruction ? AppendByInstruction(crc, data) : (uint)ReflectedCrc.Crc32C.Append(crc, data);

    /// <summary>Computes with the processor's instruction. Also correct without the instruction, but slow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static uint AppendByInstruction(uint crc, ReadOnlySpan<byte> data)
    {
        var register = ~crc;
        while (data.Length >= Streams * StreamBytes)
        {
            register = ThreeStreams(register, ref MemoryMarshal.GetReference(data));
            data = data[(Streams * StreamBytes)..];
        }

        while (data.Length >= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, ReadWord(ref MemoryMarshal.GetReference(data), 0));
            data = data[sizeof(ulong)..];
        }

        foreach (var b in data) register = BitOperations.Crc32C(register, b);
        return ~register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ThreeStreams(uint register, ref byte data)
    {
        uint second = 0;
        uint third = 0;
        for (var i = 0; i < StreamBytes; i += sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, ReadWord(ref data, i));
            second = BitOperations.Crc32C(second, ReadWord(ref data, StreamBytes + i));
            third = BitOperations.Crc32C(third, ReadWord(ref data, (2 * StreamBytes) + i));
        }

        return SkipStream(SkipStream(register) ^ second) ^ third;
    }

    /// <summary>Returns the register after <see cref="StreamBytes"/> further zero bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SkipStream(uint register)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(StreamTables);
        return Unsafe.Add(ref table, (int)(byte)register)
            ^ Unsafe.Add(ref table, 256 + (int)(byte)(register >> 8))
            ^ Unsafe.Add(ref table, 512 + (int)(byte)(register >> 16))
            ^ Unsafe.Add(ref table, 768 + (int)(register >> 24));
    }

    /// <summary>Reads eight bytes in little-endian order, which the CRC requires.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadWord(ref byte data, int offset)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, offset));
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    private static uint[] MakeStreamTables()
    {
        var tables = new uint[4 * 256];
        var zeros = new byte[StreamBytes];
        for (var i = 0; i < tables.Length; i++)
        {
            var (row, b) = (i & ~255, i & 255);
            if (!BitOperations.IsPow2(b))
            {
                tables[i] = tables[row + (b & (b - 1))] ^ tables[row + (b & -b)];
                continue;
            }

            var register = (uint)b << (row / 32);
            tables[i] = ~(uint)ReflectedCrc.Crc32C.AppendByTable(~register, zeros);
        }

        return tables;
    }
}
