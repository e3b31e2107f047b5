using System.Numerics;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>Computes the tree hash of bytes that arrive in pieces of any size. It keeps at most one node per tree level in
/// memory.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class TreeHashBuilder : IDisposable
{
    private const int BatchLeaves = 16;

    private readonly IncrementalHash _leaf = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // The roots of the complete subtrees, widest first. Each one bit in the binary number of leaves corresponds to one subtree.
    private readonly Sha256Digest[] _subtrees = new Sha256Digest[64];
    private int _subtreeCount;
    private ulong _leafCount;
    private int _leafFillBytes;
    private bool _disposed;

    /// <summary>Appends bytes.</summary>
    /// <exception cref="ObjectDisposedException">The builder is disposed.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!data.IsEmpty)
        {
            if (_leafFillBytes == 0 && data.Length >= TreeHash.LeafBytes)
            {
                data = AppendLeaves(data);
                continue;
            }

            var taken = Math.Min(data.Length, TreeHash.LeafBytes - _leafFillBytes);
            _leaf.AppendData(data[..taken]);
            _leafFillBytes += taken;
            data = data[taken..];
            if (_leafFillBytes == TreeHash.LeafBytes) CloseLeaf();
        }
    }

    /// <summary>Appends the bytes of a stream from its position to its end.</summary>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ObjectDisposedException">The builder is disposed.</exception>
    public async Task<long> AppendAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new byte[PartHasher.BatchBytes];
        long lengthBytes = 0;
        while (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
            is > 0 and var filled)
        {
            Append(buffer.AsSpan(0, filled));
            lengthBytes += filled;
        }

        return lengthBytes;
    }

    /// <summary>Returns the tree hash of all bytes since the last call and resets the builder.</summary>
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
        digests = digests[..Math.Min(BatchLeaves, data.Length / TreeHash.LeafBytes)];
        var bytes = digests.Length * TreeHash.LeafBytes;
        Sha256Batch.Hash(data[..bytes], TreeHash.LeafBytes, digests);
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
        // Each trailing one bit of the leaf count stands for a subtree as wide as the merged node, directly to its left.
        for (var merges = BitOperations.TrailingZeroCount(~_leafCount); merges > 0; merges--)
        {
            node = TreeHasher.Parent(_subtrees[--_subtreeCount], node);
        }

        _subtrees[_subtreeCount++] = node;
        _leafCount++;
    }
}
