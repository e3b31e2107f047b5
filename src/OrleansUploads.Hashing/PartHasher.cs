using System.Collections.Immutable;

namespace OrleansUploads.Hashing;

/// <summary>Computes a part's leaves and tree hash, and its linear hash if it is wanted, in one pass over bytes that arrive in pieces
/// of any size.</summary>
/// <remarks>Not thread-safe. Appending allocates memory only when the array of leaves is full and is doubled, or in lanes.</remarks>
public sealed class PartHasher : IDisposable
{
    private const int InitialLeaves = 16;

    private readonly LaneGroups<Sha256State>? _lanes;
    private readonly LaneWork<Sha256State>? _work;
    private readonly bool _leavesInLanes;
    private readonly HashChain<Sha256State>? _linear;
    private readonly HashChain<Sha256State> _leaf;
    private Sha256Digest[] _leaves = new Sha256Digest[InitialLeaves];
    private Sha256Digest _firstLeaf;
    private long _linearBytes;
    private int _leafCount;
    private int _leafFillBytes;
    private bool _isDisposed;

    /// <summary>Creates a hasher.</summary>
    /// <param name="withLinearHash">Whether to compute the linear hash. It is a single chain over all bytes, so it takes longer than all
    /// leaves, which are computed together.</param>
    public PartHasher(bool withLinearHash = true)
        : this(withLinearHash, lanes: null, leavesInLanes: false)
    {
    }

    /// <summary>Creates a hasher that shares lanes with the hashers of other bodies.</summary>
    /// <param name="withLinearHash">Whether to compute the linear hash.</param>
    /// <param name="lanes">The lanes, or null for none.</param>
    /// <param name="leavesInLanes">Whether <see cref="AppendAsync"/> appends to the leaves, too. Otherwise <see cref="AppendTree"/> must
    /// be called.</param>
    public PartHasher(bool withLinearHash, SharedLanes? lanes, bool leavesInLanes)
    {
        _lanes = SharedLanes.IsSupported ? lanes?.Sha256 : null;
        _leavesInLanes = leavesInLanes;
        _linear = withLinearHash ? new(hasState: _lanes is not null) : null;
        _leaf = new(hasState: _lanes is not null);
        if (_lanes is not null)
        {
            _work = new LaneWork<Sha256State>();
            _lanes.Enter(ChainsInLanes);
        }
    }

    /// <summary>The number of bytes whose leaves fill the lanes of this processor: 8 or 16 MiB. More at a time gain nothing.</summary>
    public static int BatchBytes { get; } = LaneBatch.MaxLanes * TreeHash.LeafBytes;

    /// <summary>Whether this processor computes the leaves of <see cref="BatchBytes"/> together faster than one after the other.</summary>
    public static bool HasBatches => Sha256Batch.Choose(BatchBytes / TreeHash.LeafBytes, TreeHash.LeafBytes).Path != BatchPath.OneByOne;

    /// <summary>Whether the current leaf is the first one, whose hash the linear hash computes.</summary>
    private bool IsLeafLinear => _leafCount == 0 && _linear is not null;

    private int ChainsInLanes => (_linear is null ? 0 : 1) + (_leavesInLanes ? 1 : 0);

    /// <summary>Appends bytes to all hashes.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        AppendLinear(data);
        AppendTree(data);
    }

    /// <summary>Appends bytes to the linear hash, if it is wanted, and to the leaves, if they are in lanes. Bytes of other bodies are hashed
    /// at the same time if enough bodies are in flight.</summary>
    /// <param name="piece">The bytes. They must not change until the task is completed.</param>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> piece)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var leaf = _leavesInLanes && !IsLeafLinear ? _leaf : null;
        if (_lanes is { IsWorthWhile: true } && (_linear ?? leaf) is { } first && CanJoinLanes(piece.Length))
        {
            return AppendInLanesAsync(piece, first, first == leaf ? null : leaf);
        }

        AppendLinear(piece.Span);
        if (_leavesInLanes)
        {
            AppendTree(piece.Span);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Appends bytes to the linear hash only, if it is wanted. The same bytes must be given to <see cref="AppendTree"/> later,
    /// where many at a time are faster.</summary>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void AppendLinear(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_linear is null)
        {
            return;
        }

        while (!data.IsEmpty)
        {
            var bytes = _linearBytes < TreeHash.LeafBytes ? (int)Math.Min(data.Length, TreeHash.LeafBytes - _linearBytes) : data.Length;
            _linear.Append(data[..bytes]);
            CountLinear(bytes);
            data = data[bytes..];
        }
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
        if (_leafCount == 0 && _linear is not null) _firstLeaf = Current(_linear);
        var lengthBytes = ((long)_leafCount * TreeHash.LeafBytes) + _leafFillBytes;
        if (_leafFillBytes > 0) CloseLeaf();
        LinearHash? linear = _linear is null ? null : new LinearHash(Finish(_linear));
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
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _lanes?.Leave(ChainsInLanes);
        _linear?.Dispose();
        _leaf.Dispose();
    }

    private static Sha256Digest Current(HashChain<Sha256State> chain)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        chain.Current(digest);
        return new Sha256Digest(digest);
    }

    private static Sha256Digest Finish(HashChain<Sha256State> chain)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        chain.Finish(digest);
        return new Sha256Digest(digest);
    }

    /// <summary>Whether the next bytes are whole blocks of both chains and end within a leaf.</summary>
    private bool CanJoinLanes(int bytes) =>
        bytes >= HashStates.BlockBytes
        && _linear is not { CanJoinLanes: false }
        && _leaf.CanJoinLanes
        && (_linearBytes >= TreeHash.LeafBytes || _linearBytes + bytes <= TreeHash.LeafBytes || _linear is null)
        && (!_leavesInLanes || _leafFillBytes + bytes <= TreeHash.LeafBytes);

    private async ValueTask AppendInLanesAsync(ReadOnlyMemory<byte> piece, HashChain<Sha256State> first, HashChain<Sha256State>? second)
    {
        var wholeBytes = piece.Length - (piece.Length % HashStates.BlockBytes);
        await _lanes!.AppendAsync(_work!, first, second, piece[..wholeBytes]);
        first.Append(piece.Span[wholeBytes..]);
        second?.Append(piece.Span[wholeBytes..]);
        CountLinear(piece.Length);
        if (_leavesInLanes)
        {
            CountWithinLeaf(piece.Length);
        }
    }

    private void CountLinear(int bytes)
    {
        if (_linear is null)
        {
            return;
        }

        _linearBytes += bytes;

        // Until the first leaf ends, it has the same bytes as the whole part, so the linear hash is enough.
        if (_linearBytes == TreeHash.LeafBytes) _firstLeaf = Current(_linear);
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
        if (!IsLeafLinear) _leaf.Append(data[..bytes]);
        CountWithinLeaf(bytes);
        return data[bytes..];
    }

    private void CountWithinLeaf(int bytes)
    {
        _leafFillBytes += bytes;
        if (_leafFillBytes == TreeHash.LeafBytes) CloseLeaf();
    }

    private void CloseLeaf()
    {
        _leafFillBytes = 0;
        var leaf = IsLeafLinear ? _firstLeaf : Finish(_leaf);
        NextLeaves(1)[0] = leaf;
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

/// <summary>The hashes and the length of a part.</summary>
/// <param name="Linear">SHA-256 of the part's bytes, or null if it was not computed.</param>
/// <param name="Tree">Tree hash of the part's bytes.</param>
/// <param name="Leaves">The SHA-256 of each MiB, in order; the last one may be shorter. Empty for an empty part.</param>
/// <param name="LengthBytes">Length of the part in bytes.</param>
public sealed record PartHashes(LinearHash? Linear, TreeHash Tree, ImmutableArray<Sha256Digest> Leaves, long LengthBytes);
