using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 of many messages, one message per vector lane.</summary>
/// <remarks>The algorithm is FIPS 180-4, section 6.2, with vectors in place of words.</remarks>
internal static class Sha256Kernel<TLanes, TVector>
    where TLanes : struct, ILaneVector<TVector>
    where TVector : unmanaged
{
    private const int Rounds = Sha256State.Rounds;

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ];

    /// <summary>Hashes <paramref name="digests"/>.Length contiguous messages of <paramref name="messageBytes"/>, a multiple
    /// of 64. The digests may overlap the start of <paramref name="messages"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Hash(ReadOnlySpan<byte> messages, int messageBytes, Span<Sha256Digest> digests)
    {
        Span<byte> scratch = stackalloc byte[LaneScratch<Sha256State, TVector>.BytesOf(TLanes.Lanes)];
        var memory = new LaneScratch<Sha256State, TVector>(scratch, TLanes.Lanes);
        Span<nint> starts = stackalloc nint[TLanes.Lanes];
        fixed (byte* start = messages)
        {
            for (var first = 0; first < digests.Length; first += TLanes.Lanes)
            {
                var count = Math.Min(TLanes.Lanes, digests.Length - first);
                for (var lane = 0; lane < count; lane++) starts[lane] = (nint)start + ((nint)(first + lane) * messageBytes);
                for (var i = 0; i < Sha256State.Words; i++) memory.State[i] = TLanes.Broadcast(Sha256State.Initial[i]);
                LaneKernel<Sha256State, TLanes, TVector>.Append(starts[..count], messageBytes, memory);
                PadBlock(messageBytes, memory.Schedule);
                Compress(memory.State, memory.Schedule);
                Store(memory.State, digests.Slice(first, count));
            }
        }
    }

    /// <summary>Applies the compression function to the block in the first 16 words of the schedule.</summary>
    /// <remarks>After eight rounds every variable is back in its place, so no round needs to move variables. The schedule is
    /// computed between the rounds, so that its dependency chain overlaps with theirs. The schedule stays in memory, because
    /// sixteen registers hold only the state and the temporaries of a round.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(Span<TVector> state, Span<TVector> schedule)
    {
        ref var w = ref MemoryMarshal.GetReference(schedule[..Rounds]);
        ref var k = ref MemoryMarshal.GetReference(RoundConstants);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var t = 0; t < Rounds - HashStates.BlockWords; t += 8)
        {
            TLanes.Round(a, b, c, ref d, e, f, g, ref h, Keyed(ref w, ref k, 0));
            Extend(ref w, 0);
            TLanes.Round(h, a, b, ref c, d, e, f, ref g, Keyed(ref w, ref k, 1));
            Extend(ref w, 1);
            TLanes.Round(g, h, a, ref b, c, d, e, ref f, Keyed(ref w, ref k, 2));
            Extend(ref w, 2);
            TLanes.Round(f, g, h, ref a, b, c, d, ref e, Keyed(ref w, ref k, 3));
            Extend(ref w, 3);
            TLanes.Round(e, f, g, ref h, a, b, c, ref d, Keyed(ref w, ref k, 4));
            Extend(ref w, 4);
            TLanes.Round(d, e, f, ref g, h, a, b, ref c, Keyed(ref w, ref k, 5));
            Extend(ref w, 5);
            TLanes.Round(c, d, e, ref f, g, h, a, ref b, Keyed(ref w, ref k, 6));
            Extend(ref w, 6);
            TLanes.Round(b, c, d, ref e, f, g, h, ref a, Keyed(ref w, ref k, 7));
            Extend(ref w, 7);
            w = ref Unsafe.Add(ref w, 8);
            k = ref Unsafe.Add(ref k, 8);
        }

        for (var t = Rounds - HashStates.BlockWords; t < Rounds; t += 8)
        {
            TLanes.Round(a, b, c, ref d, e, f, g, ref h, Keyed(ref w, ref k, 0));
            TLanes.Round(h, a, b, ref c, d, e, f, ref g, Keyed(ref w, ref k, 1));
            TLanes.Round(g, h, a, ref b, c, d, e, ref f, Keyed(ref w, ref k, 2));
            TLanes.Round(f, g, h, ref a, b, c, d, ref e, Keyed(ref w, ref k, 3));
            TLanes.Round(e, f, g, ref h, a, b, c, ref d, Keyed(ref w, ref k, 4));
            TLanes.Round(d, e, f, ref g, h, a, b, ref c, Keyed(ref w, ref k, 5));
            TLanes.Round(c, d, e, ref f, g, h, a, ref b, Keyed(ref w, ref k, 6));
            TLanes.Round(b, c, d, ref e, f, g, h, ref a, Keyed(ref w, ref k, 7));
            w = ref Unsafe.Add(ref w, 8);
            k = ref Unsafe.Add(ref k, 8);
        }

        state[0] = TLanes.Add(state[0], a);
        state[1] = TLanes.Add(state[1], b);
        state[2] = TLanes.Add(state[2], c);
        state[3] = TLanes.Add(state[3], d);
        state[4] = TLanes.Add(state[4], e);
        state[5] = TLanes.Add(state[5], f);
        state[6] = TLanes.Add(state[6], g);
        state[7] = TLanes.Add(state[7], h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Keyed(ref TVector w, ref uint k, int index) =>
        TLanes.Add(Unsafe.Add(ref w, index), TLanes.Broadcast(Unsafe.Add(ref k, index)));

    /// <summary>The one 16 places after <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Extend(ref TVector w, int index) =>
        Unsafe.Add(ref w, index + 16) = TLanes.Extend(
            Unsafe.Add(ref w, index),
            Unsafe.Add(ref w, index + 1),
            Unsafe.Add(ref w, index + 9),
            Unsafe.Add(ref w, index + 14));

    /// <summary>Creates the padding block of a message whose length is a multiple of 64: a one bit, zeros, and the length in
    /// bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PadBlock(int messageBytes, Span<TVector> words)
    {
        var lengthBits = (ulong)messageBytes * 8;
        words[0] = TLanes.Broadcast(0x8000_0000);
        for (var i = 1; i < HashStates.BlockWords - 2; i++) words[i] = TLanes.Broadcast(0);
        words[HashStates.BlockWords - 2] = TLanes.Broadcast((uint)(lengthBits >> 32));
        words[HashStates.BlockWords - 1] = TLanes.Broadcast((uint)lengthBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<TVector> state, Span<Sha256Digest> digests)
    {
        var words = MemoryMarshal.Cast<TVector, uint>(state);
        var bytes = MemoryMarshal.AsBytes(digests);
        for (var lane = 0; lane < digests.Length; lane++)
        {
            for (var i = 0; i < Sha256State.Words; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, words[(i * TLanes.Lanes) + lane]);
                bytes = bytes[sizeof(uint)..];
            }
        }
    }
}
