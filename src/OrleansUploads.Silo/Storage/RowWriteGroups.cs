using Npgsql;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Storage;

/// <summary>Writes the rows of many grains together: what arrives while a group is being written is the next group. No write waits for
/// a timer.</summary>
/// <param name="writeAsync">Writes rows in one transaction. Returns the new version of each row; an unchanged version means that
/// another writer was faster.</param>
internal sealed class RowWriteGroups(Func<IReadOnlyList<RowWrite>, Task<int?[]>> writeAsync)
{
    /// <summary>Written at the same time.</summary>
    public const int MaxGroups = 4;

    public const int MaxRows = 64;

    /// <summary>The length of a group in bytes, unless it is a single row.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<WaitingWrite> _waiting = new();
    private int _writing;

    /// <summary>Writes a row with the next group, and returns its version as the transaction did.</summary>
    /// <exception cref="PostgresException">If it is rolled back, the database refused the row, which is unchanged.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public Task<int?> WriteAsync(RowWrite row)
    {
        var write = new WaitingWrite(row);
        lock (_gate)
        {
            _waiting.Enqueue(write);
            if (_writing == MaxGroups)
            {
                return write.Completion.Task;
            }

            _writing++;
        }

        _ = Task.Run(WriteGroupsAsync);
        return write.Completion.Task;
    }

    private async Task WriteGroupsAsync()
    {
        while (TakeGroup() is { Count: > 0 } group)
        {
            await WriteGroupAsync(group);
        }
    }

    private List<WaitingWrite> TakeGroup()
    {
        var group = new List<WaitingWrite>();
        var bytes = 0L;
        lock (_gate)
        {
            while (group.Count < MaxRows && _waiting.TryPeek(out var next)
                && (group.Count == 0 || bytes + LengthOf(next) <= MaxBytes))
            {
                group.Add(_waiting.Dequeue());
                bytes += LengthOf(next);
            }

            if (group.Count == 0)
            {
                _writing--;
            }
        }

        // Two transactions that lock the same rows in the same order cannot wait for each other.
        group.Sort(static (one, other) => (one.Row.Key.GrainHash, one.Row.Key.StateHash).CompareTo(
            (other.Row.Key.GrainHash, other.Row.Key.StateHash)));
        return group;
    }

    private static int LengthOf(WaitingWrite write) => write.Row.Content?.Length ?? 0;

    private async Task WriteGroupAsync(List<WaitingWrite> group)
    {
        try
        {
            var versions = await writeAsync([.. group.Select(static write => write.Row)]);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Completion.SetResult(versions[i]);
            }
        }
        catch (PostgresException fault) when (group.Count > 1 && PostgresRefusal.IsRolledBack(fault))
        {
            // The row that the database refused must not fail the others.
            foreach (var write in group)
            {
                await WriteGroupAsync([write]);
            }
        }
        catch (Exception fault)
        {
            group.ForEach(write => write.Completion.SetException(fault));
        }
    }

    private sealed record WaitingWrite(RowWrite Row)
    {
        public TaskCompletionSource<int?> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
