using System.IO.Pipelines;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Writes one attempt as one object: bytes as they arrive, the footer at commit.</summary>
/// <remarks>A short attempt is kept in memory until its commit, and is sent again if the store does not answer. A longer one is sent while
/// it arrives; if that fails, the client has to send the part again.</remarks>
internal sealed class ObjectAttemptWriter : IAttemptWriter
{
    private readonly IObjectStorage _storage;
    private readonly ObjectCalls _calls;
    private readonly bool _createsOnly;
    private readonly UploadId _upload;
    private readonly AttemptId _attempt;
    private readonly AttemptFooter _footer;
    private readonly Pipe? _kept;
    private readonly UnrepeatableStream? _passing;
    private readonly CancellationTokenSource _abandoned = new();
    private AnnouncedLength _length;
    private Task? _sending;
    private State _state = State.Writing;

    /// <param name="storage">The store.</param>
    /// <param name="calls">Sends calls to it.</param>
    /// <param name="options">Options of the part store.</param>
    /// <param name="createsOnly">Whether the store can create an object only if it does not exist.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="lengthBytes">The announced length.</param>
    public ObjectAttemptWriter(
        IObjectStorage storage,
        ObjectCalls calls,
        ObjectStorageOptions options,
        bool createsOnly,
        UploadId upload,
        AttemptId attempt,
        long lengthBytes)
    {
        _storage = storage;
        _calls = calls;
        _createsOnly = createsOnly;
        _upload = upload;
        _attempt = attempt;
        _length = new AnnouncedLength(lengthBytes);
        _footer = new AttemptFooter(lengthBytes);
        if (ObjectBytes <= options.RepeatableBytes)
        {
            _kept = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));
        }
        else
        {
            _passing = new UnrepeatableStream(ObjectBytes);
        }
    }

    private enum State
    {
        Writing,
        Committed,
        Abandoned,
    }

    private long ObjectBytes => _footer.LengthBytes + _footer.Bytes.Length;

    private string Key => ObjectKeys.Of(_upload, _attempt);

    private string What => $"storing attempt {_attempt} of {_footer.LengthBytes} bytes";

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        var offset = _length.Add(bytes.Length);
        _footer.Append(offset, bytes.Span);
        try
        {
            await SendAsync(bytes, cancellationToken);
            if (_sending is { IsCompleted: true } ended)
            {
                // The store ended the call before it had all bytes. The task says why.
                await ended;
            }
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        _length.ThrowUnlessComplete(leaves.Length);
        _footer.Seal(_upload, _attempt, leaves.Span);
        try
        {
            await SendAsync(_footer.Bytes, cancellationToken);
            await (_kept is { } kept
                ? StoreRepeatedlyAsync(kept, cancellationToken)
                : _calls.WaitAsync(What, _sending!, cancellationToken));
            _state = State.Committed;
        }
        catch (ObjectExistsException fault)
        {
            await AbandonAsync();
            throw new InvalidOperationException($"Attempt {_attempt} already exists.", fault);
        }
        catch
        {
            await AbandonAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_state == State.Writing)
        {
            await AbandonAsync();
        }

        _abandoned.Dispose();
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_passing is { } passing)
        {
            _sending ??= StoreOnceAsync(passing);
            await _calls.WaitAsync(What, passing.SendAsync(bytes), cancellationToken);
        }
        else
        {
            await _kept!.Writer.WriteAsync(bytes, cancellationToken);
        }
    }

    private async Task StoreOnceAsync(UnrepeatableStream bytes)
    {
        // Lets the caller send its first bytes before the request begins.
        await Task.Yield();
        try
        {
            await _calls.TryAsync(
                What,
                async token =>
                {
                    await _storage.PutAsync(Key, bytes, ObjectBytes, _createsOnly, token);
                    return true;
                },
                _abandoned.Token,
                hasDeadline: false);
            if (!bytes.IsAtEnd)
            {
                throw new PartStoreUnavailableException($"{_storage.Address}: {What} failed: the store answered before it had all bytes.");
            }
        }
        finally
        {
            // Lets the sender, which may wait for the reader, see that the call has ended.
            bytes.End();
        }
    }

    private async Task StoreRepeatedlyAsync(Pipe kept, CancellationToken cancellationToken)
    {
        await kept.Writer.CompleteAsync();
        var read = await kept.Reader.ReadAtLeastAsync((int)ObjectBytes, CancellationToken.None);
        var isFirst = true;
        try
        {
            await _calls.RunAsync(
                What,
                async token =>
                {
                    // After the first try, an object with this name is that of an earlier try whose answer was lost.
                    var onlyIfAbsent = _createsOnly && isFirst;
                    isFirst = false;
                    await using var bytes = PipeReader.Create(read.Buffer).AsStream();
                    await _storage.PutAsync(Key, bytes, ObjectBytes, onlyIfAbsent, token);
                },
                cancellationToken);
        }
        finally
        {
            await kept.Reader.CompleteAsync();
        }
    }

    private async ValueTask AbandonAsync()
    {
        _state = State.Abandoned;
        _passing?.End();
        await _abandoned.CancelAsync();
        if (_kept is { } kept)
        {
            await kept.Writer.CompleteAsync();
            await kept.Reader.CompleteAsync();
        }

        if (_sending is { } sending)
        {
            try
            {
                await sending;
            }
            catch (Exception)
            {
                // The store discards an incomplete object. A complete one has no owner, so the collector deletes it.
            }
        }
    }

    private void ThrowUnlessWriting()
    {
        if (_state != State.Writing)
        {
            throw new InvalidOperationException($"Attempt {_attempt} cannot be written: its state is {_state}.");
        }
    }
}
