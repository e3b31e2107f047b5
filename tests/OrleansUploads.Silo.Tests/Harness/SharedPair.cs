namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>One primary and its standby, for tests that disturb them in turn.</summary>
public sealed class SharedPair : IAsyncDisposable
{
    private PostgresPair? _pair;

    /// <summary>Returns the pair. Both servers run, and commits wait for the standby. Skips the test if that is impossible.</summary>
    internal async Task<PostgresPair> TakeAsync()
    {
        if (_pair is null)
        {
            return _pair = await PostgresPair.StartAsync();
        }

        await _pair.RepairAsync();
        return _pair;
    }

    public ValueTask DisposeAsync() => _pair?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[CollectionDefinition(nameof(SharedPair))]
public sealed class WithSharedPair : ICollectionFixture<SharedPair>;
