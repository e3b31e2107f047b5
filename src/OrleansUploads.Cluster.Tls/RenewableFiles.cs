using System.Security.Cryptography;

namespace OrleansUploads.Cluster.Tls;

/// <summary>What is loaded from files, and loaded again when they change. Changes take effect within two seconds of use. If the new
/// content cannot be loaded, the old one stays, and <see cref="Problem"/> says why.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
internal sealed class RenewableFiles<T>
    where T : class
{
    private const int MaxBytes = 16 << 20;
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly string[] _paths;
    private readonly Func<IReadOnlyList<byte[]>, T> _load;
    private readonly TimeProvider _time;
    private readonly Action<string?> _report;
    private readonly Lock _gate = new();
    private volatile T _current;
    private volatile string? _problem;
    private byte[][] _seen;
    private string? _lastFault;
    private long _checkedAt;

    /// <param name="paths">The files.</param>
    /// <param name="load">Loads their contents, which it gets in the order of the paths. It throws an
    /// <see cref="InvalidDataException"/> or a <see cref="CryptographicException"/> if it cannot.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Receives what is wrong when new content cannot be loaded, and null when it could be again.</param>
    /// <exception cref="InvalidDataException">The files cannot be loaded.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    public RenewableFiles(
        IReadOnlyList<string> paths, Func<IReadOnlyList<byte[]>, T> load, TimeProvider time, Action<string?> report)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(time);
        _paths = [.. paths];
        _load = load;
        _time = time;
        _report = report;
        _seen = Read();
        _checkedAt = time.GetTimestamp();
        try
        {
            _current = load(_seen);
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException(fault.Message, fault);
        }
    }

    /// <summary>What was loaded last. If the files were not looked at for a second, this looks.</summary>
    public T Current
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval)
            {
                Refresh();
            }

            return _current;
        }
    }

    /// <summary>Why the files as they are now cannot be loaded, or null if they are what <see cref="Current"/> is.</summary>
    public string? Problem => _problem;

    private void Refresh()
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_checkedAt) < CheckInterval)
            {
                // Another thread has just looked.
                return;
            }

            try
            {
                var bytes = Read();
                if (IsSame(bytes, _seen))
                {
                    Note(fault: null);
                }
                else
                {
                    _current = _load(bytes);
                    _seen = bytes;
                    Note(fault: null);
                }
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or CryptographicException)
            {
                Note(fault.Message);
            }
            finally
            {
                Volatile.Write(ref _checkedAt, _time.GetTimestamp());
            }
        }
    }

    /// <summary>Files that belong together are replaced one after the other, so a problem counts when a second look finds it too.
    /// </summary>
    private void Note(string? fault)
    {
        if (fault == _lastFault && fault != _problem)
        {
            _problem = fault;
            _report(fault);
        }

        _lastFault = fault;
    }

    private byte[][] Read() => [.. _paths.Select(Read)];

    private static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes)
        {
            throw new InvalidDataException($"{path} has more than {MaxBytes >> 20} MiB.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsSame(byte[][] left, byte[][] right) => left.Zip(right).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}
