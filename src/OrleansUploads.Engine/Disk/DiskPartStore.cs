using System.Runtime.CompilerServices;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>Keeps attempts and manifests as files under one root directory.</summary>
/// <remarks>
/// <c>{root}/{fan-out}/{upload}/{attempt}.part</c> is an attempt: its bytes first, then a footer that proves them;
/// <c>manifest</c> beside it is the upload's manifest. Files are readable by the owner only. What a crash leaves is
/// never taken for a part, because its footer is missing, and is listed like everything else.
/// Several processes may use one root if all of them open it as shared.
/// I/O errors other than those of the contract are thrown as <see cref="IOException"/>.
/// </remarks>
public sealed class DiskPartStore : IPartStore, IDisposable
{
    private const int DefaultDiskThreads = 16;
    private const int ListedAtOnce = 512;

    private readonly UploadDirectories _directories;
    private readonly DiskThreads _threads;

    private DiskPartStore(UploadDirectories directories, DiskThreads threads)
    {
        _directories = directories;
        _threads = threads;
    }

    /// <summary>Opens the store under a directory, which is made if it is missing.</summary>
    /// <param name="rootPath">The directory.</param>
    /// <param name="diskThreads">How many flushes and deletions may be under way at once; each has a thread.</param>
    /// <exception cref="IOException">The directory is missing and cannot be made.</exception>
    public static DiskPartStore Open(string rootPath, int diskThreads = DefaultDiskThreads)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootPath);
        return new DiskPartStore(
            new UploadDirectories(DurableDirectory.MakeRoot(rootPath), isShared: false),
            new DiskThreads(diskThreads));
    }

    /// <summary>Opens the store under a directory that other processes use at the same time.</summary>
    /// <param name="rootPath">The directory.</param>
    /// <param name="diskThreads">How many flushes and deletions may be under way at once; each has a thread.</param>
    /// <remarks>An upload's directory stays until the upload is deleted, even while it is empty. Otherwise another process could
    /// remove it and make it again, and this one would still take its name for durable, which the new one's is not.</remarks>
    /// <exception cref="IOException">The directory is missing and cannot be made.</exception>
    public static DiskPartStore OpenShared(string rootPath, int diskThreads = DefaultDiskThreads)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootPath);
        return new DiskPartStore(
            new UploadDirectories(DurableDirectory.MakeRoot(rootPath), isShared: true),
            new DiskThreads(diskThreads));
    }

    /// <inheritdoc/>
    public ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IAttemptWriter>(cancellationToken);
        }

        try
        {
            return ValueTask.FromResult<IAttemptWriter>(
                DiskAttemptWriter.Create(upload, attempt, lengthBytes, _directories, _threads));
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<IAttemptWriter>(failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAttemptReader> OpenAsync(UploadId upload, AttemptId attempt, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IAttemptReader>(cancellationToken);
        }

        try
        {
            return ValueTask.FromResult<IAttemptReader>(
                DiskAttemptReader.Open(PathOf(upload, attempt), upload, attempt));
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<IAttemptReader>(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        cancellationToken.ThrowIfCancellationRequested();
        await _threads.RunAsync(() => ManifestFile.Put(_directories, manifest));
    }

    /// <inheritdoc/>
    public async ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _threads.RunAsync(() => ManifestFile.Read(_directories, upload));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<UploadId> ListUploadsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var fanOut = 0; fanOut < DiskLayout.FanOut; fanOut++)
        {
            var path = _directories.FanOutPath(fanOut);
            if (!Directory.Exists(path))
            {
                continue;
            }

            using var names = Directory.EnumerateDirectories(path).GetEnumerator();
            List<UploadId> some;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                var current = fanOut;
                some = await _threads.RunAsync(() => TakeUploads(names, current));
                foreach (var upload in some)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return upload;
                }
            }
            while (some.Count == ListedAtOnce);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _threads.RunAsync(() => ListAttempts(_directories.PathOf(upload)));
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAttemptAsync(
        UploadId upload,
        AttemptId attempt,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _threads.RunAsync(() =>
        {
            Delete(PathOf(upload, attempt));
            _directories.TidyUp(upload);
        });
    }

    /// <inheritdoc/>
    public async ValueTask DeleteUploadAsync(UploadId upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _threads.RunAsync(() => DeleteUpload(upload, cancellationToken));
    }

    /// <summary>Finishes the calls under way and takes no more. Readers that are open stay usable.</summary>
    public void Dispose() => _threads.Dispose();

    private string PathOf(UploadId upload, AttemptId attempt) =>
        Path.Join(_directories.PathOf(upload), DiskLayout.Name(attempt));

    private static List<UploadId> TakeUploads(IEnumerator<string> paths, int fanOut)
    {
        var uploads = new List<UploadId>();
        while (uploads.Count < ListedAtOnce && paths.MoveNext())
        {
            if (DiskLayout.TryParseUpload(Path.GetFileName(paths.Current), fanOut, out var upload))
            {
                uploads.Add(upload);
            }
        }

        return uploads;
    }

    private static List<AttemptId> ListAttempts(string directory)
    {
        var attempts = new List<AttemptId>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (DiskLayout.TryParseAttempt(Path.GetFileName(path.AsSpan()), out var attempt))
                {
                    attempts.Add(attempt);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing is stored, which is what an empty list says.
        }

        return attempts;
    }

    private void DeleteUpload(UploadId upload, CancellationToken cancellationToken)
    {
        var directory = _directories.PathOf(upload);
        Delete(Path.Join(directory, DiskLayout.Manifest));
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var name = Path.GetFileName(path.AsSpan());
                if (DiskLayout.TryParseAttempt(name, out _) || DiskLayout.IsUnfinishedManifest(name))
                {
                    Delete(path);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else has deleted the upload.
        }

        _directories.RemoveIfEmpty(upload);
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing is there, which is what was wanted.
        }
    }
}
