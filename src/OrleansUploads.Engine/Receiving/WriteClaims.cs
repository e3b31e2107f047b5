namespace OrleansUploads.Engine.Receiving;

/// <summary>Remembers claims in memory for a short while. When there are too many, the oldest one is forgotten.</summary>
/// <param name="time">The clock of their age.</param>
public sealed class WriteClaims(TimeProvider time) : IWriteClaims
{
    /// <summary>How long a part is not granted to another node.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const int MaxClaims = 100_000;

    private readonly Lock _gate = new();
    private readonly HashSet<(UploadId Upload, int Number)> _claimed = [];
    private readonly Queue<((UploadId Upload, int Number) Part, long At)> _byTime = new();

    public ValueTask<IReadOnlyList<int>> ClaimAsync(
        UploadId upload, IReadOnlyList<int> numbers, int? atMost, CancellationToken cancellationToken) => new(Claim(upload, numbers, atMost));

    /// <inheritdoc cref="ClaimAsync"/>
    public IReadOnlyList<int> Claim(UploadId upload, IReadOnlyList<int> numbers, int? atMost)
    {
        List<int> claimed = [];
        lock (_gate)
        {
            foreach (var number in numbers)
            {
                if (claimed.Count == atMost)
                {
                    break;
                }

                if (TryClaim(upload, number) || atMost is null)
                {
                    claimed.Add(number);
                }
            }
        }

        return claimed;
    }

    private bool TryClaim(UploadId upload, int number)
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
