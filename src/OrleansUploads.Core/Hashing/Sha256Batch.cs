using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace OrleansUploads.Core.Hashing;

/// <summary>One way to hash a batch. Names are what the tests ask for.</summary>
internal enum BatchPath
{
    /// <summary>One message after the other, with the platform's SHA-256.</summary>
    OneByOne,

    /// <summary>Eight lanes, AVX2.</summary>
    Avx2,

    /// <summary>Eight lanes, AVX-512 on half-width registers.</summary>
    Avx512Half,

    /// <summary>Sixteen lanes, AVX-512.</summary>
    Avx512,
}

/// <summary>SHA-256 of a batch of messages of equal length, with whatever is quickest on this processor.</summary>
internal static class Sha256Batch
{
    /// <summary>Every message length is a multiple of this.</summary>
    public const int BlockBytes = 64;

    /// <summary>Whether this processor can take the path.</summary>
    public static bool IsSupported(BatchPath path) => path switch
    {
        BatchPath.OneByOne => true,
        BatchPath.Avx2 => LanesAvx2.IsSupported,
        BatchPath.Avx512Half => LanesAvx512Half.IsSupported,
        BatchPath.Avx512 => LanesAvx512.IsSupported,
    };

    /// <summary>Hashes a batch of messages that lie one behind the other.</summary>
    /// <param name="messages">The messages; exactly as many bytes as they have together.</param>
    /// <param name="messageBytes">Length of each; a multiple of 64.</param>
    /// <param name="digests">Receives one digest a message; may be the front of <paramref name="messages"/>.</param>
    public static void Hash(ReadOnlySpan<byte> messages, int messageBytes, Span<Sha256Digest> digests)
    {
        while (!digests.IsEmpty)
        {
            var (path, count) = Choose(digests.Length);
            Hash(path, messages[..(count * messageBytes)], messageBytes, digests[..count]);
            messages = messages[(count * messageBytes)..];
            digests = digests[count..];
        }
    }

    /// <summary>The quickest path for the front of a batch, and how many messages to give it.</summary>
    /// <remarks>A vector path costs the same however many of its lanes are idle. The thresholds are where it was
    /// measured to break even with SHA-256 instructions; without these instructions it wins much earlier.</remarks>
    public static (BatchPath Path, int Count) Choose(int messages)
    {
        if (messages >= 12 && LanesAvx512.IsSupported) return (BatchPath.Avx512, WholeGroups(messages, 16));
        if (messages >= 5 && LanesAvx512Half.IsSupported) return (BatchPath.Avx512Half, WholeGroups(messages, 8));
        if (messages >= 8 && LanesAvx2.IsSupported) return (BatchPath.Avx2, WholeGroups(messages, 8));
        return (BatchPath.OneByOne, messages);
    }

    private static int WholeGroups(int messages, int lanes) =>
        messages < lanes ? messages : messages - (messages % lanes);

    /// <summary>Hashes a batch along one given path, which the processor must support.</summary>
    public static void Hash(BatchPath path, ReadOnlySpan<byte> messages, int messageBytes, Span<Sha256Digest> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(messageBytes % BlockBytes, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(messages.Length, (long)messageBytes * digests.Length);
        switch (path)
        {
            case BatchPath.OneByOne:
                HashOneByOne(messages, messageBytes, digests);
                break;
            case BatchPath.Avx2:
                LaneKernel<LanesAvx2, Vector256<uint>>.Hash(messages, messageBytes, digests);
                break;
            case BatchPath.Avx512Half:
                LaneKernel<LanesAvx512Half, Vector256<uint>>.Hash(messages, messageBytes, digests);
                break;
            case BatchPath.Avx512:
                LaneKernel<LanesAvx512, Vector512<uint>>.Hash(messages, messageBytes, digests);
                break;
        }
    }

    private static void HashOneByOne(ReadOnlySpan<byte> messages, int messageBytes, Span<Sha256Digest> digests)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        for (var i = 0; i < digests.Length; i++)
        {
            SHA256.HashData(messages.Slice(i * messageBytes, messageBytes), digest);
            digests[i] = new Sha256Digest(digest);
        }
    }
}
