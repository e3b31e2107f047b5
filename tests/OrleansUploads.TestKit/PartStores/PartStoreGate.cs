namespace OrleansUploads.TestKit.PartStores;

/// <summary>Holds calls until it is opened, and reports when one has arrived. It simulates a slow disk without a
/// clock.</summary>
public sealed class PartStoreGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a call waits at the gate.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets all calls pass, including later ones.</summary>
    public void Open() => _open.TrySetResult();

    internal Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _open.Task.WaitAsync(cancellationToken);
    }
}
