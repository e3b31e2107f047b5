using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The threads that read. SQLite blocks its caller, and a host's scheduler must not be blocked.</summary>
internal sealed class JournalReaders
{
    private readonly WorkQueue<IPendingRead> _queue;
    private readonly Task _ended;

    /// <summary>Takes over the readers and starts a thread for each.</summary>
    public JournalReaders(IReadOnlyList<JournalReader> readers, int queueCapacity)
    {
        _queue = new WorkQueue<IPendingRead>(queueCapacity);
        var ended = new Task[readers.Count];
        for (int i = 0; i < readers.Count; i++)
            ended[i] = Start(readers[i], i + 1);
        _ended = Task.WhenAll(ended);
    }

    /// <summary>Queues a query and waits for its result. Cancelled, it does not begin.</summary>
    public async ValueTask<T> ReadAsync<T>(string attempted, Func<JournalReader, T> query, CancellationToken cancellationToken)
    {
        var read = new PendingRead<T>(attempted, query, cancellationToken);
        if (!_queue.TryAdd(read))
            await _queue.AddAsync(read, cancellationToken);
        return await read.Ended;
    }

    /// <summary>Answers what is waiting and closes the connections. Further reads are refused.</summary>
    public Task CloseAsync()
    {
        _queue.Close();
        return _ended;
    }

    private Task Start(JournalReader reader, int number)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            var next = new List<IPendingRead>(1);
            for (; _queue.Take(next, maxCount: 1, long.MaxValue); next.Clear())
                next[0].Run(reader);
            reader.Dispose();
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = $"journal-reader-{number}",
        };
        thread.Start();
        return ended.Task;
    }

    private interface IPendingRead : IWork
    {
        void Run(JournalReader reader);
    }

    private sealed class PendingRead<T>(string attempted, Func<JournalReader, T> query, CancellationToken cancellationToken)
        : IPendingRead
    {
        private readonly TaskCompletionSource<T> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Ended => _ended.Task;

        public int SizeBytes => 0;

        public void Run(JournalReader reader)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _ended.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                _ended.SetResult(query(reader));
            }
            catch (Exception failure)
            {
                _ended.SetException(failure switch
                {
                    SqliteFault fault => fault.ToJournalException(attempted),
                    JournalDamagedException => failure,
                    _ => new JournalUnavailableException($"{attempted}: {failure.Message}", failure),
                });
            }
        }
    }
}
