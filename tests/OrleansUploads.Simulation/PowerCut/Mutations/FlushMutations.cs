using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>Skips the flushes of some files and directories, and reports success.</summary>
internal sealed class SkippedFlush(IDiskFlush inner, Func<string, bool> isFileSkipped, Func<string, bool> isDirectorySkipped)
    : IDiskFlush
{
    public int FlushFile(SafeFileHandle file, string path) => isFileSkipped(path) ? 0 : inner.FlushFile(file, path);

    public int FlushDirectory(string path) => isDirectorySkipped(path) ? 0 : inner.FlushDirectory(path);
}

/// <summary>Reports every flush as a success.</summary>
internal sealed class TrustedFlush(IDiskFlush inner) : IDiskFlush
{
    public int FlushFile(SafeFileHandle file, string path)
    {
        inner.FlushFile(file, path);
        return 0;
    }

    public int FlushDirectory(string path)
    {
        inner.FlushDirectory(path);
        return 0;
    }
}

/// <summary>Repeats failed flushes. The system has dropped the data by then, and reports success.</summary>
internal sealed class RepeatedFlush(IDiskFlush inner) : IDiskFlush
{
    private const int Attempts = 8;

    public int FlushFile(SafeFileHandle file, string path) => Repeat(() => inner.FlushFile(file, path));

    public int FlushDirectory(string path) => Repeat(() => inner.FlushDirectory(path));

    private static int Repeat(Func<int> flush)
    {
        var error = 0;
        for (var attempt = 0; attempt < Attempts && (error = flush()) != 0; attempt++)
        {
        }

        return error;
    }
}

/// <summary>Makes the name of a manifest durable before its bytes, on a slow disk.</summary>
internal sealed class NameFirstFlush(IDiskFlush inner) : IDiskFlush
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(20);
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
