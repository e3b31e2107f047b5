namespace OrleansUploads.Client.Wire;

/// <summary>The output of a job. If a connection breaks, another one continues where it ended.</summary>
/// <param name="transport">Has the rules for retries.</param>
/// <param name="request">Requests a range of the output, or all of it, once.</param>
internal sealed class ContinuedOutput(Transport transport, Func<ByteRange?, CancellationToken, Task<JobOutput>> request) : IDisposable
{
    private JobOutput? _open;
    private long _position;
    private long? _lengthBytes;

    /// <returns>The number of bytes; 0 at the end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        new(transport.Retry.RunAsync((_, token) => AttemptAsync(buffer, token), transport.TimeProvider, cancellationToken));

    public void Dispose() => _open?.Dispose();

    private async Task<int> AttemptAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _open ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        var body = _open.Body;
        try
        {
            // The time in which the caller uses the bytes does not count.
            using var idle = transport.StartIdleTimer(cancellationToken);
            var read = await Transport.ReadAsync(idle, token => body.ReadAsync(buffer, token).AsTask(), cancellationToken)
                .ConfigureAwait(false);
            _position += read;
            return read > 0 || !(_position < _lengthBytes) ? read : throw Transport.BodyEnded(_position, _lengthBytes.Value);
        }
        catch (GlacierException failure)
        {
            _open.Dispose();
            _open = null;
            if (_lengthBytes is null)
            {
                // The end of the output is not known, so no range can be requested.
                throw new GlacierException(failure.Code, failure.Message, failure);
            }

            throw;
        }
    }

    private async Task<JobOutput> OpenAsync(CancellationToken cancellationToken)
    {
        var rest = _position > 0 ? new ByteRange(_position, _lengthBytes!.Value) : (ByteRange?)null;
        var output = await request(rest, cancellationToken).ConfigureAwait(false);
        if (rest is null)
        {
            _lengthBytes = output.LengthBytes;
        }
        else if (output.Range != rest)
        {
            output.Dispose();
            throw new GlacierException(GlacierErrorCodes.UnreadableAnswer, $"The server did not return the requested bytes {rest}.");
        }

        return output;
    }
}
