using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Client.Sources;

/// <summary>Bytes that can be read at any offset, repeatedly, and by several workers at the same time.</summary>
/// <remarks>The hash of a part is sent before its body. A part of up to 16 MiB is read once and held in memory in between. A longer
/// part is read twice, first to hash it and then to send it; its content and length must not change in between. If they do, the
/// server rejects the part.</remarks>
public abstract class ByteSource : IDisposable
{
    /// <summary>The number of bytes.</summary>
    public abstract long LengthBytes { get; }

    /// <summary>Reads bytes at an offset into a buffer.</summary>
    /// <returns>The number of bytes read; 0 only at the end of the source or for an empty buffer.</returns>
    public abstract ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken);

    /// <summary>Computes the tree hash of all bytes, in constant memory.</summary>
    /// <exception cref="EndOfStreamException">The source has become shorter.</exception>
    public Task<TreeHash> ReadTreeHashAsync(CancellationToken cancellationToken = default) =>
        RangeReader.HashAsync(this, new ByteRange(0, LengthBytes), cancellationToken);

    /// <summary>The bytes of a range if they are in memory, or null. They are then sent without being copied.</summary>
    internal virtual ReadOnlyMemory<byte>? FindInMemory(ByteRange range) => null;

    /// <summary>Fails if the source can tell that its bytes have changed since it was opened.</summary>
    /// <exception cref="IOException">The bytes have changed.</exception>
    public virtual void RequireUnchanged()
    {
    }

    /// <summary>Opens a file. Disposing of the source closes the file.</summary>
    public static ByteSource FromFile(string path) => new FileByteSource(path);

    /// <summary>Creates a source from bytes in memory.</summary>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> bytes) => new MemoryByteSource(bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the resources of the source.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>Reads give the offset, so workers share one handle without a lock.</summary>
internal sealed class FileByteSource : ByteSource
{
    private readonly SafeFileHandle _file;
    private readonly bool _ownsFile;
    private readonly DateTime _writtenAt;

    public FileByteSource(string path)
        : this(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.Asynchronous)) => _ownsFile = true;

    /// <summary>Reads an open file. The caller must close it.</summary>
    public FileByteSource(SafeFileHandle file)
    {
        _file = file;
        _writtenAt = File.GetLastWriteTimeUtc(file);
        LengthBytes = RandomAccess.GetLength(file);
    }

    public override long LengthBytes { get; }

    public override ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_file, buffer, offsetBytes, cancellationToken);

    /// <summary>Compares length and time of the last change.</summary>
    public override void RequireUnchanged()
    {
        if (RandomAccess.GetLength(_file) != LengthBytes || File.GetLastWriteTimeUtc(_file) != _writtenAt)
        {
            throw new IOException("The file has changed since it was opened.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsFile)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}

internal sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : ByteSource
{
    public override long LengthBytes => bytes.Length;

    public override ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        var from = (int)Math.Min(offsetBytes, bytes.Length);
        var read = Math.Min(buffer.Length, bytes.Length - from);
        bytes.Slice(from, read).CopyTo(buffer);
        return ValueTask.FromResult(read);
    }

    internal override ReadOnlyMemory<byte>? FindInMemory(ByteRange range) =>
        range.EndExclusive <= bytes.Length ? bytes.Slice((int)range.Start, (int)range.LengthBytes) : default(ReadOnlyMemory<byte>?);
}
