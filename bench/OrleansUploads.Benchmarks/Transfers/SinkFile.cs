using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>A new file of the baseline server, written through the page cache or past it.</summary>
internal sealed class SinkFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _writtenBytes;

    private SinkFile(SafeFileHandle handle) => _handle = handle;

    /// <summary>Creates a file that is written through the page cache.</summary>
    public static SinkFile Create(string path) => new(File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write));

    /// <summary>Creates a file that is written past the page cache. Its blocks are allocated now.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lengthBytes">The length that it will have; a multiple of <see cref="AlignedMemory.Bytes"/>.</param>
    public static SinkFile CreateDirect(string path, long lengthBytes)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, preallocationSize: lengthBytes);
        PageCache.Bypass(handle);
        return new SinkFile(handle);
    }

    /// <summary>Appends bytes. Those of a direct file are aligned, in memory and in number.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, _writtenBytes);
        _writtenBytes += bytes.Length;
    }

    /// <summary>Makes the bytes durable.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
