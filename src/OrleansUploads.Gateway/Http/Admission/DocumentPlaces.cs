using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>Limits the number of documents that are in memory at the same time. Many of them are read before their sender is
/// verified. When all places are taken, a new document takes the place of the source with the most documents, of the one
/// that has been arriving for longest. A document that has arrived keeps its place until it has been parsed.</summary>
/// <param name="turns">How many of the documents that have arrived may be worked on at the same time.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "It lives as long as the process, and its semaphore has no wait handle.")]
internal sealed class DocumentPlaces(int limit, int turns)
{
    /// <summary>How long a sender should wait who finds all places taken by documents that have arrived. They are parsed within
    /// milliseconds.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SourceQueues<Place> _arriving = new();
    private readonly SemaphoreSlim _turns = new(turns);
    private int _arrived;

    /// <summary>Takes a place for a document that begins to arrive. Null if every place is taken by a document that has
    /// arrived.</summary>
    /// <param name="source">An account once verified, else an address.</param>
    /// <param name="cancel">Ends the reading early, without waiting.</param>
    public Place? TryTake(TrafficSource source, Action cancel)
    {
        var place = new Place(this, cancel);
        Place? evicted = null;
        lock (_gate)
        {
            if (_arriving.Count + _arrived >= limit)
            {
                evicted = _arriving.OldestOfLongest;
                if (evicted is null)
                {
                    return null;
                }

                Remove(evicted);
            }

            place.Position = _arriving.Add(source, place);
        }

        evicted?.Cancel();
        return place;
    }

    private void Keep(Place place)
    {
        lock (_gate)
        {
            // A document may have arrived at the moment in which it loses its place. It is then one too many, and counts as such.
            Remove(place);
            place.HasArrived = true;
            _arrived++;
        }
    }

    private void End(Place place)
    {
        lock (_gate)
        {
            if (place.IsGone)
            {
                return;
            }

            place.IsGone = true;
            if (place.HasArrived)
            {
                _arrived--;
            }
            else
            {
                Remove(place);
            }
        }

        if (place.HasTurn)
        {
            _turns.Release();
        }
    }

    private void Remove(Place place)
    {
        if (place.Position is { } position)
        {
            _arriving.Remove(position);
            place.Position = null;
        }
    }

    internal sealed class Place(DocumentPlaces owner, Action cancel) : IDisposable
    {
        /// <summary>Where the place is in the queue, or null if the document has arrived or has lost its place.</summary>
        public SourceQueues<Place>.Position? Position { get; set; }

        /// <summary>Whether the document has arrived, so that it keeps its place.</summary>
        public bool HasArrived { get; set; }

        public bool IsGone { get; set; }

        public bool HasTurn { get; private set; }

        /// <summary>Ends the reading of a document that has lost its place.</summary>
        public void Cancel() => cancel();

        /// <summary>Says that the document has arrived, and waits until it may be worked on.</summary>
        public async ValueTask KeepAsync(CancellationToken cancellationToken)
        {
            owner.Keep(this);
            await owner._turns.WaitAsync(cancellationToken);
            HasTurn = true;
        }

        public void Dispose() => owner.End(this);
    }
}

/// <summary>The limits for small documents and for large ones, such as long lists of parts, so that large ones cannot take more memory than
/// planned.</summary>
internal sealed class DocumentLimits
{
    private const int MaxSmall = 256;

    private const int MaxLarge = 16;

    private readonly DocumentPlaces _small = new(MaxSmall, MaxSmall);

    // A large document takes the processor for many milliseconds. Half of the cores stay free for other requests.
    private readonly DocumentPlaces _large = new(MaxLarge, Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The limit for a document.</summary>
    /// <param name="contentLength">Null if it is not known in advance.</param>
    /// <param name="maxBytes">The maximum length that the operation allows.</param>
    public DocumentPlaces For(long? contentLength, int maxBytes) =>
        Math.Min(contentLength ?? maxBytes, maxBytes) <= GatewayOptions.MaxDocumentBytes ? _small : _large;
}
