namespace OrleansUploads.Engine.Receiving;

/// <summary>Remembers for a short while which parts were granted, so that nodes which share an upload write different ones. This is only
/// advice: it is lost with the process, and when there are too many claims, the oldest one is forgotten.</summary>
internal sealed class WriteClaims(TimeProvider time)
{
    /// <summary>How long a part is not granted to another node.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const int MaxClaims = 100_000;

    private readonly Lock _gate = new();
    private readonly HashSet<(UploadId Upload, int Number)> _claimed = [];
    private readonly Queue<((UploadId Upload, int Number) Part, long At)> _byTime = new();

    /// <summary>Claims a part; false if it is claimed already.</summary>
    public bool TryClaim(UploadId upload, int number)
    {
        lock (_gate)
        {
            while (_byTime.TryPeek(out var oldest) && (_byTime.Count == MaxClaims || time.GetElapsedTime(oldest.At) > Life))
            {
                _claimed.Remove(_byTime.Dequeue().Part);
            }

            if (!_claimed.Add((upload, number)))
            {
                return false;
            }

            _byTime.Enqueue(((upload, number), time.GetTimestamp()));
            return true;
        }
    }
}
