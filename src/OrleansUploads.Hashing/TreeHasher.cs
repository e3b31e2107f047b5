using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>Computes tree hashes of data in memory: bytes, leaves, or the tree hashes of parts.</summary>
/// <remarks>Source of the rule: Amazon Glacier developer guide, page "Computing checksums".</remarks>
public static class TreeHasher
{
    private const int NodeBytes = 2 * Sha256Digest.Bytes;

    /// <summary>Tree hash of zero bytes: the SHA-256 of empty input.</summary>
    public static TreeHash Empty { get; } = new(new Sha256Digest(SHA256.HashData([])));

    /// <summary>Computes the tree hash of bytes.</summary>
    public static TreeHash Compute(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return Empty;
        var wholeLeaves = data.Length / TreeHash.LeafBytes;
        var tail = data[(wholeLeaves * TreeHash.LeafBytes)..];
        var count = wholeLeaves + (tail.IsEmpty ? 0 : 1);
        var rented = ArrayPool<Sha256Digest>.Shared.Rent(count);
        var leaves = rented.AsSpan(0, count);
        Sha256Batch.Hash(data[..(wholeLeaves * TreeHash.LeafBytes)], TreeHash.LeafBytes, leaves[..wholeLeaves]);
        if (!tail.IsEmpty) leaves[wholeLeaves] = HashOne(tail);
        var root = Fold(leaves);
        ArrayPool<Sha256Digest>.Shared.Return(rented);
        return root;
    }

    /// <summary>Computes the tree hash from the digests of all 1 MiB leaves, in order; only the last leaf may be shorter. Returns
    /// <see cref="Empty"/> if there are no leaves.</summary>
    public static TreeHash FromLeaves(ReadOnlySpan<Sha256Digest> leaves)
    {
        if (leaves.IsEmpty) return Empty;
        var rented = ArrayPool<Sha256Digest>.Shared.Rent(leaves.Length);
        leaves.CopyTo(rented);
        var root = Fold(rented.AsSpan(0, leaves.Length));
        ArrayPool<Sha256Digest>.Shared.Return(rented);
        return root;
    }

    /// <summary>Computes the tree hash of the whole data from the tree hashes of its parts, in order. Returns <see cref="Empty"/>
    /// if there are no parts.</summary>
    /// <remarks>Correct only if all parts except the last have the same length, a power of two times 1 MiB, and the last part is
    /// not longer. Every part is then a node of the whole tree.</remarks>
    public static TreeHash Combine(ReadOnlySpan<TreeHash> parts) =>
        FromLeaves(MemoryMarshal.Cast<TreeHash, Sha256Digest>(parts));

    internal static Sha256Digest Parent(in Sha256Digest left, in Sha256Digest right)
    {
        Span<byte> node = stackalloc byte[NodeBytes];
        left.Span.CopyTo(node);
        right.Span.CopyTo(node[Sha256Digest.Bytes..]);
        return HashOne(node);
    }

    private static Sha256Digest HashOne(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        SHA256.HashData(data, digest);
        return new Sha256Digest(digest);
    }

    /// <summary>Combines at least one node to the root, level by level and in place.</summary>
    private static TreeHash Fold(Span<Sha256Digest> nodes)
    {
        while (nodes.Length > 1)
        {
            // A parent is the digest of its two children, which are already adjacent in memory.
            var parents = nodes.Length / 2;
            Sha256Batch.Hash(MemoryMarshal.AsBytes(nodes[..(2 * parents)]), NodeBytes, nodes[..parents]);
            if (nodes.Length % 2 != 0) nodes[parents] = nodes[^1];
            nodes = nodes[..((nodes.Length + 1) / 2)];
        }

        return new TreeHash(nodes[0]);
    }
}
