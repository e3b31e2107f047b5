namespace OrleansUploads.Client.Sources;

/// <summary>Bytes that can be read anywhere and more than once, by several workers at a time.</summary>
/// <remarks>An upload reads each byte twice: once to hash it, because the hash goes before the body, and once to send
/// it. The content and length must not change meanwhile; the server notices when they do.</remarks>
public abstract class ByteSource : IDisposable
{
    /// <summary>How many bytes there are.</summary>
    public abstract long LengthBytes { get; }

    /// <summary>Reads some bytes at an offset.</summary>
    /// <returns>How many were read; 0 only at the end or for an empty buffer.</returns>
    public abstract ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken);

    /// <summary>A file. It is opened at once, and closed when the source is disposed of.</summary>
    public static ByteSource FromFile(string path) => new FileByteSource(path);

    /// <summary>Bytes in memory.</summary>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> bytes) => new MemoryByteSource(bytes);

    /// <summary>A stream that can seek, from its beginning. Workers take turns at it; a file is better read by
    /// <see cref="FromFile"/>. The stream stays the caller's to close.</summary>
    public static ByteSource FromStream(Stream stream) => new StreamByteSource(stream);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the source holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
