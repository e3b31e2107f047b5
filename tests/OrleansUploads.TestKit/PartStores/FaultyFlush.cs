using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>Flushes that a test can make fail. Failing flushes make nothing durable; all others are real.</summary>
public sealed class FaultyFlush : IDiskFlush
{
    private readonly Lock _gate = new();
    private readonly List<string> _asked = [];
    private Func<string, bool>? _fails;
    private int _error;
    private int _times;

    /// <summary>Full paths of all requested flushes in order, including failed ones.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_gate)
            {
                return [.. _asked];
            }
        }
    }

    /// <summary>Makes flushes fail from now on.</summary>
    /// <param name="error">The error number.</param>
    /// <param name="of">Selects the paths, or null for all.</param>
    /// <param name="times">How many flushes fail before they succeed again.</param>
    public void Fail(int error, Func<string, bool>? of = null, int times = int.MaxValue)
    {
        lock (_gate)
        {
            (_error, _fails, _times) = (error, of ?? (static _ => true), times);
        }
    }

    public void Heal()
    {
        lock (_gate)
        {
            _times = 0;
        }
    }

    public int FlushFile(SafeFileHandle file, string path) =>
        ErrorOf(path) is var error and not 0 ? error : SystemFlush.Instance.FlushFile(file, path);

    public int FlushDirectory(string path) =>
        ErrorOf(path) is var error and not 0 ? error : SystemFlush.Instance.FlushDirectory(path);

    private int ErrorOf(string path)
    {
        lock (_gate)
        {
            _asked.Add(path);
            if (_times == 0 || !_fails!(path))
            {
                return 0;
            }

            _times--;
            return _error;
        }
    }
}
