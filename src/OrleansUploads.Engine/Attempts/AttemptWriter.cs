namespace OrleansUploads.Engine.Attempts;

/// <summary>Writes one attempt: its bytes as they arrive, and the footer at commit. A derived class stores them.</summary>
internal abstract class AttemptWriter(UploadId upload, AttemptId attempt, AttemptFooter footer) : IAttemptWriter
{
    private State _state = State.Writing;

    private enum State
    {
        Writing,
        Committed,
        Abandoned,
    }

    protected UploadId Upload => upload;

    protected AttemptId Attempt => attempt;

    protected AttemptFooter Footer => footer;

    /// <summary>What is stored, for messages.</summary>
    protected string What => $"attempt {attempt} of {footer.LengthBytes} bytes";

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        footer.Append(bytes.Span);
        try
        {
            await AppendAsync(bytes, cancellationToken);
        }
        catch (Exception fault)
        {
            await FailAsync(fault);
            throw;
        }
    }

    public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        footer.Seal(upload, leaves.Span);
        try
        {
            await FinishAsync(cancellationToken);
            _state = State.Committed;
        }
        catch (Exception fault)
        {
            await FailAsync(fault);
            throw;
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_state == State.Writing)
        {
            await EndAsync();
        }
    }

    /// <summary>Stores the next bytes. The caller may reuse the memory when the task has completed.</summary>
    protected abstract ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Stores the sealed footer behind the bytes, and makes everything durable.</summary>
    protected abstract ValueTask FinishAsync(CancellationToken cancellationToken);

    /// <summary>Deletes what was written.</summary>
    protected abstract ValueTask AbandonAsync();

    /// <summary>What a failure means to the callers of a part store, or null if they get it as it is.</summary>
    protected virtual Exception? Translate(Exception fault) => null;

    /// <summary>Abandons the attempt. Throws what the failure means to the caller, unless the caller gets it as it is.</summary>
    private async ValueTask FailAsync(Exception fault)
    {
        await EndAsync();
        if (Translate(fault) is { } translated)
        {
            throw translated;
        }
    }

    private async ValueTask EndAsync()
    {
        _state = State.Abandoned;
        await AbandonAsync();
    }

    private void ThrowUnlessWriting()
    {
        if (_state != State.Writing)
        {
            throw new InvalidOperationException($"Attempt {attempt} cannot be written: its state is {_state}.");
        }
    }
}
