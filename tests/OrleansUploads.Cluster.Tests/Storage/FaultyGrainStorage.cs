using Orleans.Storage;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>The effect of a fault on one call to the storage.</summary>
internal enum StorageFault
{
    None,

    /// <summary>It fails, and nothing has happened.</summary>
    FailBefore,

    /// <summary>It happened, and fails all the same.</summary>
    FailAfter,

    /// <summary>It fails, and happens later, when the test says so.</summary>
    LandLate,

    /// <summary>It takes its time.</summary>
    Slow,
}

/// <summary>Grain storage that fails as planned.</summary>
internal sealed class FaultyGrainStorage(IGrainStorage inner, Func<string, bool, StorageFault> plan) : IGrainStorage
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<Task>> _late = new();
    private readonly Dictionary<StorageFault, int> _counts = [];

    /// <summary>How often a fault has occurred.</summary>
    public int Count(StorageFault fault)
    {
        lock (_gate)
        {
            return _counts.GetValueOrDefault(fault);
        }
    }

    /// <summary>Number of writes that have not landed yet.</summary>
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

    /// <summary>Lets the oldest late write land, if there is one.</summary>
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
            // It came too late.
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
            throw new OrleansException($"The storage failed with {stateName}, as planned.");
        }

        for (var yields = 0; fault == StorageFault.Slow && yields < 10; yields++)
        {
            await Task.Yield();
        }

        await call();
        if (fault == StorageFault.FailAfter)
        {
            throw new TimeoutException($"The storage said nothing about {stateName}, as planned.");
        }
    }
}
