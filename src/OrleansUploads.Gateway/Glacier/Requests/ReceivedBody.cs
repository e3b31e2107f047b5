namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>A request's body, on which the server waits only so long at a time.</summary>
/// <remarks>Kestrel's own limit is a rate over the whole body: whoever has sent a gigabyte might pause for weeks, and keep
/// others from sending theirs meanwhile.</remarks>
/// <param name="body">The bytes as they come.</param>
/// <param name="patience">How long nothing at all may come.</param>
/// <param name="time">The clock.</param>
internal sealed class ReceivedBody(Stream body, TimeSpan patience, TimeProvider time) : CountedBody(body)
{
    private readonly CancellationTokenSource _waiting = new(Timeout.InfiniteTimeSpan, time);

    /// <inheritdoc/>
    /// <exception cref="BadHttpRequestException">Status 408: nothing has come for too long.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var leaving = cancellationToken.UnsafeRegister(
            static waiting => ((CancellationTokenSource)waiting!).Cancel(), _waiting);
        _waiting.CancelAfter(patience);
        try
        {
            return await base.ReadAsync(buffer, _waiting.Token);
        }
        catch (OperationCanceledException stalled) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body has stalled.", StatusCodes.Status408RequestTimeout, stalled);
        }
        finally
        {
            _waiting.TryReset();
        }
    }
}
