using System.IO.Pipelines;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Writes one attempt as one object: bytes as they arrive, the footer at commit.</summary>
/// <remarks>A short attempt is kept in memory until its commit, and is sent again if the store does not answer. A longer one is sent while
/// it arrives; if that fails, the client has to send the part again.</remarks>
internal sealed class ObjectAttemptWriter : IAttemptWriter
{
    /// <summary>The bytes of a long attempt that wait for the store. With many bodies in flight, more would not fit into the caches of the
    /// processor.</summary>
    private const int WaitingBytes = 256 * 1024;

    private readonly IObjectStorage _storage;
    private readonly ObjectCalls _calls;
    private readonly bool _createsOnly;
    private readonly UploadId _upload;
    private readonly AttemptId _attempt;
    private readonly AttemptFooter _footer;
    private readonly Pipe _pipe;
    private readonly bool _isRepeatable;
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
        _isRepeatable = ObjectBytes <= options.RepeatableBytes;

        // The pipe of a short attempt holds all of it. The other one is read while it is written.
        var limit = _isRepeatable ? 0 : Math.Min(WaitingBytes, options.RepeatableBytes);
        _pipe = new Pipe(new PipeOptions(
            pauseWriterThreshold: limit, resumeWriterThreshold: limit / 2, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));
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
            await _pipe.Writer.CompleteAsync();
            await (_isRepeatable
                ? StoreRepeatedlyAsync(cancellationToken)
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
        if (!_isRepeatable)
        {
            _sending ??= StoreOnceAsync();
        }

        var writing = _pipe.Writer.WriteAsync(bytes, CancellationToken.None);
        if (!writing.IsCompletedSuccessfully)
        {
            await _calls.WaitAsync(What, writing.AsTask(), cancellationToken);
        }
    }

    private async Task StoreOnceAsync()
    {
        // Lets the caller write its first bytes before the request begins.
        await Task.Yield();
        try
        {
            var bytes = new UnrepeatableStream(_pipe.Reader, ObjectBytes, _abandoned.Token);
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
            // Lets the other side of the pipe, which may wait for room, see that the call has ended.
            await _pipe.Reader.CompleteAsync();
        }
    }

    private async Task StoreRepeatedlyAsync(CancellationToken cancellationToken)
    {
        var read = await _pipe.Reader.ReadAtLeastAsync((int)ObjectBytes, CancellationToken.None);
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
            await _pipe.Reader.CompleteAsync();
        }
    }

    private async ValueTask AbandonAsync()
    {
        _state = State.Abandoned;
        await _abandoned.CancelAsync();
        await _pipe.Writer.CompleteAsync();
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
        else
        {
            await _pipe.Reader.CompleteAsync();
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
