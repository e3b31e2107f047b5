using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Entities;

/// <summary>A journal that registers a reminder for the wake times of its entity. The reminder is registered before the record is
/// appended, so a crash cannot leave an entity with a wake time but without a reminder.</summary>
/// <remarks>Changes of the reminder take turns: whether the registered tick is soon enough is only known when no change is on
/// its way. Not thread-safe. All calls must run on the grain's scheduler.</remarks>
internal sealed class ReminderJournal(IJournal inner, WakeReminder reminder, TimeProvider time) : IJournal
{
    private bool _isRead;
    private int _writing;
    private long _version;
    private DateTimeOffset? _wakeAt;

    private SemaphoreSlim ReminderTurn { get; } = new(1);

    public async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        var version = _version;
        var history = await inner.ReadAsync(entity, cancellationToken);
        _isRead = true;
        if (_version == version)
        {
            (_version, _wakeAt) = (history.Version, history.WakeAt);
        }
        else
        {
            // A write that was given up has been answered meanwhile.
            Remember(history.Version, history.WakeAt);
        }

        if (history.WakeAt is { } at && at <= time.GetUtcNow())
        {
            await EnsureTickAsync(entity, at, begins: false, cancellationToken);
        }

        return history;
    }

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadVersionAsync(entity, cancellationToken);

    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        if (append.Wake is not { } wake)
        {
            return await inner.AppendAsync(append, cancellationToken);
        }

        _writing++;
        try
        {
            var begins = append.ExpectedVersion == 0 && !_isRead;
            if (wake.At is { } at)
            {
                await EnsureTickAsync(append.Entity, at, begins, cancellationToken);
            }

            var outcome = await inner.AppendAsync(append, cancellationToken);
            if (outcome == AppendOutcome.Appended)
            {
                Remember(append.ExpectedVersion + 1, wake.At);
            }

            return outcome;
        }
        finally
        {
            _writing--;
        }
    }

    public ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);

    public async ValueTask<AppendOutcome> ForgetAsync(
        EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        var outcome = await inner.ForgetAsync(entity, expectedVersion, cancellationToken);
        if (outcome == AppendOutcome.Appended)
        {
            (_version, _wakeAt) = (0, null);
        }

        return outcome;
    }

    /// <summary>Updates the reminder after a tick was handled. Does nothing while a wake time is being written.</summary>
    public async ValueTask UpdateReminderAfterTickAsync()
    {
        await ReminderTurn.WaitAsync();
        try
        {
            // A write in progress has ensured its tick, and one that begins later waits for the turn.
            if (_writing == 0)
            {
                await reminder.UpdateAfterTickAsync(_wakeAt);
            }
        }
        finally
        {
            ReminderTurn.Release();
        }
    }

    /// <summary>Remembers the wake time of a version, unless a later version's is known: an entity does not wait for the
    /// answer to a write that takes too long, so the answer may come after the answers to later writes.</summary>
    private void Remember(long version, DateTimeOffset? wakeAt)
    {
        if (version >= _version)
        {
            (_version, _wakeAt) = (version, wakeAt);
        }
    }

    private async ValueTask EnsureTickAsync(EntityId entity, DateTimeOffset at, bool begins, CancellationToken cancellationToken)
    {
        await ReminderTurn.WaitAsync(cancellationToken);
        try
        {
            await (begins ? reminder.EnsureFirstTickAsync(at) : reminder.EnsureTickAsync(at));
        }
        catch (TimeoutException fault)
        {
            // A silo that hangs or is cut off owns the reminder until it is voted out. Callers wait for that.
            throw new JournalUnavailableException(
                $"The reminder of {entity} could not be registered.", new SiloUnavailableException(fault.Message, fault));
        }
        catch (StorageRefusedException fault)
        {
            throw new JournalUnavailableException(fault.Message, fault) { IsRefusal = true };
        }
        catch (OrleansException fault)
        {
            throw new JournalUnavailableException($"The reminder of {entity} could not be registered: {fault.Message}", fault);
        }
        finally
        {
            ReminderTurn.Release();
        }
    }
}
