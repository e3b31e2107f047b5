using System.Security.Cryptography;

namespace OrleansUploads.Gateway;

/// <summary>What is loaded from files, and loaded again when they change. Changes take effect within a second of use. They are detected by
/// content, because tools that renew or restore files may keep their times. If the new content cannot be read or loaded, the old one
/// stays.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
internal sealed class RenewableFiles<T>
    where T : class
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Func<byte[]?[]> _read;
    private readonly Func<byte[]?[], T> _load;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile T _current;
    private volatile string? _problem;
    private byte[]?[] _seen;
    private string? _lastFault;
    private long _checkedAt;

    /// <param name="read">Reads the files. The content of one that may be missing, and is, is null.</param>
    /// <param name="load">Loads their contents.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InvalidDataException">The files cannot be loaded.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    public RenewableFiles(Func<byte[]?[]> read, Func<byte[]?[], T> load, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _read = read;
        _load = load;
        _time = time;
        _seen = read();
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

    /// <summary>Receives what is wrong when the files cannot be read or loaded, and null when they could be again. Files that belong together
    /// are replaced one after the other, and some editors remove a file for a moment. So a problem counts when a second look finds it,
    /// too.</summary>
    public Action<Exception?>? Reported { get; init; }

    /// <summary>Receives each new content.</summary>
    public Action<T>? Renewed { get; init; }

    /// <summary>What was loaded last. If the files were not looked at for a second, this looks.</summary>
    public T Current
    {
        get
        {
            if (IsDue)
            {
                Look(() => IsDue);
            }

            return _current;
        }
    }

    /// <summary>Why the files as they are now cannot be loaded, or null if they are what <see cref="Current"/> is.</summary>
    public string? Problem => _problem;

    private bool IsDue => _time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval;

    /// <summary>Looks at the files now.</summary>
    /// <param name="isNeeded">Whether that is still needed. Another thread may just have looked.</param>
    public void Look(Func<bool> isNeeded)
    {
        lock (_gate)
        {
            if (!isNeeded())
            {
                return;
            }

            try
            {
                var contents = _read();
                if (!IsSame(contents, _seen))
                {
                    _current = _load(contents);
                    _seen = contents;
                    Renewed?.Invoke(_current);
                }

                Note(null);
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or CryptographicException)
            {
                Note(fault);
            }
            finally
            {
                Volatile.Write(ref _checkedAt, _time.GetTimestamp());
            }
        }
    }

    private void Note(Exception? fault)
    {
        if (fault?.Message == _lastFault && _lastFault != _problem)
        {
            _problem = _lastFault;
            Reported?.Invoke(fault);
        }

        _lastFault = fault?.Message;
    }

    private static bool IsSame(byte[]?[] left, byte[]?[] right) =>
        left.Zip(right).All(static pair => pair.First is null == pair.Second is null && pair.First.AsSpan().SequenceEqual(pair.Second));
}

/// <summary>Reads files in PEM.</summary>
internal static class PemFiles
{
    private const int MaxBytes = 16 << 20;

    /// <summary>Reads the files in the order of their paths.</summary>
    /// <exception cref="InvalidDataException">A file is too large for certificates.</exception>
    public static byte[][] Read(params IReadOnlyList<string> paths) => [.. paths.Select(Read)];

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
}
