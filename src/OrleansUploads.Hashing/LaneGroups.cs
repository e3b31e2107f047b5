using System.Buffers;
using System.Threading.Tasks.Sources;

namespace OrleansUploads.Hashing;

/// <summary>The chains of one hash that are computed together.</summary>
/// <remarks>What arrives while a group is being hashed is the next group. Nothing waits for a timer.</remarks>
/// <param name="maxGroups">The number of groups that are hashed at the same time.</param>
/// <param name="minChains">With fewer chains in flight, each body hashes its own bytes.</param>
/// <param name="later">Runs a group soon.</param>
internal sealed class LaneGroups<TState>(int maxGroups, int minChains, Action<Action> later)
    where TState : unmanaged, IHashState<TState>
{
    private readonly Lock _gate = new();
    private readonly Queue<LaneWork<TState>> _waiting = new();
    private int _chains;
    private int _groups;

    public bool IsWorthWhile => Volatile.Read(ref _chains) >= minChains;

    public void Enter(int chains) => Interlocked.Add(ref _chains, chains);

    public void Leave(int chains) => Interlocked.Add(ref _chains, -chains);

    /// <summary>Appends bytes to the chains of a body with the next group.</summary>
    public ValueTask AppendAsync(
        LaneWork<TState> work, HashChain<TState> first, HashChain<TState>? second, ReadOnlyMemory<byte> blocks)
    {
        var done = work.Begin(first, second, blocks);
        lock (_gate)
        {
            _waiting.Enqueue(work);
            if (_groups == maxGroups)
            {
                return done;
            }

            _groups++;
        }

        later(HashGroup);
        return done;
    }

    private void HashGroup()
    {
        var group = TakeGroup();
        if (group.Count == 0)
        {
            return;
        }

        try
        {
            Hash(group);
            group.ForEach(static work => work.Complete());
        }
        catch (Exception fault)
        {
            group.ForEach(work => work.Fail(fault));
        }

        later(HashGroup);
    }

    private List<LaneWork<TState>> TakeGroup()
    {
        var group = new List<LaneWork<TState>>();
        var chains = 0;
        lock (_gate)
        {
            while (_waiting.TryPeek(out var next) && chains + next.Count <= LaneBatch.MaxLanes)
            {
                group.Add(_waiting.Dequeue());
                chains += next.Count;
            }

            if (group.Count == 0)
            {
                _groups--;
            }
        }

        return group;
    }

    private static unsafe void Hash(List<LaneWork<TState>> group)
    {
        // The longest first: when the bytes of the last ones end, the others go on.
        group.Sort(static (one, other) => other.Blocks.Length.CompareTo(one.Blocks.Length));
        Span<nint> runs = stackalloc nint[LaneBatch.MaxLanes];
        Span<TState> states = stackalloc TState[LaneBatch.MaxLanes];
        Span<int> lengths = stackalloc int[LaneBatch.MaxLanes];
        var pins = new MemoryHandle[group.Count];
        try
        {
            var count = 0;
            for (var i = 0; i < group.Count; i++)
            {
                pins[i] = group[i].Blocks.Pin();
                foreach (var chain in group[i].Chains)
                {
                    runs[count] = (nint)pins[i].Pointer;
                    states[count] = chain!.State;
                    lengths[count++] = group[i].Blocks.Length;
                }
            }

            Append(runs[..count], lengths[..count], states[..count]);
        }
        finally
        {
            Array.ForEach(pins, static pin => pin.Dispose());
        }

        var at = 0;
        foreach (var work in group)
        {
            foreach (var chain in work.Chains)
            {
                chain!.Continue(states[at++], work.Blocks.Length / HashStates.BlockBytes);
            }
        }
    }

    /// <summary>Appends runs of falling lengths.</summary>
    private static void Append(Span<nint> runs, ReadOnlySpan<int> lengths, Span<TState> states)
    {
        var done = 0;
        for (var count = runs.Length; count > 0; count--)
        {
            var bytes = lengths[count - 1] - done;
            if (bytes == 0)
            {
                continue;
            }

            LaneBatch.Append(runs[..count], bytes, states[..count]);
            foreach (ref var run in runs[..count])
            {
                run += bytes;
            }

            done += bytes;
        }
    }
}

/// <summary>The next bytes of one body, which its chains wait to append in <see cref="LaneGroups{TState}"/>. Used again for each piece.</summary>
internal sealed class LaneWork<TState> : IValueTaskSource
    where TState : unmanaged, IHashState<TState>
{
    private readonly HashChain<TState>?[] _chains = new HashChain<TState>?[2];

    // The thread that hashes has other bodies to serve.
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    public ReadOnlySpan<HashChain<TState>?> Chains => _chains.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Whole blocks.</summary>
    public ReadOnlyMemory<byte> Blocks { get; private set; }

    /// <summary>Begins the next work, when the work before is done.</summary>
    public ValueTask Begin(HashChain<TState> first, HashChain<TState>? second, ReadOnlyMemory<byte> blocks)
    {
        _chains[0] = first;
        _chains[1] = second;
        Count = second is null ? 1 : 2;
        Blocks = blocks;
        _done.Reset();
        return new ValueTask(this, _done.Version);
    }

    public void Complete() => _done.SetResult(true);

    public void Fail(Exception fault) => _done.SetException(fault);

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
