namespace OrleansUploads.Engine.Memory;

/// <summary>Reads one committed attempt.</summary>
internal sealed class MemoryAttemptReader(MemoryAttempt attempt) : IAttemptReader
{
    /// <inheritdoc/>
    public long LengthBytes => attempt.LengthBytes;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(attempt.Read(offset, buffer.Span));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(attempt.Leaves);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
