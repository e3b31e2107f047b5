using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Engine.Disk;

/// <summary>The upload directories in use: exactly one live object for each, and a bounded number of them.</summary>
internal sealed class UploadDirectories
{
    private const int MaxLive = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<UploadId, UploadDirectory> _live = [];
    private readonly DurableDirectory[] _fanOut = new DurableDirectory[DiskLayout.FanOut];
    private readonly bool _isShared;

    /// <param name="root">Where they are.</param>
    /// <param name="isShared">Whether other processes use them too.</param>
    public UploadDirectories(DurableDirectory root, bool isShared)
    {
        _isShared = isShared;
        for (var i = 0; i < _fanOut.Length; i++)
        {
            _fanOut[i] = new DurableDirectory(Path.Join(root.Path, DiskLayout.FanOutName(i)), root);
        }
    }

    /// <summary>Full path of a fan-out directory.</summary>
    public string FanOutPath(int fanOut) => _fanOut[fanOut].Path;

    /// <summary>Full path of an upload's directory.</summary>
    public string PathOf(UploadId upload) =>
        Path.Join(FanOutPath(DiskLayout.FanOutOf(upload)), DiskLayout.Name(upload));

    /// <summary>Creates a new file in an upload's directory.</summary>
    /// <exception cref="IOException">A file of that name exists, or there is no room.</exception>
    public (FileStream File, UploadDirectory Directory) Create(UploadId upload, string name, long expectedBytes)
    {
        while (true)
        {
            var directory = Get(upload);
            if (directory.TryCreate(name, expectedBytes) is { } file)
            {
                return (file, directory);
            }
        }
    }

    /// <summary>Removes the directory of an upload that goes on, if nothing is in it and nobody else may be using it.</summary>
    public void TidyUp(UploadId upload)
    {
        if (!_isShared)
        {
            RemoveIfEmpty(upload);
        }
    }

    /// <summary>Removes the directory of an upload that is over, if nothing is in it.</summary>
    public void RemoveIfEmpty(UploadId upload)
    {
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

    /// <summary>The one live object of an upload's directory, whether or not the directory exists.</summary>
    public UploadDirectory Get(UploadId upload)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(upload, out var directory) && !directory.IsRetired)
            {
                return directory;
            }

            if (_live.Count >= MaxLive)
            {
                RetireAll();
            }

            directory = new UploadDirectory(upload, PathOf(upload), _fanOut[DiskLayout.FanOutOf(upload)]);
            _live[upload] = directory;
            return directory;
        }
    }

    // Only what they know about their durability is lost, and is found out again by one more fsync each.
    private void RetireAll()
    {
        foreach (var directory in _live.Values)
        {
            directory.Retire();
        }

        _live.Clear();
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
