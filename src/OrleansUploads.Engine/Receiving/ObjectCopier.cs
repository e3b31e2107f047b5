using System.IO.Pipelines;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Receiving;

/// <summary>Copies objects: reads the verified bytes of one and stores them like uploaded bytes.</summary>
/// <remarks>A copy has its own attempts, so source and copy can be deleted in any order.</remarks>
/// <param name="reader">Reads the source.</param>
/// <param name="intake">Stores the copy.</param>
public sealed class ObjectCopier(ObjectReader reader, ObjectIntake intake)
{
    private const int PipeBytes = 1024 * 1024;

    /// <summary>Makes an object of all bytes of another one.</summary>
    /// <param name="source">The object to copy.</param>
    /// <param name="name">The object that the copy becomes. It may be the source itself.</param>
    /// <param name="headers">What the copy is returned with.</param>
    /// <param name="algorithm">The algorithm of the copy's checksum, or null for the algorithm of the source's.</param>
    /// <param name="condition">What must hold of the key, or null for nothing.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="CopySourceDamagedException">Stored bytes of the source are damaged. There is no copy.</exception>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; copying again is safe.</exception>
    public async ValueTask<Outcome<PublishedObject>> CopyAsync(
        FoundObject source,
        ObjectName name,
        ObjectHeaders headers,
        ChecksumAlgorithm? algorithm,
        PublishCondition? condition,
        CancellationToken cancellationToken)
    {
        var published = source.Description.Published;
        await using var bytes = await OpenAsync(source, RangeOf(source), cancellationToken);
        var body = new ObjectBody(
            bytes, published.SizeBytes, Sha256: null, algorithm ?? published.Checksum?.Value.Algorithm, static () => default);
        return await intake.PutAsync(name, headers, body, condition, cancellationToken);
    }

    /// <summary>Makes a part of bytes of an object.</summary>
    /// <param name="source">The object to copy from.</param>
    /// <param name="range">The bytes, or null for all. They must be inside the object.</param>
    /// <param name="upload">The upload of the part.</param>
    /// <param name="name">The object that the upload becomes.</param>
    /// <param name="number">The part's number.</param>
    /// <param name="sender">Who asks for the copy, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="CopySourceDamagedException">Stored bytes of the source are damaged. There is no part.</exception>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; copying again is safe.</exception>
    public async ValueTask<Outcome<NumberedPart>> CopyPartAsync(
        FoundObject source,
        PartRange? range,
        UploadId upload,
        ObjectName name,
        int number,
        Sender? sender,
        CancellationToken cancellationToken)
    {
        var copied = range ?? RangeOf(source);
        await using var bytes = await OpenAsync(source, copied, cancellationToken);
        var body = new ObjectBody(bytes, copied?.LengthBytes ?? 0, Sha256: null, Algorithm: null, static () => default);
        return await intake.StorePartAsync(upload, name, number, body, sender, cancellationToken);
    }

    /// <summary>All bytes of an object, or null if it is empty.</summary>
    private static PartRange? RangeOf(FoundObject source) =>
        source.Description.Published.SizeBytes is > 0 and var size ? new PartRange(0, size - 1) : null;

    /// <summary>Opens a range of the source, or no bytes. At most 1 MiB is read ahead.</summary>
    /// <returns>A stream of verified bytes. If stored bytes are damaged, reading throws <see cref="CopySourceDamagedException"/>. Dispose
    /// of it, even if it was not read to its end.</returns>
    private async ValueTask<Stream> OpenAsync(FoundObject source, PartRange? range, CancellationToken cancellationToken)
    {
        if (range is not { } copied)
        {
            return Stream.Null;
        }

        var manifest = await reader.ReadManifestAsync(source, cancellationToken);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PipeBytes, resumeWriterThreshold: PipeBytes / 2));
        _ = FillAsync(pipe.Writer, source, manifest, copied, cancellationToken);
        return pipe.Reader.AsStream();
    }

    private async Task FillAsync(
        PipeWriter writer, FoundObject source, Manifest manifest, PartRange range, CancellationToken cancellationToken)
    {
        try
        {
            await using var destination = new PipeDestination(writer);
            await reader.CopyAsync(source, manifest, range, destination, cancellationToken);
            await writer.CompleteAsync();
        }
        catch (Exception fault)
        {
            await writer.CompleteAsync(fault is AttemptDamagedException damaged ? new CopySourceDamagedException(damaged) : fault);
        }
    }

    /// <summary>Writes to a pipe, and fails once the pipe's reader is closed, so that nothing more is read from the source.</summary>
    /// <param name="pipe">The pipe. The stream does not complete it.</param>
    internal sealed class PipeDestination(PipeWriter pipe) : ForwardStream
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        /// <summary>Writes bytes and waits while the reader is too far behind.</summary>
        /// <exception cref="OperationCanceledException">The reader is closed, or the call was canceled.</exception>
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var result = await pipe.WriteAsync(buffer, cancellationToken);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("The reader of the pipe is closed.");
            }
        }

        public override void Flush()
        {
        }
    }
}

/// <summary>Stored bytes of the source of a copy are missing or damaged. It differs from <see cref="AttemptDamagedException"/>, so that
/// damage of the source is not mistaken for damage of the copy.</summary>
public sealed class CopySourceDamagedException : Exception
{
    /// <param name="inner">Which attempt is damaged, and how.</param>
    public CopySourceDamagedException(AttemptDamagedException inner)
        : base(inner.Message, inner)
    {
    }
}
