namespace OrleansUploads.Engine.Memory;

/// <summary>Writes one attempt.</summary>
internal sealed class MemoryAttemptWriter(
    MemoryPartStore store,
    UploadId upload,
    AttemptId attempt,
    MemoryAttempt written) : IAttemptWriter
{
    private bool _ended;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded();
        written.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded();
        written.Complete(leaves.Span);
        store.Commit(upload, attempt, written);
        _ended = true;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            _ended = true;
            store.Remove(upload, attempt);
        }

        return ValueTask.CompletedTask;
    }

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException($"Attempt {attempt} cannot be written: it is committed or abandoned.");
        }
    }
}
