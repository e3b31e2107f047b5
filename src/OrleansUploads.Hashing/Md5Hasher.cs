namespace OrleansUploads.Hashing;

/// <summary>Computes the MD5 of a body that arrives in pieces.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class Md5Hasher : IDisposable
{
    private readonly LaneGroups<Md5State>? _lanes;
    private readonly LaneWork<Md5State>? _work;
    private readonly HashChain<Md5State> _chain;
    private bool _isDisposed;

    /// <summary>Creates a hasher that shares lanes with the hashers of other bodies.</summary>
    /// <param name="lanes">The lanes, or null for none.</param>
    public Md5Hasher(SharedLanes? lanes = null)
    {
        _lanes = SharedLanes.IsSupported ? lanes?.Md5 : null;
        _chain = new HashChain<Md5State>(hasState: OpenSslBlocks<Md5State>.IsSupported);
        if (_lanes is not null)
        {
            _work = new LaneWork<Md5State>();
            _lanes.Enter(chains: 1);
        }
    }

    /// <summary>Whether other bodies are in flight, and the next bytes can be hashed together with theirs.</summary>
    public bool CanJoinLanes => _lanes is { IsWorthWhile: true } && _chain.CanJoinLanes;

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _chain.Append(bytes);

    /// <summary>Appends bytes together with those of other bodies. Requires <see cref="CanJoinLanes"/>.</summary>
    /// <param name="piece">The bytes. They must not change until the task is completed.</param>
    public async Task AppendInLanesAsync(ReadOnlyMemory<byte> piece)
    {
        var wholeBytes = piece.Length - (piece.Length % HashStates.BlockBytes);
        await _lanes!.AppendAsync(_work!, _chain, second: null, piece[..wholeBytes]);
        _chain.Append(piece.Span[wholeBytes..]);
    }

    /// <summary>The digest of all bytes; begins anew.</summary>
    public Md5Digest Finish()
    {
        Span<byte> digest = stackalloc byte[Md5Digest.Bytes];
        _chain.Finish(digest);
        return new Md5Digest(digest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _lanes?.Leave(chains: 1);
            _chain.Dispose();
        }
    }
}
