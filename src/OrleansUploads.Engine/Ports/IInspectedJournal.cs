namespace OrleansUploads.Engine.Ports;

/// <summary>Read-only access to all histories of a journal, which servers may be changing. Each call sees one consistent state.</summary>
public interface IInspectedJournal
{
    /// <summary>Checks what all streams share, and that no stream and no acknowledged change is missing, as far as the journal can know that.
    /// </summary>
    /// <returns>The faults found, one sentence each.</returns>
    /// <exception cref="JournalDamagedException">The journal is too damaged to be checked.</exception>
    IReadOnlyList<string> CheckWhole();

    /// <summary>Lists the streams in the order of their places. Streams that are created meanwhile may be left out.</summary>
    /// <param name="kind">The kind of the entities, or null for all kinds.</param>
    /// <param name="after">The place after which to start, or "" for the beginning.</param>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    IAsyncEnumerable<ListedEntity> ListStreamsAsync(EntityKind? kind, string after, CancellationToken cancellationToken);

    /// <summary>Reads a stream and checks every byte of it.</summary>
    /// <exception cref="JournalDamagedException">Something is missing or differs from what was written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken);
}

/// <summary>A stream in a listing.</summary>
/// <param name="Place">Orders the streams in a way that the journal chooses. A listing can start behind it.</param>
/// <param name="IsFoundByName">Whether a search by name finds this stream. If not, an index of the journal is damaged.</param>
public readonly record struct ListedEntity(string Place, EntityId Entity, bool IsFoundByName = true);
