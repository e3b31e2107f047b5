namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>Grain storage whose calls wait twice, before and after their effect, until the test releases them in an order of its
/// choice.</summary>
internal sealed class HeldGrainStorage(IGrainStorage inner) : IGrainStorage
{
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _held = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether calls wait. Otherwise they pass without waiting.</summary>
    public bool IsHolding { get; set; }

    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Releases one waiting call.</summary>
    /// <param name="choose">Returns the index of the call, given the number of waiting calls. Calls are in order of arrival.</param>
    public void Release(Func<int, int> choose)
    {
        TaskCompletionSource call;
        lock (_gate)
        {
            var index = choose(_held.Count);
            call = _held[index];
            _held.RemoveAt(index);
        }

        call.SetResult();
    }

    /// <summary>Releases calls, one at a time, until an operation has ended.</summary>
    public async Task ReleaseUntilAsync(Task operation, Func<int, int> choose)
    {
        while (!operation.IsCompleted)
        {
            Task arrival;
            lock (_gate)
            {
                arrival = _held.Count > 0 ? Task.CompletedTask : _arrival.Task;
            }

            await Task.WhenAny(operation, arrival);
            if (Held > 0 && !operation.IsCompleted)
            {
                Release(choose);
            }
        }

        await operation;
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        HoldAsync(() => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        HoldAsync(() => inner.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        HoldAsync(() => inner.ClearStateAsync(stateName, grainId, grainState));

    private async Task HoldAsync(Func<Task> call)
    {
        await WaitAsync();
        await call();
        await WaitAsync();
    }

    private Task WaitAsync()
    {
        if (!IsHolding)
        {
            return Task.CompletedTask;
        }

        var call = new TaskCompletionSource();
        TaskCompletionSource arrival;
        lock (_gate)
        {
            _held.Add(call);
            arrival = _arrival;
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrival.SetResult();
        return call.Task;
    }
}
