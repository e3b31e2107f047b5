using System.Numerics;
using System.Security.Cryptography;

namespace OrleansUploads.Core.Hashing;

/// <summary>Tree hash of bytes that arrive in pieces of any size; keeps one node per level, however many
/// bytes come.</summary>
/// <remarks>Not for concurrent use.</remarks>
public sealed class TreeHashBuilder : IDisposable
{
    private const int BatchLeaves = 16;

    private readonly IncrementalHash _leaf = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // The roots of the complete subtrees so far, widest first. As in a binary counter, there is one for every one bit
    // in the number of leaves.
    private readonly Sha256Digest[] _subtrees = new Sha256Digest[64];
    private int _subtreeCount;
    private ulong _leafCount;
    private int _leafFillBytes;
    private bool _disposed;

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="ObjectDisposedException">The builder is disposed.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!data.IsEmpty)
        {
            if (_leafFillBytes == 0 && data.Length >= Limits.LeafBytes)
            {
                data = AppendLeaves(data);
                continue;
            }

            var taken = Math.Min(data.Length, Limits.LeafBytes - _leafFillBytes);
            _leaf.AppendData(data[..taken]);
            _leafFillBytes += taken;
            data = data[taken..];
            if (_leafFillBytes == Limits.LeafBytes) CloseLeaf();
        }
    }

    /// <summary>The tree hash of everything since the last call; the builder then starts anew.</summary>
    /// <exception cref="ObjectDisposedException">The builder is disposed.</exception>
    public TreeHash Finish()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_leafFillBytes > 0) CloseLeaf();
        if (_subtreeCount == 0) return TreeHasher.Empty;
        var root = _subtrees[--_subtreeCount];
        while (_subtreeCount > 0) root = TreeHasher.Parent(_subtrees[--_subtreeCount], root);
        _leafCount = 0;
        return new TreeHash(root);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _leaf.Dispose();
    }

    private ReadOnlySpan<byte> AppendLeaves(ReadOnlySpan<byte> data)
    {
        Span<Sha256Digest> digests = stackalloc Sha256Digest[BatchLeaves];
        digests = digests[..Math.Min(BatchLeaves, data.Length / Limits.LeafBytes)];
        var bytes = digests.Length * Limits.LeafBytes;
        Sha256Batch.Hash(data[..bytes], Limits.LeafBytes, digests);
        foreach (ref readonly var digest in digests) Push(digest);
        return data[bytes..];
    }

    private void CloseLeaf()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        _leaf.GetHashAndReset(digest);
        _leafFillBytes = 0;
        Push(new Sha256Digest(digest));
    }

    private void Push(Sha256Digest node)
    {
        // Each trailing one bit of the counter is a subtree as wide as the node has become: its left neighbour.
        for (var merges = BitOperations.TrailingZeroCount(~_leafCount); merges > 0; merges--)
        {
            node = TreeHasher.Parent(_subtrees[--_subtreeCount], node);
        }

        _subtrees[_subtreeCount++] = node;
        _leafCount++;
    }
}
