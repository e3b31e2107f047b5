using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The one thread that writes. It commits all writes that are waiting in one transaction.</summary>
/// <remarks>There is no timer: a batch is what arrived while the batch before it was committed. Nobody is answered before
/// the commit, not even with a conflict, since the record that it conflicts with may be in the same batch.</remarks>
internal sealed class JournalWriter
{
    private const int MaxBatchWrites = 1024;
    private const long MaxBatchBytes = 8 * 1024 * 1024;

    private readonly JournalFiles _files;
    private readonly WorkQueue<PendingWrite> _queue;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes over the files and starts the thread.</summary>
    public JournalWriter(JournalFiles files, int queueCapacity)
    {
        _files = files;
        _queue = new WorkQueue<PendingWrite>(queueCapacity);
        new Thread(Run) { IsBackground = true, Name = "journal-writer" }.Start();
    }

    /// <summary>Queues a write and waits until it has ended.</summary>
    public ValueTask<AppendOutcome> WriteAsync(PendingWrite write, CancellationToken cancellationToken) => _queue.TryAdd(write)
        ? new ValueTask<AppendOutcome>(write.Ended)
        : WriteWhenFreeAsync(write, cancellationToken);

    /// <summary>Writes what is waiting and closes the files. Further writes are refused.</summary>
    public Task CloseAsync()
    {
        _queue.Close();
        return _ended.Task;
    }

    private async ValueTask<AppendOutcome> WriteWhenFreeAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        await _queue.AddAsync(write, cancellationToken);
        return await write.Ended;
    }

    private void Run()
    {
        var batch = new List<PendingWrite>(MaxBatchWrites);
        while (_queue.Take(batch, MaxBatchWrites, MaxBatchBytes))
        {
            batch.RemoveAll(static write => write.EndIfCancelled());
            while (batch.Count > 0)
            {
                WriteBatch(batch);
            }
        }

        _files.Dispose();
        _ended.SetResult();
    }

    /// <summary>Ends all writes of a batch, or one that alone is at fault; the others then stay for another round.</summary>
    private void WriteBatch(List<PendingWrite> batch)
    {
        OpenJournal? open = null;
        PendingWrite? current = null;
        try
        {
            open = _files.ForWriting();
            open.Tables.Begin();
            foreach (var write in batch)
            {
                current = write;
                write.Apply(open.Tables);
            }

            current = null;
            open.Tables.Commit();
            open.Mark.Advance(open.Tables.Sequence);
        }
        catch (Exception failure)
        {
            if (open is not null && !_files.CloseIfInDoubt(failure, open.Tables.IsCommitBegun))
            {
                Rollback(open.Tables);
            }

            var reason = Translate(failure, current);
            if (current is not null && reason is JournalDamagedException)
            {
                batch.Remove(current);
                current.Fail(reason);
                return;
            }

            foreach (var write in batch)
            {
                write.Fail(reason);
            }

            batch.Clear();
            return;
        }

        foreach (var write in batch)
        {
            write.Succeed();
        }

        batch.Clear();
    }

    private static void Rollback(JournalTables tables)
    {
        try
        {
            tables.Rollback();
        }
        catch (SqliteFault)
        {
            // The next transaction cannot begin while this one is open, and then fails for its callers in turn.
        }
    }

    private static Exception Translate(Exception failure, PendingWrite? current)
    {
        var attempted = current is null ? "Writing to the journal" : $"Writing {current.Entity} to the journal";
        return failure switch
        {
            SqliteFault fault => fault.ToJournalException(attempted),
            JournalDamagedException or JournalUnavailableException => failure,
            _ => new JournalUnavailableException($"{attempted}: {failure.Message}", failure),
        };
    }
}
