using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansUploads.Core.Hashing;

/// <summary>Tree hashes of what is in memory: of bytes, of leaves, of the tree hashes of parts.</summary>
/// <remarks>Source of the rule: Amazon Glacier developer guide, page "Computing checksums".</remarks>
public static class TreeHasher
{
    private const int NodeBytes = 2 * Sha256Digest.Bytes;

    /// <summary>Tree hash of no bytes at all: SHA-256 of nothing.</summary>
    public static TreeHash Empty { get; } = new(new Sha256Digest(SHA256.HashData([])));

    /// <summary>Tree hash of a run of bytes.</summary>
    public static TreeHash Compute(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return Empty;
        var whole = data.Length / Limits.LeafBytes;
        var tail = data[(whole * Limits.LeafBytes)..];
        var count = whole + (tail.IsEmpty ? 0 : 1);
        var rented = ArrayPool<Sha256Digest>.Shared.Rent(count);
        var leaves = rented.AsSpan(0, count);
        Sha256Batch.Hash(data[..(whole * Limits.LeafBytes)], Limits.LeafBytes, leaves[..whole]);
        if (!tail.IsEmpty) leaves[whole] = HashOne(tail);
        var root = Fold(leaves);
        ArrayPool<Sha256Digest>.Shared.Return(rented);
        return root;
    }

    /// <summary>Tree hash of the bytes whose 1 MiB pieces have these digests, in order; only the last piece may be
    /// shorter. No leaves: <see cref="Empty"/>.</summary>
    public static TreeHash FromLeaves(ReadOnlySpan<Sha256Digest> leaves)
    {
        if (leaves.IsEmpty) return Empty;
        var rented = ArrayPool<Sha256Digest>.Shared.Rent(leaves.Length);
        leaves.CopyTo(rented);
        var root = Fold(rented.AsSpan(0, leaves.Length));
        ArrayPool<Sha256Digest>.Shared.Return(rented);
        return root;
    }

    /// <summary>Tree hash of a whole from the tree hashes of its parts, in order. No parts:
    /// <see cref="Empty"/>.</summary>
    /// <remarks>Right only if all parts but the last have the same length, a power of two MiB, and the last is not
    /// longer: then every part is a node of the whole's tree.</remarks>
    public static TreeHash Combine(ReadOnlySpan<TreeHash> parts) =>
        FromLeaves(MemoryMarshal.Cast<TreeHash, Sha256Digest>(parts));

    /// <summary>The parent of two neighbours.</summary>
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

    /// <summary>Folds at least one node to the root, level by level and in place.</summary>
    private static TreeHash Fold(Span<Sha256Digest> nodes)
    {
        while (nodes.Length > 1)
        {
            // Two neighbours in memory are just the message that their parent is the digest of.
            var parents = nodes.Length / 2;
            Sha256Batch.Hash(MemoryMarshal.AsBytes(nodes[..(2 * parents)]), NodeBytes, nodes[..parents]);
            if (nodes.Length % 2 != 0) nodes[parents] = nodes[^1];
            nodes = nodes[..((nodes.Length + 1) / 2)];
        }

        return new TreeHash(nodes[0]);
    }
}
