using System.Collections.Concurrent;

namespace OrleansUploads.Client.Transfers;

/// <summary>Reports written parts. Those that are written while a report is under way are the next one.</summary>
internal sealed class DirectReports(GlacierClient client, string vault, string uploadId) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentQueue<Waiting> _queue = new();

    /// <summary>Reports a part, perhaps with others.</summary>
    public async Task<DirectVerdict> ReportAsync(DirectPart part, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(part);
        _queue.Enqueue(waiting);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // An earlier turn may have reported this part, too, and one with many before it does not reach it.
            while (!waiting.Verdict.Task.IsCompleted)
            {
                await ReportNextAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }

        return await waiting.Verdict.Task;
    }

    public void Dispose() => _turn.Dispose();

    private async Task ReportNextAsync(CancellationToken cancellationToken)
    {
        var group = new List<Waiting>();
        while (group.Count < GlacierClient.MaxPartsInCall && _queue.TryDequeue(out var next))
        {
            group.Add(next);
        }

        try
        {
            var verdicts = await client.ReportWrittenAsync(vault, uploadId, [.. group.Select(static next => next.Part)], cancellationToken);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Verdict.SetResult(verdicts[i]);
            }
        }
        catch (Exception failure)
        {
            group.ForEach(next => next.Verdict.SetException(failure));
        }
    }

    private sealed record Waiting(DirectPart Part)
    {
        public TaskCompletionSource<DirectVerdict> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
