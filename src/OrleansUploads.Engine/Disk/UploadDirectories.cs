using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>The upload directories in use: one live object per directory, and a bounded number of objects.</summary>
internal sealed class UploadDirectories
{
    public const int DefaultMaxLive = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<UploadId, UploadDirectory> _live = [];
    private readonly FanOutDirectory[] _fanOut = new FanOutDirectory[StoredNames.FanOut];
    private readonly bool _isShared;
    private readonly IDiskFlush _flush;
    private readonly int _maxLive;

    public UploadDirectories(DurableDirectory root, bool isShared, IDiskFlush flush, DiskFault fault, int maxLive = DefaultMaxLive)
    {
        _maxLive = maxLive;
        _isShared = isShared;
        _flush = flush;
        RootPath = root.Path;
        Fault = fault;
        for (var i = 0; i < _fanOut.Length; i++)
        {
            _fanOut[i] = new FanOutDirectory(
                root, new DurableDirectory(Path.Join(root.Path, StoredNames.FanOutName(i)), isShared, flush), flush);
        }
    }

    public DiskFault Fault { get; }

    public bool IsShared => _isShared;

    /// <summary>Makes the names of all existing upload directories and single requests durable.</summary>
    /// <exception cref="FlushFailedException">A flush failed.</exception>
    public void FlushExisting(DiskThreads threads) =>
        Task.WhenAll(_fanOut.Select(fanOut => threads.RunAsync(fanOut.FlushExisting))).GetAwaiter().GetResult();

    public string RootPath { get; }

    public string FanOutPath(int fanOut) => _fanOut[fanOut].Path;

    public string PathOf(UploadId upload) =>
        Path.Join(FanOutPath(StoredNames.FanOutOf(upload)), StoredNames.Of(upload));

    public string PathOf(UploadId upload, AttemptId attempt) => Path.Join(RootPath, StoredNames.PathOf(upload, attempt));

    /// <summary>Whether the file of an attempt can probably be created without waiting for a flush.</summary>
    public bool IsReadyFor(UploadId upload, AttemptId attempt) => attempt == OnlyAttempt.Of(upload)
        ? _fanOut[StoredNames.FanOutOf(upload)].IsDurable
        : Get(upload).IsReady;

    /// <summary>Creates the file of an attempt. That of a single request needs no directory of its own.</summary>
    /// <exception cref="IOException">The file exists, the disk is full, or a directory could not be made durable.</exception>
    public UnflushedFile Create(UploadId upload, AttemptId attempt, long expectedBytes) => attempt == OnlyAttempt.Of(upload)
        ? _fanOut[StoredNames.FanOutOf(upload)].Create(PathOf(upload, attempt), expectedBytes)
        : Create(upload, StoredNames.Of(attempt), expectedBytes);

    /// <summary>Creates a new file in an upload's directory.</summary>
    /// <exception cref="IOException">A file with that name exists, the disk is full, or the directory could not be made
    /// durable.</exception>
    public UnflushedFile Create(UploadId upload, string name, long expectedBytes)
    {
        while (true)
        {
            if (Get(upload).TryCreate(name, expectedBytes) is { } file)
            {
                return file;
            }
        }
    }

    /// <summary>Removes the directory of an upload that continues, if it is empty and other processes do not use
    /// it.</summary>
    public void TidyUp(UploadId upload)
    {
        if (!_isShared)
        {
            RemoveIfEmpty(upload);
        }
    }

    /// <summary>Removes the directory of an upload that has ended, if it is empty.</summary>
    public void RemoveIfEmpty(UploadId upload)
    {
        if (!IsLive(upload) && !Directory.Exists(PathOf(upload)))
        {
            // A single request has none.
            return;
        }

        UploadDirectory directory;
        do
        {
            directory = Get(upload);
        }
        while (!directory.TryRemoveIfEmpty());

        if (directory.IsRetired)
        {
            Forget(directory);
        }
    }

    /// <summary>Returns the one live object of an upload's directory, whether or not the directory exists.</summary>
    public UploadDirectory Get(UploadId upload)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(upload, out var directory) && !directory.IsRetired)
            {
                return directory;
            }

            if (_live.Count >= _maxLive)
            {
                RetireIdle();
            }

            var path = new DurableDirectory(PathOf(upload), _isShared, _flush);
            directory = new UploadDirectory(upload, path, _fanOut[StoredNames.FanOutOf(upload)], _isShared, _flush);
            _live[upload] = directory;
            return directory;
        }
    }

    private bool IsLive(UploadId upload)
    {
        lock (_gate)
        {
            return _live.ContainsKey(upload);
        }
    }

    // The remaining directories are in use, so there are at most as many as bodies and deletions in progress.
    private void RetireIdle()
    {
        foreach (var (upload, directory) in _live)
        {
            if (directory.TryRetire())
            {
                _live.Remove(upload);
            }
        }
    }

    private void Forget(UploadDirectory directory)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(directory.Upload, out var live) && ReferenceEquals(live, directory))
            {
                _live.Remove(directory.Upload);
            }
        }
    }
}
