using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Client.Sources;

/// <summary>A file. Reads give the offset, so workers share one handle without a lock.</summary>
internal sealed class FileByteSource : ByteSource
{
    private readonly SafeFileHandle _file;
    private readonly bool _ownsFile;

    public FileByteSource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.Asynchronous);
        _ownsFile = true;
        LengthBytes = RandomAccess.GetLength(_file);
    }

    /// <summary>Reads an open file. The caller must close it.</summary>
    public FileByteSource(SafeFileHandle file)
    {
        _file = file;
        LengthBytes = RandomAccess.GetLength(file);
    }

    public override long LengthBytes { get; }

    public override ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_file, buffer, offsetBytes, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsFile)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
