namespace OrleansUploads.EndToEnd.Tests.TestServers;

/// <summary>A stream that stops in the middle, until it is told to go on.</summary>
internal sealed class HalfStream(byte[] content) : MemoryStream(content)
{
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the reader has taken the first half.</summary>
    public Task Sent => _sent.Task;

    public void GoOn() => _goesOn.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await StopInTheMiddleAsync(cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await ReadAsync(buffer.AsMemory(offset, count), cancellationToken);

    private async Task StopInTheMiddleAsync(CancellationToken cancellationToken)
    {
        if (Position >= Length / 2)
        {
            _sent.TrySetResult();
            await _goesOn.Task.WaitAsync(cancellationToken);
        }
    }
}
