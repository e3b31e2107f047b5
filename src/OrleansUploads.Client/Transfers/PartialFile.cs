using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;
using OrleansUploads.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>A partly downloaded file. It grows by whole ranges, and each range is verified before it is counted. The tree hash
/// of the file is computed from those of its ranges, so no byte is read twice.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly List<TreeHash> _ranges = [];
    private readonly SafeFileHandle _file;
    private readonly int _rangeBytes;

    private PartialFile(SafeFileHandle file, int rangeBytes)
    {
        _file = file;
        _rangeBytes = rangeBytes;
    }

    /// <summary>The number of verified bytes, from the beginning of the file.</summary>
    public long VerifiedBytes { get; private set; }

    /// <summary>Opens or creates the file for exclusive access.</summary>
    public static PartialFile Open(string path, int rangeBytes) =>
        new(
            File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous),
            rangeBytes);

    /// <summary>Hashes the complete ranges from an earlier run and removes an incomplete range at the end.</summary>
    public async Task RecoverAsync(long sizeBytes, CancellationToken cancellationToken)
    {
        using var source = new FileByteSource(_file);
        var present = Math.Min(source.LengthBytes, sizeBytes);
        while (VerifiedBytes < present)
        {
            var end = Math.Min(VerifiedBytes + _rangeBytes, sizeBytes);
            if (end > present)
            {
                break;
            }

            var range = new ByteRange(VerifiedBytes, end);
            _ranges.Add(await RangeReader.HashAsync(source, range, cancellationToken));
            VerifiedBytes = end;
        }

        RandomAccess.SetLength(_file, VerifiedBytes);
    }

    /// <summary>Writes one range. It is counted after all its bytes have arrived and their tree hash matches the response
    /// header.</summary>
    /// <exception cref="GlacierException">Bytes are missing or wrong. Transient; <see cref="VerifiedBytes"/> has not
    /// changed.</exception>
    public async Task AppendRangeAsync(
        JobOutput output, long lengthBytes, IdleTimer idle, CancellationToken cancellationToken)
    {
        using var hasher = new TreeHashBuilder();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var done = 0L; done < lengthBytes;)
            {
                var wanted = buffer.AsMemory(0, (int)Math.Min(BufferBytes, lengthBytes - done));
                var read = await Transport.ReadAsync(
                    idle, token => FillAsync(output.Body, wanted, token), cancellationToken);
                if (read < wanted.Length)
                {
                    throw TransientFailure(
                        GlacierErrorCodes.ConnectionFailure, $"The body ended after {done + read} of {lengthBytes} bytes.");
                }

                idle.Restart();
                hasher.Append(wanted.Span);
                await RandomAccess.WriteAsync(_file, wanted, VerifiedBytes + done, cancellationToken);
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var treeHash = hasher.Finish();
        if (output.TreeHash is { } announced && announced != treeHash)
        {
            throw TransientFailure(
                GlacierErrorCodes.HashDiffers,
                $"The received bytes have tree hash {treeHash}, but the server announced {announced}.");
        }

        _ranges.Add(treeHash);
        VerifiedBytes += lengthBytes;
    }

    /// <summary>Flushes the file to disk and returns the tree hash of all its bytes.</summary>
    public TreeHash Finish()
    {
        RandomAccess.FlushToDisk(_file);
        return TreeHasher.Combine(CollectionsMarshal.AsSpan(_ranges));
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Task<int> FillAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken) =>
        body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).AsTask();

    private static GlacierException TransientFailure(string code, string message) => new(code, message) { IsTransient = true };
}
