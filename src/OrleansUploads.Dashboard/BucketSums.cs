using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Dashboard;

/// <summary>Counts the objects of buckets. A bucket has no counter that every upload would write; its leaves know what they have, and are
/// asked one after the other. A figure is used again for a while, longer if it took long to find.</summary>
internal sealed class BucketSums(TimeProvider time)
{
    /// <summary>The number of leaves that are asked for a bucket: some hundred thousand objects.</summary>
    public const int MaxLeaves = 1024;

    /// <summary>The number of buckets whose figures are remembered.</summary>
    private const int MaxRemembered = 256;

    /// <summary>Counting takes no more than a hundredth of the time.</summary>
    private const int PauseForEachReading = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<BucketIncarnation, Remembered> _sums = [];

    /// <summary>Counts the objects of a bucket.</summary>
    public async ValueTask<KeySum> ReadAsync(DashboardCall call, BucketIncarnation bucket)
    {
        lock (_gate)
        {
            if (_sums.TryGetValue(bucket, out var known) && time.GetElapsedTime(known.At) < known.Life)
            {
                return known.Sum;
            }
        }

        var began = time.GetTimestamp();
        var sum = await call.Services.Paths.KeyLister.SumAsync(new KeyIndexId(bucket, KeyTree.Objects), MaxLeaves, call.Aborted);
        lock (_gate)
        {
            if (_sums.Count >= MaxRemembered)
            {
                _sums.Remove(_sums.MinBy(static remembered => remembered.Value.At).Key);
            }

            _sums[bucket] = new Remembered(sum, time.GetTimestamp(), time.GetElapsedTime(began) * PauseForEachReading);
        }

        return sum;
    }

    private readonly record struct Remembered(KeySum Sum, long At, TimeSpan Life);
}
