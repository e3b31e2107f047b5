using System.IO.Pipelines;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Writes one attempt as one object: bytes as they arrive, the footer at commit.</summary>
/// <remarks>A short attempt is kept in memory until its commit, and is sent again if the store does not answer. A longer one is sent while
/// it arrives; if that fails, the client has to send the part again.</remarks>
internal sealed class ObjectAttemptWriter : AttemptWriter
{
    private readonly IObjectStorage _storage;
    private readonly ObjectCalls _calls;
    private readonly bool _createsOnly;
    private readonly Pipe? _kept;
    private readonly UnrepeatableStream? _passing;
    private readonly CancellationTokenSource _abandoned = new();
    private Task? _sending;

    public ObjectAttemptWriter(
        IObjectStorage storage,
        ObjectCalls calls,
        ObjectStorageOptions options,
        bool createsOnly,
        UploadId upload,
        AttemptId attempt,
        long lengthBytes)
        : base(upload, attempt, new AttemptFooter(attempt, lengthBytes))
    {
        _storage = storage;
        _calls = calls;
        _createsOnly = createsOnly;
        if (lengthBytes <= options.RepeatableBytes)
        {
            _kept = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));
        }
        else
        {
            _passing = new UnrepeatableStream(ObjectBytes);
        }
    }

    private long ObjectBytes => Footer.LengthBytes + Footer.Bytes.Length;

    private string Key => StoredNames.PathOf(Upload, Attempt);

    private string Storing => $"storing {What}";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _abandoned.Dispose();
    }

    protected override async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await SendAsync(bytes, cancellationToken);
        if (_sending is { IsCompleted: true } ended)
        {
            // The store ended the call before it had all bytes. The task says why.
            await ended;
        }
    }

    protected override async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await SendAsync(Footer.Bytes, cancellationToken);
        await (_kept is { } kept
            ? StoreRepeatedlyAsync(kept, cancellationToken)
            : _calls.WaitAsync(Storing, _sending!, cancellationToken));
    }

    protected override async ValueTask AbandonAsync()
    {
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

    protected override Exception? Translate(Exception fault) =>
        fault is ObjectExistsException ? new InvalidOperationException($"Attempt {Attempt} already exists.", fault) : null;

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_passing is { } passing)
        {
            _sending ??= StoreOnceAsync(passing);
            await _calls.WaitAsync(Storing, passing.SendAsync(bytes), cancellationToken);
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
                Storing,
                async token =>
                {
                    await _storage.PutAsync(Key, bytes, ObjectBytes, _createsOnly, token);
                    return true;
                },
                _abandoned.Token,
                hasDeadline: false);
            if (!bytes.IsAtEnd)
            {
                throw new PartStoreUnavailableException($"{_storage.Address}: {Storing} failed: the store answered before it had all bytes.");
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
                Storing,
                async token =>
                {
                    // After the first try, an object with this name comes from an earlier try whose answer was lost.
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
}
