using System.Threading.Tasks.Sources;

namespace OrleansUploads.Hashing;

/// <summary>The next bytes of one body, which its chains wait to append in <see cref="SharedLanes"/>. Used again for each piece.</summary>
internal sealed class LaneWork : IValueTaskSource
{
    private readonly Sha256Chain?[] _chains = new Sha256Chain?[2];

    // The thread that hashes has other bodies to serve.
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    /// <summary>The chains that append the bytes.</summary>
    public ReadOnlySpan<Sha256Chain?> Chains => _chains.AsSpan(0, Count);

    /// <summary>The number of chains.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes; whole blocks.</summary>
    public ReadOnlyMemory<byte> Blocks { get; private set; }

    /// <summary>Describes the next work. The one before must be done.</summary>
    public ValueTask Begin(Sha256Chain first, Sha256Chain? second, ReadOnlyMemory<byte> blocks)
    {
        _chains[0] = first;
        _chains[1] = second;
        Count = second is null ? 1 : 2;
        Blocks = blocks;
        _done.Reset();
        return new ValueTask(this, _done.Version);
    }

    /// <summary>Tells the body that its bytes are appended.</summary>
    public void Complete() => _done.SetResult(true);

    /// <summary>Tells the body that its bytes could not be appended.</summary>
    public void Fail(Exception fault) => _done.SetException(fault);

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
