using System.Buffers;
using System.Threading.Tasks.Sources;

namespace OrleansUploads.Hashing;

/// <summary>Hashes the bytes of several bodies at a time, one chain of each in a vector lane. A single chain cannot be
/// divided, but the chains of different bodies can be computed together.</summary>
/// <remarks>With few bodies in flight each one hashes its own bytes, because a group would be too small to be faster.</remarks>
public sealed class SharedLanes
{
    /// <summary>With fewer chains in flight, groups would rarely reach the five that lanes need to be faster: of the two chains of four bodies,
    /// half wait for bytes or are not needed yet.</summary>
    private const int MinSha256Chains = 10;

    private const int MinMd5Chains = 2;

    /// <summary>Creates lanes that are hashed by the thread pool.</summary>
    /// <param name="maxGroups">The number of groups of SHA-256 that are hashed at the same time; more than processors gain nothing.</param>
    public SharedLanes(int maxGroups)
        : this(maxGroups, HashLater)
    {
    }

    /// <summary>Creates lanes whose groups are hashed when the caller wants it.</summary>
    internal SharedLanes(int maxGroups, Action<Action> later, int minSha256Chains = MinSha256Chains)
    {
        Sha256 = new LaneGroups<Sha256State>(maxGroups, minSha256Chains, later);

        // A group of MD5 takes as long as one of its chains, so a few large groups are better than many small ones.
        Md5 = new LaneGroups<Md5State>(Math.Max(1, maxGroups / 4), MinMd5Chains, later);
    }

    /// <summary>The lanes of this process, or null where they would not be faster than one chain after another.</summary>
    public static SharedLanes? OfProcess { get; } = IsSupported && LanesAvx2.IsSupported
        ? new(Environment.ProcessorCount, HashLater, AreFasterForSha256 ? MinSha256Chains : int.MaxValue)
        : null;

    /// <summary>Whether chains can enter and leave lanes on this platform. Without lanes in the processor they are hashed one after another,
    /// with the same results.</summary>
    internal static bool IsSupported => OpenSslBlocks<Sha256State>.IsSupported && OpenSslBlocks<Md5State>.IsSupported;

    internal LaneGroups<Sha256State> Sha256 { get; }

    internal LaneGroups<Md5State> Md5 { get; }

    private static bool AreFasterForSha256 =>
        Sha256Batch.Choose(LaneBatch.MaxLanes, TreeHash.LeafBytes).Path != BatchPath.OneByOne;

    /// <summary>Queues the work behind everything that the thread pool has to do already, so that other bodies can join the
    /// group.</summary>
    private static void HashLater(Action hash) =>
        ThreadPool.UnsafeQueueUserWorkItem(static hash => hash(), hash, preferLocal: false);
}

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
                chain!.Continue(states[at++], work.Blocks.Length / Sha256Batch.BlockBytes);
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
