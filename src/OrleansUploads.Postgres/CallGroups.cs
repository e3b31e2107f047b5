using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Carries out the calls of many callers together: what arrives while a group is in flight is the next group. No call waits for a
/// timer.</summary>
/// <remarks>A call can be cancelled until its group begins.</remarks>
/// <param name="runAsync">Carries out a group in one transaction. Returns the answers in the order of the calls.</param>
/// <param name="lengthOf">The length of a call in bytes.</param>
#pragma warning disable CA1001 // A semaphore holds no resources unless its wait handle is used.
internal sealed class CallGroups<TCall, TAnswer>(
#pragma warning restore CA1001
    Func<IReadOnlyList<TCall>, Task<IReadOnlyList<TAnswer>>> runAsync, Func<TCall, int> lengthOf)
{
    public const int MaxCalls = 256;

    /// <summary>The length of a group in bytes, unless it is a single call.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>The number of calls in flight and waiting for a group. Further callers wait for room.</summary>
    private const int Capacity = 4096;

    private readonly SemaphoreSlim _free = new(Capacity);
    private readonly Lock _gate = new();
    private readonly Queue<WaitingCall> _waiting = new();
    private bool _isRunning;

    /// <summary>Carries out a call with the next group, and returns its answer.</summary>
    /// <exception cref="PostgresException">If it is rolled back, the database refused the call, which has changed nothing.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public async Task<TAnswer> RunAsync(TCall call, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            var waiting = new WaitingCall(call, cancellationToken);
            bool isFirst;
            lock (_gate)
            {
                _waiting.Enqueue(waiting);
                (isFirst, _isRunning) = (!_isRunning, true);
            }

            if (isFirst)
            {
                _ = Task.Run(RunGroupsAsync, CancellationToken.None);
            }

            return await waiting.Completion.Task;
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task RunGroupsAsync()
    {
        while (TakeGroup() is { Count: > 0 } group)
        {
            await RunGroupAsync(group);
        }
    }

    /// <summary>Takes the oldest calls. Without any, no group is in flight from now on.</summary>
    private List<WaitingCall> TakeGroup()
    {
        var group = new List<WaitingCall>();
        var bytes = 0L;
        lock (_gate)
        {
            while (group.Count < MaxCalls && _waiting.TryPeek(out var next)
                && (group.Count == 0 || bytes + lengthOf(next.Call) <= MaxBytes))
            {
                _waiting.Dequeue();
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

    private async Task RunGroupAsync(List<WaitingCall> group)
    {
        try
        {
            var answers = await runAsync([.. group.Select(static waiting => waiting.Call)]);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Completion.SetResult(answers[i]);
            }
        }
        catch (PostgresException fault) when (group.Count > 1 && PostgresRefusal.IsRolledBack(fault))
        {
            // The call that the database refused must not fail the others.
            foreach (var waiting in group)
            {
                await RunGroupAsync([waiting]);
            }
        }
        catch (Exception fault)
        {
            group.ForEach(waiting => waiting.Completion.SetException(fault));
        }
    }

    private sealed record WaitingCall(TCall Call, CancellationToken Cancellation)
    {
        public TaskCompletionSource<TAnswer> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether the caller has cancelled the call, which then ends.</summary>
        public bool IsCancelled() => Cancellation.IsCancellationRequested && Completion.TrySetCanceled(Cancellation);
    }
}
