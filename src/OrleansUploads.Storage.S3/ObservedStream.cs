using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Storage.S3;

/// <summary>Shows the bytes of a stream to a check while an SDK reads them.</summary>
internal sealed class ObservedStream(Stream inner, AnswerCheck check) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        check.Append(buffer.Span[..read]);
        return read;
    }
}
