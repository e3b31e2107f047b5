using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>Flushes with a mistake. Each mistake gets the path and the right flush, and returns an error number or 0.</summary>
internal sealed class MutatedFlush(IDiskFlush inner) : IDiskFlush
{
    public Func<string, Func<int>, int> File { get; init; } = static (_, flush) => flush();

    public Func<string, Func<int>, int> Directory { get; init; } = static (_, flush) => flush();

    public int FlushFile(SafeFileHandle file, string path) => File(path, () => inner.FlushFile(file, path));

    public int FlushDirectory(string path) => Directory(path, () => inner.FlushDirectory(path));
}

/// <summary>Makes the name of a manifest durable before its bytes, on a slow disk. Few uploads have a manifest, so a power cut seldom comes at
/// the right moment unless that is long.</summary>
internal sealed class NameFirstFlush(IDiskFlush inner) : IDiskFlush
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(300);
    private readonly ConcurrentDictionary<string, bool> _waiting = new();

    public int FlushFile(SafeFileHandle file, string path)
    {
        if (!StoredPaths.IsManifest(path))
        {
            return inner.FlushFile(file, path);
        }

        _waiting[Path.GetDirectoryName(path)!] = true;
        return 0;
    }

    public int FlushDirectory(string path)
    {
        var error = inner.FlushDirectory(path);
        if (error == 0 && _waiting.TryRemove(path, out _))
        {
            Thread.Sleep(Slowness);
            var manifest = Path.Combine(path, StoredPaths.Manifest);
            using var file = File.OpenHandle(manifest, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            error = inner.FlushFile(file, manifest);
        }

        return error;
    }
}
