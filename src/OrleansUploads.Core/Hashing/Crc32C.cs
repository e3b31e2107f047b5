using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;
using X86Sse42 = System.Runtime.Intrinsics.X86.Sse42;

namespace OrleansUploads.Core.Hashing;

/// <summary>CRC-32C (Castagnoli, as in RFC 3720): finds accidental damage of stored bytes, proves nothing.</summary>
/// <remarks>Polynomial 0x1EDC6F41, bits reflected, start and final exclusive-or 0xFFFFFFFF. The check value of the
/// nine ASCII digits <c>123456789</c> is 0xE3069283.</remarks>
public static class Crc32C
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    /// <summary>The processor's instruction takes three cycles but can start every cycle, so three runs of bytes are
    /// worked on at once. Short enough that few bytes are left over, long
    /// enough that joining them costs little.</summary>
    private const int StreamBytes = 1024;

    private const int Streams = 3;

    /// <summary>Row n, entry b: the register after byte b and then n zero bytes.</summary>
    private static readonly uint[] ByteTables = MakeByteTables();

    /// <summary>Row n, entry b: what becomes of b in byte n of the register after <see cref="StreamBytes"/> zero bytes.
    /// The register is linear in its bits, so the four rows together move any register.</summary>
    private static readonly uint[] StreamTables = MakeStreamTables();

    /// <summary>Whether the processor has an instruction for it.</summary>
    internal static bool HasInstruction => X86Sse42.IsSupported || ArmCrc32.IsSupported;

    /// <summary>CRC of a run of bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>CRC of a run of bytes and the data behind it, from the CRC of the former; 0 is that of
    /// nothing.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) =>
        HasInstruction ? AppendByInstruction(crc, data) : AppendByTable(crc, data);

    /// <summary>The path with the processor's instruction; right without it too, only slow.</summary>
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

    /// <summary>The path without instructions: eight bytes a step, one table look-up for each.</summary>
    internal static uint AppendByTable(uint crc, ReadOnlySpan<byte> data)
    {
        var register = ~crc;
        ref var table = ref MemoryMarshal.GetArrayDataReference(ByteTables);
        while (data.Length >= sizeof(ulong))
        {
            var word = ReadWord(ref MemoryMarshal.GetReference(data), 0) ^ register;
            register = 0;
            for (var i = 0; i < sizeof(ulong); i++)
            {
                register ^= Unsafe.Add(ref table, ((7 - i) * 256) + (int)(byte)(word >> (8 * i)));
            }

            data = data[sizeof(ulong)..];
        }

        foreach (var b in data) register = (register >> 8) ^ Unsafe.Add(ref table, (int)(byte)(register ^ b));
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

    /// <summary>The register after <see cref="StreamBytes"/> zero bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SkipStream(uint register)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(StreamTables);
        return Unsafe.Add(ref table, (int)(byte)register)
            ^ Unsafe.Add(ref table, 256 + (int)(byte)(register >> 8))
            ^ Unsafe.Add(ref table, 512 + (int)(byte)(register >> 16))
            ^ Unsafe.Add(ref table, 768 + (int)(register >> 24));
    }

    /// <summary>Eight bytes, the first of them lowest, as the CRC takes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadWord(ref byte data, int offset)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, offset));
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    private static uint[] MakeByteTables()
    {
        var tables = new uint[8 * 256];
        for (var b = 0; b < 256; b++)
        {
            var register = (uint)b;
            for (var bit = 0; bit < 8; bit++)
                register = (register >> 1) ^ (ReflectedPolynomial & (0u - (register & 1)));
            tables[b] = register;
        }

        for (var i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }

    private static uint[] MakeStreamTables()
    {
        var tables = new uint[4 * 256];
        for (var i = 0; i < tables.Length; i++)
        {
            var (row, b) = (i & ~255, i & 255);
            if (!BitOperations.IsPow2(b))
            {
                tables[i] = tables[row + (b & (b - 1))] ^ tables[row + (b & -b)];
                continue;
            }

            var register = (uint)b << (row / 32);
            for (var n = 0; n < StreamBytes; n++) register = (register >> 8) ^ ByteTables[(byte)register];
            tables[i] = register;
        }

        return tables;
    }
}
