using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansUploads.Hashing;

/// <summary>MD5 of many messages, one message per vector lane.</summary>
/// <remarks>The algorithm is RFC 1321, section 3.4, with vectors in place of words.</remarks>
internal static class Md5Kernel<TLanes, TVector>
    where TLanes : struct, ILaneVector<TVector>
    where TVector : unmanaged
{
    private const int BlockWords = HashStates.BlockWords;

    /// <summary>The table T of RFC 1321: 2^32 times the absolute value of the sine of 1 to 64.</summary>
    private static readonly uint[] Sines = [.. Enumerable.Range(1, 4 * BlockWords).Select(static i => (uint)Math.Abs(Math.Sin(i) * 4_294_967_296))];

    /// <summary>Appends the blocks to the messages.</summary>
    /// <remarks>After four steps every variable is back in its place, so no step needs to move variables.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(Span<TVector> state, Span<TVector> words)
    {
        ref var w = ref MemoryMarshal.GetReference(words[..BlockWords]);
        ref var t = ref MemoryMarshal.GetArrayDataReference(Sines);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var i = 0; i < BlockWords; i += 4)
        {
            a = Step(a, b, TLanes.Choose(b, c, d), Word(ref w, i, ref t, i), 7);
            d = Step(d, a, TLanes.Choose(a, b, c), Word(ref w, i + 1, ref t, i + 1), 12);
            c = Step(c, d, TLanes.Choose(d, a, b), Word(ref w, i + 2, ref t, i + 2), 17);
            b = Step(b, c, TLanes.Choose(c, d, a), Word(ref w, i + 3, ref t, i + 3), 22);
        }

        for (var i = 0; i < BlockWords; i += 4)
        {
            a = Step(a, b, TLanes.Choose(d, b, c), Word(ref w, (5 * i) + 1, ref t, 16 + i), 5);
            d = Step(d, a, TLanes.Choose(c, a, b), Word(ref w, (5 * i) + 6, ref t, 17 + i), 9);
            c = Step(c, d, TLanes.Choose(b, d, a), Word(ref w, (5 * i) + 11, ref t, 18 + i), 14);
            b = Step(b, c, TLanes.Choose(a, c, d), Word(ref w, (5 * i) + 16, ref t, 19 + i), 20);
        }

        for (var i = 0; i < BlockWords; i += 4)
        {
            a = Step(a, b, TLanes.Parity(b, c, d), Word(ref w, (3 * i) + 5, ref t, 32 + i), 4);
            d = Step(d, a, TLanes.Parity(a, b, c), Word(ref w, (3 * i) + 8, ref t, 33 + i), 11);
            c = Step(c, d, TLanes.Parity(d, a, b), Word(ref w, (3 * i) + 11, ref t, 34 + i), 16);
            b = Step(b, c, TLanes.Parity(c, d, a), Word(ref w, (3 * i) + 14, ref t, 35 + i), 23);
        }

        for (var i = 0; i < BlockWords; i += 4)
        {
            a = Step(a, b, TLanes.OrNot(b, c, d), Word(ref w, 7 * i, ref t, 48 + i), 6);
            d = Step(d, a, TLanes.OrNot(a, b, c), Word(ref w, (7 * i) + 7, ref t, 49 + i), 10);
            c = Step(c, d, TLanes.OrNot(d, a, b), Word(ref w, (7 * i) + 14, ref t, 50 + i), 15);
            b = Step(b, c, TLanes.OrNot(c, d, a), Word(ref w, (7 * i) + 21, ref t, 51 + i), 21);
        }

        state[0] = TLanes.Add(state[0], a);
        state[1] = TLanes.Add(state[1], b);
        state[2] = TLanes.Add(state[2], c);
        state[3] = TLanes.Add(state[3], d);
    }

    /// <summary>The word at an index, modulo 16, with the constant of a step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Word(ref TVector w, int index, ref uint t, int step) =>
        TLanes.Add(Unsafe.Add(ref w, index & (BlockWords - 1)), TLanes.Broadcast(Unsafe.Add(ref t, step)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Step(TVector a, TVector b, TVector mixed, TVector word, [ConstantExpected] byte bits) =>
        TLanes.Add(b, TLanes.RotateLeft(TLanes.Add(TLanes.Add(a, word), mixed), bits));
}
