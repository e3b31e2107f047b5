using System.IO.MemoryMappedFiles;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>Numbers from 0 on that processes take in turn, each once.</summary>
internal sealed class SharedCounter : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens a counter, which its first user creates.</summary>
    /// <param name="path">The path of its file.</param>
    public SharedCounter(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, capacity: sizeof(long));
        _view = _file.CreateViewAccessor();
    }

    public unsafe long Take()
    {
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return Interlocked.Increment(ref *(long*)start) - 1;
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
