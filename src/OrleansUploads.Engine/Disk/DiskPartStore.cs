using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>Stores attempts and manifests as files under one root directory.</summary>
/// <remarks><see cref="StoredNames"/> says where they are. The file of an attempt is its bytes, followed by a footer that verifies them.
/// Only the owner can read the files. What a crash leaves behind is never mistaken for a part because its footer is missing; it is listed
/// like everything else. Several processes may use one root if all of them open it as shared. I/O errors that the contract does not name
/// are thrown as <see cref="IOException"/>.</remarks>
public sealed class DiskPartStore : ICopiedStore, IDisposable
{
    private const int ListedAtOnce = 512;

    /// <summary>The number of files whose lengths a disk thread reads at a time.</summary>
    private const int MeasuredAtOnce = 1024;

    private readonly UploadDirectories _directories;
    private readonly DirectWrites _writes;
    private readonly DiskThreads _threads;
    private readonly Action<long>? _requireSpace;

    private DiskPartStore(UploadDirectories directories, DiskPartStoreOptions options, DiskThreads threads)
    {
        _directories = directories;
        _writes = new DirectWrites(options);
        _threads = threads;
        _requireSpace = options.RequireSpace;
    }

    /// <summary>Opens the store under a directory, and creates the directory if it is missing.</summary>
    /// <exception cref="IOException">The directory is missing and cannot be created, or names in it cannot be made durable.</exception>
    public static DiskPartStore Open(string rootPath, DiskPartStoreOptions? options = null) =>
        Open(rootPath, isShared: false, options ?? new DiskPartStoreOptions());

    /// <summary>Opens the store under a directory that other processes use at the same time, and creates the directory if it is
    /// missing.</summary>
    /// <remarks>The directory of an upload stays until the upload is deleted, even while it is empty. Otherwise another process could
    /// remove it and create it again, and this process would wrongly assume that the name of the new one is durable.</remarks>
    /// <exception cref="IOException">The directory is missing and cannot be created, names in it cannot be made durable, or it belongs to
    /// another user or contains what another user may have placed there.</exception>
    public static DiskPartStore OpenShared(string rootPath, DiskPartStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootPath);
        FoundEntries.RequireOwnParts(rootPath);
        return Open(rootPath, isShared: true, options ?? new DiskPartStoreOptions());
    }

    public string Place => _directories.RootPath;

    public string MarkName => FolderMark.FileName;

    public Exception? Failure => _directories.Fault.Raised;

    /// <summary>Opens the store under a directory for reading only. Creates nothing; a missing directory is an empty store.
    /// Other processes may use it at the same time.</summary>
    /// <exception cref="IOException">It contains a link or a pipe that someone else may have placed there.</exception>
    public static DiskPartStore OpenForReading(string rootPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootPath);
        FoundEntries.RequireKindsOfParts(rootPath);
        var root = new DurableDirectory(Path.GetFullPath(rootPath), isShared: true, SystemFlush.Instance);
        var directories = new UploadDirectories(root, isShared: true, SystemFlush.Instance, new DiskFault(onRaised: null));
        return new DiskPartStore(directories, new DiskPartStoreOptions(), new DiskThreads(1));
    }

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
            _directories.Fault.ThrowIfRaised();
            return _directories.IsReadyFor(upload, attempt)
                ? ValueTask.FromResult<IAttemptWriter>(Create())
                : RunAsync<IAttemptWriter>(Create, cancellationToken);
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<IAttemptWriter>(failure);
        }

        DiskAttemptWriter Create() =>
            DiskAttemptWriter.Create(upload, attempt, lengthBytes, _directories, _writes, _threads, _requireSpace);
    }

    public ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IAttemptReader>(cancellationToken);
        }

        try
        {
            return ValueTask.FromResult<IAttemptReader>(
                DiskAttemptReader.Open(_directories.PathOf(upload, attempt), upload, attempt));
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<IAttemptReader>(failure is IOException error ? DiskErrors.Translate(error) : failure);
        }
    }

    public async ValueTask PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        await RunAsync(() => ManifestFile.Put(_directories, manifest), cancellationToken);
    }

    public ValueTask<Manifest?> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        RunAsync(() => ManifestFile.Read(_directories, upload), cancellationToken);

    public async IAsyncEnumerable<UploadId> ListUploadsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var fanOut = 0; fanOut < StoredNames.FanOut; fanOut++)
        {
            await foreach (var upload in ListUploadsAsync(fanOut, cancellationToken))
            {
                yield return upload;
            }
        }
    }

    public async IAsyncEnumerable<StoredItem> ListShareAsync(
        int share, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var upload in ListUploadsAsync(share, cancellationToken))
        {
            foreach (var item in await RunAsync(() => DiskListing.ListItems(_directories.PathOf(upload), upload), cancellationToken))
            {
                yield return item;
            }
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
        UploadId upload,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var attempts = DiskListing.EnumerateAttempts(_directories.PathOf(upload), upload).GetEnumerator();
        List<AttemptId> some;
        do
        {
            some = await RunAsync(() => DiskListing.Take(attempts, ListedAtOnce), cancellationToken);
            if (some.Count > 0)
            {
                yield return some;
            }
        }
        while (some.Count == ListedAtOnce);
    }

    public async ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(
        UploadId upload,
        CancellationToken cancellationToken)
    {
        var directory = _directories.PathOf(upload);
        var only = await RunAsync(() => DiskListing.MeasureOnly(directory, upload), cancellationToken);
        try
        {
            using var files = await RunAsync(() => FileLengths.Open(directory), cancellationToken);

            // The names of the next files are read while other threads read the lengths of these.
            var measured = await RunAsync(
                () => DiskListing.EnumerateAttempts(directory).Chunk(MeasuredAtOnce)
                    .Select(some => RunAsync(() => DiskListing.Measure(files, some), cancellationToken).AsTask()).ToArray(),
                cancellationToken);
            return [.. only, .. (await Task.WhenAll(measured)).SelectMany(some => some)];
        }
        catch (DirectoryNotFoundException)
        {
            return [.. only];
        }
    }

    public async ValueTask DeleteAttemptsAsync(
        UploadId upload,
        IReadOnlyList<AttemptId> attempts,
        CancellationToken cancellationToken) =>
        await RunAsync(
            () =>
            {
                foreach (var attempt in attempts)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Delete(_directories.PathOf(upload, attempt));
                }

                _directories.TidyUp(upload);
            },
            cancellationToken);

    public async ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken)
    {
        string[] some;
        do
        {
            some = await RunAsync(() => DiskListing.TakeStored(_directories.PathOf(upload), upload, ListedAtOnce), cancellationToken);
            if (some.Length > 0 && guard is not null)
            {
                await guard(cancellationToken);
            }

            await RunAsync(
                () =>
                {
                    foreach (var path in some)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        Delete(path);
                    }
                },
                cancellationToken);
        }
        while (some.Length == ListedAtOnce);

        await RunAsync(() => _directories.RemoveIfEmpty(upload), cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>> ListClaimsAsync(CancellationToken cancellationToken) =>
        RunAsync(() => ClaimFiles.List(Place), cancellationToken);

    public ValueTask PutClaimAsync(string name, string text, CancellationToken cancellationToken) =>
        RunAsync(() => ClaimFiles.Put(Place, name, text), cancellationToken);

    public ValueTask<string?> ReadClaimAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(() => ClaimFiles.Read(Place, name), cancellationToken);

    public ValueTask DeleteClaimAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(() => ClaimFiles.Delete(Place, name), cancellationToken);

    public ValueTask<byte[]?> FindMarkAsync(CancellationToken cancellationToken) =>
        RunAsync(() => FolderMark.Find(Place), cancellationToken);

    public ValueTask<byte[]> FindOrMakeMarkAsync(ReadOnlyMemory<byte> random, CancellationToken cancellationToken) =>
        RunAsync(() => FolderMark.FindOrMake(Place, random.Span), cancellationToken);

    public ValueTask<bool> HasBytesAsync(CancellationToken cancellationToken) => RunAsync(
        () => Enumerable.Range(0, StoredNames.FanOut).Select(_directories.FanOutPath)
            .Any(path => Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()),
        cancellationToken);

    /// <summary>Finishes the calls in progress and accepts no more. Open readers stay usable.</summary>
    public void Dispose() => _threads.Dispose();

    private static DiskPartStore Open(string rootPath, bool isShared, DiskPartStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootPath);
        var root = new DurableDirectory(DurableFolder.Make(rootPath, options.Flush), isShared, options.Flush);
        root.Flush(root.Epoch);
        var directories = new UploadDirectories(
            root, isShared, options.Flush, new DiskFault(options.OnFailure), options.LiveDirectories);
        var threads = new DiskThreads(options.Threads);
        try
        {
            directories.FlushExisting(threads);
            return new DiskPartStore(directories, options, threads);
        }
        catch
        {
            threads.Dispose();
            throw;
        }
    }

    private async IAsyncEnumerable<UploadId> ListUploadsAsync(int fanOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = _directories.FanOutPath(fanOut);
        if (!Directory.Exists(path))
        {
            yield break;
        }

        using var uploads = DiskListing.EnumerateUploads(path, fanOut).GetEnumerator();
        List<UploadId> some;
        do
        {
            some = await RunAsync(() => DiskListing.Take(uploads, ListedAtOnce), cancellationToken);
            foreach (var upload in some)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return upload;
            }
        }
        while (some.Count == ListedAtOnce);
    }

    /// <summary>Runs a call on a disk thread, unless it was canceled before.</summary>
    private async ValueTask<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await _threads.RunAsync(call);
        }
        catch (IOException error) when (DiskErrors.IsTemporary(error))
        {
            throw DiskErrors.Translate(error);
        }
    }

    private async ValueTask RunAsync(Action call, CancellationToken cancellationToken) => await RunAsync(
        () =>
        {
            call();
            return true;
        },
        cancellationToken);

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // The file does not exist, which is what the caller wants.
        }
    }
}

public sealed record DiskPartStoreOptions
{
    /// <summary>How many flushes, direct writes and deletions run at a time; each has a thread.</summary>
    public int Threads { get; init; } = 16;

    public IDiskFlush Flush { get; init; } = SystemFlush.Instance;

    /// <summary>Called once when the disk has failed and nothing more is stored.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; init; }

    /// <summary>Called once, with the reason, if the file system refuses direct writes although it seemed to allow them. Parts are
    /// written through the page cache from then on.</summary>
    public Action<string>? OnDirectIoRefused { get; init; }

    /// <summary>Throws if too little free space would be left for other data. It is called with the length of each new attempt, and with
    /// 0 at intervals while bytes arrive, because other writers use the same disk.</summary>
    public Action<long>? RequireSpace { get; init; }

    /// <summary>Maximum number of blocks of 1 MiB for direct writes. A body uses one or two.</summary>
    internal int DirectBlocks { get; init; } = 40;

    /// <summary>Maximum number of upload directories that are remembered.</summary>
    internal int LiveDirectories { get; init; } = UploadDirectories.DefaultMaxLive;

    /// <summary>Writes bytes of a part. Tests replace it to let writes fail.</summary>
    internal DiskWrite Write { get; init; } = RandomAccess.Write;
}

internal delegate void DiskWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);

/// <summary>Whether the bytes of large parts are written to the disk directly, past the page cache.</summary>
public enum DirectIo
{
    /// <summary>Where the file system allows it, except on network and user-space file systems and in memory.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,
}
