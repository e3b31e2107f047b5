using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.Intrinsics.X86.Avx512F.VL;

using Words = System.Runtime.Intrinsics.Vector256<uint>;

namespace OrleansUploads.Hashing;

/// <summary>Eight lanes with AVX-512 instructions on 256-bit registers, for batches that would leave most of sixteen lanes
/// idle.</summary>
internal readonly struct LanesAvx512Half : ILaneVector<Words>
{
    public static int Lanes => 8;

    public static bool IsSupported => Avx512F.VL.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Broadcast(uint word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words Add(Words left, Words right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words RotateLeft(Words words, [ConstantExpected] byte bits) => Avx512F.VL.RotateLeft(words, bits);

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
    public static void LoadBlock(ref readonly byte block, int strideBytes, bool isBigEndian, Span<Words> words) =>
        LanesAvx2.LoadBlock(in block, strideBytes, isBigEndian, words);
}
