namespace OrleansUploads.Engine.Sqlite;

/// <summary>The only thread that writes. It commits all waiting writes in one transaction.</summary>
/// <remarks>There is no timer: a batch contains the writes that arrived during the previous commit. No caller is answered
/// before the commit, not even with a conflict, because the conflicting record may be in the same batch.</remarks>
internal sealed class JournalWriter
{
    private const int MaxBatchWrites = 1024;
    private const long MaxBatchBytes = 8 * 1024 * 1024;

    private readonly JournalFiles _files;
    private readonly WorkQueue _queue;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes ownership of the files and starts the thread.</summary>
    public JournalWriter(JournalFiles files, int queueCapacity)
    {
        _files = files;
        _queue = new WorkQueue(queueCapacity);
        new Thread(Run) { IsBackground = true, Name = "journal-writer" }.Start();
    }

    /// <summary>Queues a write and waits for its end.</summary>
    public ValueTask<AppendOutcome> WriteAsync(PendingWrite write, CancellationToken cancellationToken) => _queue.TryAdd(write)
        ? write.Ended
        : WriteWhenFreeAsync(write, cancellationToken);

    /// <summary>Finishes waiting writes and closes the files. Further writes are refused.</summary>
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
            Answer(batch.FindAll(static write => write.FailIfCancelled()));
            batch.RemoveAll(static write => write.HasFailed);
            while (batch.Count > 0)
            {
                WriteBatch(batch);
            }
        }

        _files.Dispose();
        _ended.SetResult();
    }

    /// <summary>Finishes all writes of a batch. If one write hits damage, only that write fails, and the others stay in the
    /// batch for the next round.</summary>
    private void WriteBatch(List<PendingWrite> batch, bool isRepeated = false)
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
            if (open is not null && !_files.CloseIfInDoubt(failure, open.Tables.HasCommitStarted))
            {
                Rollback(open.Tables);
                if (SqliteFault.IsFullDisk(failure) && _files.MakeRoom(isFirst: !isRepeated))
                {
                    WriteBatch(batch, isRepeated: true);
                    return;
                }
            }

            var reason = Translate(failure, current);
            if (current is not null && reason is JournalDamagedException)
            {
                batch.Remove(current);
                current.Fail(reason);
                Answer([current]);
                return;
            }

            foreach (var write in batch)
            {
                write.Fail(reason);
            }
        }

        Answer(batch);
        batch.Clear();
    }

    /// <summary>Has the thread pool answer the callers.</summary>
    private static void Answer(List<PendingWrite> ended)
    {
        for (var first = 0; first < ended.Count; first += AnswerGroup.MaxWrites)
        {
            var count = Math.Min(AnswerGroup.MaxWrites, ended.Count - first);
            ThreadPool.UnsafeQueueUserWorkItem(
                count == 1 ? ended[first] : new AnswerGroup(ended.GetRange(first, count)), preferLocal: false);
        }
    }

    private static void Rollback(JournalTables tables)
    {
        try
        {
            tables.Rollback();
        }
        catch (SqliteFault)
        {
            // If this transaction is still open, the next one fails to begin and reports that to its callers.
        }
    }

    private static Exception Translate(Exception failure, PendingWrite? current)
    {
        var attempted = current is null ? "Writing to the journal" : $"Writing {current.Entity} to the journal";
        return SqliteFault.ToJournalException(failure, attempted);
    }

    /// <summary>Writes whose callers one thread answers in turn. Waking a thread for each of them would cost more than most of their
    /// continuations.</summary>
    private sealed class AnswerGroup(List<PendingWrite> writes) : IThreadPoolWorkItem
    {
        /// <summary>Maximum number of writes; few, so that other threads get some of a batch.</summary>
        public const int MaxWrites = 8;

        public void Execute()
        {
            foreach (var write in writes)
            {
                write.Execute();
            }
        }
    }
}
