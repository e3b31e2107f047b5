namespace OrleansUploads.Cluster.Tests.Storage;

internal enum StorageFault
{
    None,

    FailBefore,

    FailAfter,

    /// <summary>The call fails, and takes effect later, when the test triggers it.</summary>
    LandLate,

    Slow,
}

internal sealed class FaultyGrainStorage(IGrainStorage inner, Func<string, bool, StorageFault> plan) : IGrainStorage
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<Task>> _late = new();
    private readonly Dictionary<StorageFault, int> _counts = [];

    public int Count(StorageFault fault)
    {
        lock (_gate)
        {
            return _counts.GetValueOrDefault(fault);
        }
    }

    /// <summary>Number of failed writes that have not taken effect yet.</summary>
    public int LateWrites
    {
        get
        {
            lock (_gate)
            {
                return _late.Count;
            }
        }
    }

    /// <summary>Carries out the oldest late write, if there is one.</summary>
    public async Task LandOneAsync()
    {
        Func<Task>? write;
        lock (_gate)
        {
            _late.TryDequeue(out write);
        }

        try
        {
            await (write?.Invoke() ?? Task.CompletedTask);
        }
        catch (InconsistentStateException)
        {
            // The write was fenced.
        }
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => AttemptAsync(
        stateName, isWrite: false, () => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var copy = new GrainState<T>(grainState.State, grainState.ETag) { RecordExists = grainState.RecordExists };
        return AttemptAsync(
            stateName,
            isWrite: true,
            () => inner.WriteStateAsync(stateName, grainId, grainState),
            () => inner.WriteStateAsync(stateName, grainId, copy));
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => AttemptAsync(
        stateName, isWrite: true, () => inner.ClearStateAsync(stateName, grainId, grainState));

    private async Task AttemptAsync(string stateName, bool isWrite, Func<Task> call, Func<Task>? late = null)
    {
        StorageFault fault;
        lock (_gate)
        {
            fault = plan(stateName, isWrite);
            fault = fault == StorageFault.LandLate && late is null ? StorageFault.FailBefore : fault;
            _counts[fault] = _counts.GetValueOrDefault(fault) + 1;
            if (fault == StorageFault.LandLate)
            {
                _late.Enqueue(late!);
            }
        }

        if (fault is StorageFault.FailBefore or StorageFault.LandLate)
        {
            throw new OrleansException($"Planned fault: the storage failed for {stateName}.");
        }

        for (var yields = 0; fault == StorageFault.Slow && yields < 10; yields++)
        {
            await Task.Yield();
        }

        await call();
        if (fault == StorageFault.FailAfter)
        {
            throw new TimeoutException($"Planned fault: the storage did not answer for {stateName}.");
        }
    }
}
