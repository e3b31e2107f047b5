using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>Limits the number of small bodies that are being read at the same time. Many of them are read before their sender is
/// verified. When the limit is reached, a new read cancels the oldest read of the source with the most reads.</summary>
/// <param name="limit">Maximum number of reads at the same time.</param>
internal sealed class DocumentReadLimiter(int limit)
{
    private readonly Lock _gate = new();
    private readonly SourceQueues<DocumentRead> _reads = new();

    /// <summary>Admits a new read.</summary>
    /// <param name="source">The sender: an account once verified, else an address.</param>
    /// <param name="cancel">Ends the read early, without waiting.</param>
    /// <returns>To be disposed when the read ends.</returns>
    public IDisposable BeginRead(TrafficSource source, Action cancel)
    {
        var read = new DocumentRead(this, cancel);
        DocumentRead? evicted = null;
        lock (_gate)
        {
            if (_reads.Count >= limit)
            {
                evicted = _reads.OldestOfLongest!;
                Remove(evicted);
            }

            read.Position = _reads.Add(source, read);
        }

        evicted?.Cancel();
        return read;
    }

    private void End(DocumentRead read)
    {
        lock (_gate)
        {
            Remove(read);
        }
    }

    private void Remove(DocumentRead read)
    {
        if (read.Position is { } position)
        {
            _reads.Remove(position);
            read.Position = null;
        }
    }

    private sealed class DocumentRead(DocumentReadLimiter owner, Action cancel) : IDisposable
    {
        public SourceQueues<DocumentRead>.Position? Position { get; set; }

        public void Cancel() => cancel();

        public void Dispose() => owner.End(this);
    }
}
