using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

using Words = System.Runtime.Intrinsics.Vector256<uint>;

namespace OrleansUploads.Hashing;

/// <summary>Eight lanes, AVX2. A rotation takes two shifts.</summary>
internal readonly struct LanesAvx2 : ILaneVector<Words>
{
    private const int HalfBlockBytes = 32;

    public static int Lanes => 8;

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Broadcast(uint word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Add(Words left, Words right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words RotateLeft(Words words, [ConstantExpected] byte bits) => (words << bits) | (words >>> (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Choose(Words condition, Words yes, Words no) => no ^ (condition & (yes ^ no));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Parity(Words x, Words y, Words z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words OrNot(Words x, Words y, Words z) => y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Round(
        Words a, Words b, Words c, ref Words d, Words e, Words f, Words g, ref Words h, Words input)
    {
        var sigma1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        var choose = Choose(e, f, g);
        var sigma0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        var known = h + input;
        d = d + known + choose + sigma1;
        h = known + choose + sigma1 + ((a & b) | (c & (a | b))) + sigma0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Extend(Words w0, Words w1, Words w9, Words w14)
    {
        var sigma0 = ((w1 >>> 7) | (w1 << 25)) ^ ((w1 >>> 18) | (w1 << 14)) ^ (w1 >>> 3);
        var sigma1 = ((w14 >>> 17) | (w14 << 15)) ^ ((w14 >>> 19) | (w14 << 13)) ^ (w14 >>> 10);
        return w0 + w9 + sigma0 + sigma1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBlock(ref readonly byte block, int strideBytes, bool isBigEndian, Span<Words> words)
    {
        ref var word = ref MemoryMarshal.GetReference(words);
        for (var half = 0; half < 2; half++)
        {
            ref var rows = ref Unsafe.AddByteOffset(ref Unsafe.AsRef(in block), half * HalfBlockBytes);
            TransposeHalf(ref rows, strideBytes, isBigEndian, ref Unsafe.Add(ref word, half * 8));
        }
    }

    /// <summary>Transposes half a block. Half a block is 8 words, so 8 rows form an 8 x 8 matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeHalf(ref byte rows, int strideBytes, bool isBigEndian, ref Words word)
    {
        // Four rows at a time. Afterwards the 128-bit half h of vector r + j contains word 4h + j of rows r to r + 3.
        for (var r = 0; r < 8; r += 4)
        {
            var row0 = LoadRow(ref rows, strideBytes * r, isBigEndian);
            var row1 = LoadRow(ref rows, strideBytes * (r + 1), isBigEndian);
            var row2 = LoadRow(ref rows, strideBytes * (r + 2), isBigEndian);
            var row3 = LoadRow(ref rows, strideBytes * (r + 3), isBigEndian);
            var low01 = Avx2.UnpackLow(row0, row1).AsUInt64();
            var high01 = Avx2.UnpackHigh(row0, row1).AsUInt64();
            var low23 = Avx2.UnpackLow(row2, row3).AsUInt64();
            var high23 = Avx2.UnpackHigh(row2, row3).AsUInt64();
            Unsafe.Add(ref word, r) = Avx2.UnpackLow(low01, low23).AsUInt32();
            Unsafe.Add(ref word, r + 1) = Avx2.UnpackHigh(low01, low23).AsUInt32();
            Unsafe.Add(ref word, r + 2) = Avx2.UnpackLow(high01, high23).AsUInt32();
            Unsafe.Add(ref word, r + 3) = Avx2.UnpackHigh(high01, high23).AsUInt32();
        }

        for (var j = 0; j < 4; j++)
        {
            var rows03 = Unsafe.Add(ref word, j);
            var rows47 = Unsafe.Add(ref word, 4 + j);
            Unsafe.Add(ref word, j) = Avx2.Permute2x128(rows03, rows47, 0x20);
            Unsafe.Add(ref word, 4 + j) = Avx2.Permute2x128(rows03, rows47, 0x31);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Words LoadRow(ref byte rows, int offsetBytes, bool isBigEndian)
    {
        var row = Vector256.LoadUnsafe(ref Unsafe.AddByteOffset(ref rows, offsetBytes));
        if (!isBigEndian)
        {
            return row.AsUInt32();
        }

        var swap = Vector256.Create(
            0x0405060700010203UL, 0x0C0D0E0F08090A0BUL, 0x0405060700010203UL, 0x0C0D0E0F08090A0BUL).AsByte();
        return Avx2.Shuffle(row, swap).AsUInt32();
    }
}
