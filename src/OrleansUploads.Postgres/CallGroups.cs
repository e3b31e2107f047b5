using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Carries out the calls of many callers together: what arrives while a group is in flight is the next group.</summary>
/// <remarks>Only a call that may wait does not begin a group at once: it goes with the next one, which begins at the latest after
/// <see cref="MaxWait"/>. A call can be cancelled until its group begins.</remarks>
/// <param name="runAsync">Carries out a group in one transaction. Returns the answers in the order of the calls.</param>
/// <param name="lengthOf">The length of a call in bytes.</param>
/// <param name="time">The clock for calls that may wait.</param>
#pragma warning disable CA1001 // A semaphore holds no resources unless its wait handle is used.
internal sealed class CallGroups<TCall, TAnswer>(
#pragma warning restore CA1001
    Func<IReadOnlyList<TCall>, Task<IReadOnlyList<TAnswer>>> runAsync, Func<TCall, int> lengthOf, TimeProvider time)
{
    public const int MaxCalls = 256;

    /// <summary>The length of a group in bytes, unless it is a single call.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>How long a call may wait for others.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(50);

    /// <summary>How many calls of a refused group may wait in vain for a lock, each for as long as a statement may. Then the others are refused,
    /// too: a table is locked, and the last one of a group would get no answer for minutes.</summary>
    private const int MaxLate = 2;

    /// <summary>The number of calls in flight and waiting for a group. Further callers wait for room.</summary>
    private const int Capacity = 4096;

    private readonly SemaphoreSlim _free = new(Capacity);
    private readonly Lock _gate = new();
    private readonly Queue<WaitingCall> _waiting = new();
    private int _urgentCount;
    private bool _isRunning;

    /// <summary>Carries out a call with the next group, and returns its answer.</summary>
    /// <param name="mayWait">Whether the call leaves it to others to begin the group, for as long as <see cref="MaxWait"/>.</param>
    /// <exception cref="PostgresException">If it is rolled back, the database refused the call, which has changed nothing.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public async Task<TAnswer> RunAsync(TCall call, bool mayWait, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            var waiting = new WaitingCall(call, cancellationToken) { IsUrgent = !mayWait };
            lock (_gate)
            {
                _waiting.Enqueue(waiting);
                if (mayWait)
                {
                    _ = HurryLaterAsync(waiting);
                }
                else
                {
                    CountUrgent();
                }
            }

            return await waiting.Completion.Task;
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task HurryLaterAsync(WaitingCall waiting)
    {
        await Task.Delay(MaxWait, time);
        lock (_gate)
        {
            if (waiting is { IsTaken: false, IsUrgent: false })
            {
                waiting.IsUrgent = true;
                CountUrgent();
            }
        }
    }

    /// <summary>Begins a group, unless one is in flight.</summary>
    private void CountUrgent()
    {
        _urgentCount++;
        if (!_isRunning)
        {
            _isRunning = true;
            _ = Task.Run(RunGroupsAsync, CancellationToken.None);
        }
    }

    private async Task RunGroupsAsync()
    {
        while (true)
        {
            // What can already run goes first. It may add calls to the group.
            await Task.Yield();
            var group = TakeGroup();
            if (group.Count == 0)
            {
                return;
            }

            await RunGroupAsync(group);
        }
    }

    /// <summary>Takes the oldest calls. If none is urgent, it takes none, and no group is in flight from now on.</summary>
    private List<WaitingCall> TakeGroup()
    {
        var group = new List<WaitingCall>();
        var bytes = 0L;
        lock (_gate)
        {
            var hasUrgent = _urgentCount > 0;
            while (hasUrgent && group.Count < MaxCalls && _waiting.TryPeek(out var next)
                && (group.Count == 0 || bytes + lengthOf(next.Call) <= MaxBytes))
            {
                _waiting.Dequeue();
                next.IsTaken = true;
                _urgentCount -= next.IsUrgent ? 1 : 0;
                if (!next.IsCancelled())
                {
                    group.Add(next);
                    bytes += lengthOf(next.Call);
                }
            }

            _isRunning = group.Count > 0;
        }

        return group;
    }

    /// <returns>Why the calls of the group have failed, or null if not all have.</returns>
    private async Task<Exception?> RunGroupAsync(List<WaitingCall> group)
    {
        try
        {
            var answers = await runAsync([.. group.Select(static waiting => waiting.Call)]);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Completion.SetResult(answers[i]);
            }

            return null;
        }
        catch (PostgresException fault) when (group.Count > 1 && PostgresRefusal.IsRolledBack(fault))
        {
            // The call that the database refused must not fail the others.
            await RunAloneAsync(group);
            return null;
        }
        catch (Exception fault)
        {
            group.ForEach(waiting => waiting.Completion.SetException(fault));
            return fault;
        }
    }

    private async Task RunAloneAsync(List<WaitingCall> group)
    {
        Exception? fault = null;
        var late = 0;
        foreach (var waiting in group.Where(static waiting => !waiting.IsCancelled()))
        {
            if (late == MaxLate)
            {
                waiting.Completion.SetException(fault!);
                continue;
            }

            fault = await RunGroupAsync([waiting]);
            late = PostgresRefusal.IsLate(fault) ? late + 1 : 0;
        }
    }

    private sealed record WaitingCall(TCall Call, CancellationToken Cancellation)
    {
        /// <summary>Whether a group begins for it.</summary>
        public bool IsUrgent { get; set; }

        public bool IsTaken { get; set; }

        public TaskCompletionSource<TAnswer> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether the caller has cancelled the call, which then ends.</summary>
        public bool IsCancelled() => Cancellation.IsCancellationRequested && Completion.TrySetCanceled(Cancellation);
    }
}
