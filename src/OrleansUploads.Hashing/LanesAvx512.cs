using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.Intrinsics.X86.Avx512F;

using Words = System.Runtime.Intrinsics.Vector512<uint>;

namespace OrleansUploads.Hashing;

/// <summary>Sixteen lanes, AVX-512. A rotation and any bitwise function of three operands take one instruction each.</summary>
internal readonly struct LanesAvx512 : ILaneVector<Words>
{
    public static int Lanes => 16;

    public static bool IsSupported => Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Broadcast(uint word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Add(Words left, Words right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words RotateLeft(Words words, [ConstantExpected] byte bits) => Avx512F.RotateLeft(words, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Choose(Words condition, Words yes, Words no) => TernaryLogic(condition, yes, no, TernaryTable.Choose);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Parity(Words x, Words y, Words z) => TernaryLogic(x, y, z, TernaryTable.Xor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words OrNot(Words x, Words y, Words z) => TernaryLogic(x, y, z, TernaryTable.OrNot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Round(
        Words a, Words b, Words c, ref Words d, Words e, Words f, Words g, ref Words h, Words input)
    {
        var sigma1 = TernaryLogic(RotateRight(e, 6), RotateRight(e, 11), RotateRight(e, 25), TernaryTable.Xor);
        var choose = Choose(e, f, g);
        var sigma0 = TernaryLogic(RotateRight(a, 2), RotateRight(a, 13), RotateRight(a, 22), TernaryTable.Xor);
        var known = h + input;
        d = d + known + choose + sigma1;
        h = known + choose + sigma1 + TernaryLogic(a, b, c, TernaryTable.Majority) + sigma0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Extend(Words w0, Words w1, Words w9, Words w14)
    {
        var sigma0 = TernaryLogic(RotateRight(w1, 7), RotateRight(w1, 18), w1 >>> 3, TernaryTable.Xor);
        var sigma1 = TernaryLogic(RotateRight(w14, 17), RotateRight(w14, 19), w14 >>> 10, TernaryTable.Xor);
        return w0 + w9 + sigma0 + sigma1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBlock(ref readonly byte block, int strideBytes, bool isBigEndian, Span<Words> words)
    {
        ref var rows = ref Unsafe.AsRef(in block);
        ref var word = ref MemoryMarshal.GetReference(words);

        // Four rows at a time. Afterwards the 128-bit quarter q of vector r + j contains word 4q + j of rows r to r + 3.
        for (var r = 0; r < 16; r += 4)
        {
            var row0 = LoadRow(ref rows, strideBytes * r, isBigEndian);
            var row1 = LoadRow(ref rows, strideBytes * (r + 1), isBigEndian);
            var row2 = LoadRow(ref rows, strideBytes * (r + 2), isBigEndian);
            var row3 = LoadRow(ref rows, strideBytes * (r + 3), isBigEndian);
            var low01 = UnpackLow(row0, row1).AsUInt64();
            var high01 = UnpackHigh(row0, row1).AsUInt64();
            var low23 = UnpackLow(row2, row3).AsUInt64();
            var high23 = UnpackHigh(row2, row3).AsUInt64();
            Unsafe.Add(ref word, r) = UnpackLow(low01, low23).AsUInt32();
            Unsafe.Add(ref word, r + 1) = UnpackHigh(low01, low23).AsUInt32();
            Unsafe.Add(ref word, r + 2) = UnpackLow(high01, high23).AsUInt32();
            Unsafe.Add(ref word, r + 3) = UnpackHigh(high01, high23).AsUInt32();
        }

        // Then transpose the 4 x 4 quarters in place.
        for (var j = 0; j < 4; j++)
        {
            var rows03 = Unsafe.Add(ref word, j);
            var rows47 = Unsafe.Add(ref word, 4 + j);
            var rows8B = Unsafe.Add(ref word, 8 + j);
            var rowsCF = Unsafe.Add(ref word, 12 + j);
            var left07 = Shuffle4x128(rows03, rows47, 0b01_00_01_00);
            var right07 = Shuffle4x128(rows03, rows47, 0b11_10_11_10);
            var left8F = Shuffle4x128(rows8B, rowsCF, 0b01_00_01_00);
            var right8F = Shuffle4x128(rows8B, rowsCF, 0b11_10_11_10);
            Unsafe.Add(ref word, j) = Shuffle4x128(left07, left8F, 0b10_00_10_00);
            Unsafe.Add(ref word, 4 + j) = Shuffle4x128(left07, left8F, 0b11_01_11_01);
            Unsafe.Add(ref word, 8 + j) = Shuffle4x128(right07, right8F, 0b10_00_10_00);
            Unsafe.Add(ref word, 12 + j) = Shuffle4x128(right07, right8F, 0b11_01_11_01);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Words LoadRow(ref byte rows, int offsetBytes, bool isBigEndian)
    {
        var row = Vector512.LoadUnsafe(ref Unsafe.AddByteOffset(ref rows, offsetBytes));
        if (!isBigEndian)
        {
            return row.AsUInt32();
        }

        var swap = Vector512.Create(
            0x0405060700010203UL, 0x0C0D0E0F08090A0BUL, 0x0405060700010203UL, 0x0C0D0E0F08090A0BUL,
            0x0405060700010203UL, 0x0C0D0E0F08090A0BUL, 0x0405060700010203UL, 0x0C0D0E0F08090A0BUL).AsByte();
        return Avx512BW.Shuffle(row, swap).AsUInt32();
    }
}

/// <summary>Truth tables for the ternary-logic instruction: bit 4a + 2b + c is the result for (a, b, c).</summary>
internal static class TernaryTable
{
    /// <summary>a ^ b ^ c.</summary>
    public const byte Xor = 0b1001_0110;

    /// <summary>a ? b : c.</summary>
    public const byte Choose = 0b1100_1010;

    /// <summary>b ^ (a | ~c).</summary>
    public const byte OrNot = 0b0011_1001;

    /// <summary>The majority of a, b and c.</summary>
    public const byte Majority = 0b1110_1000;
}
