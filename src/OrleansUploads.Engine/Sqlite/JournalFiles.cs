using System.Collections.Concurrent;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The journal's files, shared by its threads. They are closed and reopened if a failed commit may have reached the
/// disk.</summary>
/// <remarks>If the flush of a transaction fails, SQLite rolls it back but leaves it complete in the write-ahead log. A later
/// start would find it there, after callers were told that it does not exist. Therefore nothing more is read or written
/// until the files are reopened, which decides the content of the log (see <see cref="WriteAheadLog.Rewrite"/>). If the disk
/// itself failed, this cannot be decided, and nothing is served until a restart.</remarks>
internal sealed class JournalFiles : IDisposable
{
    private readonly string _folder;
    private readonly SqliteJournalOptions _options;
    private readonly ReaderWriterLockSlim _access = new();
    private OpenJournal? _open;
    private JournalUnavailableException? _failure;

    public JournalFiles(string folder, SqliteJournalOptions options)
    {
        _folder = folder;
        _options = options;
        _open = OpenJournal.Open(folder, options);
        DamagedAtOpen = _open.Damaged;
    }

    /// <summary>Entities with a damaged record among the newest when the files were first opened.</summary>
    public IReadOnlyList<EntityId> DamagedAtOpen { get; }

    /// <summary>Why nothing is served until a restart; null while the disk works.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Returns the files for the writer thread, which is the only one that closes them.</summary>
    /// <exception cref="JournalUnavailableException">The files cannot be used at the moment, or not until a
    /// restart.</exception>
    public OpenJournal ForWriting()
    {
        if (_open is null)
        {
            Reopen();
        }

        return _open!;
    }

    /// <summary>Runs a query. The files stay open until it ends.</summary>
    /// <remarks>At most <see cref="SqliteJournalOptions.ReaderThreads"/> threads may call it at the same time.</remarks>
    /// <exception cref="JournalUnavailableException">The files cannot be used at the moment, or not until a
    /// restart.</exception>
    public T Read<T>(Func<JournalReader, T> query)
    {
        while (true)
        {
            _access.EnterReadLock();
            try
            {
                if (_open is { } open)
                {
                    return Read(open.Readers, query);
                }
            }
            finally
            {
                _access.ExitReadLock();
            }

            Reopen();
        }
    }

    /// <summary>Makes room for a transaction on a full disk: moves the write-ahead log into the database, so that the next transaction
    /// overwrites it, and releases reserved room. Called by the writer thread.</summary>
    /// <param name="isFirst">Whether the transaction failed for the first time.</param>
    /// <returns>Whether the transaction should be repeated.</returns>
    public bool MakeRoom(bool isFirst)
    {
        var isReleased = _options.OnFull?.Invoke() == true;
        try
        {
            _open!.Database.Checkpoint();
            return isReleased || isFirst;
        }
        catch (SqliteFault fault)
        {
            return !CloseIfInDoubt(fault, isCommit: false) && isReleased;
        }
    }

    /// <summary>Closes the files if their content is unknown after a failure. Called by the writer thread.</summary>
    /// <param name="failure">The failure of a transaction.</param>
    /// <param name="isCommit">Whether the commit had started.</param>
    /// <returns>Whether the files were closed.</returns>
    public bool CloseIfInDoubt(Exception failure, bool isCommit)
    {
        var isDisk = failure is SqliteFault { IsDiskFailure: true }
            || (failure is IOException error && DiskErrors.IsDiskFailure(error));
        if (!isDisk && !(isCommit && failure is SqliteFault { IsInputOutput: true }))
        {
            return false;
        }

        _access.EnterWriteLock();
        try
        {
            (var open, _open) = (_open, null);
            open?.Close(cleansUp: false);
            if (isDisk)
            {
                GiveUp(failure);
            }
        }
        finally
        {
            _access.ExitWriteLock();
        }

        return true;
    }

    public void Dispose()
    {
        _open?.Close(cleansUp: true);
        _open = null;
        _access.Dispose();
    }

    private static T Read<T>(ConcurrentBag<JournalReader> readers, Func<JournalReader, T> query)
    {
        if (!readers.TryTake(out var reader))
        {
            throw new InvalidOperationException("More threads read the journal than it has readers.");
        }

        try
        {
            return query(reader);
        }
        finally
        {
            readers.Add(reader);
        }
    }

    private void Reopen()
    {
        _access.EnterWriteLock();
        try
        {
            if (_failure is { } failure)
            {
                throw new JournalUnavailableException(failure.Message, failure);
            }

            _open ??= OpenJournal.Open(_folder, _options);
        }
        catch (SqliteFault fault) when (!fault.IsDiskFailure && !fault.IsDamage)
        {
            throw NotReopened(fault);
        }
        catch (IOException error) when (
            DiskErrors.IsFull(error) || !(error is FlushFailedException || DiskErrors.IsDiskFailure(error)))
        {
            throw NotReopened(error);
        }
        catch (Exception failure) when (failure is SqliteFault or IOException or JournalDamagedException)
        {
            GiveUp(failure);
            throw;
        }
        finally
        {
            _access.ExitWriteLock();
        }
    }

    private void GiveUp(Exception failure)
    {
        _failure = new JournalUnavailableException(
            $"The disk of the journal failed: {failure.Message} Nothing is served until the server is restarted. "
            + "Check the disk first.",
            failure);
        _options.OnFailure?.Invoke(_failure);
    }

    private static JournalUnavailableException NotReopened(Exception failure) => new(
        $"The journal could not be reopened after a failed commit: {failure.Message} The next request tries again.",
        failure)
    {
        IsDiskFull = SqliteFault.IsFullDisk(failure),
    };
}
