using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>A file that grows by whole ranges, each verified before it counts. The ranges' tree hashes fold to the
/// whole's, so no byte is read twice.</summary>
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

    /// <summary>How many bytes count.</summary>
    public long VerifiedBytes { get; private set; }

    /// <summary>Opens or creates the file, for nobody else at the same time.</summary>
    public static PartialFile Open(string path, int rangeBytes) =>
        new(
            File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous),
            rangeBytes);

    /// <summary>Hashes the whole ranges that an earlier run left, and drops a broken one at the end.</summary>
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

    /// <summary>Writes one range; it counts once all its bytes have come and have the tree hash that came with them.</summary>
    /// <exception cref="GlacierException">Fewer or other bytes came; transient, and the file is as before.</exception>
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
                    throw Broken(GlacierErrorCodes.ConnectionFailure, $"{done + read} of {lengthBytes} bytes came.");
                }

                idle.Touch();
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
            throw Broken(GlacierErrorCodes.HashDiffers, $"Bytes with tree hash {treeHash} came, not {announced}.");
        }

        _ranges.Add(treeHash);
        VerifiedBytes += lengthBytes;
    }

    /// <summary>Makes the bytes durable, and gives the tree hash of all of them.</summary>
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

    private static GlacierException Broken(string code, string message) => new(code, message) { IsTransient = true };
}
