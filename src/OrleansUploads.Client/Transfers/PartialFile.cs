using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Transfers;

/// <summary>A partly downloaded file. It grows by whole, verified ranges. Its tree hash is computed from its ranges' hashes,
/// so no byte is read twice.</summary>
internal sealed class PartialFile(SafeFileHandle file, int rangeBytes) : IDisposable
{
    private readonly List<TreeHash> _ranges = [];

    /// <summary>From the beginning of the file.</summary>
    public long VerifiedBytes { get; private set; }

    /// <summary>The tree hash of all verified bytes.</summary>
    public TreeHash TreeHash => TreeHasher.Combine(CollectionsMarshal.AsSpan(_ranges));

    /// <summary>Opens the file of an earlier run or creates one, for exclusive access.</summary>
    /// <exception cref="IOException">Another download writes to it, or it is not a file of an earlier run: see
    /// <see cref="OwnFile"/>.</exception>
    public static PartialFile Open(string path, int rangeBytes) =>
        new(OwnFile.OpenIfPresent(path) ?? OwnFile.Create(path), rangeBytes);

    /// <summary>Removes the bytes of an earlier download. The file itself is not deleted: a download that still writes to it would then
    /// give its name to the bytes of the next one.</summary>
    /// <exception cref="IOException">Another download writes to the file, or it is not a file of an earlier run.</exception>
    public static void ClearIfPresent(string path)
    {
        using var there = OwnFile.OpenIfPresent(path);
        if (there is not null)
        {
            RandomAccess.SetLength(there, 0);
        }
    }

    /// <summary>Hashes the complete ranges from an earlier run and removes an incomplete range at the end.</summary>
    public async Task RecoverAsync(long sizeBytes, CancellationToken cancellationToken)
    {
        using var source = new FileByteSource(file);
        var present = Math.Min(source.LengthBytes, sizeBytes);
        while (VerifiedBytes < present)
        {
            var end = Math.Min(VerifiedBytes + rangeBytes, sizeBytes);
            if (end > present)
            {
                break;
            }

            var range = new ByteRange(VerifiedBytes, end);
            _ranges.Add(await RangeReader.HashAsync(source, range, cancellationToken).ConfigureAwait(false));
            VerifiedBytes = end;
        }

        RandomAccess.SetLength(file, VerifiedBytes);
    }

    public async Task<TreeHash> HashAsync(ByteRange range, CancellationToken cancellationToken)
    {
        using var source = new FileByteSource(file);
        return await RangeReader.HashAsync(source, range, cancellationToken).ConfigureAwait(false);
    }

    public void Clear()
    {
        _ranges.Clear();
        VerifiedBytes = 0;
        RandomAccess.SetLength(file, 0);
    }

    public async Task AppendAsync(FetchedRange range, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(file, range.Bytes, VerifiedBytes, cancellationToken).ConfigureAwait(false);
        _ranges.Add(range.TreeHash);
        VerifiedBytes += range.Bytes.Length;
    }

    /// <summary>Flushes the file to disk and returns the tree hash of all its bytes.</summary>
    public TreeHash Finish()
    {
        RandomAccess.FlushToDisk(file);
        return TreeHash;
    }

    public void Dispose() => file.Dispose();
}
