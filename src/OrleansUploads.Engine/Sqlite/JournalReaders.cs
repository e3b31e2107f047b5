namespace OrleansUploads.Engine.Sqlite;

/// <summary>The threads that read. SQLite blocks its caller, and hosts' schedulers must not be blocked.</summary>
internal sealed class JournalReaders
{
    private readonly WorkQueue<IPendingRead> _queue;
    private readonly Task _ended;
    private readonly JournalFiles _files;

    /// <summary>Starts the threads.</summary>
    /// <param name="files">The files. The caller closes them after <see cref="CloseAsync"/>.</param>
    /// <param name="count">Number of threads.</param>
    /// <param name="queueCapacity">Maximum number of waiting reads.</param>
    public JournalReaders(JournalFiles files, int count, int queueCapacity)
    {
        _files = files;
        _queue = new WorkQueue<IPendingRead>(queueCapacity, static _ => 0);
        var ended = new Task[count];
        for (int i = 0; i < count; i++)
        {
            ended[i] = Start(i);
        }

        _ended = Task.WhenAll(ended);
    }

    /// <summary>Queues a query and waits for its result. Cancellation counts only until the query starts.</summary>
    public async ValueTask<T> ReadAsync<T>(string attempted, Func<JournalReader, T> query, CancellationToken cancellationToken)
    {
        var read = new PendingRead<T>(attempted, query, cancellationToken);
        await _queue.AddAsync(read, cancellationToken);
        return await read.Ended;
    }

    /// <summary>Answers waiting reads. Further reads are refused.</summary>
    public Task CloseAsync()
    {
        _queue.Close();
        return _ended;
    }

    private Task Start(int number)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            var next = new List<IPendingRead>(1);
            for (; _queue.Take(next, maxCount: 1, long.MaxValue); next.Clear())
            {
                next[0].Run(_files, number);
            }

            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = $"journal-reader-{number + 1}",
        };
        thread.Start();
        return ended.Task;
    }

    private interface IPendingRead
    {
        void Run(JournalFiles files, int number);
    }

    private sealed class PendingRead<T>(string attempted, Func<JournalReader, T> query, CancellationToken cancellationToken)
        : IPendingRead
    {
        private readonly TaskCompletionSource<T> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Ended => _ended.Task;

        public void Run(JournalFiles files, int number)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _ended.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                _ended.SetResult(files.Read(number, query));
            }
            catch (Exception failure)
            {
                _ended.SetException(SqliteFault.ToJournalException(failure, attempted));
            }
        }
    }
}
