namespace OrleansUploads.Client.Transfers;

/// <summary>Lets a few parts be written at a time, and reports several of them in one call.</summary>
/// <remarks>A report costs the server about as much as many, so a written part waits for others: until there are enough, for the delay, or
/// until no part is being written. Other parts are written meanwhile.</remarks>
/// <param name="client">Sends the reports.</param>
/// <param name="vault">The vault name.</param>
/// <param name="uploadId">The upload ID.</param>
/// <param name="options">How many parts are written in parallel, and how long they wait for their report.</param>
internal sealed class DirectReports(GlacierClient client, string vault, string uploadId, DirectUploadOptions options) : IDisposable
{
    /// <summary>The number of parts that are reported without delay.</summary>
    private const int EnoughParts = 16;

    private readonly SemaphoreSlim _writers = new(options.Workers);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _queue = new();
    private TaskCompletionSource _due = NewSignal();

    /// <summary>The number of calls that write a part or are about to.</summary>
    private int _writing;

    /// <summary>How many calls of <see cref="WriteAsync"/> keep all writers busy while written parts wait for their report.</summary>
    public int Calls => options.Workers + (2 * EnoughParts);

    /// <summary>Writes a part when there is a writer for it, and reports it, perhaps with others.</summary>
    /// <param name="write">Writes one part and describes it. Returns null if no part is left.</param>
    /// <param name="cancellationToken">Stops writing and waiting.</param>
    /// <returns>The verdict of the server, or null if no part is left.</returns>
    public async Task<DirectVerdict?> WriteAsync(Func<CancellationToken, Task<DirectPart?>> write, CancellationToken cancellationToken)
    {
        Waiting? waiting = null;
        lock (_gate)
        {
            _writing++;
        }

        try
        {
            await _writers.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (await write(cancellationToken).ConfigureAwait(false) is { } part)
                {
                    waiting = new Waiting(part, client.Transport.TimeProvider.GetTimestamp());
                }
            }
            finally
            {
                _writers.Release();
            }
        }
        finally
        {
            End(waiting);
        }

        return waiting is null ? null : await ReportAsync(waiting, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _writers.Dispose();
        _turn.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void End(Waiting? written)
    {
        lock (_gate)
        {
            _writing--;
            if (written is not null)
            {
                _queue.Enqueue(written);
            }

            if (_queue.Count >= EnoughParts || _writing == 0)
            {
                _due.TrySetResult();
            }
        }
    }

    private async Task<DirectVerdict> ReportAsync(Waiting waiting, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // An earlier turn may have reported this part, too, and one with many before it does not reach it.
            while (!waiting.Verdict.Task.IsCompleted)
            {
                await AwaitOthersAsync(cancellationToken).ConfigureAwait(false);
                await ReportNextAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }

        return await waiting.Verdict.Task.ConfigureAwait(false);
    }

    /// <summary>Waits until the next report is due: there are enough parts, the oldest has waited for the delay, or none is being
    /// written.</summary>
    private async Task AwaitOthersAsync(CancellationToken cancellationToken)
    {
        var time = client.Transport.TimeProvider;
        TimeSpan left;
        Task due;
        lock (_gate)
        {
            left = options.ReportDelay - time.GetElapsedTime(_queue.Peek().Since);
            due = _due.Task;
        }

        if (left > TimeSpan.Zero)
        {
            try
            {
                await due.WaitAsync(left, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // These are all that were written in time.
            }
        }
    }

    private async Task ReportNextAsync(CancellationToken cancellationToken)
    {
        var group = TakeWritten();
        try
        {
            var verdicts = await client.ReportWrittenAsync(vault, uploadId, [.. group.Select(static next => next.Part)], cancellationToken)
                .ConfigureAwait(false);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Verdict.SetResult(verdicts[i]);
            }
        }
        catch (Exception failure)
        {
            foreach (var next in group)
            {
                next.Verdict.SetException(failure);

                // A part whose writer was cancelled is not waited for any more, and its failure would be reported as unobserved.
                _ = next.Verdict.Task.Exception;
            }
        }
    }

    private List<Waiting> TakeWritten()
    {
        lock (_gate)
        {
            var group = new List<Waiting>();
            while (group.Count < GlacierClient.MaxPartsInCall && _queue.TryDequeue(out var next))
            {
                group.Add(next);
            }

            if (_queue.Count < EnoughParts && _writing > 0)
            {
                _due = NewSignal();
            }

            return group;
        }
    }

    private sealed record Waiting(DirectPart Part, long Since)
    {
        public TaskCompletionSource<DirectVerdict> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
