using System.Collections.Immutable;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>Computes a part's linear hash, leaves and tree hash in one pass over bytes that arrive in pieces of any
/// size.</summary>
/// <remarks>Not thread-safe. Appending allocates memory only when the array of leaves is full and is doubled.</remarks>
public sealed class PartHasher : IDisposable
{
    private const int InitialLeaves = 16;

    private readonly IncrementalHash _linear = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _leaf = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Sha256Digest[] _leaves = new Sha256Digest[InitialLeaves];
    private int _leafCount;
    private int _leafFillBytes;

    /// <summary>Appends bytes.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var wholeLeaves = data.Length / TreeHash.LeafBytes;
            data = _leafFillBytes == 0 && _leafCount > 0 && wholeLeaves > 0
                ? AppendLeaves(data, wholeLeaves)
                : AppendWithinLeaf(data);
        }
    }

    /// <summary>Returns the hashes of all bytes since the last call and resets the hasher.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public PartHashes Finish()
    {
        var lengthBytes = ((long)_leafCount * TreeHash.LeafBytes) + _leafFillBytes;
        if (_leafFillBytes > 0) CloseLeaf();
        Span<byte> linear = stackalloc byte[Sha256Digest.Bytes];
        _linear.GetHashAndReset(linear);
        var leaves = _leaves.AsSpan(0, _leafCount);
        _leafCount = 0;
        return new PartHashes(
            new LinearHash(new Sha256Digest(linear)),
            TreeHasher.FromLeaves(leaves),
            ImmutableArray.Create((ReadOnlySpan<Sha256Digest>)leaves),
            lengthBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linear.Dispose();
        _leaf.Dispose();
    }

    private ReadOnlySpan<byte> AppendLeaves(ReadOnlySpan<byte> data, int count)
    {
        var bytes = count * TreeHash.LeafBytes;
        _linear.AppendData(data[..bytes]);
        Sha256Batch.Hash(data[..bytes], TreeHash.LeafBytes, NextLeaves(count));
        return data[bytes..];
    }

    private ReadOnlySpan<byte> AppendWithinLeaf(ReadOnlySpan<byte> data)
    {
        var bytes = Math.Min(data.Length, TreeHash.LeafBytes - _leafFillBytes);
        _linear.AppendData(data[..bytes]);

        // Until the first leaf ends, it has the same bytes as the whole part, so the linear hash is enough.
        if (_leafCount > 0) _leaf.AppendData(data[..bytes]);
        _leafFillBytes += bytes;
        if (_leafFillBytes == TreeHash.LeafBytes) CloseLeaf();
        return data[bytes..];
    }

    private void CloseLeaf()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        if (_leafCount == 0)
            _linear.GetCurrentHash(digest);
        else
            _leaf.GetHashAndReset(digest);
        _leafFillBytes = 0;
        NextLeaves(1)[0] = new Sha256Digest(digest);
    }

    private Span<Sha256Digest> NextLeaves(int count)
    {
        if (_leafCount + count > _leaves.Length)
            Array.Resize(ref _leaves, Math.Max(_leafCount + count, 2 * _leaves.Length));
        var leaves = _leaves.AsSpan(_leafCount, count);
        _leafCount += count;
        return leaves;
    }
}
