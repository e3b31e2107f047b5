using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The journal's files for its threads, which are closed and opened again when a commit may have failed half.</summary>
/// <remarks>
/// SQLite takes a transaction back whose flush failed, yet leaves it whole in the write-ahead log. A later start would find it
/// there, after others were told that it is not. So nothing more is read or written before the files were opened again, which
/// decides what is in the log (see <see cref="WriteAheadLog.WriteAnew"/>). Where the disk itself failed nobody can decide that,
/// and nothing is served until a restart.
/// </remarks>
internal sealed class JournalFiles : IDisposable
{
    private readonly string _folder;
    private readonly SqliteJournalOptions _options;
    private readonly ReaderWriterLockSlim _using = new();
    private OpenJournal? _open;
    private JournalUnavailableException? _failure;

    private JournalFiles(string folder, SqliteJournalOptions options)
    {
        _folder = folder;
        _options = options;
        _open = OpenJournal.Open(folder, options);
        DamagedAtOpen = _open.Damaged;
    }

    /// <summary>Entities with a damaged record among the newest, when the files were opened first.</summary>
    public IReadOnlyList<EntityId> DamagedAtOpen { get; }

    /// <summary>Why nothing is served until a restart; null while the disk is well.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Opens the files in a folder.</summary>
    public static JournalFiles Open(string folder, SqliteJournalOptions options) => new(folder, options);

    /// <summary>The files for the writer's thread, which alone closes them.</summary>
    /// <exception cref="JournalUnavailableException">They cannot be used now, or not until a restart.</exception>
    public OpenJournal ForWriting()
    {
        if (_open is null)
        {
            OpenAgain();
        }

        return _open!;
    }

    /// <summary>Runs a query; the files stay open meanwhile.</summary>
    /// <param name="reader">Number of the calling thread, from 0.</param>
    /// <param name="query">The query.</param>
    /// <exception cref="JournalUnavailableException">The files cannot be used now, or not until a restart.</exception>
    public T Read<T>(int reader, Func<JournalReader, T> query)
    {
        while (true)
        {
            _using.EnterReadLock();
            try
            {
                if (_open is { } open)
                {
                    return query(open.Readers[reader]);
                }
            }
            finally
            {
                _using.ExitReadLock();
            }

            OpenAgain();
        }
    }

    /// <summary>Closes the files if a failure left it open what is in them. Called by the writer's thread.</summary>
    /// <param name="failure">What failed in a transaction.</param>
    /// <param name="isCommit">Whether it was the commit.</param>
    /// <returns>Whether they were closed.</returns>
    public bool CloseIfInDoubt(Exception failure, bool isCommit)
    {
        var isDisk = failure is SqliteFault { IsDiskFailure: true }
            || (failure is IOException error && DiskErrors.IsDiskFailure(error));
        if (!isDisk && !(isCommit && failure is SqliteFault { IsInputOutput: true }))
        {
            return false;
        }

        _using.EnterWriteLock();
        try
        {
            Close();
            if (isDisk)
            {
                GiveUp(failure);
            }
        }
        finally
        {
            _using.ExitWriteLock();
        }

        return true;
    }

    /// <summary>Moves the write-ahead log into the database and closes all.</summary>
    public void Dispose()
    {
        _open?.TidyUpAndClose();
        _open = null;
        _using.Dispose();
    }

    private void OpenAgain()
    {
        _using.EnterWriteLock();
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
            throw NotYet(fault);
        }
        catch (IOException error) when (
            DiskErrors.IsFull(error) || !(error is FlushFailedException || DiskErrors.IsDiskFailure(error)))
        {
            throw NotYet(error);
        }
        catch (Exception failure) when (failure is SqliteFault or IOException or JournalDamagedException)
        {
            GiveUp(failure);
            throw;
        }
        finally
        {
            _using.ExitWriteLock();
        }
    }

    private void Close()
    {
        var open = _open;
        _open = null;
        open?.Close();
    }

    private void GiveUp(Exception failure)
    {
        _failure = new JournalUnavailableException(
            $"The disk of the journal failed: {failure.Message} Nothing is served until the server is started again. "
            + "Check the disk first.",
            failure);
        _options.OnFailure?.Invoke(_failure);
    }

    private static JournalUnavailableException NotYet(Exception failure) => new(
        $"The journal could not be opened again after a commit that failed: {failure.Message} It is tried again with the next "
        + "request.",
        failure);
}
