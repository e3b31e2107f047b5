namespace OrleansUploads.Engine.Ports;

/// <summary>The durable history of every entity: one append-only stream of records each.</summary>
/// <remarks>The version of a stream is the number of records ever appended to it; a stream that does not exist has version
/// 0. The expected version is the fence: if two hosts both believe that they own an entity, the one that is behind gets a
/// conflict and must read the stream again. The journal does not interpret records. <para>Any exception from
/// <see cref="AppendAsync"/> and <see cref="ForgetAsync"/>, except an argument error and a refusal (<see
/// cref="JournalUnavailableException.IsRefusal"/>), means that the outcome is unknown: the change may or may not be durable. In every
/// case, the caller must read the stream again before it decides anything. All members may be called concurrently. The caller must not
/// change memory that it passes in until the call has ended.</para></remarks>
public interface IJournal
{
    /// <summary>Reads what is needed to rebuild an entity: the newest snapshot, if there is one, and all later records.</summary>
    /// <exception cref="JournalDamagedException">The stored history differs from what was written; the entity must not be served.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken);

    /// <summary>Reads the version of a stream without its records.</summary>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken);

    /// <summary>Appends one record as version <c>ExpectedVersion + 1</c>. Durable when the task has completed.</summary>
    /// <returns>Whether it was appended, or fenced off because the stream is not at the expected version.</returns>
    /// <exception cref="JournalUnavailableException">The outcome is unknown, unless it is a refusal.</exception>
    ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken);

    /// <summary>Replaces all records up to a version, which is at least 1, with one snapshot.</summary>
    /// <remarks>The snapshot is ignored if it is older than the stored one or newer than the stream, because then its owner has lost
    /// the stream to another host. Losing a snapshot loses no data.</remarks>
    ValueTask SaveSnapshotAsync(EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken);

    /// <summary>Deletes a whole stream if it is still at the expected version; afterwards it has version 0. Durable when the task has
    /// completed. Use it only for names that are never used again, because the versions of a new stream start at 1.</summary>
    ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken);
}

/// <summary>Lists the entities that asked to be woken. It reads durable state, so a wake-up cannot get lost.</summary>
public interface IWakeIndex
{
    /// <summary>Lists the entities whose wake time is at or before an instant, earliest first.</summary>
    /// <param name="limit">At least 1.</param>
    ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken);
}

/// <summary>A wake index that several hosts scan, each its own share. One host alone scans the only share.</summary>
public interface ISharedWakeIndex : IWakeIndex
{
    /// <summary>Lists the entities of a share whose wake time is at or before an instant, earliest first.</summary>
    /// <param name="limit">At least 1.</param>
    ValueTask<IReadOnlyList<EntityId>> ListDueAsync(
        DateTimeOffset dueAt, int limit, WakeShare share, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<EntityId>> IWakeIndex.ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken) =>
        ListDueAsync(dueAt, limit, WakeShare.Whole, cancellationToken);
}

/// <summary>One of several shares of all entities. Each entity is in exactly one share of a division; the index decides in which one, by the
/// name of the entity alone.</summary>
/// <param name="Number">From 0 to <paramref name="Count"/> - 1.</param>
/// <param name="Count">The number of shares; at least 1.</param>
public readonly record struct WakeShare(int Number, int Count)
{
    /// <summary>All entities.</summary>
    public static readonly WakeShare Whole = new(0, 1);
}

/// <summary>The outcome of an append, if it is known.</summary>
public enum AppendOutcome
{
    /// <summary>The record is durable.</summary>
    Appended,

    /// <summary>The stream is not at the expected version; nothing was written.</summary>
    Conflict,
}

/// <summary>One record to append.</summary>
/// <param name="ExpectedVersion">The stream's version as the caller knows it, or 0 for a new one.</param>
/// <param name="Record">The caller must not change them until the append has ended.</param>
/// <param name="Wake">Sets or clears the wake time of the entity in the same write; null leaves it unchanged.</param>
/// <param name="MayWait">Whether nothing waits for the append, so that the journal may delay it for a moment to write it with
/// others.</param>
public readonly record struct JournalAppend(
    EntityId Entity,
    long ExpectedVersion,
    ReadOnlyMemory<byte> Record,
    WakeChange? Wake = null,
    bool MayWait = false);

/// <summary>A new wake time for an entity.</summary>
/// <param name="At">When the entity is due, in whole milliseconds; null to never wake it.</param>
public readonly record struct WakeChange(DateTimeOffset? At);

/// <summary>The content of a stream.</summary>
/// <param name="Version">0 if the stream does not exist.</param>
/// <param name="Snapshot">The newest snapshot, or null.</param>
/// <param name="Records">The records after the snapshot, oldest first.</param>
/// <param name="WakeAt">The current wake time, or null.</param>
public sealed record JournalHistory(
    long Version,
    ReadOnlyMemory<byte>? Snapshot,
    IReadOnlyList<ReadOnlyMemory<byte>> Records,
    DateTimeOffset? WakeAt)
{
    public static readonly JournalHistory None = new(0, null, [], null);
}

/// <summary>The journal cannot carry out the request at the moment: I/O failed or timed out, or the disk is full.</summary>
/// <remarks>The outcome of a write is unknown, unless <see cref="IsRefusal"/> is set. Retrying later may succeed.</remarks>
public sealed class JournalUnavailableException : Exception
{
    public JournalUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    public bool IsDiskFull { get; init; }

    /// <summary>Whether the storage refused the call, so nothing was read, appended or forgotten. The message says what the operator
    /// must do.</summary>
    public bool IsRefusal { get; init; }
}

/// <summary>The journal differs from what was written: a byte has changed, or a record is missing or incomplete.</summary>
/// <remarks>Retrying does not help. The message tells the operator what to do.</remarks>
public sealed class JournalDamagedException : Exception
{
    public JournalDamagedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
