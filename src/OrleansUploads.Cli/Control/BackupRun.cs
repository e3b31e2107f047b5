using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Control;

/// <summary>Makes backups of a running server, each in a folder whose name is its time. Bytes that the backup before has are shared with it.
/// One process at a time works on a folder of backups.</summary>
internal sealed class BackupRun : IDisposable
{
    private const string NameFormat = "yyyy-MM-dd'T'HHmmss'Z'";
    private const string UnfinishedSuffix = ".unfinished";

    /// <summary>How long the end of a lease may take when a backup has failed.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly string _backups;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly FolderLock _hold;
    private long _begunAt;

    private BackupRun(string folder, string backups, TimeSpan lease, TimeProvider time, FolderLock hold)
    {
        _folder = folder;
        _backups = backups;
        _lease = lease;
        _time = time;
        _hold = hold;
    }

    /// <summary>Prepares a folder for the backups of a data folder.</summary>
    /// <param name="folder">The data folder, which a server uses.</param>
    /// <param name="backups">The folder of the backups. It is created if it is missing.</param>
    /// <param name="lease">For how long the server deletes no bytes. It is renewed while they are copied.</param>
    /// <param name="time">The clock that names the backups.</param>
    /// <param name="cancellationToken">Cancels the question whether a server answers.</param>
    /// <exception cref="IOException">No server answers, or the folder of the backups is in use or cannot be one.</exception>
    public static async Task<BackupRun> OpenAsync(
        string folder, string backups, TimeSpan lease, TimeProvider time, CancellationToken cancellationToken)
    {
        BackupFolder.RequirePlace(folder, backups);
        await ControlClient.SendAsync(folder, "backup show", cancellationToken);
        FileFault.OpenFolder(backups, "--to", () => DurableFolder.Make(backups));
        try
        {
            return new BackupRun(folder, backups, lease, time, FolderLock.Take(backups));
        }
        catch (FolderInUseException fault)
        {
            throw new IOException($"{backups} is in use: another 'backup run' works on it. Wait until it has ended.", fault);
        }
    }

    /// <summary>Makes a backup.</summary>
    /// <returns>Its folder, and what was copied.</returns>
    /// <exception cref="IOException">The server does not answer, or something cannot be copied. There is no new backup then.</exception>
    public async Task<(string Backup, BackupParts Parts)> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var unfinished in Directory.EnumerateDirectories(_backups, "*" + UnfinishedSuffix).Where(IsUnfinished).ToList())
        {
            Directory.Delete(unfinished, recursive: true);
        }

        var backup = FindName();

        // A folder that others could write to may have bytes of theirs.
        var earlier = FindComplete().LastOrDefault();
        var parts = new BackupParts(
            _folder, backup + UnfinishedSuffix, earlier is not null && BackupFolder.IsOwn(earlier) ? earlier : null, RenewAsync);
        try
        {
            await BeginAsync(cancellationToken);

            // What an interruption leaves of the copies is deleted by the next run.
            await Task.Run(() => CopyAsync(backup + UnfinishedSuffix, parts, cancellationToken), CancellationToken.None)
                .WaitAsync(cancellationToken);
        }
        catch (Exception fault)
        {
            if (!await TryEndAsync() && fault is OperationCanceledException)
            {
                throw new InterruptedException($"Interrupted. The lease may be in force. {BackupCommand.DescribeLease(_folder)}", fault);
            }

            throw;
        }

        await ControlClient.SendAsync(_folder, "backup end", CancellationToken.None);
        Directory.Move(backup + UnfinishedSuffix, backup);
        DurableFolder.Make(backup);
        return (backup, parts);
    }

    /// <summary>Deletes the oldest backups. The newest is the one that was just made, also if the clock was wrong when one of them got its
    /// name.</summary>
    /// <param name="made">The folder of the newest backup.</param>
    /// <param name="keep">How many stay.</param>
    public void Prune(string made, int keep)
    {
        foreach (var old in FindComplete().OrderBy(path => path == made).SkipLast(keep).ToList())
        {
            // If this is interrupted, the rest is no backup that could be restored.
            Directory.Move(old, old + UnfinishedSuffix);
            Directory.Delete(old + UnfinishedSuffix, recursive: true);
        }
    }

    public void Dispose() => _hold.Dispose();

    private async Task CopyAsync(string backup, BackupParts parts, CancellationToken cancellationToken)
    {
        DurableFolder.Make(backup);
        FixedNames.RequireOwn(backup);
        BackupFolder.Copy(_folder, backup);
        await parts.CopyAsync(cancellationToken);
    }

    /// <summary>The path of the next backup. One that was made in the same second has the name of the time, so the next free one is taken: the
    /// order of the names stays that of the backups.</summary>
    private string FindName()
    {
        for (var time = _time.GetUtcNow(); ; time += TimeSpan.FromSeconds(1))
        {
            var backup = Path.Combine(_backups, time.ToString(NameFormat, CultureInfo.InvariantCulture));
            if (!Path.Exists(backup))
            {
                return backup;
            }
        }
    }

    private IEnumerable<string> FindComplete() =>
        Directory.EnumerateDirectories(_backups).Where(static path => IsName(Path.GetFileName(path))).Order(StringComparer.Ordinal);

    private static bool IsUnfinished(string path) => IsName(Path.GetFileName(path)[..^UnfinishedSuffix.Length]);

    private static bool IsName(string name) =>
        DateTime.TryParseExact(name, NameFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await ControlClient.SendAsync(_folder, $"backup begin {(long)_lease.TotalSeconds}", cancellationToken);
        _begunAt = _time.GetTimestamp();
    }

    private Task RenewAsync(CancellationToken cancellationToken) =>
        _time.GetElapsedTime(_begunAt) > _lease / 3 ? BeginAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Ends the lease of a backup that has failed. Without that, it ends by itself.</summary>
    private async Task<bool> TryEndAsync()
    {
        using var late = new CancellationTokenSource(EndTime);
        try
        {
            await ControlClient.SendAsync(_folder, "backup end", late.Token);
            return true;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
