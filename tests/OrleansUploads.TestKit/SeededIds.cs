using OrleansUploads.Engine;

namespace OrleansUploads.TestKit;

/// <summary>IDs from a seed, so that runs are reproducible.</summary>
public sealed class SeededIds(TimeProvider time, int seed) : IdSource(time)
{
    private readonly Random _random = new(seed);

    protected override void Fill(Span<byte> random)
    {
        lock (_random)
        {
            _random.NextBytes(random);
        }
    }
}
