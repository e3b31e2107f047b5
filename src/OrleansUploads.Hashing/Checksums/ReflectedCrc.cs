using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansUploads.Hashing.Checksums;

/// <summary>A CRC with reflected bits whose initial value and final XOR are all ones, of 32 or 64 bits.</summary>
/// <remarks>The bytes are folded with carry-less multiplication where the processor has it (Gopal and others, "Fast CRC Computation
/// for Generic Polynomials Using PCLMULQDQ", Intel 2009), and looked up in tables otherwise.</remarks>
internal sealed class ReflectedCrc
{
    /// <summary>Number of bytes that one step of the fast path consumes: four registers of 16 bytes.</summary>
    private const int BlockBytes = 64;

    private const int RegisterBytes = 16;

    private readonly int _bits;
    private readonly ulong _polynomial;
    private readonly ulong _mask;

    /// <summary>Row n, entry b: the register after byte b followed by n zero bytes.</summary>
    private readonly ulong[] _tables;

    /// <summary>Constants that move a register past one block, and past one register.</summary>
    private readonly Vector128<ulong> _foldBlock;
    private readonly Vector128<ulong> _foldRegister;

    /// <summary><paramref name="bits"/> are 32 or 64; <paramref name="polynomial"/> has no highest term, and its bits are
    /// reflected.</summary>
    public ReflectedCrc(int bits, ulong polynomial)
    {
        _bits = bits;
        _polynomial = polynomial;
        _mask = ulong.MaxValue >> (64 - bits);
        _tables = MakeTables();
        _foldBlock = FoldingConstants(8 * BlockBytes);
        _foldRegister = FoldingConstants(8 * RegisterBytes);
    }

    /// <summary>CRC-32 (IEEE 802.3), polynomial 0x04C11DB7. The check value for the ASCII digits <c>123456789</c> is
    /// 0xCBF43926.</summary>
    public static ReflectedCrc Crc32 { get; } = new(32, 0xEDB88320);

    /// <summary>CRC-32C, which <see cref="Checksums.Crc32C"/> computes faster.</summary>
    public static ReflectedCrc Crc32C { get; } = new(32, 0x82F63B78);

    /// <summary>CRC-64/NVME (NVM Express, NVM command set specification), polynomial 0xAD93D23594C93659. The check value for the ASCII
    /// digits <c>123456789</c> is 0xAE8B14860A799888.</summary>
    public static ReflectedCrc Crc64Nvme { get; } = new(64, 0x9A6C9329AC4BC9B5);

    /// <summary>Whether the processor has the instruction of the fast path.</summary>
    public static bool HasInstruction => Pclmulqdq.IsSupported && BitConverter.IsLittleEndian;

    /// <returns>Null if the algorithm is not a CRC.</returns>
    public static ReflectedCrc? Find(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Crc32 => Crc32,
        ChecksumAlgorithm.Crc32C => Crc32C,
        ChecksumAlgorithm.Crc64Nvme => Crc64Nvme,
        _ => null,
    };

    /// <summary>The CRC of some bytes followed by <paramref name="data"/>, from the CRC of these bytes. The CRC of no bytes is
    /// 0.</summary>
    public ulong Append(ulong crc, ReadOnlySpan<byte> data) =>
        HasInstruction && data.Length >= 2 * BlockBytes ? AppendByFolding(crc, data) : AppendByTable(crc, data);

    /// <summary>Computes without the instruction, eight bytes per step.</summary>
    public ulong AppendByTable(ulong crc, ReadOnlySpan<byte> data) => ~Advance(~crc & _mask, data) & _mask;

    /// <summary>Computes with the instruction. The data must have at least one block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong AppendByFolding(ulong crc, ReadOnlySpan<byte> data)
    {
        ref var at = ref MemoryMarshal.GetReference(data);
        var a = Load(ref at, 0) ^ Vector128.CreateScalar(~crc & _mask);
        var b = Load(ref at, RegisterBytes);
        var c = Load(ref at, 2 * RegisterBytes);
        var d = Load(ref at, 3 * RegisterBytes);
        var done = BlockBytes;
        for (; data.Length - done >= BlockBytes; done += BlockBytes)
        {
            a = Fold(a, _foldBlock) ^ Load(ref at, done);
            b = Fold(b, _foldBlock) ^ Load(ref at, done + RegisterBytes);
            c = Fold(c, _foldBlock) ^ Load(ref at, done + (2 * RegisterBytes));
            d = Fold(d, _foldBlock) ^ Load(ref at, done + (3 * RegisterBytes));
        }

        b ^= Fold(a, _foldRegister);
        c ^= Fold(b, _foldRegister);
        d ^= Fold(c, _foldRegister);

        // The last register has the same remainder as all bytes before it, so the tables finish the work.
        Span<byte> last = stackalloc byte[RegisterBytes];
        d.AsByte().CopyTo(last);
        return ~Advance(Advance(0, last), data[done..]) & _mask;
    }

    /// <summary>The CRC of two sequences of bytes in a row, from the CRC of each and the length of the second.</summary>
    public ulong Combine(ulong first, ulong second, long secondBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondBytes);

        // Appending n zero bytes multiplies by x to the power of 8n.
        return Multiply(first, PowerOfX(8 * (UInt128)secondBytes)) ^ second;
    }

    private ulong Advance(ulong register, ReadOnlySpan<byte> data)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(_tables);
        while (data.Length >= sizeof(ulong))
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ register;
            register = 0;
            for (var i = 0; i < sizeof(ulong); i++)
            {
                register ^= Unsafe.Add(ref table, ((7 - i) * 256) + (int)(byte)(word >> (8 * i)));
            }

            data = data[sizeof(ulong)..];
        }

        foreach (var b in data)
        {
            register = (register >> 8) ^ Unsafe.Add(ref table, (int)(byte)(register ^ b));
        }

        return register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> register, Vector128<ulong> constants) =>
        Pclmulqdq.CarrylessMultiply(register, constants, 0x00) ^ Pclmulqdq.CarrylessMultiply(register, constants, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte data, int offset) =>
        Unsafe.ReadUnaligned<Vector128<ulong>>(ref Unsafe.Add(ref data, offset));

    /// <summary>The constants that move a register of 128 bits forward by a number of bits. Its lower half has the higher powers. A
    /// product of reflected halves is one power too high, hence the ones that are subtracted.</summary>
    private Vector128<ulong> FoldingConstants(int forwardBits) => Vector128.Create(
        PowerOfX((UInt128)(forwardBits + 63)) << (64 - _bits),
        PowerOfX((UInt128)(forwardBits - 1)) << (64 - _bits));

    /// <summary>x to some power, modulo the polynomial.</summary>
    private ulong PowerOfX(UInt128 power)
    {
        var result = 1UL << (_bits - 1);
        var square = TimesX(result);
        for (; power != 0; power >>= 1)
        {
            if ((power & 1) != 0)
            {
                result = Multiply(result, square);
            }

            square = Multiply(square, square);
        }

        return result;
    }

    private ulong Multiply(ulong left, ulong right)
    {
        var product = 0UL;
        for (var bit = _bits - 1; bit >= 0; bit--)
        {
            product ^= right & (0UL - ((left >> bit) & 1));
            right = TimesX(right);
        }

        return product;
    }

    private ulong TimesX(ulong value) => (value >> 1) ^ (_polynomial & (0UL - (value & 1)));

    private ulong[] MakeTables()
    {
        var tables = new ulong[8 * 256];
        for (var b = 0; b < 256; b++)
        {
            var register = (ulong)b;
            for (var bit = 0; bit < 8; bit++)
            {
                register = TimesX(register);
            }

            tables[b] = register;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        }

        return tables;
    }
}
