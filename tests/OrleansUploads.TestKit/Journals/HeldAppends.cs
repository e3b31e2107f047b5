using System.Threading.Channels;

namespace OrleansUploads.TestKit.Journals;

/// <summary>Holds the appends of a <see cref="FaultyJournal"/> until they are released.</summary>
public sealed class HeldAppends
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _held = new();
    private readonly Channel<TaskCompletionSource> _arrivals = Channel.CreateUnbounded<TaskCompletionSource>();
    private int _seen;
    private bool _open;

    /// <summary>Waits until the given number of appends has arrived, including released ones.</summary>
    public async Task WhenArrivedAsync(int count, CancellationToken cancellationToken)
    {
        for (; _seen < count; _seen++)
        {
            await _arrivals.Reader.ReadAsync(cancellationToken);
        }
    }

    public void ReleaseOne()
    {
        lock (_gate)
        {
            _held.Dequeue().TrySetResult();
        }
    }

    /// <summary>Releases all waiting appends. Later ones do not wait.</summary>
    public void ReleaseAll()
    {
        lock (_gate)
        {
            _open = true;
            while (_held.TryDequeue(out var append))
            {
                append.TrySetResult();
            }
        }
    }

    internal async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_open)
            {
                return;
            }

            _held.Enqueue(passed);
            _arrivals.Writer.TryWrite(passed);
        }

        await passed.Task.WaitAsync(cancellationToken);
    }
}
