using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Client.Sources;

/// <summary>A file. Reads give the offset, so workers share one handle without a lock.</summary>
internal sealed class FileByteSource : ByteSource
{
    private readonly SafeFileHandle _file;
    private readonly bool _ownsFile;
    private readonly DateTime _writtenAt;

    public FileByteSource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.Asynchronous);
        _ownsFile = true;
        _writtenAt = File.GetLastWriteTimeUtc(_file);
        LengthBytes = RandomAccess.GetLength(_file);
    }

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
