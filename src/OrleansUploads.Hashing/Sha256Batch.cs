using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 of a batch of messages of equal length, by the fastest method that this processor supports.</summary>
internal static class Sha256Batch
{
    /// <summary>Length up to which the call of the platform's SHA-256 takes a tenth of its time or more.</summary>
    private const int MaxShortMessageBytes = 8 * 1024;

    /// <summary>Whether the processor has SHA-256 instructions, which the platform uses: CPUID leaf 7, EBX bit 29.</summary>
    private static bool HasShaInstructions { get; } =
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ebx & (1 << 29)) != 0;

    /// <summary>Hashes contiguous messages of <paramref name="messageBytes"/>, a multiple of 64. The digests may overlap the
    /// start of <paramref name="messages"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> messages, int messageBytes, Span<Sha256Digest> digests)
    {
        while (!digests.IsEmpty)
        {
            var (path, count) = Choose(digests.Length, messageBytes);
            Hash(path, messages[..(count * messageBytes)], messageBytes, digests[..count]);
            messages = messages[(count * messageBytes)..];
            digests = digests[count..];
        }
    }

    /// <summary>Chooses the fastest path for the start of a batch, and the number of messages to hash with it.</summary>
    /// <remarks>The cost of a vector path does not depend on the number of idle lanes. The thresholds are the measured break-even
    /// points on a processor with SHA-256 instructions; without these instructions, vectors are faster for much smaller
    /// batches. Eight lanes of AVX2 are as fast as these instructions, or a little slower, but short messages gain because the platform
    /// is called less often.</remarks>
    public static (BatchPath Path, int Count) Choose(int messages, int messageBytes)
    {
        if (messages >= 12 && LanesAvx512.IsSupported) return (BatchPath.Avx512, WholeGroups(messages, 16));
        if (messages >= 5 && LanesAvx512Half.IsSupported) return (BatchPath.Avx512Half, WholeGroups(messages, 8));
        return messages >= 8 && LanesAvx2.IsSupported && (messageBytes <= MaxShortMessageBytes || !HasShaInstructions)
            ? (BatchPath.Avx2, WholeGroups(messages, 8))
            : (BatchPath.OneByOne, messages);
    }

    private static int WholeGroups(int messages, int lanes) =>
        messages < lanes ? messages : messages - (messages % lanes);

    /// <summary>The processor must support the path.</summary>
    public static void Hash(BatchPath path, ReadOnlySpan<byte> messages, int messageBytes, Span<Sha256Digest> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(messageBytes % HashStates.BlockBytes, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(messages.Length, (long)messageBytes * digests.Length);
        switch (path)
        {
            case BatchPath.OneByOne:
                HashOneByOne(messages, messageBytes, digests);
                break;
            case BatchPath.Avx2:
                Sha256Kernel<LanesAvx2, Vector256<uint>>.Hash(messages, messageBytes, digests);
                break;
            case BatchPath.Avx512Half:
                Sha256Kernel<LanesAvx512Half, Vector256<uint>>.Hash(messages, messageBytes, digests);
                break;
            case BatchPath.Avx512:
                Sha256Kernel<LanesAvx512, Vector512<uint>>.Hash(messages, messageBytes, digests);
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
