using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>The words of a hash after any number of blocks of 64 bytes: SHA-256's or MD5's. Nothing but its words is in it, and they are
/// its digest after the last block.</summary>
internal interface IHashState<TSelf>
    where TSelf : unmanaged, IHashState<TSelf>
{
    /// <summary>The words before the first block.</summary>
    static abstract ReadOnlySpan<uint> Initial { get; }

    /// <summary>The platform's name of the hash.</summary>
    static abstract HashAlgorithmName Algorithm { get; }

    /// <summary>OpenSSL's function that appends bytes to the hash.</summary>
    static abstract string OpenSslName { get; }

    /// <summary>The order of the bytes in the words of a block and of the digest. The length in the padding has the same.</summary>
    static abstract bool IsBigEndian { get; }

    /// <summary>The number of words that are derived from a block, at least the 16 of the block.</summary>
    static abstract int ScheduleWords { get; }

    /// <summary>Chooses the fastest path for the start of a batch, and the number of messages to hash with it.</summary>
    static abstract (BatchPath Path, int Count) Choose(int messages, int messageBytes);

    /// <summary>Appends one block to the message in each lane.</summary>
    /// <param name="state">The words of the states.</param>
    /// <param name="schedule">The words of the blocks in the first 16. The others are scratch.</param>
    static abstract void Compress<TLanes, TVector>(Span<TVector> state, Span<TVector> schedule)
        where TLanes : struct, ILaneVector<TVector>
        where TVector : unmanaged;
}

/// <summary>What all states have in common.</summary>
internal static class HashStates
{
    /// <summary>The length of a block.</summary>
    public const int BlockBytes = BlockWords * sizeof(uint);

    public const int BlockWords = 16;

    public static TState Begin<TState>()
        where TState : unmanaged, IHashState<TState>
    {
        TState state = default;
        TState.Initial.CopyTo(MemoryMarshal.Cast<TState, uint>(new Span<TState>(ref state)));
        return state;
    }

    /// <summary>Writes the words as a digest.</summary>
    public static void Write<TState>(TState state, Span<byte> digest)
        where TState : unmanaged, IHashState<TState>
    {
        foreach (var word in MemoryMarshal.Cast<TState, uint>(new ReadOnlySpan<TState>(ref state)))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(digest, TState.IsBigEndian ? BinaryPrimitives.ReverseEndianness(word) : word);
            digest = digest[sizeof(uint)..];
        }
    }
}
