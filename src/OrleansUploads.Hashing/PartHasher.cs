using System.Collections.Immutable;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>Computes a part's leaves and tree hash, and its linear hash if it is wanted, in one pass over bytes that arrive in pieces
/// of any size.</summary>
/// <remarks>Not thread-safe. Appending allocates memory only when the array of leaves is full and is doubled.</remarks>
/// <param name="withLinearHash">Whether to compute the linear hash. It is a single chain over all bytes, so it takes longer than all
/// leaves, which are computed together.</param>
public sealed class PartHasher(bool withLinearHash = true) : IDisposable
{
    private const int InitialLeaves = 16;

    private readonly IncrementalHash? _linear = withLinearHash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private readonly IncrementalHash _leaf = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Sha256Digest[] _leaves = new Sha256Digest[InitialLeaves];
    private Sha256Digest _firstLeaf;
    private long _linearBytes;
    private int _leafCount;
    private int _leafFillBytes;
    private bool _isDisposed;

    /// <summary>The number of bytes whose leaves fill the lanes of this processor: 8 or 16 MiB. More at a time gain nothing.</summary>
    public static int BatchBytes { get; } = Sha256Batch.MaxLanes * TreeHash.LeafBytes;

    /// <summary>Whether this processor computes the leaves of <see cref="BatchBytes"/> together faster than one after the other.</summary>
    public static bool HasBatches => Sha256Batch.Choose(BatchBytes / TreeHash.LeafBytes, TreeHash.LeafBytes).Path != BatchPath.OneByOne;

    /// <summary>Whether the current leaf is the first one, whose hash the linear hash computes.</summary>
    private bool IsLeafLinear => _leafCount == 0 && _linear is not null;

    /// <summary>Appends bytes to all hashes.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        AppendLinear(data);
        AppendTree(data);
    }

    /// <summary>Appends bytes to the linear hash only, if it is wanted. The same bytes must be given to <see cref="AppendTree"/> later,
    /// where many at a time are faster.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void AppendLinear(ReadOnlySpan<byte> data)
    {
        if (_linear is null)
        {
            return;
        }

        if (_linearBytes < TreeHash.LeafBytes)
        {
            var head = data[..(int)Math.Min(data.Length, TreeHash.LeafBytes - _linearBytes)];
            _linear.AppendData(head);
            _linearBytes += head.Length;
            data = data[head.Length..];

            // Until the first leaf ends, it has the same bytes as the whole part, so the linear hash is enough.
            if (_linearBytes == TreeHash.LeafBytes) _firstLeaf = CurrentOf(_linear);
        }

        _linear.AppendData(data);
        _linearBytes += data.Length;
    }

    /// <summary>Appends bytes, which the linear hash must have already, to the leaves.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void AppendTree(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (!data.IsEmpty)
        {
            var wholeLeaves = data.Length / TreeHash.LeafBytes;
            data = _leafFillBytes == 0 && !IsLeafLinear && wholeLeaves > 0
                ? AppendLeaves(data, wholeLeaves)
                : AppendWithinLeaf(data);
        }
    }

    /// <summary>Returns the hashes of all bytes since the last call and resets the hasher.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public PartHashes Finish()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_leafCount == 0 && _linear is not null) _firstLeaf = CurrentOf(_linear);
        var lengthBytes = ((long)_leafCount * TreeHash.LeafBytes) + _leafFillBytes;
        if (_leafFillBytes > 0) CloseLeaf();
        LinearHash? linear = _linear is null ? null : new LinearHash(FinishOf(_linear));
        var leaves = _leaves.AsSpan(0, _leafCount);
        _linearBytes = 0;
        _leafCount = 0;
        return new PartHashes(
            linear,
            TreeHasher.FromLeaves(leaves),
            ImmutableArray.Create((ReadOnlySpan<Sha256Digest>)leaves),
            lengthBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _linear?.Dispose();
        _leaf.Dispose();
    }

    private ReadOnlySpan<byte> AppendLeaves(ReadOnlySpan<byte> data, int count)
    {
        var bytes = count * TreeHash.LeafBytes;
        Sha256Batch.Hash(data[..bytes], TreeHash.LeafBytes, NextLeaves(count));
        return data[bytes..];
    }

    private ReadOnlySpan<byte> AppendWithinLeaf(ReadOnlySpan<byte> data)
    {
        var bytes = Math.Min(data.Length, TreeHash.LeafBytes - _leafFillBytes);
        if (!IsLeafLinear) _leaf.AppendData(data[..bytes]);
        _leafFillBytes += bytes;
        if (_leafFillBytes == TreeHash.LeafBytes) CloseLeaf();
        return data[bytes..];
    }

    private void CloseLeaf()
    {
        _leafFillBytes = 0;
        var leaf = IsLeafLinear ? _firstLeaf : FinishOf(_leaf);
        NextLeaves(1)[0] = leaf;
    }

    private static Sha256Digest CurrentOf(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        hash.GetCurrentHash(digest);
        return new Sha256Digest(digest);
    }

    private static Sha256Digest FinishOf(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
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
